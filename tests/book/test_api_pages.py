"""The reference has every public name, with what it says of itself."""

import pytest

pytest.importorskip("sphinx", reason="the book is made by Sphinx: the extra dev")
import api_pages
import primitive_table
from contents import API

import pellucid as pc
from pellucid import nn


def test_every_public_name_has_an_entry() -> None:
    pages = api_pages.pages()
    for module in API:
        names = api_pages.public(module)
        missing = [name for name in names if f":: {name}" not in pages[f"api/{module}.rst"]]
        assert names
        assert missing == []
    assert {"grad", "compile", "tensor"} <= set(api_pages.public("pellucid"))
    assert "LSTM" in api_pages.public("pellucid.nn")


def test_a_class_shows_its_own_methods_and_those_of_hidden_bases() -> None:
    shown = [name for name, _, _ in api_pages.members(nn.Linear)]
    assert "forward" in shown
    assert "state_dict" not in shown
    assert "state_dict" in [name for name, _, _ in api_pages.members(nn.Module)]


def test_signatures_are_short() -> None:
    assert api_pages.signature(nn.ReLU) == "()"
    assert api_pages.signature(pc.Tensor.reshape, is_method=True).startswith("(*")
    assert "rng: ~pellucid.random.Generator | None = None" in api_pages.signature(nn.Linear)


def test_every_primitive_has_a_row() -> None:
    page = primitive_table.pages()["primitives.rst"]
    for kind in pc.PRIMITIVES:
        assert f"* - ``{kind.name}``: " in page
    assert "``y = a b``" in page
    assert "``da = dy b,  db = dy a``" in page
