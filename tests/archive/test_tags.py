"""Tags and notes of runs."""

from pathlib import Path

import pytest

from pellucid.archive.tags import Labels, labels, write_labels
from pellucid.errors import FileError, OptionError


def test_they_are_kept_and_come_once_in_their_order(tmp_path: Path) -> None:
    assert labels(tmp_path) == Labels()
    found = Labels(note="der erste \u4e00").with_tags(["b", "a", "b"], ["c"])
    write_labels(tmp_path, found)
    assert labels(tmp_path) == Labels(("b", "a"), "der erste \u4e00")
    assert found.with_tags(["b", "c"], ["a"]).tags == ("b", "c")


@pytest.mark.parametrize("word", ["", " ", "a,b", "a\nb"])
def test_what_is_no_tag_is_refused(word: str) -> None:
    with pytest.raises(OptionError, match=r"A tag is a word, without commas\."):
        Labels().with_tags([word])


@pytest.mark.parametrize("content", [b"", b"[]", b'{"tags": 3, "note": ""}', b'{"tags": []}'])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "labels.json").write_bytes(content)
    with pytest.raises(FileError, match=r"labels\.json: it is damaged"):
        labels(tmp_path)
