"""An explanation in a real kernel, as a notebook runs it: tables and pictures."""

import warnings
from collections.abc import Mapping
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="notebooks are run by nbclient: the extra dev")
nbclient = pytest.importorskip("nbclient", reason="notebooks are run by nbclient: the extra dev")
pytest.importorskip("ipykernel", reason="a kernel of Python is needed: the extra dev")
pytest.importorskip("graphlay", reason="graphs are placed by graphlay: the extra explain")

CELLS = (
    "import numpy as np\nimport pellucid as pc\nfrom pellucid import functional, nn",
    "rng = pc.Generator(0)\n"
    "model = nn.Sequential(nn.Linear(4, 3, rng=rng.child()), nn.Linear(3, 2, rng=rng.child()))\n"
    "x = rng.normal(0.0, 1.0, (5, 4)).numpy()\n"
    "seen = pc.explain(model, x, np.array([0, 1, 0, 1, 1]), loss=functional.cross_entropy)\n"
    "seen",
    "seen.graph()",
    "seen.layers",
    'seen.derivation("0.weight")',
    'seen.routes("0.weight")',
    "seen.beside(seen)",
    'seen.backward_pass("columns")',
)
SECONDS = 120  # for a cell, of a machine that is busy


@pytest.fixture(scope="module")
def shown() -> list[Mapping[str, Any]]:
    """What each cell shows, by kind; the kernel has this Python, and finds what this one finds."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with warnings.catch_warnings():  # of the libraries that run it
        warnings.simplefilter("ignore")
        nbclient.NotebookClient(notebook, timeout=SECONDS, kernel_name="python3").execute()
    return [cell.outputs[-1].data if cell.outputs else {} for cell in notebook.cells]


def test_an_explanation_shows_its_tables_and_its_graph(shown: list[Mapping[str, Any]]) -> None:
    page = shown[1]["text/html"]
    assert page.count("<table") == 2
    assert 'class="pellucid-graph"' in page
    assert "y = x W + b" in page


def test_the_backward_pass_is_set_as_formulas(shown: list[Mapping[str, Any]]) -> None:
    assert r"\mathrm{d}W^{[1]} &=" in shown[7]["text/latex"]


def test_a_graph_shows_itself_as_a_picture(shown: list[Mapping[str, Any]]) -> None:
    picture = shown[2]["image/svg+xml"]
    assert picture.startswith("<svg")
    assert picture.count('class="box"') == 6  # x, t, two layers, the loss, its number


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (3, ("weight (4, 3), bias (3,)", "weight (3, 4), bias (3, 1)")),
        (4, ("0.weight: float32[4,3]", "central difference", "db = a^T dy")),
        (5, ("routes lead to the result.", "rms", "%")),
        (6, ("moved by",)),
    ],
    ids=["layers", "derivation", "routes", "comparison"],
)
def test_parts_show_themselves_as_tables(
    shown: list[Mapping[str, Any]], cell: int, told: tuple[str, ...]
) -> None:
    page = shown[cell]["text/html"]
    assert "<table" in page
    assert [text for text in told if text not in page] == []
    assert "text/plain" in shown[cell]  # where no HTML is shown
