"""Names as a reader sees them, each with the step that it stands for."""

from pellucid.explanation.algebra import plus, times
from pellucid.explanation.expressions import symbol
from pellucid.explanation.renaming import Renaming
from pellucid.explanation.stepwise import at_step, moved, pinned

TEXTS = {"%1": "h", "%2": "z", "d %1": "dh", "d %2": "dz", "x": "x", "w": "W"}
H, Z, DH, DZ, W = (symbol(name, (5, 4)) for name in ("%1", "%2", "d %1", "d %2", "w"))
BEHIND = symbol("behind", (5, 4))


def names(x):
    renaming = Renaming(TEXTS, {"%1", "%2"}, {"behind": (plus(DZ, times(DH, Z)), 1)})
    found = renaming.renamed(x)
    waiting, texts = [found], set()
    while waiting:
        each = waiting.pop()
        waiting += each.inputs
        texts |= {each.head.text} if each.kind == "symbol" else set()
    return texts, renaming, found


def test_values_of_a_step_have_it_below_and_others_have_not():
    assert names(times(H, W))[0] == {"h_t", "W"}
    assert names(symbol(moved("%1", -1), (5, 4)))[0] == {"h_{t-1}"}
    assert names(pinned(symbol(moved("%1", -1), (5, 4)), 1))[0] == {"h_0"}
    assert names(pinned(H, 6))[0] == {"h_{6}"}


def test_slices_are_noted_with_their_axis():
    texts, renaming, _ = names(at_step(symbol("x", (5, 6, 4)), -2))
    assert texts == {"x_t"}
    assert renaming.slices == {"x": (1, True)}


def test_what_comes_from_the_step_behind_is_written_out_one_step_on():
    texts, _, found = names(plus(BEHIND, H))
    assert texts == {"h_t", "dz_{t+1}", "dh_{t+1}", "z_{t+1}"}
    assert len(found.inputs) == 3  # a sum in a sum is one sum
