"""The functions of the Array API standard, by its names; all of them stand in `pellucid` too.

    elementwise     arithmetic, rounding, powers, logarithms
    waves           sines, arcs, hyperbolic functions
    logic           comparisons, truth, bits, kinds of numbers
    manipulation    shapes, order, repeating, putting together, elements at positions
    statistical     sums, means, extremes, running totals
    searching       positions, orders, different values
    products        of matrices and vectors
    dtypes          dtypes and their limits, what this library has

What makes tensors from shapes stands in `pellucid.creation`. Meanings are those of the standard
(data-apis.org/array-api), version 2024.12, but that nothing is promoted: operands have one dtype.
"""
