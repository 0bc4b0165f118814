"""Arguments of compiled functions: nests, floats, arrays of any strides, and what is none."""

from collections import namedtuple

import numpy as np
import pytest
from counting import counting

import pellucid as pc
from pellucid.errors import DTypeError, GraphError

Pair = namedtuple("Pair", ["first", "second"])


def test_arguments_nest_too(compiled):
    def f(pair, table):
        return pair.first + table["b"] - table["a"][0]

    found = compiled(f)(Pair(pc.tensor([5.0]), 0), {"a": (pc.tensor([1.0]),), "b": 2.0})
    assert found.tolist() == [6.0]


def test_python_floats_are_arguments_and_take_the_wider_dtype(compiled):
    f, captures = counting(lambda x, rate: x * rate)
    run = compiled(f)
    for rate in (0.5, 2.0):
        assert run(pc.tensor([2.0]), rate).tolist() == [2 * rate]
    assert len(captures) == 1
    assert run(np.array([2.0]), 0.1).numpy() == [0.2]
    assert run(np.array([2.0]), 0.1).dtype == np.float64


def test_arrays_with_any_strides_are_arguments(compiled):
    run = compiled(lambda a, b: a + b)
    a = np.broadcast_to(np.float32(1.5), (3, 4))
    b = np.arange(24, dtype=np.float32).reshape(4, 6)[:, ::2].T
    np.testing.assert_array_equal(run(a, b).numpy(), a + b)


@pytest.mark.parametrize("argument", [np.zeros(2, np.float16), np.zeros(2, complex)], ids=str)
def test_arrays_of_unknown_dtype_are_refused(compiled, argument):
    with pytest.raises(DTypeError, match="tensor: dtype"):
        compiled(lambda x: x)(argument)


@pytest.mark.parametrize("argument", [object(), {1, 2}, lambda: 0])
def test_arguments_of_unknown_kind_are_refused(compiled, argument):
    with pytest.raises(GraphError, match="an argument or result of type"):
        compiled(lambda x: x)(argument)


def test_arrays_that_cannot_be_written_or_are_empty_are_read():
    plus = pc.compile(lambda x: x + 1.0)
    frozen = np.arange(3, dtype=np.float32)
    frozen.flags.writeable = False
    np.testing.assert_array_equal(plus(frozen).numpy(), [1.0, 2.0, 3.0])
    assert plus(np.empty((0, 3), np.float32)).shape == (0, 3)
