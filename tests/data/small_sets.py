"""Small files in the form of the relatives of MNIST."""

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data.mirror import idx

from pellucid.data import IDX_SETS

COUNTS = (60, 24)


def contents(name: str) -> list[np.ndarray[Any, Any]]:
    """Pictures and labels in the form of a set: picture i is 0 but in row 0, column i."""
    made = IDX_SETS[name]
    found: list[np.ndarray[Any, Any]] = []
    for count in COUNTS:
        pictures = np.zeros((count, 28, 28), np.uint8)
        pictures[np.arange(count), 0, np.arange(count) % 28] = 255
        labels = np.arange(count) % min(3, len(made.class_names)) + made.first
        found += [pictures.swapaxes(1, 2) if made.transposed else pictures, labels]
    return found


def small_set(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write such files, for which alone the loader is made to look; their folder."""
    made, files = IDX_SETS[name], []
    folder.mkdir()
    for (file, digest), array in zip(made.files, contents(name), strict=True):
        packed = gzip.compress(idx(array))
        (folder / f"{file}.gz").write_bytes(packed)
        kind = digest.partition(":")[0]
        found = hashlib.new(kind, packed, usedforsecurity=False).hexdigest()
        files.append((file, f"{kind}:{found}"))
    small = replace(made, files=tuple(files), counts=COUNTS)
    monkeypatch.setitem(IDX_SETS, name, small)  # type: ignore[arg-type]
    return folder
