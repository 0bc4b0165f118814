"""The index of a folder of shards comes from strangers: each field is checked."""

import json
from pathlib import Path
from typing import Any

import pytest

from pellucid.data.shard_index import INDEX, ShardFile, ShardIndex
from pellucid.errors import FileError

GOOD = ShardIndex(
    "pets",
    2,
    0,
    ("cat", "dog"),
    (),
    (ShardFile("f.npy", 3, "01"),),
    ShardFile("t.npy", 3, "02"),
    (),
)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    GOOD.write(tmp_path)
    assert ShardIndex.read(tmp_path) == GOOD


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "other"}, "no index of shards"),
        ({"version": 2}, "version 2. This pellucid reads version 1"),
        ({"name": 3}, "damaged: name is '3'"),
        ({"classes": -1}, "damaged: classes is '-1'"),
        ({"classes": True}, "damaged: classes is 'True'"),
        ({"class_names": ["a", 1]}, "damaged: class_names is"),
        ({"features": [{"file": "../f.npy", "samples": 3, "checksum": ""}]}, "file is '../f.npy'"),
        ({"features": [{"file": "a\\f.npy", "samples": 3, "checksum": ""}]}, "damaged: file is"),
        ({"features": [{"file": "f.npy", "checksum": ""}]}, "damaged: samples is 'None'"),
        ({"labels": None}, "damaged: labels is 'None'"),
    ],
    ids=str,
)
def test_a_field_that_is_wrong_is_named(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    GOOD.write(tmp_path)
    held = json.loads((tmp_path / INDEX).read_text())
    (tmp_path / INDEX).write_text(json.dumps(held | change))
    with pytest.raises(FileError) as found:
        ShardIndex.read(tmp_path)
    assert f"sharded_set {tmp_path / INDEX}: " in str(found.value)
    assert said in str(found.value)


def test_a_file_that_is_no_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        FileError, match=r"there is no such file\. A folder of shards is written by"
    ):
        ShardIndex.read(tmp_path)
    for text, said in (("{", "damaged: Expecting"), ("[]", "no index of shards")):
        (tmp_path / INDEX).write_text(text)
        with pytest.raises(FileError, match=said):
            ShardIndex.read(tmp_path)
    (tmp_path / INDEX).unlink()
    (tmp_path / INDEX).mkdir()
    with pytest.raises(FileError, match="Is a directory"):
        ShardIndex.read(tmp_path)
