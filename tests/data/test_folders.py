"""Folders of pictures: a class per sub-folder; what is broken or hostile is named."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pellucid.data import cats, image_folder, mnist, read_picture
from pellucid.data.pictures import MAX_PIXELS
from pellucid.errors import DataError, FileError, OptionError
from pellucid.train import RunFolder


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
    no_picture: r"not a PNG, JPEG, BMP, GIF or WebP picture.*broken=\"skip\" \(--broken skip\)",
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


def test_a_link_to_a_name_that_is_too_long_is_no_file(tmp_path: Path) -> None:
    for name in ("train-images-idx3-ubyte", "train_catvnoncat.h5", "config.json"):
        (tmp_path / name).symlink_to("x" * 4000)
    for read in (mnist, cats, RunFolder.open):
        with pytest.raises(FileError, match=r"holds no (file|config)|is missing"):
            read(tmp_path)


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


def test_what_archives_and_systems_leave_behind_is_no_picture(folder: Path) -> None:
    save(folder / "__MACOSX" / "cat" / "._a.png")
    for name in ("Thumbs.db", ".DS_Store", "desktop.ini", "notes.txt", "boxes.xml", "README"):
        (folder / "cat" / name).write_bytes(b"no picture")
    (folder / "cat" / "@eaDir").mkdir()
    found = image_folder(folder)
    assert (found.class_names, len(found.data), found.skipped) == (("cat", "dog"), 3, ())


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_gif_and_webp_are_read_and_of_several_pictures_the_first(tmp_path: Path, kind: str) -> None:
    first, second = (Image.new("RGB", (6, 4), colour) for colour in ((255, 0, 51), (0, 0, 0)))
    path = tmp_path / f"p.{kind}"
    first.save(
        path, save_all=True, append_images=[second], **{"lossless": True} if kind == "webp" else {}
    )
    np.testing.assert_allclose(read_picture(path)[:, 1, 1], (1, 0, 0.2), atol=0.01)
    transparent = save(tmp_path / f"t.{kind}", (0, 0, 0, 0), mode="RGBA")
    np.testing.assert_allclose(read_picture(transparent)[:, 1, 1], (1, 1, 1))


def test_16_bits_of_grey_are_read_without_loss(tmp_path: Path) -> None:
    grey = np.arange(0, 65536, 16, np.uint16).reshape(64, 64)
    Image.fromarray(grey).save(tmp_path / "deep.png")
    pixels = read_picture(tmp_path / "deep.png", grey=True)
    np.testing.assert_array_equal(np.rint(pixels[0] * 65535), grey)
    np.testing.assert_array_equal(read_picture(tmp_path / "deep.png"), np.repeat(pixels, 3, axis=0))
    small = read_picture(tmp_path / "deep.png", size=(32, 32), grey=True)
    np.testing.assert_allclose(small.mean(), pixels.mean(), rtol=1e-3)
    assert small.dtype == np.float32


def test_a_header_of_more_pixels_than_a_file_can_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.gif"
    Image.new("L", (6000, 5000)).save(path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(FileError, match="says 6000 x 5000 pixels, but the file has only 400"):
        read_picture(path)


@pytest.mark.parametrize("options", [{"lossless": True}, {}, {"save_all": True}])
def test_a_webp_file_is_refused_by_its_header_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, bool]
) -> None:
    path = tmp_path / "p.webp"
    extra = [Image.new("RGB", (6000, 5000), "red")] if "save_all" in options else []
    Image.new("RGB", (6000, 5000)).save(path, append_images=extra, **options)
    path.write_bytes(path.read_bytes()[:300])
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(FileError, match="says 6000 x 5000 pixels, but the file has only 300"):
        read_picture(path)


# ---- a ready split ----------------------------------------------------------------------------


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
