"""The door of folders: pictures among all that a folder can hold besides."""

import functools
import io
import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from doors.case import Case, Door
from doors.damage import damaged
from pellucid.data import cats, idx_folder, idx_set, image_folder, image_parts, mnist, text_parts
from pellucid.train import RunFolder

NAMES = [
    b"cat",
    b"dog",
    b"0",
    b"a b",
    b"\xff\xfe",
    b"a\nb",
    b"x" * 255,
    b".hidden",
    b"\xc3\xa9",
    b"-",
]


def begin() -> None:
    """Load what is loaded on use."""
    _picture(0)


def make(rng: random.Random, folder: Path) -> Case:
    """Classes with pictures, links, pipes and folders among them; opened as one kind of folder."""
    root = folder / "root"
    root.mkdir()
    for name in rng.sample(NAMES[:3] if rng.random() < 0.5 else NAMES, rng.randint(0, 3)):
        inner = os.path.join(os.fsencode(root), name)
        os.mkdir(inner)
        for _ in range(rng.randint(0, 4)):
            _put(rng, Path(os.fsdecode(inner)))
    for _ in range(rng.choice((0, 0, 1, 2))):
        _put(rng, root)
    size, grey = rng.choice((None, (4, 4), (3, 9))), rng.random() < 0.5
    broken = rng.choice(("skip", "refuse"))
    read = functools.partial(image_folder, root, size=size, grey=grey, broken=broken)
    ways: list[Callable[[], object]] = [read]
    ways += [ways[0]] * 6
    ways += [functools.partial(image_parts, root, size=size, grey=grey, broken=broken)] * 2
    ways += [lambda: mnist(root), lambda: cats(root), lambda: RunFolder.open(root)]
    ways += [lambda: idx_folder(root), lambda: idx_set("kmnist", root)]
    ways += [lambda: text_parts(root / "0", 4)]
    return Case(rng.choice(ways), 10**6, repr(sorted(os.walk(root)))[:2000])


@functools.cache
def _picture(number: int) -> bytes:
    file, side = io.BytesIO(), 4 + number % 2
    kind = ("PNG", "JPEG", "GIF", "BMP", "WEBP")[number % 5]
    Image.new("RGB", (side, 4), (number, 99, 0)).save(file, kind)
    return file.getvalue()


def _put(rng: random.Random, folder: Path) -> None:
    """One thing more in a folder."""
    name = rng.choice((*NAMES, b"config.json", b"train_catvnoncat.h5", b"train-images-idx3-ubyte"))
    path = Path(os.fsdecode(os.path.join(os.fsencode(folder), name + rng.choice((b"", b".png")))))
    things: list[Callable[[], object]] = [
        *[lambda: path.write_bytes(_picture(rng.randrange(6)))] * 4,
        lambda: path.write_bytes(damaged(rng, _picture(rng.randrange(6)))),
        lambda: path.symlink_to(path.name),
        lambda: path.symlink_to(".."),
        lambda: path.symlink_to(
            rng.choice(("/dev/zero", "/dev/stdin", "/proc/self/mem", "/nowhere"))
        ),
        lambda: path.symlink_to("x" * 4000),
        lambda: os.mkfifo(path),
        path.mkdir,
        lambda: _sparse(path, rng.choice((0, 1, 2**26, 2**26 + 1, 2**40))),
        lambda: path.write_text(rng.choice(("{", "{}", "[" * 5000, '{"a": 1}'))),
        lambda: _listen(path),
    ]
    thing = rng.choice(things)
    if os.path.lexists(path):  # writing into a pipe would wait for ever
        return
    try:
        thing()
    except OSError:
        return  # a name that is taken, or too long for its suffix


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def _listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(path))


DOOR = Door("folders", make, begin)
