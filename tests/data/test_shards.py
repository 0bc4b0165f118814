"""Folders of shards: what is read is what was written, however it came and was cut."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import blobs

from pellucid.data import Dataset, check_shards, from_arrays, sharded_set, split, write_shards
from pellucid.errors import DataError, FileError, OptionError

SMALL = 7 * 16  # bytes: seven samples of four numbers to a file


def assert_same(found: Dataset, wanted: Dataset) -> None:
    """The same samples, of the same meaning."""
    for a, b in zip((*found.inputs, found.labels), (*wanted.inputs, wanted.labels), strict=True):
        np.testing.assert_array_equal(np.asarray(a), b, strict=True)
    assert found.form == wanted.form
    assert (found.class_names, found.picture) == (wanted.class_names, wanted.picture)


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    whole = blobs(70)
    found = write_shards(tmp_path / "set", whole, shard_bytes=SMALL)
    assert len(list((tmp_path / "set").glob("features-*.npy"))) == 10
    assert_same(found, whole)
    assert_same(sharded_set(tmp_path / "set"), whole)
    assert repr(found) == (
        "Dataset 'blobs 70': 70 samples of shape (4,), 3 classes, read batch by batch"
    )
    np.testing.assert_array_equal(
        np.load(tmp_path / "set/features-00002.npy"), whole.features[14:21]
    )


def as_pairs(data: Dataset) -> Iterator[Any]:
    yield from data


def as_parts(data: Dataset) -> Iterator[Any]:
    for start in range(0, len(data), 30):
        yield data[start : start + 30]


@pytest.mark.parametrize("given", [as_pairs, as_parts])
def test_samples_may_come_one_by_one_or_in_parts(
    given: Callable[[Dataset], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.data.sample_blocks.BLOCK_BYTES", 5 * 16)
    whole = blobs(70)
    classes = 3 if given is as_pairs else None
    found = write_shards(tmp_path / "set", given(whole), shard_bytes=SMALL, classes=classes)
    assert_same(found, whole)


def test_every_kind_of_target_and_input_is_kept(tmp_path: Path) -> None:
    x = np.arange(24, dtype=np.float32).reshape(6, 4)
    kinds = [
        from_arrays(x, ["cat", "dog", "ant"] * 2),
        from_arrays(x, x[:, :2], classes=0),
        from_arrays(x.astype(int), x[:, 0].astype(int) % 3, vocabulary=24),
        from_arrays(x.astype(int), x.astype(int) % 3, vocabulary=24),
        from_arrays(x, [0, 1] * 3).with_inputs(x[:, :3], np.arange(6)),
        from_arrays(x.reshape(6, 1, 2, 2), [0, 1] * 3, classes=5),
    ]
    for i, whole in enumerate(kinds):
        assert_same(write_shards(tmp_path / str(i), whole, shard_bytes=40), whole)


def test_classes_of_pairs_are_counted_over_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.data.sample_blocks.BLOCK_BYTES", 1)
    pairs = [([float(i)], label) for i, label in enumerate([0, 4, 1])]
    found = write_shards(tmp_path / "set", pairs)
    assert (found.name, found.classes, found.labels.tolist()) == ("set", 5, [0, 4, 1])
    named = write_shards(tmp_path / "b", [([1.0], "b"), ([2.0], "a")], classes=("b", "a"))
    assert (named.labels.tolist(), named.class_names) == ([0, 1], ("b", "a"))


def test_parts_and_samples_of_it_are_those_of_one_in_memory(tmp_path: Path) -> None:
    whole = blobs(70)
    found = write_shards(tmp_path / "set", whole, shard_bytes=SMALL)
    for a, b in zip(split(found, seed=1)[0], split(whole, seed=1)[0], strict=True):
        assert_same(a, b)
        assert not isinstance(a.features, np.ndarray)
    sample, target = found[-1]
    np.testing.assert_array_equal(sample, whole[-1][0], strict=True)
    assert target == whole[-1][1]
    assert_same(found[whole.labels == 2][3:], whole[whole.labels == 2][3:])
    assert_same(found.with_shape(2, 2), whole.with_shape(2, 2))
    with pytest.raises(DataError, match=r"samples of shape \(4,\) do not fit into \(3, 2\)"):
        found.with_shape(3, 2)


def test_what_cannot_be_written_is_told_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.data.sample_blocks.BLOCK_BYTES", 2 * 4)

    def breaking() -> Iterator[Any]:
        yield [1.0], 0
        yield [2.0], 1
        raise KeyError("mine")

    good = [([1.0], 0), ([2.0], 1)]
    one = from_arrays([[1.0]], [0])
    for given, error, said in (
        ([], DataError, "no samples"),
        ([*good, ([np.nan], 0)], DataError, r"samples 2 to 2: Dataset 'set': row 0, column 0.*nan"),
        ([*good, ([1.0, 2.0], 0)], DataError, r"have features of shape \(2,\), others"),
        ([([1.0], 0), ([1.0, 2.0], 0)], DataError, r"they have shapes \(1,\) and \(2,\)"),
        ([*good, 5], DataError, r"sample 2 is a int\. Give pairs"),
        ([([1.0], "a")], DataError, r"targets are names\. Give all of them"),
        ([one, 5], DataError, "a int among Datasets"),
        ([one, from_arrays([[1.0, 2.0]], [0])], DataError, r"features of shape \(2,\), o"),
        ([one, from_arrays([[1.0]], ["a"], classes=("a", "b"))], DataError, "have classes, a, b"),
        (breaking(), KeyError, "mine"),
    ):
        with pytest.raises(error, match=said):
            write_shards(tmp_path / "set", given)
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(OptionError, match="which have theirs"):
        write_shards(tmp_path / "set", one, classes=2)
    with pytest.raises(OptionError, match="shard_bytes is 0"):
        write_shards(tmp_path / "set", one, shard_bytes=0)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    with pytest.raises(FileError, match="full holds files already"):
        write_shards(tmp_path / "full", one)


def test_a_damaged_folder_is_told_with_the_file(tmp_path: Path) -> None:
    whole = blobs(70)
    write_shards(tmp_path / "set", whole, shard_bytes=SMALL)
    (tmp_path / "set/features-00003.npy").write_bytes(b"")
    with pytest.raises(FileError, match=r"features-00003\.npy is no whole \.npy file"):
        sharded_set(tmp_path / "set")
    np.save(tmp_path / "set/features-00003.npy", whole.features[:5])
    with pytest.raises(FileError, match=r"00003\.npy has shape \(5, 4\); the index says 7 samples"):
        sharded_set(tmp_path / "set")
    np.save(tmp_path / "set/features-00003.npy", whole.features[:7, :2].copy())
    with pytest.raises(FileError, match=r"of shapes \[\(2,\), \(4,\)\]"):
        sharded_set(tmp_path / "set")


def test_a_number_that_is_none_is_told_when_it_is_read(tmp_path: Path) -> None:
    write_shards(tmp_path / "set", blobs(70), shard_bytes=SMALL)
    changed = np.load(tmp_path / "set/features-00003.npy", mmap_mode="r+")
    changed[2, 1] = np.inf
    changed.flush()
    found = sharded_set(tmp_path / "set")
    assert found.features[:20].shape == (20, 4)
    with pytest.raises(DataError, match=r"row 23 \(row 2 of .*00003\.npy\): number 1 .* is inf"):
        found.features[20:30]
    with pytest.raises(OptionError, match="workers is -1"):
        sharded_set(tmp_path / "set", workers=-1)


def test_damage_is_found_when_labels_are_opened_and_in_features_on_request(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    write_shards(folder, blobs(70), shard_bytes=SMALL)
    check_shards(folder)
    for file, opens in (("features-00003.npy", True), ("labels.npy", False)):
        whole = (folder / file).read_bytes()
        (folder / file).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(FileError, match=rf"{file} is damaged: its checksum is \w{{8}}; the"):
            check_shards(folder)
        if opens:
            sharded_set(folder)
        else:
            with pytest.raises(FileError, match=file):
                sharded_set(folder)
        (folder / file).write_bytes(whole)
    check_shards(folder)
