"""Folders of shards on the command line: parts, runs that go on, answers, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from cli.conftest import Run, done

from pellucid.cli.shard_data import ShardOptions, load_shards
from pellucid.data import Dataset, from_arrays, write_shards
from pellucid.errors import DataError, FileError, OptionError
from pellucid.io import safetensors

QUICK = ("--hidden", "4", "--executor", "reference", "--no-lint", "--keep", "last")


def points(count: int, seed: int = 0) -> Dataset:
    """Two classes around corners."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    features = rng.normal(np.array([[-1.0, 0.0, 1.0], [1.0, 0.0, -1.0]])[labels], 0.5)
    return from_arrays(features, labels, classes=["low", "high"])


def test_a_folder_is_parted_by_the_seed(tmp_path: Path) -> None:
    write_shards(tmp_path / "all", points(100), shard_bytes=300)
    parts = load_shards(ShardOptions(str(tmp_path / "all")), 1)
    assert parts.validation is not None
    assert parts.test is not None
    assert [len(parts.train), len(parts.validation), len(parts.test)] == [60, 20, 20]
    again = load_shards(ShardOptions(str(tmp_path / "all"), workers=2), 1)
    np.testing.assert_array_equal(parts.train.features[:], again.train.features[:])


def test_parts_that_are_there_are_taken(tmp_path: Path) -> None:
    for i, (name, count) in enumerate((("train", 50), ("test", 20))):
        write_shards(tmp_path / name, points(count, i))
    parts = load_shards(ShardOptions(str(tmp_path)), 0)
    assert parts.validation is not None
    assert parts.test is not None
    assert [len(parts.train), len(parts.validation), len(parts.test)] == [40, 10, 20]
    write_shards(tmp_path / "val", points(10, 2))
    parts = load_shards(ShardOptions(str(tmp_path)), 0)
    assert len(parts.train) == 50
    assert parts.validation is not None
    assert len(parts.validation) == 10


def test_a_run_goes_on_to_the_bit_and_answers(run: Run, tmp_path: Path) -> None:
    write_shards(tmp_path / "all", points(100), shard_bytes=300)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    words = ("train", f"shards:{tmp_path / 'all'}", *QUICK, "--quiet")
    done(run(*words, "--epochs", "3", "--out", whole))
    done(run(*words, "--epochs", "1", "--out", cut))
    done(run("resume", cut, "--epochs", "3", "--quiet"))
    (one, _), (other, _) = (safetensors.load(f / "model.safetensors") for f in (whole, cut))
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name])
    assert json.loads((whole / "config.json").read_text())["data"]["class_names"] == ["low", "high"]
    code, out, _ = run("predict", whole, "1.0,0.0,-1.0", "--json")
    assert code == 0
    assert json.loads(out)["answers"][0]["class"] in ("low", "high")


def test_what_is_no_folder_of_shards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no such folder"):
        load_shards(ShardOptions(str(tmp_path / "nowhere")), 0)
    (tmp_path / "cats").mkdir()
    with pytest.raises(DataError, match=r"holds cats, and no index\.json.*write_shards"):
        load_shards(ShardOptions(str(tmp_path)), 0)
    with pytest.raises(OptionError, match=r"workers is -1"):
        ShardOptions(str(tmp_path), workers=-1)
