"""The table of conventions: pellucid's column is measured, and everything in the table is read."""

import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "conventions"


@pytest.fixture(scope="module")
def table():
    sys.path.insert(0, str(TOOL))
    import measure

    yield measure
    sys.path.remove(str(TOOL))


@pytest.fixture(scope="module")
def ours(table):
    return table.measure("pellucid")


def test_the_document_says_what_pellucid_does(table, ours):
    name, answers = ours
    assert table.differing(table.Table({name: answers}), table.stored()) == []


def test_a_cell_that_differs_is_named(table, ours):
    name, answers = ours
    question = table.ROWS[0].question
    other = table.Table({name: {**answers, question: "another"}})
    (line,) = table.differing(other, table.stored())
    assert line.startswith(f"{name}, {question}: measured 'another', written ")


def test_an_answer_without_a_meaning_is_refused(table):
    with pytest.raises(ValueError, match="first_rate: "):
        table.ROWS[0].answer((3.0, 3.0))


def test_the_table_is_read_as_it_is_written(table):
    known = table.stored()
    written = table.DOCUMENT.read_text(encoding="utf-8")
    assert str(known) in written
    assert next(iter(known.columns)) == "pellucid"
    assert {q for column in known.columns.values() for q in column} == {
        row.question for row in table.ROWS
    }
