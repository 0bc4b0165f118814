"""From a plan to LLVM code: a function for each kernel, equal ones once.

In: `schedule.planned.Planned`. Out: the text of a module, and what each function is told.

    emission            all kernels (signature: what the code of a kernel depends on)
    frame               one kernel function: its arguments, and how it reaches memory
    interface           words that kernels, the code that runs them and Python agree on
    evaluate            the values of a kernel at one point (levels: what is known at which depth;
                        rule_functions: rules as functions)
    kinds               the kinds of kernels (kernel_kind: their units, time, code and words)
    loops, loop_kind    elementwise work, broadcasting, reductions (loop_unit: a row of it;
                        reductions: how they begin and join; blocked_sums: long sums)
    products            matrix products, with what follows them
    standalone          primitives by themselves: gather, scatter (elements: one by one; extremes:
                        their positions; accumulation: sums that are added to as numbers come)
    copies              new values of variables, and what loops begin with (panel_copies: matrices
                        that stay as they are through a loop)
    pad_and_concat      padding, joining, windows added up (walks: over two arrays at once)
    convolution         as products of windows (convolved_product: what all ways share;
                        window_columns: windows laid out block by block)
    convolution_loop    a convolution and the loop behind it, as one kernel
    fast_convolution    convolutions of transformed tiles (fast_gradient: their gradients by
                        kernels; transformed_tiles: how these are made;
                        tile_transforms: their arithmetic; channels_last: how tiles are read)
    failures            what code tells Python
"""
