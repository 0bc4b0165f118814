"""Records: several arrays from one primitive, and an array in equal pieces."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.executors import EXECUTORS
from pellucid.primitives.parts import pack

X = np.random.default_rng(0).normal(size=(4, 6))


@pytest.mark.parametrize("executor", [None, *EXECUTORS])
@pytest.mark.parametrize(("count", "axis"), [(1, 0), (4, 0), (2, 0), (3, 1), (6, -1)])
def test_pieces_are_those_of_numpy(count, axis, executor):
    def run(x):
        return pc.split(x, count, axis=axis)

    run = run if executor is None else pc.compile(run, executor=executor)
    found = run(X)
    for y, expected in zip(found, np.split(X, count, axis=axis), strict=True):
        np.testing.assert_array_equal(y.numpy(), expected)


@pytest.mark.parametrize("axis", [0, 1])
def test_gradients_of_pieces_match_central_differences_to_second_order(axis):
    def some(x):
        first, second = pc.split(x, 2, axis=axis)
        return first.exp() * second + first

    pc.check_gradients(some, X)
    pc.check_gradients(lambda x: pc.split(x, 2, axis=axis)[1] ** 2.0, X)


def test_gradients_of_pieces_are_put_together_once():
    def loss(x):
        a, b, c = pc.split(x, 3, axis=1)
        return (a * b * c).sum()

    names = [node.primitive.name for node in pc.capture(pc.grad(loss))(X).nodes]
    assert names.count("concat") == 1
    assert "pad" not in names


def test_a_record_prints_and_is_read_back():
    graph = pc.capture(lambda x: pc.split(x, 2)[1])(X)
    assert "{float64[2,6], float64[2,6]}[] = split(axis=0, count=2, piece=(2, 6)) of (x)" in str(
        graph
    )
    assert pc.parse(str(graph)) == graph


def test_wrong_pieces_are_refused():
    with pytest.raises(ShapeError, match=r"split: 4 pieces along axis 1 of shape \(4, 6\)"):
        pc.split(X, 4, axis=1)
    with pytest.raises(ShapeError, match=r"split: 0 pieces"):
        pc.split(X, 0)
    with pytest.raises(ShapeError, match=r"split: 2 pieces of shape \(2, 5\) along axis 0"):
        pc.apply(p.Split(0, 2, (2, 5)), X)
    with pytest.raises(ShapeError, match=r"part: a record of shape \(4, 6\). It has no axes"):
        pc.apply(p.Part(0, (4, 6)), X)
    with pytest.raises(DTypeError, match=r"part: array 0 of float64. It takes a record"):
        pc.apply(p.Part(0, ()), X[0, 0])
    record = pc.apply(p.Split(0, 2, (2, 6)), X)
    with pytest.raises(DTypeError, match=r"part: array 2 of"):
        record.apply(p.Part(2, (2, 6)))
    with pytest.raises(ShapeError, match=r"part: array 1 has shape \(2, 6\), not \(6, 2\)"):
        record.apply(p.Part(1, (6, 2)))
    with pytest.raises(DTypeError, match="exp: not defined for"):
        record.apply(p.Exp())


SPLIT = "split(axis=0, count=2, piece=(1,)) of (x)"
PARTS = "{float32[], float32[0], float32[0]}[]"


def loop(start="h: float32[]", steps=2, reverse=False, before="()", body="return s", parts=PARTS):
    """The text of a graph with a loop over one carry."""
    counts = f"steps={steps}, constants=0, carries=1, reverse={reverse}"
    return (
        f"graph({start})\n a: {parts} = scan({counts}, before={before}, after=()) of (h)\n"
        f"  graph(s: float32[])\n  {body}\n return h"
    )


def test_arrays_too_large_for_a_record_are_refused():
    with pytest.raises(ShapeError, match=r"scan: one of its arrays is too large .* fewer steps"):
        pack("scan", [(np.dtype("float32"), (1 << 30,))])


TEXTS = {
    "graph(x: {float32[2]}[])\n return x": "is a record. Only nodes inside give and take it",
    f"graph(x: float32[2])\n a: {{float32[1], float32[1]}}[] = {SPLIT}\n return a": "is a record",
    f"graph(x: float32[2])\n a: {{float33[1]}}[] = {SPLIT}\n return x": "no dtype 'float33'",
    f"graph(x: float32[2])\n a: {{float32(1)}}[] = {SPLIT}\n return x": "is no array of a record",
    "graph(x: float32[2])\n a: {float32[2]}[] = constant [1]\n return x": "a record is no constant",
    "graph(x: float32[2])\n graph(y: int32[])\n return y\n return x": "belongs to no node",
    "graph(x: float32[2])\n a: {}[] = scan(steps=1) of (x)\n return x": "the body of the node",
    "graph(x: float32[2])\n" + "a: {}[] = scan(steps=1) of (x)\ngraph()\n" * 30: "a body within",
    loop(steps=0): "0 steps, 0 constants and 1 carries",
    loop(before="(1,)"): r"before or after is \(1,\)",
    loop(before="(0, 0)"): r"before or after is \(0, 0\)",
    loop(reverse=1): "2 steps, 0 constants",
    loop("h: float32[3]"): r"scan: inputs of shapes \(3,\). Its body takes \(\)",
    loop("h: int32[]"): "scan: inputs of int32. Its body takes float32",
    loop(body="b: float32[1] = exp() of (s)\n return b"): "another result than its rules",
    loop(body="b: float32[1] = reshape(to=(1,)) of (s)\n return b"): "the body carries s: float32",
    loop(parts="{float32[]}[]"): "states another result than its rules",
}


def test_a_loop_as_text_is_read():
    assert len(pc.parse(loop()).nodes) == 1


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_records_and_loops_that_are_wrong_are_refused(text):
    with pytest.raises(GraphError, match=TEXTS[text]):
        pc.parse(text)
