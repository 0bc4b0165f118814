"""Findings print, show themselves, and are records."""

import json

from pellucid.linter import Finding, Findings

SHAPE = Finding("a-b", "note", "a is b.", "layer 0", "1 < 2", "Do c.")
GRAVE = Finding("c-d", "error", "c is d.", "", "3 & 4", "Do e.")


def test_the_gravest_come_first() -> None:
    found = Findings((SHAPE, GRAVE), 7)
    assert list(found) == [GRAVE, SHAPE]
    assert found[0] is GRAVE
    assert found.codes == ("c-d", "a-b")
    assert found.of("note") == (SHAPE,)


def test_each_part_stands_on_a_line_of_its_own() -> None:
    assert str(Findings((SHAPE,), 7, "Looked at: x.")) == (
        "note: a is b.  [a-b]\n  where: layer 0\n  why: 1 < 2\n  remedy: Do c.\n"
        "7 checks: errors 0, warnings 0, notes 1\nLooked at: x."
    )


def test_what_has_no_place_says_none() -> None:
    assert "where" not in str(GRAVE)
    assert GRAVE.line == "error: c is d. Do e. [c-d]"
    assert SHAPE.line == "note: a is b. (layer 0) Do c. [a-b]"


def test_nothing_found_is_said_calmly() -> None:
    assert str(Findings((), 7)) == "nothing found in 7 checks"
    assert "nothing found in 7 checks" in Findings((), 7)._repr_html_()


def test_a_notebook_shows_a_table_with_everything_escaped() -> None:
    page = Findings((SHAPE, GRAVE), 7)._repr_html_()
    assert page.index("c is d.") < page.index("a is b.")
    assert "3 &amp; 4" in page
    assert "1 &lt; 2" in page


def test_a_program_reads_records() -> None:
    read = json.loads(Findings((SHAPE,), 7, "x").to_json())
    assert read["checks"] == 7
    assert read["findings"] == [
        {
            "code": "a-b", "severity": "note", "what": "a is b.", "where": "layer 0",
            "why": "1 < 2", "remedy": "Do c.",
        }
    ]  # fmt: skip
