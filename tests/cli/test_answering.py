"""Answers of a model as rows: the class and its probabilities, as many as a line holds."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from pellucid.cli import answering
from pellucid.cli.answering import Answering, answers, as_record, words_in
from pellucid.errors import OptionError

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


def test_a_folder_stands_for_the_pictures_in_it(tmp_path: Path) -> None:
    (tmp_path / "more" / "deep").mkdir(parents=True)
    (tmp_path / "none").mkdir()
    for name in ("b.png", "more/a.jpg", "more/deep/c.png", ".hidden", "none/notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "more" / "around").symlink_to(tmp_path)
    found = words_in(CLASSES, ["x.png", str(tmp_path)])
    names = [str(Path(word).relative_to(tmp_path)) for word in found[1:]]
    assert found[0] == "x.png"
    assert names == ["b.png", "more/a.jpg", "more/deep/c.png"]
    with pytest.raises(OptionError, match="none holds no picture"):
        words_in(CLASSES, [str(tmp_path / "none")])
    assert words_in(replace(CLASSES, first="numbers"), [str(tmp_path)]) == [str(tmp_path)]


def test_a_row_of_csv_has_every_number_as_it_is() -> None:
    two = replace(CLASSES, names=("a", "b"))

    def row(answering: Answering, numbers: list[float] | list[list[float]]) -> dict[str, object]:
        return as_record({"": answering}, {"": np.array([numbers])}, 0, "x")

    third = 1 / 3
    found = row(two, [third, 1 - third])
    assert found == {"picture": "x", "class": "b", "p(a)": third, "p(b)": 1 - third}
    assert row(two, [[0.2, 0.8], [0.9, 0.1]]) == {"picture": "x", "classes": "b a"}
    numbers = replace(two, names=())
    assert row(numbers, [[0.25], [4.0]]) == {"picture": "x", "y0": 0.25, "y1": 4.0}
    outputs = {"kind": np.array([[0.25, 0.75]]), "age": np.array([[4.0]])}
    both = as_record({"kind": two, "age": numbers}, outputs, 0, "x")
    assert list(both) == ["picture", "kind class", "kind p(a)", "kind p(b)", "age y0"]
