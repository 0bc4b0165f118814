"""States as named arrays: copies, and loading all of it or nothing."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import OptionError, StateError
from pellucid.state import Loaded, copies, held, restore


def variables():
    return {"a": pc.Parameter([1.0, 2.0]), "b": pc.Parameter([[3.0]])}


def test_copies_do_not_follow_and_what_is_held_is_the_array_itself():
    own = variables()
    before = copies(own)
    own["a"].assign([5.0, 6.0])
    assert before["a"].tolist() == [1.0, 2.0]
    with held(own) as now:
        assert now["a"].tolist() == [5.0, 6.0]


def test_a_state_goes_back_whole():
    own = variables()
    state = {"b": np.array([[8.0]], np.float32), "a": pc.tensor([7.0, 9.0])}
    found = restore("m", own, state, strict=True)
    assert found == Loaded(("a", "b"), (), ())
    assert own["a"].tolist() == [7.0, 9.0]
    assert own["b"].tolist() == [[8.0]]


def test_a_loose_state_leaves_alone_what_one_side_lacks():
    own = variables()
    found = restore("m", own, {"a": np.zeros(2, "f4"), "c": np.zeros(1)}, strict=False)
    assert found == Loaded(("a",), ("c",), ("b",))
    assert str(found) == "loaded 1: a\nleft 1: c\nmissing 1: b"
    assert own["b"].tolist() == [[3.0]]


def test_everything_that_does_not_fit_is_told_and_nothing_is_loaded():
    own = variables()
    with pytest.raises(StateError) as told:
        restore("m", own, {"a": np.zeros((2, 1)), "c": np.zeros(1)}, strict=True)
    assert str(told.value).splitlines()[:5] == [
        "m: the state does not fit.",
        "  missing: b",
        "  unexpected: c",
        "  shape of a: (2, 1), here (2,)",
        "  dtype of a: float64, here float32",
    ]
    assert own["a"].tolist() == [1.0, 2.0]


def test_what_is_no_state_and_one_of_other_names_are_refused():
    with pytest.raises(OptionError, match=r"m: the state is .* It is a mapping from names"):
        restore("m", variables(), [1.0], strict=True)
    with pytest.raises(StateError, match=r"no name is the same\. In the state: c; here: a, b"):
        restore("m", variables(), {"c": np.zeros(1)}, strict=False)
