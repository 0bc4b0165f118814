"""The machine that code is made for: what it is, and how its code gets into memory.

In: machine code of a module, as text for LLVM. Out: functions that can be called.

    target          a CPU as the code generator sees it; LLVM, behind one door
                    (tile_permission: whether the system lets a program use tile registers)
    system          the operating system, as far as machine code depends on it
    cache           object code on the disk
    object_loader   an object file placed in memory without LLVM (code_memory: its pages;
                    relocations: addresses written into it; symbols: what it asks of the system)
"""
