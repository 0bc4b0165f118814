"""The door of pictures: files of all formats that are read, for data sets and for digits."""

import functools
import io
import random
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from doors.case import Case, Door
from doors.damage import damaged
from pellucid.data import read_digit
from pellucid.data.folders import read_picture

MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK")
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
SIDES = (1, 2, 8, 28, 40, 64)
LYING = (0, 1, 7000, 10_000, 65_535, 2**24, 2**31 - 1, 2**31, 2**32 - 1)


def begin() -> None:
    """Load what is loaded on use."""
    _pictures()


def make(rng: random.Random, folder: Path) -> Case:
    """A picture: damaged, or with a header that lies."""
    kind, content, holds = rng.choice(_pictures())
    if rng.random() < 0.25:
        content = _with_other_size(rng, kind, content)
    if rng.random() < 0.75:
        content = damaged(rng, content)
    path = folder / f"picture.{rng.choice(FORMATS).lower()}"
    path.write_bytes(content)
    size = rng.choice((None, (8, 8), (300, 1), (1, 1)))
    grey, reads_digit = rng.random() < 0.5, rng.random() < 0.5
    side = rng.choice((8, 28))

    def enter() -> object:
        return (
            read_digit(path, (side, side))
            if reads_digit
            else read_picture(path, size=size, grey=grey)
        )

    return Case(enter, holds, f"{kind} {content[:64]!r}")


@functools.cache
def _pictures() -> tuple[tuple[str, bytes, int], ...]:
    """Whole pictures of all kinds: format, file, bytes when decoded."""
    rng, found = np.random.default_rng(0), []
    for kind in FORMATS:
        for mode in MODES:
            for side in SIDES:
                pixels = rng.integers(0, 256, (side, side + 3, 4), np.uint8)
                image = Image.fromarray(pixels, "RGBA").convert("L" if mode == "I;16" else mode)
                image = image.convert("I;16") if mode == "I;16" else image
                for options in _options(kind):
                    try:
                        file = io.BytesIO()
                        image.save(file, kind, **options)
                    except (OSError, ValueError, KeyError):
                        continue  # a mode that this format does not have
                    found.append((kind, file.getvalue(), 16 * side * (side + 3)))
    return tuple(found)


def _options(kind: str) -> list[dict[str, object]]:
    exif = Image.Exif()
    exif[0x112] = 6  # turned
    plain: list[dict[str, object]] = [{}]
    if kind == "WEBP":
        return [*plain, {"lossless": True}]
    if kind == "JPEG":
        return [*plain, {"progressive": True}, {"exif": exif}]
    return [*plain, {"exif": exif}] if kind == "PNG" else plain


def _with_other_size(rng: random.Random, kind: str, content: bytes) -> bytes:
    """The same pixels, under a header that promises others."""
    width, height = rng.choice(LYING), rng.choice(LYING)
    match kind:
        case "PNG":
            chunk = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
            return content[:12] + chunk + struct.pack(">I", zlib.crc32(chunk)) + content[33:]
        case "BMP":
            return content[:18] + struct.pack("<II", width, height) + content[26:]
        case "GIF":
            return content[:6] + struct.pack("<HH", width % 65536, height % 65536) + content[10:]
        case "WEBP":
            return _webp_with_size(content, width, height)
    at = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2"))
    sides = struct.pack(">HH", height % 65536, width % 65536)
    return content[: at + 5] + sides + content[at + 9 :]


def _webp_with_size(content: bytes, width: int, height: int) -> bytes:
    """A WebP file, in the header of its first chunk another size."""
    match content[12:16]:
        case b"VP8X":  # 24 bits each, less one
            sides = struct.pack("<I", width % 2**24)[:3] + struct.pack("<I", height % 2**24)[:3]
            return content[:24] + sides + content[30:]
        case b"VP8L":  # 14 bits each, less one
            old = int.from_bytes(content[21:25], "little") >> 28 << 28
            bits = old | (width % 2**14) | (height % 2**14) << 14
            return content[:21] + struct.pack("<I", bits) + content[25:]
    return content[:26] + struct.pack("<HH", width % 2**14, height % 2**14) + content[30:]


DOOR = Door("pictures", make, begin)
