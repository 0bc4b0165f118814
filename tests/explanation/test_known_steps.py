"""What is known of a forward pass: carries of loops, and the loops that symbols are of."""

import numpy as np

import pellucid as pc
from pellucid.explanation.expressions import symbol
from pellucid.explanation.forward_pass import forward_steps
from pellucid.explanation.stepwise import moved
from pellucid.explanation.tape import taped


def loop(x, W):
    h, _ = pc.scan(lambda h, s: ((s + h @ W).tanh(), None), x[:, 0], x.permute_dims((1, 0, 2)))
    return h.sum()


def test_a_state_is_a_step_and_what_it_was_before_is_a_symbol_of_it():
    forward = forward_steps(taped(loop, np.zeros((5, 6, 3)), np.zeros((3, 3))))
    (own,) = forward.tape.loops
    ((before, after),) = own.carries
    assert forward.carries == {after: "state"}
    assert forward.reader.basis[before] is symbol(moved(after, -1), forward.closed[after].shape)
    assert forward.loop_of(symbol(f"d {after}", (5, 3))) is own
    assert forward.loop_of(symbol("x", (5, 6, 3))) is None
