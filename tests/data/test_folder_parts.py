"""Folders with ready parts: train, validation and test, or classes that are called so."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pellucid.data import image_folder, image_parts
from pellucid.errors import DataError


def save(
    path: Path, colour: Any = (255, 0, 51), size: tuple[int, int] = (6, 4), **kind: Any
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(kind.get("mode", "RGB"), size, colour).save(path)
    return path


@pytest.fixture
def parted(tmp_path: Path) -> Path:
    """Two classes to train on, of which one is in the validation set too, and both to test."""
    root = tmp_path / "pets"
    for i in range(5):
        save(root / "train" / "cat" / f"{i}.png")
        save(root / "train" / "dog" / f"{i}.png", (0, 0, 0))
    save(root / "valid" / "dog" / "v.png", (0, 255, 0))
    save(root / "Test" / "cat" / "t.png")
    save(root / "Test" / "dog" / "t.png", (0, 0, 0))
    return root


def other_class(root: Path) -> None:
    save(root / "Test" / "wolf" / "w.png")


def second_part(root: Path) -> None:
    save(root / "val" / "dog" / "w.png")


def no_part(root: Path) -> None:
    save(root / "pred" / "p.png")


def no_classes(root: Path) -> None:
    save(root / "Test" / "p.png")
    for name in ("cat", "dog"):
        (root / "Test" / name / "t.png").unlink()
        (root / "Test" / name).rmdir()


def other_size(root: Path) -> None:
    save(root / "Test" / "dog" / "z.png", size=(9, 9))


UNFIT = {
    other_class: "Test holds a class 'wolf', which train has not.*same classes: cat, dog",
    second_part: "holds valid beside val. The parts of a split are one folder each",
    no_part: "holds pred beside train",
    no_classes: "Test holds no class",
    other_size: "z.png is 9 x 9",
}


def test_train_validation_and_test_are_a_ready_split(parted: Path) -> None:
    (parted / "__MACOSX").mkdir()
    found = image_parts(parted)
    assert found.validation is not None
    assert found.test is not None
    parts = (found.train, found.validation, found.test)
    assert [part.labels.tolist() for part in parts] == [[0] * 5 + [1] * 5, [1], [0, 1]]
    assert {part.class_names for part in parts} == {("cat", "dog")}
    assert [part.name for part in parts] == ["pets train", "pets validation", "pets test"]
    (parted / "valid" / "dog" / "v.png").rename(parted / "train" / "dog" / "v.png")
    (parted / "valid" / "dog").rmdir()
    (parted / "valid").rmdir()
    assert image_parts(parted).validation is None
    assert len(image_parts(parted).train) == 11


def test_a_ready_split_is_not_taken_for_classes(parted: Path) -> None:
    message = "split already: train, valid, Test. Read it with image_parts, or give one of these"
    with pytest.raises(DataError, match=message):
        image_folder(parted)
    assert len(image_folder(parted / "train").data) == 10
    with pytest.raises(DataError, match="no train/ with classes beside val/ or test/"):
        image_parts(parted / "train")


def test_classes_may_be_called_train_and_test(tmp_path: Path) -> None:
    for name in ("train", "test"):
        save(tmp_path / name / "a.png")
    assert image_folder(tmp_path).class_names == ("test", "train")


@pytest.mark.parametrize("spoil", UNFIT, ids=lambda f: f.__name__)
def test_parts_that_do_not_fit_are_refused(parted: Path, spoil: Any) -> None:
    spoil(parted)
    with pytest.raises(DataError, match=UNFIT[spoil]):
        image_parts(parted)
