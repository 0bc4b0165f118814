"""Folders of pictures: a class per sub-folder; what is broken or hostile is named."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pellucid.data import image_folder, read_picture
from pellucid.data.pictures import MAX_PIXELS
from pellucid.errors import DataError, FileError, OptionError


def save(
    path: Path, colour: Any = (255, 0, 51), size: tuple[int, int] = (6, 4), **kind: Any
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(kind.get("mode", "RGB"), size, colour).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cats and a dog, 6 x 4 pixels each."""
    root = tmp_path / "pets"
    save(root / "dog" / "rex.png", (0, 0, 0))
    save(root / "cat" / "b.png", (0, 255, 0))
    save(root / "cat" / "a.png")
    return root


def test_classes_and_files_come_in_the_order_of_their_names(folder: Path) -> None:
    (folder / "README.txt").write_text("beside the classes")
    (folder / "cat" / ".hidden").write_text("not looked at")
    found = image_folder(folder)
    assert found.class_names == ("cat", "dog")
    assert found.data.labels.tolist() == [0, 0, 1]
    assert found.data.features.shape == (3, 3, 4, 6)
    np.testing.assert_allclose(found.data.features[:, :, 0, 0], [[1, 0, 0.2], [0, 1, 0], [0, 0, 0]])
    assert (found.data.name, found.skipped) == ("pets", ())


def test_sizes_that_differ_are_refused_or_resized(folder: Path) -> None:
    save(folder / "dog" / "tall.png", (0, 0, 255), (3, 8))
    with pytest.raises(
        DataError, match=r"tall\.png is 8 x 3 \(height x width\), .*a\.png is 4 x 6"
    ):
        image_folder(folder)
    found = image_folder(folder, size=(5, 7)).data
    assert found.features.shape == (4, 3, 5, 7)
    np.testing.assert_allclose(found.features[3, :, 2, 2], [0, 0, 1])


def test_grey_pictures_have_one_channel(folder: Path) -> None:
    found = image_folder(folder, grey=True).data
    assert found.features.shape == (3, 1, 4, 6)
    assert found.features[1, 0, 0, 0] == pytest.approx(0.587, abs=0.003)


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("L", 51, (0.2, 0.2, 0.2)),
        ("RGBA", (0, 0, 0, 0), (1, 1, 1)),
        ("1", 1, (1, 1, 1)),
        ("I;16", 65535, (1, 1, 1)),
        ("P", 0, (0, 0, 0)),
        ("CMYK", (0, 0, 0, 0), (1, 1, 1)),
    ],
)
def test_every_kind_of_picture_becomes_three_channels(
    tmp_path: Path, mode: str, colour: Any, expected: tuple[float, ...]
) -> None:
    form = "jpg" if mode == "CMYK" else "png"
    pixels = read_picture(save(tmp_path / f"p.{form}", colour, mode=mode))
    assert (pixels.shape, pixels.dtype) == ((3, 4, 6), np.float32)
    np.testing.assert_allclose(pixels[:, 1, 1], expected, atol=0.01)


def truncated(path: Path) -> None:
    save(path, size=(300, 300))
    path.write_bytes(path.read_bytes()[:200])


def bomb(path: Path) -> None:
    Image.new("1", (MAX_PIXELS // 1000 + 1, 1000)).save(path)


def no_picture(path: Path) -> None:
    path.write_text("GIF87a, or so it says")


def outside(path: Path) -> None:
    path.symlink_to(save(path.parents[2] / "secret" / "private.png"))


def dangling(path: Path) -> None:
    path.symlink_to("nowhere.png")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def long_loop(path: Path) -> None:
    path.symlink_to(".other")
    (path.parent / ".other").symlink_to(path.name)


BROKEN = {
    truncated: "cannot be decoded|beginning is damaged",
    bomb: "50001 x 1000 pixels",
    no_picture: "not a PNG or JPEG or BMP picture",
    outside: "outside .*Links out of the folder are not followed",
    dangling: "no such file",
    loop: "Too many levels of symbolic links",
    long_loop: "Too many levels of symbolic links",
    Path.mkdir: "not a regular file",
}


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda f: f.__name__)
def test_broken_and_hostile_files_are_refused_or_skipped_and_named(
    folder: Path, spoil: Any
) -> None:
    spoil(folder / "cat" / "bad.png")
    with pytest.raises(FileError, match=BROKEN[spoil]):
        image_folder(folder)
    found = image_folder(folder, broken="skip")
    assert len(found.data) == 3
    (text,) = found.skipped
    assert "bad.png" in text


def test_loops_of_links_are_no_folders(folder: Path) -> None:
    (folder / "self").symlink_to("self")
    assert image_folder(folder).class_names == ("cat", "dog")
    (folder / "up").symlink_to("..")
    with pytest.raises(FileError, match=r"outside|not a regular file"):
        image_folder(folder)
    with pytest.raises(FileError, match="Too many levels of symbolic links"):
        image_folder(folder / "self")


def test_a_class_folder_that_leads_outside_shows_nothing(folder: Path) -> None:
    save(folder.parent / "elsewhere" / "x.png")
    (folder / "wolf").symlink_to(folder.parent / "elsewhere")
    with pytest.raises(FileError, match="outside"):
        image_folder(folder)


def test_a_folder_without_two_classes_with_pictures_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match=r"holds 0 sub-folders \(none\)"):
        image_folder(folder / "cat")
    (folder / "bird").mkdir()
    with pytest.raises(DataError, match="bird holds no picture"):
        image_folder(folder)
    with pytest.raises(FileError, match="nowhere: No such file or directory"):
        image_folder(folder / "nowhere")


def test_a_class_whose_name_would_recolour_the_terminal_is_refused(folder: Path) -> None:
    save(folder / "\x1b[31mred" / "x.png")
    with pytest.raises(DataError, match=r"sub-folder named '\\x1b\[31mred'"):
        image_folder(folder)


def test_more_numbers_than_fit_are_refused(folder: Path) -> None:
    with pytest.raises(DataError, match=r"more than 1,073,741,824 numbers"):
        image_folder(folder, size=(20000, 20000))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": (0, 4)}, r"size \(0, 4\)"),
        ({"size": (4,)}, r"size \(4,\)"),
        ({"broken": "skp"}, "Did you mean 'skip'"),
    ],
)
def test_options_that_are_not_known_are_refused(
    folder: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        image_folder(folder, **options)
