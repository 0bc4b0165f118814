/* Runs a program that `program.py` wrote, on Windows: alone and with threads, step after step, and
   compares every byte with what the same program gave where it was made. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "program.h"

int _fltused = 1; /* a mark of Microsoft's linker */
enum { LINE = 64, REPEATS = 200 };

void alone(void *calls, void *table, int64_t steps);
void prepare(void *memory);
int32_t hire(void *memory);
void together(void *task, void *memory, int64_t more);

static unsigned char crew[512] __attribute__((aligned(64)));
static int64_t table[TABLE];

static void *aligned(size_t bytes) {
    char *memory = calloc(bytes + LINE, 1);
    return memory + LINE - (uintptr_t)memory % LINE;
}

static void begin(void) { /* everything as before the first step */
    for (int i = 0; i < SLOTS; i++) {
        int is_result = i >= FIRST_RESULT;
        if (!table[i]) table[i] = (int64_t)aligned(slot_bytes[i]);
        if (is_result) memset((void *)table[i], 0, slot_bytes[i]);
        else memcpy((void *)table[i], slots[i], slot_bytes[i]);
    }
    if (!table[SLOTS]) table[SLOTS] = (int64_t)aligned(ARENA);
    table[FAILURE] = 0;
}

static int differs(const char *how) {
    int found = 0;
    for (int i = 0; i < STATES; i++)
        found += memcmp((void *)table[FIRST_STATE + i], states[i], state_bytes[i]) != 0;
    for (int i = 0; i < RESULTS; i++)
        found += memcmp((void *)table[FIRST_RESULT + i], results[i], result_bytes[i]) != 0;
    if (found || table[FAILURE]) printf("%s: %d arrays differ\n", how, found);
    return found || table[FAILURE];
}

int main(void) {
    /* One thread: every section as one call after another. */
    static int64_t calls[1 << 16][4];
    int64_t count = 0, before = 0;
    for (int64_t i = 0; i < alone_count; i++) {
        int64_t *part = alone_parts + 3 * i;
        if (i == alone_gate) before = count;
        for (int64_t c = 0; c < part[2]; c++)
            for (int64_t k = part[0]; k < part[0] + part[1]; k++, count++) {
                calls[count][0] = kernels[k][0], calls[count][1] = kernels[k][1];
                calls[count][2] = c * kernels[k][2] / part[2];
                calls[count][3] = (c + 1) * kernels[k][2] / part[2];
            }
    }
    if (alone_gate == alone_count) before = count;
    int64_t listed[] = {count, (int64_t)calls, before, FAILURE};
    begin();
    for (int s = 0; s < STEPS; s++) alone(listed, table, 1);
    if (differs("alone")) return 1;

    /* Threads of the system's own. */
    prepare(crew);
    for (int i = 1; i < THREADS; i++)
        if (hire(crew)) return printf("no thread could be had\n"), 1;
    int64_t program[] = {shared_count, (int64_t)shared_parts, shared_gate, FAILURE,
                         (int64_t)kernels};
    size_t bytes = (shared_count + 1) * (1 + THREADS) * LINE;
    void *control = aligned(bytes);
    int64_t helped = 0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        begin();
        for (int s = 0; s < STEPS; s++) {
            int64_t task[] = {(int64_t)program, (int64_t)table, 1, (int64_t)control, THREADS, 0, 0};
            memset(control, 0, bytes);
            together(task, crew, THREADS - 1);
            helped += task[5] - 1;
        }
        if (differs("together")) return 1;
    }
    printf("the same bits alone and %d times with threads; others helped %d times\n", REPEATS,
           (int)helped);
    return 0;
}
