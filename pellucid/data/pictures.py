"""Opening pictures that come from strangers: sizes are checked before anything is decoded.

pillow         a module of Pillow, imported on use
open_picture   a picture, decoded by a function, or a FileError that says what is wrong
upright        a picture the right way up; 16 bits of grey as numbers
opaque         ... and without transparency
"""

import io
import os
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from pellucid.disk import AnyPath, expanded
from pellucid.errors import DataError, FileError
from pellucid.io.files import file_error
from pellucid.optional import imported

T = TypeVar("T")

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
KINDS = "PNG, JPEG, BMP, GIF or WebP"
# The most pixels that a byte can stand for: deflate makes 1032 bytes of one, of 8 pixels each; a
# block of 64 in JPEG takes a bit; a run of 255 in BMP two bytes; a word of 12 bits in GIF stands
# for fewer than 4096 pixels. WebP has no such bound: what is all alike takes no bits at all, so
# small pictures are free. The headers count as well.
MOST_PER_BYTE = {"PNG": 8 * 1032, "JPEG": 1024, "BMP": 256, "GIF": 2731, "WEBP": 8 * 1032}
FREE = {"WEBP": 2**21}  # pixels that a header may promise at no bytes
# The number of white, in a picture of 8 bits and in one of 16.
LIGHTEST = (np.float32(255), np.float32(65535))


def pillow(where: str, name: str) -> Any:
    """`PIL.<name>`. Errors: DataError where it is not installed."""
    who = f"{where}: Pillow, which decodes pictures"
    return imported(f"PIL.{name}", who, DataError, package="pillow")  # only pictures need it


def open_picture(
    name: str,
    path: AnyPath,
    decode: Callable[[Any], T],
) -> T:
    """What `decode` makes of the opened picture, the first of several in a file.

    `name` is the function that errors name.

    Errors: FileError for what is missing, no regular file, no such picture, damaged, above
    64 MiB or above 50 million pixels; DataError without Pillow.
    """
    image_module = pillow(name, "Image")
    path = expanded(path)
    where = f"{name} {path}"
    try:
        _check_file(where, path)
        with warnings.catch_warnings():
            # Pillow warns of very many pixels: the check below refuses fewer. And of damage in what
            # is said about a picture: pixels alone count here.
            warnings.simplefilter("ignore")
            content = _content(path)
            _check_webp(where, content.getvalue())
            with image_module.open(content, formats=FORMATS) as image:
                _check_pixels(where, image.format, image.size, os.path.getsize(path))
                return decode(image)
    except FileError:
        raise
    except image_module.UnidentifiedImageError as error:
        raise FileError(f"{where}: not a {KINDS} picture, or its beginning is damaged.") from error
    except FileNotFoundError as error:
        raise FileError(f"{where}: there is no such file. Check the path.") from error
    except (OSError, ValueError, SyntaxError, image_module.DecompressionBombError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise file_error(f"{name}: read", path, error) from error
        # Pillow reports damage in the middle of a picture by each of these.
        raise FileError(f"{where}: cannot be decoded: {error}. Save the picture again.") from error


def _content(path: AnyPath) -> io.BytesIO:
    """A file in memory: of this, no more can be read than is there.

    Pillow reads as much as a file says of its parts, and from a file on the disk Python first takes
    the memory for it: 4 GB, for a picture of a hundred bytes. So is as much asked for as the file
    has: 64 MiB are pages that the system gives and takes back for each picture, and each time it
    stops the threads of the process, those that train among them.
    """
    with open(path, "rb") as file:
        size = min(os.fstat(file.fileno()).st_size, MAX_BYTES)
        return io.BytesIO(file.read(size + 1))


def _check_file(where: str, path: AnyPath) -> None:
    if not os.path.isfile(path):
        os.stat(path)
        raise FileError(f"{where}: not a regular file. Give a {KINDS} file.")
    if os.path.getsize(path) > MAX_BYTES:
        raise FileError(
            f"{where}: {os.path.getsize(path):,} bytes. At most {MAX_BYTES:,} are read: save "
            "the picture smaller."
        )


def _check_webp(where: str, content: bytes) -> None:
    """The same for WebP, by its header: its decoder takes memory for all where a file is opened.

    Source: Google, WebP Container Specification, and RFC 9649, sections 2 and 3.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return
    match content[12:16]:
        case b"VP8X":  # 24 bits each, less one
            sides = [int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27)]
        case b"VP8L":  # 14 bits each, less one
            bits = int.from_bytes(content[21:25], "little")
            sides = [(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1]
        case _:  # 14 bits each, after three of the frame and three of a signature
            sides = [int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (26, 28)]
    _check_pixels(where, "WEBP", (sides[0], sides[1]), len(content))


def _check_pixels(where: str, kind: str, sides: tuple[int, int], size: int) -> None:
    """Refuse more pixels than are decoded, or than a file of `size` bytes can hold."""
    width, height = sides
    if width * height > MAX_PIXELS:
        raise FileError(
            f"{where}: {width} x {height} pixels. At most {MAX_PIXELS:,} are decoded: save the "
            "picture smaller."
        )
    most = size * MOST_PER_BYTE[kind] + FREE.get(kind, 0)
    if width * height > most:
        raise FileError(
            f"{where}: its header says {width} x {height} pixels, but the file has only {size:,} "
            "bytes: it is damaged. Save the picture again."
        )


def upright(name: str, image: Any) -> Any:
    """The picture turned upright; 16 bits of grey, of mode "F", are numbers up to 65535."""
    image = pillow(name, "ImageOps").exif_transpose(image)
    if not image.mode.startswith("I"):
        return image
    # Pillow's own conversion to 8 bits would cut them off at 255.
    return pillow(name, "Image").fromarray(np.asarray(image, dtype=np.float32))


def opaque(name: str, image: Any) -> Any:
    """The picture as it looks on white paper: three channels of 8 bits, or 16 bits of grey."""
    image = upright(name, image)
    if image.mode == "F":
        return image
    if image.has_transparency_data:
        image = image.convert("RGBA")
        sheet = pillow(name, "Image").new("RGBA", image.size, "white")
        image = pillow(name, "Image").alpha_composite(sheet, image)
    return image.convert("RGB")
