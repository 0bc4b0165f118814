/* Looks functions up as pellucid does on Windows; names those that no library has. */
#include <stdio.h>
#include <windows.h>

int main(int count, char **names) {
    const char *libraries[] = {"kernel32", "ucrtbase", "ntdll"};
    int missing = 0;
    for (int i = 1; i < count; i++) {
        int found = 0;
        for (int j = 0; j < 3; j++) found |= GetProcAddress(LoadLibraryA(libraries[j]), names[i]) != 0;
        if (!found) printf("no library has %s\n", names[i]), missing = 1;
    }
    if (!missing) printf("all %d functions are there\n", count - 1);
    return missing;
}
