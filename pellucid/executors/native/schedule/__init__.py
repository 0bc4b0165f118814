"""What is computed when, and where values lie: all decisions before code is written.

In: a graph, and the views of its values. Out: `planned.Planned`.

    fusion          nodes gathered into kernels (numbers_first: step sizes and the like first)
    recompute       cheap values computed again instead of being kept
    row_strips      sums over large data, met once in a step
    nest            the loops of a kernel (granularity: lanes, rows at once, units;
                    sum_blocks: where long sums are cut; weaving: loops of a few points)
    loop_bodies     loops: the body is planned once (row_blocks: where threads need not meet in it)
    failing         which kernels can fail, and so come first
    plan            the order of kernels (order), and where every value lies (arena)
    work            how much a kernel is, and into how many pieces threads share it
    planned         a program with all decisions taken
"""
