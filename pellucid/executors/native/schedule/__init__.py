"""What is computed when, and where values lie: all decisions before code is written.

In: a graph, and the views of its values. Out: `planned.Planned`.

    fusion          nodes gathered into kernels (numbers_first: step sizes and the like first)
    recompute       cheap values computed again instead of being kept
    handing_on      work behind a product done by the loop that asks for it
    row_strips      sums over large data, met once in a step
    batch_strips    kernels over a batch of matrices, run matrix by matrix
    image_strips    convolutions and the loops behind them, image by image
    nest            the loops of a kernel (granularity: lanes, rows at once, units;
                    sum_blocks: where long sums are cut; weaving: loops of a few points)
    loop_bodies     loops: the body is planned once (row_blocks: where threads need not meet in it)
    failing         which kernels can fail, and so come first
    plan            the order of kernels (order), and where every value lies (arena)
    work            how much a kernel is, and into how many pieces threads share it
    planned         a program with all decisions taken
"""
