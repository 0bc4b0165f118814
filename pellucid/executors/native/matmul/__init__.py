"""Matrix products: three loops, cut so that registers, caches and threads are used.

In, from `kernels.products` and `kernels.convolution`: matrices with strides, and what is done with
results. Out: LLVM code for a range of tiles.

A product adds for each row i of A, each column j of B and each k: a[i, k] b[k, j]. The result is
cut into *tiles*, each of which stays in registers while k goes on, and B into *panels* of columns
that stay in a cache. `tiling` chooses sizes by estimated cycles.

    contraction         the three loops: who does which tiles
    cuts                a product, and a way to cut it
    tiling              the best way, by estimated cycles (cycles)
    panels              panels of columns, and the tiles in them (tiles)
    outer_tiles         a tile by outer products; inner_tiles: by inner products
    remainder           columns that do not fill a vector
    packing             copies of parts of a matrix, side by side (packed_panels: of all of B, once)
    pairs               products of bfloat16, in one order everywhere (pair_copies; pairs_in_place:
                        of few rows, from where both matrices lie)
    tiled_pairs         the same in tile registers, in an order of their own (tiled_copies)
    transposed_blocks   products of large matrices the first of which lies transposed
    matrices            where matrices lie
"""
