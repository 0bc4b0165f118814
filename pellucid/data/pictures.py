"""Opening pictures that come from strangers: sizes are checked before anything is decoded.

pillow         a module of Pillow, imported on use
open_picture   a picture, decoded by a function, or a FileError that says what is wrong
opaque         a picture in colour without transparency, 8 bits a channel
"""

import io
import os
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from pellucid.errors import DataError, FileError
from pellucid.optional import imported

T = TypeVar("T")

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 50_000_000
# The most pixels that a byte can stand for: deflate makes 1032 bytes of one, of 8 pixels each; a
# block of 64 in JPEG takes a bit; a run of 255 in BMP two bytes. The headers count as well.
MOST_PER_BYTE = {"PNG": 8 * 1032, "JPEG": 1024, "BMP": 256}


def pillow(where: str, name: str) -> Any:
    """`PIL.<name>`. Errors: DataError where it is not installed."""
    who = f"{where}: Pillow, which decodes pictures"
    return imported(f"PIL.{name}", who, DataError, package="pillow")  # only pictures need it


def open_picture(
    name: str,
    path: str | os.PathLike[str],
    decode: Callable[[Any], T],
    formats: tuple[str, ...] = ("PNG", "JPEG"),
) -> T:
    """What `decode` makes of the opened picture. `name` is the function that errors name.

    Errors: FileError for what is missing, no regular file, no such picture, damaged, above
    64 MiB or above 50 million pixels; DataError without Pillow.
    """
    image_module = pillow(name, "Image")
    where, kinds = f"{name} {os.fspath(path)}", " or ".join(formats)
    try:
        _check_file(where, path, kinds)
        with warnings.catch_warnings():
            # Pillow warns of very many pixels: the check below refuses fewer. And of damage in what
            # is said about a picture: pixels alone count here.
            warnings.simplefilter("ignore")
            with image_module.open(_content(path), formats=formats) as image:
                _check_pixels(where, image, os.path.getsize(path))
                return decode(image)
    except FileError:
        raise
    except image_module.UnidentifiedImageError as error:
        raise FileError(f"{where}: not a {kinds} picture, or its beginning is damaged.") from error
    except FileNotFoundError as error:
        raise FileError(f"{where}: there is no such file. Check the path.") from error
    except (OSError, ValueError, SyntaxError, image_module.DecompressionBombError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise FileError(f"{where}: {error.strerror}. Check the path.") from error
        # Pillow reports damage in the middle of a picture by each of these.
        raise FileError(f"{where}: cannot be decoded: {error}. Save the picture again.") from error


def _content(path: str | os.PathLike[str]) -> io.BytesIO:
    """A file in memory: of this, no more can be read than is there.

    Pillow reads as much as a file says of its parts, and from a file on the disk Python first takes
    the memory for it: 4 GB, for a picture of a hundred bytes.
    """
    with open(path, "rb") as file:
        return io.BytesIO(file.read(MAX_BYTES + 1))


def _check_file(where: str, path: str | os.PathLike[str], kinds: str) -> None:
    if not os.path.isfile(path):
        os.stat(path)
        raise FileError(f"{where}: not a regular file. Give a {kinds} file.")
    if os.path.getsize(path) > MAX_BYTES:
        raise FileError(
            f"{where}: {os.path.getsize(path):,} bytes. At most {MAX_BYTES:,} are read: save "
            "the picture smaller."
        )


def _check_pixels(where: str, image: Any, size: int) -> None:
    """Refuse more pixels than are decoded, or than a file of so many bytes can hold."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise FileError(
            f"{where}: {width} x {height} pixels. At most {MAX_PIXELS:,} are decoded: save the "
            "picture smaller."
        )
    if width * height > size * MOST_PER_BYTE[image.format]:
        raise FileError(
            f"{where}: its header says {width} x {height} pixels, but the file has only {size:,} "
            "bytes: it is damaged. Save the picture again."
        )


def eight_bits(name: str, image: Any) -> Any:
    """The picture turned upright, with 8 bits a channel."""
    image = pillow(name, "ImageOps").exif_transpose(image)
    if not image.mode.startswith("I"):
        return image
    # 16 bits a pixel; Pillow's own conversion to 8 bits would cut them off at 255.
    wide = np.asarray(image, dtype=np.float32) / np.float32(65535)
    return pillow(name, "Image").fromarray((wide * 255).clip(0, 255).astype(np.uint8))


def opaque(name: str, image: Any) -> Any:
    """The picture as it looks on white paper: upright, three channels of 8 bits."""
    image = eight_bits(name, image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        sheet = pillow(name, "Image").new("RGBA", image.size, "white")
        image = pillow(name, "Image").alpha_composite(sheet, image)
    return image.convert("RGB")
