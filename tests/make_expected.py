"""Writes golden/expected.json: what PyTorch, SciPy and JAX give for the samples without a value.

Run by hand, with torch, scipy and jax installed: python tests/make_expected.py
Elementary functions are computed in float64 from the float32 inputs and rounded once, so that
they are the nearest float32 numbers.
"""

import json
from pathlib import Path

import jax
import numpy as np
import scipy.special
import torch

PLACE = Path(__file__).parent / "golden" / "expected.json"
PLACE.parent.mkdir(exist_ok=True)
if not PLACE.exists():
    PLACE.write_text("{}")

from samples import SAMPLES  # noqa: E402 (reads the file that may just have been made)

T = torch
MAKERS = {
    "negative": T.neg, "abs": T.abs, "sign": T.sign, "floor": T.floor, "exp": T.exp,
    "expm1": T.expm1, "log": T.log, "sqrt": T.sqrt, "sin": T.sin,
    "cos": T.cos, "tanh": T.tanh, "sigmoid": T.sigmoid, "erf": T.erf,
    "add": T.add, "subtract": T.sub, "multiply": T.mul, "divide": T.div, "power": T.pow,
    "maximum": T.maximum, "minimum": T.minimum, "equal": T.eq, "less": T.lt,
    "less_equal": T.le, "matmul": T.matmul,
}  # fmt: skip
MAKERS["log1p"] = lambda x: T.from_numpy(np.asarray(scipy.special.log1p(x.numpy())))  # keeps -0
MAKERS["sign"] = lambda x: T.where(x.isnan(), x, T.sign(x))  # PyTorch's sign of nan is 0
REDUCE = {"sum": T.sum, "max": T.amax, "min": T.amin}
ROUNDED = {"exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "erf", "power"}


def value(sample):
    primitive, name = sample.primitive, sample.primitive.name
    if name == "random_bits":
        return random_bits(primitive, *sample.inputs)
    inputs = [torch.from_numpy(np.array(x)) for x in sample.inputs]
    if name in MAKERS:
        if name in ROUNDED:
            inputs = [x.double() for x in inputs]
        y = MAKERS[name](*inputs)
        return y.float() if name in ROUNDED and sample.inputs[0].dtype == np.float32 else y
    (x,) = inputs
    axis = primitive.axis
    if name in REDUCE:
        return REDUCE[name](x, dim=axis, keepdim=True) if axis else x
    if name == "prod":
        for i in axis:
            x = T.prod(x, dim=i, keepdim=True)
        return x
    if name == "cumulative_sum":
        return T.cumsum(x, dim=axis)
    return {"argmax": T.argmax, "argmin": T.argmin}[name](x, dim=axis, keepdim=True)


def random_bits(primitive, key, draw):
    cipher = jax.extend.random.threefry_2x32
    words = cipher(key, np.array([0, draw], np.uint32))
    count = int(np.prod(primitive.to))
    counters = np.concatenate([np.zeros(count, np.uint32), np.arange(count, dtype=np.uint32)])
    first = np.asarray(cipher(words, counters))[:count]
    return torch.from_numpy(np.array(first >> np.uint32(32 - primitive.bits)).reshape(primitive.to))


def stored(y):
    array = y.numpy()
    return [str(array.dtype), list(array.shape), array.ravel().tolist()]


if __name__ == "__main__":
    import jax.extend.random

    found = {s.name: stored(value(s)) for s in SAMPLES if s.by_hand is None}
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items())
    PLACE.write_text("{\n" + lines + "\n}\n")
