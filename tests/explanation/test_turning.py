"""Samples as columns: matrices turned, vectors of features as columns, the rest as it is."""

from pellucid.explanation.arrays import product, transposed
from pellucid.explanation.expressions import symbol
from pellucid.explanation.notation import COLUMNS, Writer
from pellucid.explanation.turning import flipped, turned

X, W, D = symbol("x", (5, 3)), symbol("W", (3, 2)), symbol("dz", (5, 2))


def text(x, kept=(), *, flip=True):
    return Writer(COLUMNS, False, repr).whole(turned(x, kept, flip=flip))


def test_an_affine_map_and_its_gradients():
    assert text(product(X, W, (X.shape, W.shape), (5, 2))) == "W x"
    gradient = product(transposed(X, X.shape), D, ((3, 5), (5, 2)), (3, 2))
    assert text(gradient) == "dz x^T"
    assert text(gradient, flip=False) == "x dz^T"


def test_weights_of_one_unit_stay_a_column():
    w = symbol("w", (3, 1))
    assert text(product(X, w, (X.shape, w.shape), (5, 1)), kept={w}) == "w^T x"


def test_shapes():
    assert flipped((5, 3)) == (3, 5)
    assert flipped((3,)) == (3, 1)
    assert flipped((5, 2, 4, 4)) == (5, 2, 4, 4)
    assert flipped(()) == ()
