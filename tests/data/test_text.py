"""Text files become windows of characters; what is not UTF-8 is named by its byte."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data import Vocabulary, read_text, text_parts, text_windows
from pellucid.errors import DataError, FileError, OptionError


def write(folder: Path, content: bytes) -> Path:
    path = folder / "book.txt"
    path.write_bytes(content)
    return path


def test_a_text_is_read_as_it_stands_without_its_mark(tmp_path: Path) -> None:
    assert read_text(write(tmp_path, "\ufeffGrüße\r\n".encode())) == "Grüße\r\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ok\nGr\xfc\xdfe", r"byte 0xfc at position 5 \(line 2\) is not UTF-8: invalid start"),
        (b"abc\xe2\x82", r"byte 0xe2 at position 3 \(line 1\) is not UTF-8: unexpected end"),
    ],
)
def test_a_byte_that_is_not_utf8_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read_text(write(tmp_path, content))


def test_files_that_cannot_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(FileError, match="not a regular file"):
        read_text(tmp_path)
    monkeypatch.setattr("pellucid.data.text.MAX_BYTES", 3)
    with pytest.raises(FileError, match=r"4 bytes\. At most 3"):
        read_text(write(tmp_path, b"four"))


def test_a_vocabulary_goes_there_and_back() -> None:
    letters = Vocabulary.of("eine süße Katze 🐈")
    text = "süße 🐈"
    assert letters.decode(letters.encode(text)) == text
    assert list(letters.characters) == sorted(letters.characters)
    assert Vocabulary("zyx").encode("xzy").tolist() == [2, 0, 1]
    assert letters.encode("").size == 0
    with pytest.raises(DataError, match="character 'X' at position 1 is not among the 12"):
        letters.encode("eXe")
    with pytest.raises(DataError, match=r"character '\\udcff' at position 0"):
        letters.encode("\udcff")
    with pytest.raises(DataError, match=r"id 12\. Ids go from 0 to 11"):
        letters.decode([12])


@pytest.mark.parametrize("characters", ["", "a", "aba"])
def test_what_is_no_vocabulary_is_refused(characters: str) -> None:
    with pytest.raises(OptionError, match="at least 2 characters, each once"):
        Vocabulary(characters)


def test_windows_hold_the_next_character_at_each_place() -> None:
    letters = Vocabulary("abcdefghij")
    data = text_windows("abcdefghij", letters, 3, stride=2)
    assert ["".join(letters.decode(row)) for row in data.features] == ["abc", "cde", "efg", "ghi"]
    assert ["".join(letters.decode(row)) for row in data.labels] == ["bcd", "def", "fgh", "hij"]
    assert data.form.vocabulary == data.classes == 10


def test_without_a_stride_every_character_is_guessed_once() -> None:
    text = "the quick brown fox jumps over it"
    data = text_windows(text, letters := Vocabulary.of(text), 4)
    assert letters.decode(data.labels.reshape(-1)) == text[1:]


def test_the_parts_are_contiguous_and_share_the_vocabulary(tmp_path: Path) -> None:
    text = "abcdefghij" * 20
    parts = text_parts(write(tmp_path, text.encode()), 7, (0.8, 0.1, 0.1))
    train, validation, test = parts.parts
    assert [part.name for part in parts.parts] == [
        "book.txt train",
        "book.txt validation",
        "book.txt test",
    ]
    assert parts.vocabulary.decode(train.features.reshape(-1)) == text[: 22 * 7]
    assert parts.vocabulary.decode(validation.features[0]) == text[160:167]
    assert parts.vocabulary.decode(test.features[0]) == text[180:187]
    assert {part.vocabulary for part in parts.parts} == {10}
    np.testing.assert_array_equal(train.features[:, 1:], train.labels[:, :-1])


@pytest.mark.parametrize(
    ("content", "options", "error", "message"),
    [
        (b"aaaa", {}, DataError, "1 different characters"),
        (b"", {}, DataError, "0 different characters"),
        (b"ab" * 20, {"length": 8}, DataError, "'book.txt validation' has 4 .*of 8 need 9"),
        (b"ab" * 20, {"length": 0}, OptionError, "length 0"),
        (b"ab" * 20, {"fractions": (0.5, 0.4)}, OptionError, r"\(0.5, 0.4\)"),
        (b"ab" * 20, {"fractions": (1.0,)}, OptionError, r"\(1.0,\)"),
    ],
)
def test_a_text_that_gives_no_windows_is_refused(
    tmp_path: Path, content: bytes, options: dict[str, Any], error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        text_parts(write(tmp_path, content), **options)


def test_characters_outside_the_vocabulary_are_refused() -> None:
    with pytest.raises(DataError, match="'c' at position 2"):
        text_windows("abc", Vocabulary("ab"), 1)
