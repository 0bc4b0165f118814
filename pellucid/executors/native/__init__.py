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
    keeping         predictions that keep what follows from weights alone
    slices          predictions for large batches, slice by slice
        runtime     the loop over steps, the threads, Python called from inside

    ir              what plans speak of: facts about primitives, views, kernels
    math            functions of floats, and the namespace that rules compute in
    llvm            what code is written with
    machine         the CPU, the operating system, the cache, code in memory
    counting        into how many pieces something is cut

Where is what: a product becomes code in `matmul`; threads wait in `runtime.thread_pool`; a value's
place in memory is decided in `schedule.plan`; a program is read from the disk in `machine_code`
(`machine.cache`).

Words for a piece of work, from large to small, each with one meaning:

    section     kernels in a row that are handed out together, by one thread or by chunks
    slice       rows of a batch that go through all kernels before the next ones do
    strip       some rows that two kernels compute one after the other, while they are in the cache
    chunk       units that a thread takes at once
    unit        the least that is shared: a row, vectors of columns, a panel of a group, a plane
    group       rows of a product that go through a panel together (`span`: panels that share them)
    panel       columns of B that stay in a cache
    block       what stays in a cache while it is used again: parts of a matrix, windows laid out;
                and the numbers of a long sum that are added one after the other
    tile        elements of a product whose sums stay in registers
    part        one of several arrays that a node gives; of k, a piece of a long sum of products
"""
