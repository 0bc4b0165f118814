"""Runs that belong together."""

from pathlib import Path

from pellucid.archive.entry import Entry
from pellucid.archive.grouped import GROUP_FILE, groups_of


def test_runs_without_a_group_are_in_none(tmp_path: Path) -> None:
    assert groups_of([Entry("a", tmp_path / "a", measures={"x": 1.0})]) == {}
    (tmp_path / GROUP_FILE).write_text("{}")
    assert groups_of([Entry("a", tmp_path / "a")]) == {}  # it has measured nothing
