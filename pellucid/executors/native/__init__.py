"""The native executor: a graph as one program of machine code, through llvmlite.

Its rooms, in the order in which a program passes through them; each uses those named after it in
the second list, and none above.

    planning        from a procedure to a program with all decisions taken: the passes in order
        passes      graphs made better graphs with the same meaning
        schedule    what is computed when, and where values lie
    machine_code    the code of a procedure: from the disk, or planned and made now
        kernels     from a plan to LLVM code: a function for each kernel
        matmul      matrix products
    executor        runs it
        runtime     the loop over steps, the threads, Python called from inside

    ir              what plans speak of: facts about primitives, views, kernels
    math            functions of floats, and the namespace that rules compute in
    llvm            what code is written with
    machine         the CPU, the operating system, the cache, code in memory

Where is what: a product becomes code in `matmul`; threads wait in `runtime.thread_pool`; a value's
place in memory is decided in `schedule.plan`; a program is read from the disk in `machine_code`
(`machine.cache`).
"""
