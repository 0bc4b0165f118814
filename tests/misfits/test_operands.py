"""Operations on arrays that do not fit each other: which sizes differ, and what mends it."""

import pytest

import pellucid as pc
from pellucid import nn
from pellucid.languages import language
from pellucid.misfits.chains import Step
from pellucid.misfits.operands import clash, of_operation
from pellucid.primitives import Add, Concat, MatMul, Reshape


@pytest.fixture(autouse=True)
def _english():
    with language("en"):
        yield


@pytest.mark.parametrize(
    ("primitive", "shapes", "told"),
    [
        (Add(), [(5, 4), (5, 3)], "4 != 3"),
        (Add(), [(5, 8, 6, 6), (5, 3, 6, 6)], "8 != 3"),
        (Add(), [(2, 7, 8), (10, 8)], "7 != 10"),
        (Add(), [(2, 7, 8), (1, 8)], ""),
        (MatMul(), [(6, 12), (30, 12)], "12 != 30"),
        (Concat(1), [(2, 4, 9), (2, 5, 8)], "9 != 8"),
        (Concat(1), [(2, 4), (2, 5), (3, 5)], "2 != 3"),
        (Concat(0), [(2, 4), (8,)], "axes: 2 != 1"),
        (Reshape((5, 256)), [(5, 8, 6, 6)], "288 != 256"),
    ],
    ids=str,
)
def test_the_sizes_that_differ_are_told(primitive, shapes, told):
    assert clash(primitive, shapes) == told


def remedies(primitive, *shapes):
    """What is said of arrays without a past."""
    tensors = [pc.zeros(shape) for shape in shapes]
    givers = [Step("", "", shape) for shape in shapes]
    model = nn.Identity()
    return of_operation(primitive, tensors, givers, model, (model, tensors))


@pytest.mark.parametrize(
    ("primitive", "shapes", "told"),
    [
        (Concat(0), [(2, 3), (2, 4)], ["They fit along another axis: axis=1."]),
        (
            Add(),
            [(5, 3), (5,)],
            ["One number for each sample, (5,), is spread as .reshape(-1, 1)."],
        ),
        (Add(), [(2, 3, 4), (2, 4, 3)], ["The second fits as .permute_dims((0, 2, 1))."]),
        (MatMul(), [(5, 2), (5, 3)], ["Multiply by the transpose of the first"]),
        (Reshape((-1, 7)), [(2, 3, 4)], ["Each of the 2 samples has 12 numbers: x.reshape(2, 12)"]),
    ],
    ids=str,
)
def test_an_operation_is_mended(primitive, shapes, told):
    found = remedies(primitive, *shapes)
    assert [text.startswith(start) for text, start in zip(found, told, strict=False)] == [True]


def test_what_no_rule_knows_has_no_remedy():
    assert remedies(Add(), (2, 3), (4, 5)) == []
