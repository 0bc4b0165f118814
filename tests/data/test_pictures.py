"""Pictures from files of any kind: sizes, damage and what a header only claims."""

import contextlib
import struct
import sys
import tracemalloc
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from pellucid.data.images import read_digit
from pellucid.errors import DataError, FileError

Grey = NDArray[np.uint8]


def seven(height: int = 240, width: int = 180) -> Grey:
    """A light 7 on a dark picture of 400 x 500, its box at row 60, column 90."""
    picture = np.zeros((400, 500), np.uint8)
    picture[60:85, 90 : 90 + width] = 255
    for row in range(60, 60 + height):
        left = 90 + width - 25 - (row - 60) * (width - 25) // height
        picture[row, left : left + 25] = 255
    return picture


def save(path: Path, picture: Grey, form: str = "PNG", **options: Any) -> Path:
    Image.fromarray(picture).save(path, format=form, **options)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "digit.png"


def png_of(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims a size and holds no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + head + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(7071, 7072), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_picture_of_too_many_pixels_is_refused_before_decoding(
    path: Path, width: int, height: int
) -> None:
    path.write_bytes(png_of(width, height))
    with pytest.raises(FileError, match=r"digit\.png: .*(At most 50,000,000|exceeds limit)"):
        read_digit(path)


def test_a_header_that_promises_more_pixels_than_its_bytes_can_hold_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(png_of(7000, 7000))
    monkeypatch.setattr("PIL.Image.Image.load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(FileError, match=r"7000 x 7000 pixels, but the file has only .* damaged"):
        read_digit(path)


def test_no_memory_is_taken_for_parts_that_a_file_only_claims(path: Path) -> None:
    save(path, seven())
    content = path.read_bytes()
    at = content.index(b"IDAT")
    path.write_bytes(content[: at - 4] + struct.pack(">I", 2**31 - 1) + content[at:])
    tracemalloc.start()
    with contextlib.suppress(FileError):
        read_digit(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10**8


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 1}])
def test_an_even_picture_of_few_bytes_is_read(tmp_path: Path, options: dict[str, Any]) -> None:
    for name, colour in (("a.png", "1"), ("a.jpg", "L"), ("b.png", "RGBA"), ("b.jpg", "RGB")):
        path = tmp_path / name
        Image.new(colour, (4000, 4000)).save(path, **(options if name.endswith("jpg") else {}))
        with pytest.raises(DataError, match="shows nothing"):
            read_digit(path)


def test_damage_in_what_is_said_of_a_picture_is_not_warned_of(path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    exif[0x10E] = "a picture"
    save(path, seven(), exif=exif)
    content = bytearray(path.read_bytes())
    at = content.index(b"eXIf")
    content[at + 18 : at + 24] = b"\xff" * 6
    length = int.from_bytes(content[at - 4 : at], "big")
    checksum = zlib.crc32(content[at : at + 4 + length])
    content[at + 4 + length : at + 8 + length] = struct.pack(">I", checksum)
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_digit(path).shape == (28, 28)


def test_a_file_of_too_many_bytes_is_refused(path: Path) -> None:
    save(path, seven())
    with path.open("r+b") as file:
        file.truncate(64 * 2**20 + 1)
    with pytest.raises(FileError, match=r"digit\.png: 67,108,865 bytes. At most"):
        read_digit(path)


def test_a_text_that_expands_without_end_is_refused(path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "x" * 2**22, zip=True)
    save(path, seven(), pnginfo=info)
    with pytest.raises(FileError, match=r"digit\.png"):
        read_digit(path)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_truncated_picture_is_refused_with_its_name(path: Path, form: str) -> None:
    content = save(path, seven(), form).read_bytes()
    for length in (0, 1, 10, 40, len(content) // 2):
        path.write_bytes(content[:length])
        with pytest.raises(FileError, match=r"read_digit .*digit\.png: (not a PNG|cannot be dec)"):
            read_digit(path)


@pytest.mark.parametrize("form", ["ICO", "TIFF", "PPM"])
def test_other_formats_are_refused(path: Path, form: str) -> None:
    with pytest.raises(FileError, match="not a PNG, JPEG, BMP, GIF or WebP picture"):
        read_digit(save(path, seven(), form))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none\.png: there is no such file"):
        read_digit(tmp_path / "none.png")
    with pytest.raises(FileError, match="not a regular file"):
        read_digit(tmp_path)


def test_without_pillow_the_error_says_how_to_install_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(path, seven())
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(DataError, match="python -m pip install pillow"):
        read_digit(path)


def test_a_small_file_takes_little_memory(path: Path) -> None:
    save(path, seven())
    read_digit(path)  # imports
    tracemalloc.start()
    read_digit(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 16 * 2**20  # of 64 MiB that a file may have
