"""What a row of the sample table is, and the numbers that its inputs are made of."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid import primitives as p

STORED = json.loads((Path(__file__).parent / "golden" / "expected.json").read_text())
F4, F8, I4, I8 = np.float32, np.float64, np.int32, np.int64


@dataclass(frozen=True)
class Sample:
    """One application of a primitive. `expected` is None where the value is stored."""

    name: str
    primitive: p.Primitive
    inputs: tuple[np.ndarray, ...]
    by_hand: Any = None

    @property
    def expected(self) -> np.ndarray:
        """The value from outside, in the dtype and shape that its maker gave it."""
        if self.by_hand is not None:
            return self.by_hand
        dtype, shape, numbers = STORED[self.name]
        return np.array(numbers, dtype).reshape(shape)


def edges(dtype: Any) -> np.ndarray:
    """Zeros, denormals, small, ordinary and huge numbers of both signs, inf and nan."""
    info = np.finfo(dtype)
    positive = [info.smallest_subnormal, 7 * info.smallest_subnormal, info.tiny, info.eps / 8]
    positive += [1e-6, 1e-3, 0.25, 0.5, 0.6931472, 1.0, 1.5, 2.0, 3.7, 9.0, 20.0, 50.0, 88.0]
    positive += [100.0, 1e4, 4e6, float(np.sqrt(info.max)), info.max, np.inf]
    half = np.array([0.0, *positive], dtype)
    return np.concatenate([half, -half, np.array([np.nan], dtype)])


def few(dtype: Any) -> np.ndarray:
    """Numbers of each kind that meet each other in a table of two inputs."""
    tiny, most = np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max
    half = np.array([0.0, tiny, 1e-6, 0.5, 1.0, 2.0, 3.5, most, np.inf], dtype)
    return np.concatenate([half, -half, np.array([np.nan], dtype)])


def ordinary(*shape: int, seed: int = 0, dtype: Any = F8) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-2.0, 2.0, shape).astype(dtype)


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.3, 2.0, shape)


def whole(*numbers: int, dtype: Any = I8) -> np.ndarray:
    return np.array(numbers, dtype)
