"""Model cards say what is known of a run."""

from pathlib import Path

import pytest

from pellucid.archive.card import card, write_card
from pellucid.archive.entry import Entry
from pellucid.errors import FileError


def test_a_card_tells_what_is_known(shelf: Path) -> None:
    file = write_card(shelf / "sine-mlp-1")
    text = file.read_text()
    assert file == shelf / "sine-mlp-1/MODEL.md"
    assert text.startswith("# sine-mlp-1\n")
    assert "| validation loss | 0.4432 |" in text
    assert "| l2 | 0.01 |" in text
    assert "| kept epoch | 4 |" in text
    assert "not known here" in text


def test_of_a_present_run_it_tells_where_it_comes_from() -> None:
    begin = {"time": "2026-01-02T03:04:05Z", "command": ["pellucid", "train"], "numpy": "2.4"}
    session = begin | {"end": {"seconds": 200.0, "parameters": 12, "weights": "the last"}}
    text = card(Entry("a", Path("a"), sessions=(session,), note="the first"))
    assert "| trained for | 3 min 20 s |" in text
    assert "| command | pellucid train |" in text
    assert "| started | 2026-01-02T03:04:05Z |" in text
    assert "\nthe first\n" in text


def test_what_stands_there_is_never_overwritten(shelf: Path) -> None:
    (shelf / "pets/MODEL.md").write_text("mine")
    with pytest.raises(FileError, match=r"there is a MODEL\.md already"):
        write_card(shelf / "pets")


def test_words_are_no_markup_and_damaged_runs_have_no_card() -> None:
    text = card(Entry("a|b<c", Path("a"), settings={"x|": "y z"}))
    assert text.startswith("# a\\|b&lt;c\n")
    assert "| x\\| | y z |" in text
    with pytest.raises(FileError, match="broken"):
        card(Entry("a", Path("a"), fault="broken"))
