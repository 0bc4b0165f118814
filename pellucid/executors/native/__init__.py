"""The native executor: a graph as one program of machine code, through llvmlite.

The passes in the order in which a procedure goes through them:

    simplify        a smaller graph with the same meaning (window_rules: of windows;
                    pieces: of what is split)
    traces          what loops carry as rows in memory, and what is asked of it as views
    views           movement as strides; copies where there are none
    fusion          nodes gathered into kernels (kernels: what a kernel is)
    strips          sums over large data, met once in a step
    nest            the loops of a kernel (grain: how coarse); what a later stage needs again
    steps           loops: the plan of a turn, and how it moves (repeats: as calls)
    plan            the order of kernels, and where values lie
    emission        LLVM code: loops, products, singles, on a frame, by evaluate
    target          machine code of it, for this CPU (system: for this operating system)
    planning        these passes in order, up to the plan
    machine_code    the code of a procedure: from the disk (cache), or planned and made now
    linked          it lies in memory (code_memory), ready to be called (relocations, objects)
    native          runs it
    program         the loop over steps and the threads (runner: their code; crew: they sleep;
                    system_calls: what they ask of the system)
    call_back       Python from inside a program (failures: what code tells it)
    report          what each kernel costs; schedule: the kernels in words

    lanes, namespace, memory, counting, builder     what code is made of
    vector_math, vector_power, vector_waves     exp, log, tanh, powers, sine (of vector_steps)
    planes                                  padding, joining, windows added up
    convolution, convolution_blocks, columns        convolutions, as products of windows
    contraction, tiling, panels, blocks, leftover, outer, inner, packing, vectors   matrix products
"""
