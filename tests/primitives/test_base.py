"""What a primitive is: its name, its inputs, its text, and the rules that all of them share."""

from dataclasses import dataclass

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.primitives.base import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT32,
    UINT8,
    Elementwise,
    Primitive,
    broadcast,
    holds,
    known_dtype,
    normal_axis,
    whole_sizes,
)


@dataclass(frozen=True)
class ScaledSum2D(Elementwise):
    """A user's own operation."""

    factor: float

    def forward(self, xp, a, b):
        return (a + b) * self.factor


class OfAny(Primitive):
    """An operation of any number of inputs."""

    def forward(self, xp, *inputs):
        return inputs[0]


def test_a_class_is_named_as_users_spell_it():
    assert ScaledSum2D.name == "scaled_sum2_d"
    assert str(ScaledSum2D(0.5)) == "scaled_sum2_d(factor=0.5)"


def test_the_number_of_inputs_is_that_of_its_forward_rule():
    assert (ScaledSum2D.arity, OfAny.arity) == (2, None)
    with pytest.raises(OptionError, match=r"scaled_sum2_d: 3 inputs\. It takes 2"):
        ScaledSum2D(1.0).output([(), (), ()], [FLOAT32] * 3)


def test_inputs_of_one_dtype_broadcast():
    assert ScaledSum2D(1.0).output([(4, 1), (3,)], [FLOAT32, FLOAT32]) == ((4, 3), FLOAT32)
    with pytest.raises(DTypeError, match="float32 with float64"):
        ScaledSum2D(1.0).output([(), ()], [FLOAT32, FLOAT64])
    with pytest.raises(OptionError, match="no inputs"):
        OfAny().dtype()


def test_rules_that_are_not_written_are_asked_for():
    with pytest.raises(NotImplementedError, match="OfAny must define shape"):
        OfAny().shape((1,))
    with pytest.raises(NotImplementedError, match="Primitive must define forward"):
        Primitive().forward(np)


def test_without_a_rule_there_is_no_gradient():
    x = pc.tensor([1.0, 2.0], requires_grad=True)
    pc.apply(ScaledSum2D(3.0), x, x * 2.0).sum().backward()
    assert x.grad is None or not x.grad.numpy().any()


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [([(2, 1), (3,)], (2, 3)), ([(), (0,)], (0,)), ([(1, 0), (5, 1)], (5, 0)), ([], ())],
)
def test_shapes_broadcast_as_numpys(shapes, expected):
    assert broadcast("f", shapes) == expected
    assert np.broadcast_shapes(*shapes) == expected


def test_shapes_that_do_not_broadcast_are_named():
    with pytest.raises(ShapeError, match=r"f: shapes \(2,\) and \(3,\) do not broadcast"):
        broadcast("f", [(2,), (3,)])


@pytest.mark.parametrize(
    ("dtype", "number", "expected"),
    [
        (UINT8, 255, True), (UINT8, 256, False), (UINT8, -1, False), (INT32, 2**31, False),
        (INT32, float("nan"), False), (BOOL, 1, True), (BOOL, 2, False), (FLOAT32, 0.1, True),
    ],
)  # fmt: skip
def test_a_dtype_has_a_number_or_not(dtype, number, expected):
    assert holds(dtype, number) is expected


@pytest.mark.parametrize("wrong", ["complex64", "float16", None, "nonsense"])
def test_dtypes_that_tensors_have_not_are_refused(wrong):
    with pytest.raises(DTypeError, match=r"f: dtype .* Known are bool, uint8"):
        known_dtype("f", wrong)


def test_axes_count_from_both_ends():
    assert [normal_axis("f", i, 3) for i in (-3, -1, 0, 2)] == [0, 2, 0, 2]
    with pytest.raises(ShapeError, match=r"f: axis -4 of an array with 3 axes.* -3 and 2"):
        normal_axis("f", -4, 3)


def test_sizes_are_whole_numbers_of_any_kind():
    assert whole_sizes("f", [np.int64(2), 3, True]) == (2, 3, 1)
    with pytest.raises(ShapeError, match=r"f: sizes \(2\.0,\)\. They are whole numbers"):
        whole_sizes("f", [2.0])
