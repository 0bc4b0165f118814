"""Folders of pictures that are decoded batch by batch: the same samples, whoever decodes them."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import StopAt, assert_same_bits, weights

from pellucid import nn
from pellucid.data import Dataset, image_folder, picture_set, sharded_set, split, write_shards
from pellucid.errors import DataError, FileError, OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.train import Options, Saving, Trainer, evaluate

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty JPEG pictures of two classes, 12 x 10 pixels; chunks of two batches of 8."""
    monkeypatch.setattr("pellucid.train.stepping.window.CHUNK_BYTES", 1)
    monkeypatch.setattr("pellucid.train.stepping.window.AHEAD_BYTES", 1)
    monkeypatch.setattr("pellucid.train.stepping.window.LEAST_ROWS", 16)
    numbers = np.random.default_rng(0)
    for kind, base in (("cat", 60), ("dog", 160)):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for i in range(20):
            pixels = (base + numbers.integers(-50, 50, (12, 10, 3))).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / kind / f"{i:02}.jpg")
    return tmp_path / "pets"


def crop(sample: Any, rng: Any) -> Any:
    """A part of the picture, perhaps mirrored, as a row."""
    top, left = rng.integers(0, 4, 2)
    part = sample[:, top : top + 8, left : left + 6]
    return (part[:, :, ::-1] if rng.random() < 0.5 else part).reshape(-1)


def trainer(data: Dataset, **options: Any) -> Trainer:
    model = nn.Sequential(nn.Flatten(), nn.Linear(data.form.features, 2, rng=Generator(0)))
    usual: dict[str, Any] = {"batch_size": 8, "seed": 3, "keep": "last", "executor": "reference"}
    given = Options(**usual | {"lint": False} | options)
    return Trainer(model, cross_entropy, Adam(model.parameters(), 0.01), data, None, given)


def fitted(data: Dataset, **options: Any) -> Trainer:
    made = trainer(data, **options)
    made.fit(2, show=False)
    return made


def test_they_are_those_of_a_folder_in_memory(pets: Path) -> None:
    for options in ({}, {"grey": True}, {"size": (5, 4)}):
        whole, found = image_folder(pets, **options).data, picture_set(pets, **options)
        np.testing.assert_array_equal(np.asarray(found.features), whole.features, strict=True)
        np.testing.assert_array_equal(found.labels, whole.labels, strict=True)
        assert (found.form, found.name, found.class_names) == (whole.form, "pets", ("cat", "dog"))
    assert_same_bits(weights(fitted(whole)), weights(fitted(found)))


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_bits_do_not_depend_on_the_workers(executor: str, pets: Path) -> None:
    runs = [
        fitted(picture_set(pets, transform=crop, workers=workers), executor=executor)
        for workers in (1, 2, 5)
    ]
    for other in runs[1:]:
        assert_same_bits(weights(runs[0]), weights(other))
        assert runs[0].history.epochs == other.history.epochs


def test_draws_depend_on_seed_epoch_and_row_and_on_nothing_else(pets: Path) -> None:
    drawn: list[tuple[float, int]] = []

    def noted(sample: Any, rng: Any) -> Any:
        drawn.append((float(sample.sum()), int(rng.integers(2**62))))
        return sample

    def seen(**options: Any) -> set[tuple[float, int]]:
        drawn.clear()
        made = trainer(picture_set(pets, transform=noted, workers=1), **options)
        for record in made:
            if record.step == 5:
                break
        epochs = list(drawn)
        drawn.clear()
        made.evaluate(made.train)
        looked = set(drawn)
        made.evaluate(made.train)
        assert set(drawn) == looked  # who measures gets the same samples each time
        return set(epochs) - looked

    first = seen()
    assert len(first) == 40
    assert seen() == first
    assert not seen(seed=4) & first


@pytest.mark.parametrize("step", [2, 7])
def test_a_run_that_was_stopped_goes_on_with_the_same_bits(
    step: int, pets: Path, tmp_path: Path
) -> None:
    expected = fitted(picture_set(pets, transform=crop))
    saving = Saving(tmp_path / "run", report=False)
    stopped = trainer(picture_set(pets, transform=crop), saving=saving, callbacks=(StopAt(step),))
    stopped.pace.length = 1
    stopped.pace.stop = lambda steps: None  # type: ignore[method-assign]
    stopped.fit(2, show=False)
    assert stopped.position.step == step
    assert not [t for t in threading.enumerate() if t.name.startswith("pellucid reads")]
    resumed = trainer(picture_set(pets, transform=crop, workers=3), saving=saving)
    resumed.resume()
    resumed.fit(2, show=False)
    assert_same_bits(weights(resumed), weights(expected))
    with pytest.raises(OptionError, match="data_checksum"):
        trainer(picture_set(pets), saving=saving).resume()


def test_parts_are_split_unread_and_keep_their_draws(pets: Path) -> None:
    whole = picture_set(pets, transform=crop)
    train, test = split(whole, (0.8, 0.2), seed=0)[0]
    assert (len(train), len(test)) == (32, 8)
    rows = split(whole, (0.8, 0.2), seed=0)[1].indices[1]
    np.testing.assert_array_equal(np.asarray(test.features), whole.features[rows])
    some = picture_set(pets, classes=("dog", "bird", "cat"))
    assert some.class_counts.tolist() == [20, 0, 20]


def test_pictures_become_shards(pets: Path, tmp_path: Path) -> None:
    found = write_shards(tmp_path / "set", picture_set(pets), shard_bytes=5000)
    whole = image_folder(pets).data
    np.testing.assert_array_equal(np.asarray(found.features), whole.features)
    transformed = sharded_set(tmp_path / "set", transform=crop)
    np.testing.assert_array_equal(
        transformed.features[5:9], picture_set(pets, transform=crop).features[5:9]
    )


def failing(make: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """A transform that does something else with a white picture."""

    def careless(sample: Any, rng: Any) -> Any:
        return make(sample) if sample.mean() > 0.9 else sample

    return careless


def raises(sample: Any) -> Any:
    raise ZeroDivisionError("by nothing")


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (raises, r"careless raised ZeroDivisionError: by nothing"),
        (lambda x: x[:, 1:], r"careless made shape \(3, 11, 10\), of the first row \(3, 12, 10\)"),
        (lambda x: "a", r"careless made <U1. It makes numbers"),
        (lambda x: x * np.nan, r"careless\): number 0 of the features is nan"),
    ],
    ids=["raises", "shape", "text", "nan"],
)
def test_what_fails_is_told_with_file_row_and_transform(
    make: Callable[[Any], Any], told: str, workers: int, pets: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (10, 12), "white").save(pets / "dog" / "05.jpg")
    data = picture_set(pets, transform=failing(make), workers=workers)
    made = trainer(data, saving=Saving(tmp_path / "run", report=False))
    with pytest.raises(DataError, match=rf"^row 25 \(.*05\.jpg.*{told}") as found:
        made.fit(2, show=False)
    assert "The weights are those before this step" in found.value.__notes__[0]
    assert made.position.step == len(made.history.steps["loss"])
    assert not [t for t in threading.enumerate() if t.name.startswith("pellucid reads")]


def test_ctrl_c_in_a_transform_leaves_no_worker(pets: Path) -> None:
    import os
    import signal

    calls = iter(range(10**9))

    def interrupted(sample: Any, rng: Any) -> Any:
        if next(calls) == 30:
            os.kill(os.getpid(), signal.SIGINT)
        return sample

    made = trainer(picture_set(pets, transform=interrupted, workers=2))
    made.fit(20, show=False)
    assert made.history.stopped == "stopped by SIGINT"
    assert not [t for t in threading.enumerate() if t.name.startswith("pellucid reads")]


def test_folders_and_files_that_are_none_are_told(pets: Path) -> None:
    (pets / "dog" / "05.jpg").write_bytes(b"no picture")
    data = picture_set(pets)  # read when it is needed
    with pytest.raises(FileError, match=r"^row 25: read_picture .*05\.jpg: not a PNG"):
        evaluate(trainer(data).model, cross_entropy, data)
    Image.new("RGB", (7, 9)).save(pets / "dog" / "05.jpg")
    with pytest.raises(DataError, match=r"row 25 \(.*05\.jpg\) is 9 x 7 .* is 12 x 10\. All must"):
        data.features[:]
    with pytest.raises(DataError, match=r"dog is none of the classes: cat, cow"):
        picture_set(pets, classes=("cat", "cow"))
    with pytest.raises(OptionError, match=r"transform is 3\. It is a function"):
        picture_set(pets, transform=3)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=r"size \(0, 4\)"):
        picture_set(pets, size=(0, 4))
    (pets / "dog" / "out.jpg").symlink_to(pets.parent.parent / "elsewhere.jpg")
    with pytest.raises(FileError, match=r"out\.jpg leads to .*, outside"):
        picture_set(pets)
    (pets / "empty").mkdir()
    (pets / "dog" / "out.jpg").unlink()
    with pytest.raises(DataError, match="empty holds no picture"):
        picture_set(pets)
