"""A scan put together from tensors: what it takes, and what of it can be taken out."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.primitives import Scan
from pellucid.primitives.loop import SymbolicLoop
from pellucid.primitives.symbols import symbol

FACTOR, START, ROWS = pc.tensor(3.0), pc.tensor(1.0), pc.tensor([1.0, 10.0, 100.0])


@pytest.mark.parametrize(
    ("reverse", "states"), [(False, [1.0, 4.0, 22.0, 166.0]), (True, [1.0, 103.0, 319.0, 958.0])]
)
def test_what_a_loop_leaves_finds_and_gives_can_be_taken_out(reverse, states):
    c, s, x = (symbol(v) for v in (FACTOR, START, ROWS[0]))
    loop = SymbolicLoop(Scan, 3, reverse, [(c, FACTOR)], [(s, START)], [(x, ROWS)])
    left, squared = c * s + x, s * s
    found = loop.scanned([left], [squared, left, squared], before=[0], after=[0])
    order = slice(None, None, -1 if reverse else 1)
    # By hand: s <- 3 s + x.
    assert found.final(0).item() == states[-1]
    assert found.before(0).tolist() == states[:-1][order]
    assert found.after(0).tolist() == states[1:][order]
    assert found.stacked(left).tolist() == states[1:][order]
    assert found.stacked(squared).tolist() == [n * n for n in states[:-1]][order]


def test_a_result_that_is_wanted_twice_is_given_once():
    s, x = symbol(START), symbol(ROWS[0])
    loop = SymbolicLoop(Scan, 3, False, carries=[(s, START)], sequences=[(x, ROWS)])
    y = s + x
    assert len(loop.scanned([y], [y, y]).scan.results) == 1
    assert np.array_equal(loop.scanned([y], [y]).result(0).numpy(), [2.0, 12.0, 112.0])
