"""A graph run step after step: its turns, what each leaves, and attributes that do not fit."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.primitives import Scan

ROWS = np.array([1.0, 10.0, 100.0])


def scan_of(*, reverse=False):
    """s <- 2 s + x, and s x of each step, as the primitive."""
    graph = pc.capture(
        lambda s, x: pc.scan(lambda s, x: (2.0 * s + x, s * x), s, x, reverse=reverse)
    )(np.array(1.0), ROWS)
    (scan,) = (n.primitive for n in graph.nodes if isinstance(n.primitive, Scan))
    return scan


@pytest.mark.parametrize(("reverse", "order"), [(False, [0, 1, 2]), (True, [2, 1, 0])])
def test_each_turn_takes_what_the_one_before_left(reverse, order):
    turns = list(scan_of(reverse=reverse).turns([np.array(1.0), ROWS]))
    assert [t for t, _, _ in turns] == order
    state = 1.0
    for t, given, (left, result) in turns:
        assert [float(x) for x in given] == [state, ROWS[t]]
        assert (float(left), float(result)) == (2 * state + ROWS[t], state * ROWS[t])
        state = float(left)


def test_what_it_takes_and_gives_is_told():
    scan = scan_of()
    assert scan.takes() == [(), (3,)]
    assert [shape for _, shape in scan.gives()] == [(), (0,), (0,), (3,)]
    with pytest.raises(ShapeError, match=r"scan: inputs of shapes \(\), \(2,\)\. Its body takes"):
        scan.shape((), (2,))
    with pytest.raises(DTypeError, match="scan: inputs of float32, float64"):
        scan.dtype(np.dtype("f4"), np.dtype("f8"))


def test_attributes_that_do_not_fit_the_body_are_refused():
    body = scan_of().body
    for steps, constants, carries in ((0, 0, 1), (3, -1, 1), (3, 2, 1)):
        with pytest.raises(OptionError, match="There is at least one step"):
            Scan(body, steps, constants, carries, False, (), ())
    with pytest.raises(OptionError, match="before or after is"):
        Scan(body, 3, 0, 1, False, (1,), ())
    with pytest.raises(OptionError, match="Each step leaves what the next one takes"):
        Scan(pc.capture(lambda s: (s > 0.0,))(np.array(1.0)), 3, 0, 1, False, (), ())
