"""What code is written with: values that emit instructions, loads and stores, loops.

In: numbers known now, and values known when the code runs. Out: LLVM instructions.

    types               of numbers in code, and their constants (known: numbers known now)
    functions           from elsewhere, called by name
    lanes               numbers side by side, with operators (bfloat16: two of these in 32 bits)
    builder             instructions, but none for what is known now
    indices             whole numbers, with operators
    loads_and_stores    lanes from and to memory (weaving_lanes: those of several vectors in turn)
    counted_loops       loops
    vectors             registers of a matrix product (tile_registers: those that hold squares)
    system_calls        what code for threads asks of the operating system
"""
