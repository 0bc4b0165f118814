"""Exceptions: the tree in the docstring is the one that there is; nearest words; their layer."""

import builtins
import re

import pytest

from pellucid import errors
from pellucid.errors import PellucidError, PositionError, closest, is_finite, located, nearest, some


def test_the_tree_is_that_of_the_docstring():
    written = dict(re.findall(r"[├└]── (\w+) +\((\w+)\)", errors.__doc__))
    found = {kind.__name__: kind for kind in PellucidError.__subclasses__()}
    assert found.keys() == written.keys()
    for name, builtin in written.items():
        assert found[name].__bases__ == (PellucidError, getattr(builtins, builtin))


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("learning-rate", "learning_rate"),
        ("LEARNING_RATE", "learning_rate"),
        ("learnign_rate", "learning_rate"),
        ("lr", "learning_rate"),
        ("mom", "momentum"),
        ("m", "momentum"),
        ("zzz", ""),
        (7, ""),
    ],
)
def test_the_word_that_was_meant_is_found(word, found):
    assert nearest(word, ["learning_rate", "momentum", "l2"]) == found


def test_the_known_words_are_named_in_their_order():
    assert closest("tahn", ("relu", "tanh")) == "Did you mean 'tanh'? Known: relu, tanh."
    assert closest("sine", ("relu", "tanh")) == "Known: relu, tanh."
    assert some(range(4), most=4) == "0, 1, 2, 3"
    assert some(range(5), most=4) == "0, 1, 2, 3, ..."


def test_the_layer_stands_in_front_once():
    error = PositionError("id 7, and there are 5.")
    assert located(error, "") is error
    inner = located(error, "block.table")
    assert (str(inner), inner.layer) == ("block.table: id 7, and there are 5.", "block.table")
    assert located(inner, "block") is inner


@pytest.mark.parametrize(
    ("number", "finite"),
    [(0, True), (-1.7e308, True), (10**309, False), (float("inf"), False), (float("nan"), False)],
)
def test_numbers_that_floats_hold_are_finite(number, finite):
    assert is_finite(number) is finite
