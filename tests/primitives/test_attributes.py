"""Attributes have one form, whoever makes the primitive, and fit the inputs before a run."""

from dataclasses import Field, fields, replace

import numpy as np
import pytest
from sample import Sample
from samples import SAMPLES

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import GraphError, OptionError, PellucidError, ShapeError
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import DType, Shape

F4 = np.dtype(np.float32)
WHOLE = [True, np.True_, 1.0, 0.5, "1", None, (1,), [1], 2**63, -(2**63) - 1, np.uint64(2**63)]
WHOLE += [1j, np.array(1), np.timedelta64(1), b"1", float("nan")]
WRONG = {
    int: WHOLE,
    Shape: [1, None, "ab", {0, 1}, np.zeros(2, np.int64), *((each,) for each in WHOLE)],
    float: [True, None, "1.0", (1.0,), 1j, 2**63, np.array(1.0), np.True_],
    DType: [None, 1, "float17", (np.float32,), [("a", "f4")], object(), b"f4"],
}


def samples_with_attributes():
    """One sample for each primitive that has attributes."""
    found = {type(s.primitive): s for s in SAMPLES if fields(s.primitive)}
    assert set(found) == {cls for cls in p.PRIMITIVES if fields(cls)}
    return found.values()


ATTRIBUTES = [
    (s.primitive, field) for s in samples_with_attributes() for field in fields(s.primitive)
]


def short(part):
    """A name for a test: the same in every process."""
    return part.name if isinstance(part, Field | Sample) else str(part)


AXES = [s for s in samples_with_attributes() if hasattr(s.primitive, "axis")]


@pytest.mark.parametrize(("primitive", "field"), ATTRIBUTES, ids=short)
def test_an_attribute_of_another_kind_is_refused_where_the_primitive_is_made(primitive, field):
    for value in WRONG[field.type]:
        with pytest.raises(
            OptionError, match=rf"{primitive.name}: attribute {field.name} is .* It"
        ):
            replace(primitive, **{field.name: value})


@pytest.mark.parametrize(("primitive", "field"), ATTRIBUTES, ids=short)
def test_an_attribute_has_one_form(primitive, field):
    value = getattr(primitive, field.name)
    others = {
        int: [np.int64, np.int32],
        Shape: [list, lambda v: tuple(np.int64(n) for n in v)],
        float: [np.float64 if isinstance(value, float) else np.int64],
        DType: [str, lambda v: v.type],
    }
    for form in others[field.type]:
        again = replace(primitive, **{field.name: form(value)})
        assert (str(again), hash(again)) == (str(primitive), hash(primitive))
        assert again == primitive


@pytest.mark.parametrize("sample", AXES, ids=short)
def test_an_axis_that_is_not_there_is_refused_by_apply_and_by_the_checker(sample):
    inputs = [np.asarray(x) for x in sample.inputs]
    values = tuple(Value(f"x{i}", x.shape, x.dtype) for i, x in enumerate(inputs))
    several = isinstance(sample.primitive.axis, tuple)
    for axis in (-1, -2, 9, 2**62, -(2**63)):
        wrong = replace(sample.primitive, axis=(axis,) if several else axis)
        with pytest.raises(ShapeError, match=rf"{wrong.name}.*{axis}"):
            pc.apply(wrong, *inputs)
        with pytest.raises(GraphError, match=rf"breaks a rule\. {wrong.name}"):
            Graph(values, (), (Node(wrong, values, Value("y", (), F4)),), ()).check()


@pytest.mark.parametrize("axis", [(0, 0), (1, 0), (0, 1, 1), (0, 2)])
@pytest.mark.parametrize("kind", [p.Sum, p.Max, p.Min, p.Prod, p.Flip])
def test_axes_stand_in_order_and_once(kind, axis):
    with pytest.raises(ShapeError, match=rf"{kind.name}: axis .* of shape \(2, 3\)"):
        pc.apply(kind(axis), np.ones((2, 3), np.float32))


# Each of these ran, with wrong numbers or beside the memory of its inputs, or raised bare errors.
TEXTS = [
    "int64[2,1] = argmin(axis=-2) of (x)",
    "float32[2,3] = cumulative_sum(axis=-2) of (x)",
    "float32[2,3] = flip(axis=(-1,)) of (x)",
    "float32[2,3] = flip(axis=(1, 1)) of (x)",
    "float32[2,3] = flip(axis=(2,)) of (x)",
    "float32[1,3] = sum(axis=(0, 0)) of (x)",
    "float32[2,3] = sum(axis=(5,)) of (x)",
    "float32[2,3,4] = scatter_add(axis=3, size=4) of (x, none)",
    "float32[-1,3] = scatter_add(axis=0, size=-1) of (x, i)",
    "float32[2,2] = take(axis=-1) of (x, i)",
    "float32[2,2] = take(axis=7) of (x, i)",
    "int64[1] = argmax(axis=3) of (x)",
    "float32[2,2,2] = windows(axis=(1,), size=(2, 2), stride=(1,), dilation=(1,)) of (x)",
    "float32[2,2,2] = windows(axis=(1,), size=(2,), stride=(), dilation=(1,)) of (x)",
    "uint32[4] = random_bits(to=(4, -1), bits=8) of (key, draw)",
    "float32[2,3] = broadcast_to(to=(-1, 2, 3)) of (x)",
    "float32[3,2] = concat(axis=-1) of (x)",
    "float32[2,3] = cast(to=object) of (x)",
    "float32[2,3] = pad(before=(0, 0), after=(0, 0), interior=(0, 0), value=True) of (x)",
    "float32[0] = arange(start=0, step=1, count=-1, of=float32) of ()",
    "float32[9] = reshape(to=(2, 3.0)) of (x)",
    "float32[2,3] = add() of (x)",
    "float32[2,3] = concat(axis=0) of ()",
    "float32[2,3] = exp() of (x, x)",
    "float32[2,3] = exp(1) of (x)",
    "float32[1,3] = sum((0,), axis=(0,)) of (x)",
    "float32[1,3] = sum()(axis=(0,)) of (x)",
    "float32[1,3] = sum(axis=(0,), axis=(0,)) of (x)",
    f"float32[1,3] = sum(axis={'(' * 150}0{')' * 150}) of (x)",
    f"float32[1,3] = sum(axis={'-' * 15_000}1) of (x)",
    f"float32[1,3] = sum(axis={'((' * 15_000}) of (x)",
]
# Sizes that no array has.
TEXTS += [
    "float32[4611686018427387904,2,3] = broadcast_to(to=(4611686018427387904, 2, 3)) of (x)",
    "float32[0] = broadcast_to(to=(0, 4294967296, 4294967296, 2, 3)) of (x)",
    f"float32[{','.join('1' * 65)}] = broadcast_to(to=({', '.join('1' * 65)})) of (one)",
    "float32[2] = arange(start=0.0, step=1.0, count=9223372036854775807, of=float32) of ()",
    "uint32[1] = random_bits(to=(4294967296, 4294967296), bits=8) of (key, draw)",
    "float32[1] = pad(before=(9223372036854775807, 0), after=(9223372036854775807, 0), "
    "interior=(0, 0), value=0.0) of (x)",
]
HEAD = "graph(x: float32[2,3], i: int64[2], none: int64[], key: uint32[2], draw: uint32[], "
HEAD += "one: float32[])"


@pytest.mark.parametrize("node", TEXTS)
def test_a_graph_that_breaks_a_rule_is_refused_where_it_is_read(node):
    with pytest.raises(GraphError):
        pc.parse(f"{HEAD}\n  y: {node}\n  return y")


@pytest.mark.parametrize(
    "sizes", ["9223372036854775807", "0,4294967296,4294967296", "1," * 64 + "1"]
)
def test_an_input_that_no_array_can_be_is_refused(sizes):
    with pytest.raises(GraphError, match="no array can be the input x"):
        pc.parse(f"graph(x: float32[{sizes}])\n  return x")


def test_steps_beyond_an_axis_of_one_window_are_allowed():
    x = np.arange(6.0).reshape(2, 3)
    y = pc.apply(p.Windows((1,), (3,), (2**63 - 1,), (1,)), x)
    np.testing.assert_array_equal(y.numpy(), x.reshape(2, 1, 3))
    y = pc.apply(p.Windows((1,), (1,), (2,), (2**63 - 1,)), x)
    np.testing.assert_array_equal(y.numpy(), x[:, ::2, None])


def test_the_attributes_of_other_kinds_are_the_affair_of_their_primitive():
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Named(p.Elementwise):
        """x, with a word."""

        word: str

        def forward(self, xp, x):
            return x

    assert str(Named("left")) == "named(word='left')"
    with pytest.raises(PellucidError):
        pc.apply(Named("left"), 1.0, 2.0)


@pytest.mark.parametrize(
    "factor", [-1.0, 0.0, -0.0, 3.0, 2.0**65, 2.0**-65, 5e-324, np.inf, np.nan]
)
def test_a_factor_that_a_bell_curve_cannot_have_is_refused(factor):
    with pytest.raises(
        OptionError, match=r"gaussian: factor .*\. It is a power of two from 2\^-64"
    ):
        p.Gaussian(factor)


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("power", [-32, -7, 3, 32])
def test_a_bell_curve_of_any_factor_is_one_of_factor_1_stretched(power, dtype, executor):
    x = np.linspace(-30, 30, 4001).astype(dtype)
    # Powers of two change no digit: the bits are the same.
    curves = [
        pc.compile(lambda x, factor=factor: pc.apply(p.Gaussian(factor), x), executor=executor)
        for factor in (1.0, 4.0**power)
    ]
    stretched = x * x.dtype.type(2.0**-power)
    np.testing.assert_array_equal(curves[1](stretched).numpy(), curves[0](x).numpy())
