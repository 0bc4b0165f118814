"""The door of safetensors files: weights, and checkpoints of runs."""

import functools
import json
import random
import struct
import tempfile
from pathlib import Path

import numpy as np

from doors.case import Case, Door
from doors.damage import damaged, tokens
from pellucid.io import safetensors
from pellucid.io.safetensors import DTYPES
from pellucid.train.run_files.checkpoint import Checkpoint


def begin() -> None:
    """Load what is loaded on use."""
    _whole()


def make(rng: random.Random, folder: Path) -> Case:
    """A file: its bytes damaged, or its header, or the length of it."""
    content = rng.choice(_whole())
    kind = rng.random()
    if kind < 0.5:
        content = damaged(rng, content)
    else:
        (length,) = struct.unpack_from("<Q", content)
        header = tokens(rng, content[8 : 8 + length].decode()).encode("utf-8", "replace")
        length = len(header) if rng.random() < 0.9 else rng.choice((0, 1, 2**31, 2**63, 2**64 - 1))
        content = struct.pack("<Q", length) + header + content[8 + len(header) :]
    path = folder / "weights.safetensors"
    path.write_bytes(content)
    enter = rng.choice((safetensors.load, Checkpoint.load))
    return Case(lambda: enter(path), len(content), repr(content[:300]))


@functools.cache
def _whole() -> tuple[bytes, ...]:
    rng, found = np.random.default_rng(0), []
    arrays = {f"a{i}": rng.integers(0, 2, (i, 3)).astype(d) for i, d in enumerate(DTYPES.values())}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w"
        for metadata in ({}, {"epoch": "3"}, {"checkpoint": json.dumps({"step": 1, "epoch": [1]})}):
            safetensors.save(path, arrays | {"model/w": np.ones(3, np.float32)}, metadata)
            found.append(path.read_bytes())
        safetensors.save(path, {}, {})
        found.append(path.read_bytes())
    return tuple(found)


DOOR = Door("safetensors", make, begin)
