"""Data sets whose arrays stay in their files: learned from like those in memory, to the bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, StopAt, assert_same_bits, blobs, weights

from pellucid.data import Dataset, from_arrays, mapped_set, split
from pellucid.errors import DataError, OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.train import Options, Saving, Trainer, evaluate
from pellucid.variables import Buffer


def stored(folder: Path, data: Dataset) -> tuple[Path, Path]:
    """The two files of a set."""
    paths = folder / "x.npy", folder / "t.npy"
    for path, array in zip(paths, (data.features, data.labels), strict=True):
        np.save(path, array)
    return paths


def trainer(data: Dataset, **options: Any) -> Trainer:
    model = Net()
    optimizer = Adam(model.parameters(), 0.01)
    usual = Options(**{"batch_size": 16, "seed": 3, "keep": "last", "lint": False} | options)
    return Trainer(model, cross_entropy, optimizer, data, None, usual)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_it_is_learned_from_and_measured_with_the_bits_of_one_in_memory(
    executor: str, tmp_path: Path
) -> None:
    whole = blobs(70)
    here, there = (
        trainer(data, executor=executor)
        for data in (whole, mapped_set(*stored(tmp_path, whole), classes=3))
    )
    for each in (here, there):
        each.fit(2, show=False)
    assert_same_bits(weights(here), weights(there))
    assert here.history.epochs["train_loss"] == there.history.epochs["train_loss"]
    assert evaluate(here.model, cross_entropy, whole, executor=executor) == evaluate(
        there.model, cross_entropy, there.train, executor=executor
    )


def test_no_array_of_it_is_copied(tmp_path: Path) -> None:
    paths = stored(tmp_path, blobs(70))
    data = mapped_set(*paths, classes=3)
    kept = trainer(data)._program.feed
    changed = np.load(paths[0], mmap_mode="r+")
    changed[5, 2] = 77.0
    assert data.features[5, 2] == 77.0
    assert kept.inputs[0].present()[5, 2] == 77.0  # what the compiled step reads is the file
    assert np.shares_memory(kept.targets[0].present(), data.labels)
    assert not np.shares_memory(Buffer(changed).present(), changed)  # which may be written


def test_a_run_goes_on_with_either(tmp_path: Path) -> None:
    whole = blobs(70)
    mapped = mapped_set(*stored(tmp_path, whole), classes=3, name=whole.name)
    expected = trainer(whole, executor="reference")
    expected.fit(3, show=False)
    saving = Saving(tmp_path / "run", report=False)
    stopped = trainer(mapped, executor="reference", saving=saving, callbacks=(StopAt(7),))
    stopped.fit(3, show=False)
    resumed = trainer(whole, executor="reference", saving=saving)
    resumed.resume()
    resumed.fit(3, show=False)
    assert_same_bits(weights(resumed), weights(expected))


def test_labels_are_class_numbers_names_or_numbers_to_be_predicted(tmp_path: Path) -> None:
    x, t = tmp_path / "x.npy", tmp_path / "t.npy"
    np.save(x, np.eye(3, 2, dtype=np.float32))
    labels: list[tuple[Any, dict[str, Any]]] = [
        (np.array([0, 1, 0]), {}),
        (np.array([0, 1, 0], np.uint8), {}),
        (np.array([0, 1, 0]), {"classes": ("cat", "dog")}),
        (np.array(["cat", "dog", "cat"]), {}),
        (np.array(["cat", "dog", "cat"]), {"classes": ("dog", "cat")}),
        (np.array([3, 7, 3]), {"classes": (3, 7)}),
        (np.array([0, 1, 0]), {"classes": 5}),
        (np.array([0.5, 1.5, 2.5]), {"classes": 0}),
        (np.array([[0.5], [1.5], [2.5]], np.float32), {"classes": 0}),
    ]
    for values, options in labels:
        np.save(t, values)
        found = mapped_set(x, t, **options)
        wanted = from_arrays(np.load(x), values, **options)
        np.testing.assert_array_equal(found.labels, wanted.labels, strict=True)
        assert (found.name, found.form) == ("x", wanted.form)
        assert found.class_names == wanted.class_names


def test_parts_of_it_are_data_sets(tmp_path: Path) -> None:
    whole = blobs(70)
    mapped = mapped_set(*stored(tmp_path, whole), classes=3)
    for a, b in zip(split(whole, seed=1)[0], split(mapped, seed=1)[0], strict=True):
        np.testing.assert_array_equal(a.features, b.features, strict=True)


@pytest.mark.parametrize("kind", [np.float64, np.uint8, "columns", "several"])
def test_what_cannot_be_read_where_it_lies_is_read_batch_by_batch(
    kind: Any, tmp_path: Path
) -> None:
    whole = blobs(70)
    if kind is np.uint8:
        whole = from_arrays((whole.features * 20 + 90).astype(np.uint8), whole.labels, classes=3)
    files = [(tmp_path / f"x{i}.npy", tmp_path / f"t{i}.npy") for i in range(2)]
    parts = [slice(0, 30), slice(30, 70)] if kind == "several" else [slice(0, 70)]
    for (x, t), part in zip(files, parts, strict=False):
        features = whole.features[part]
        stored_as = features if isinstance(kind, str) else features.astype(kind)
        np.save(x, np.asfortranarray(features) if kind == "columns" else stored_as)
        np.save(t, whole.labels[part])
    paths = [list(each)[: len(parts)] for each in zip(*files, strict=True)]
    given = paths if kind == "several" else [paths[0][0], paths[1][0]]
    data = mapped_set(*given, classes=3, workers=2)
    assert not isinstance(data.features, np.ndarray)
    here, there = trainer(whole, executor="reference"), trainer(data, executor="reference")
    here.fit(2, show=False)
    there.fit(2, show=False)
    assert_same_bits(weights(here), weights(there))


def test_files_that_are_no_set_are_refused(tmp_path: Path) -> None:
    x, t, wide = tmp_path / "x.npy", tmp_path / "t.npy", tmp_path / "wide.npy"
    np.save(t, np.arange(3) % 2)
    np.save(wide, np.zeros((3, 5), np.float32))
    np.save(x, np.array([[0.0, 1.0], [2.0, np.nan], [4.0, 5.0]], np.float32))
    with pytest.raises(DataError, match="Dataset 'x': row 1, column 1 of the features is nan"):
        mapped_set(x, t)
    with pytest.raises(DataError, match=r"wide\.npy has shape \(3, 5\), .*x\.npy \(3, 2\)"):
        mapped_set([x, wide], [t, t])
    with pytest.raises(DataError, match=r"features have shape \(6, 2\), labels \(3,\)"):
        mapped_set([x, x], t)
    with pytest.raises(DataError, match=r"labels of shapes \(3,\), \(3, 5\)"):
        mapped_set([x, x], [t, wide])
    with pytest.raises(DataError, match="no files of labels"):
        mapped_set(x, [])
    with pytest.raises(OptionError, match="no files"):
        mapped_set([], t)
