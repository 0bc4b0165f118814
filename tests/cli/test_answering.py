"""Answers of a model as rows: the class and its probabilities, as many as a line holds."""

import io

import numpy as np
import pytest
from rich.console import Console

from pellucid.cli import answering
from pellucid.cli.answering import Answering, answers

CLASSES = Answering(
    sample=str,
    outputs=list,
    names=("golden retriever", *(f"kind {i}" for i in range(1, 10))),
    weights="",
    first="picture",
)
ANSWERS = np.array([[0.5, 0.3, 0.15, 0.05, *[0.0] * 6], [0.0, 0.01, *[0.0] * 7, 0.99]])
SHORT = """\
picture             class      p  then
a.png    golden retriever  0.500  kind 1 0.300, kind 2 0.150
long.png           kind 9  0.990  kind 1 0.010, golden retriever 0.000
"""


@pytest.mark.parametrize("columns", [None, 200, 80])
def test_probabilities_that_no_line_holds_are_those_of_the_likeliest(
    monkeypatch: pytest.MonkeyPatch, columns: int | None
) -> None:
    monkeypatch.setattr(answering, "terminal_width", lambda: columns)
    out = io.StringIO()
    table = answers(CLASSES, ["a.png", "long.png"], ANSWERS)
    Console(file=out, width=columns or 1000).print(table)
    lines = [line.split() for line in out.getvalue().splitlines()]
    if columns == 80:
        assert lines == [line.split() for line in SHORT.splitlines()]
    else:
        assert lines[0][-2:] == ["p(kind", "9)"]
        assert lines[1][-10:] == ["0.500", "0.300", "0.150", "0.050", *["0.000"] * 6]
