"""What a program consists of, before it is one: views, kernels, and facts about primitives.

In: the graph of a procedure. Out: words that the passes, the schedule and the code speak in.

    facts               a row for each primitive: how it becomes code, what it costs
    pointwise           which rules can be run on lanes
    views               movement as strides (layout: copies where there are none)
    kernels             pieces of a program, each one pass over memory
    repeats             kernels that run turn after turn
    tiled_products      which programs use tile registers
    triangles           products with a matrix that is half zeros
    convolution_cuts    how a convolution is cut
    fast_convolutions   which ones have fewer multiplications, and how these are cut
                        (fast_gradients: the same of gradients; winograd: their matrices)
"""
