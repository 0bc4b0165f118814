"""Graphs made better graphs with the same meaning.

In: the graph as it was captured. Out: the graph that is scheduled. `planning` names their order.

    fewer_multiplications   convolutions of 3 x 3 by transformed tiles
    simplify            constants folded, equal nodes merged, exact algebra (window_rules,
                        dilated_images, pieces_as_slices, joins_in_groups: its rules)
    windows_as_axes     pooling on the array as it lies in memory
    maxima_first        maxima before bias and relu
    factors_of_loops    what loops back multiply by, computed by the steps forward
    traces              loops whose carries are rows in memory
    reshapes_last       reshapes moved behind what is computed, which is one kernel then
    relu_masks          masks found again from results
    slopes              one array kept for the way back instead of several
    above_diagonals     what stands above diagonals, and where nobody looks there
    triangular_products products of what a causal mask has set to 0, or hides
    long_products       products with a long inner axis cut into parts
    row_padding         rows that begin at cache lines
    batches_in_place    batches that products read where they lie in the data
    kept_values         what a prediction computes of its variables alone, as a graph of its own
    batch_slices        a prediction for a slice of its batch
    rewriter            what simplification writes a graph anew with
    expansion           what passes write with: several nodes in place of one
"""
