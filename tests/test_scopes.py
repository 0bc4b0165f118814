"""The layer that operations belong to: nested, left again after errors, one for each thread."""

import threading

import pytest

from pellucid.errors import OptionError
from pellucid.scopes import current_scope, scope


def test_scopes_nest_and_are_left_again():
    assert current_scope() == ""
    with scope("encoder"):
        with scope("0"):
            assert current_scope() == "encoder.0"
            with scope("loss", absolute=True):
                assert current_scope() == "loss"
            assert current_scope() == "encoder.0"
        assert current_scope() == "encoder"
    assert current_scope() == ""


def test_an_error_leaves_the_scope_too():
    with pytest.raises(KeyError), scope("encoder"):
        raise KeyError
    assert current_scope() == ""


def test_threads_have_scopes_of_their_own():
    found = []
    with scope("encoder"):
        other = threading.Thread(target=lambda: found.append(current_scope()))
        other.start()
        other.join()
    assert found == [""]


def test_a_name_of_several_lines_is_refused():
    with pytest.raises(OptionError, match=r"scope: 'a\\nb'\. A name is one line"), scope("a\nb"):
        pass
