"""Writes golden/expected.json: what PyTorch, SciPy and JAX give for the samples without a value.

Run by hand, with torch, scipy and jax installed: python tests/make_expected.py
Elementary functions are computed in float64 from the float32 inputs and rounded once, so that
they are the nearest float32 numbers.
"""

import json
from pathlib import Path

import jax
import mpmath
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
MAKERS["normal_cdf"] = lambda x: by_numbers(normal_cdf, x)
MAKERS["logistic_density"] = lambda x: by_numbers(logistic_density, x)
MAKERS["sign"] = lambda x: T.where(x.isnan(), x, T.sign(x))  # PyTorch's sign of nan is 0
REDUCE = {"sum": T.sum, "max": T.amax, "min": T.amin}
ROUNDED = {"exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "erf", "power"}
ROUNDED |= {"gaussian", "normal_cdf", "logistic_density"}


def by_numbers(function, x):
    """A function that loses no digits in its tails, number by number."""
    with mpmath.workdps(30):
        found = [float(function(mpmath.mpf(float(n)))) for n in x.numpy().ravel()]
    return torch.tensor(found, dtype=torch.float64).reshape(x.shape)


def normal_cdf(x):
    """mpmath's own, which cannot take large numbers."""
    return mpmath.ncdf(x) if abs(x) < 1000 else x if mpmath.isnan(x) else int(x > 0)


def logistic_density(x):
    e = mpmath.exp(-abs(x))
    return e / (1 + e) ** 2


def value(sample):
    primitive, name = sample.primitive, sample.primitive.name
    MAKERS["gaussian"] = lambda x: by_numbers(lambda n: mpmath.exp(-primitive.factor * n * n), x)
    if name == "random_bits":
        return random_bits(primitive, *sample.inputs)
    inputs = [torch.from_numpy(np.array(x)) for x in sample.inputs]
    if name == "convolution":
        return convolution(primitive, *inputs)
    if name == "overlap_add":
        return overlap_add(primitive, *inputs)
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


def convolution(primitive, x, w):
    """Zeros put between and around the elements of x, cut, then PyTorch's own convolution."""
    for i, dilation in enumerate(primitive.x_dilation, start=3):
        gaps = torch.zeros((*x.shape[:i], (x.shape[i] - 1) * dilation + 1, *x.shape[i + 1 :]))
        index = [slice(None)] * x.ndim
        index[i] = slice(None, None, dilation)
        gaps = gaps.to(x.dtype)
        gaps[tuple(index)] = x
        x = gaps
    widths = zip(reversed(primitive.before), reversed(primitive.after), strict=True)
    x = torch.nn.functional.pad(x.flatten(1, 2), [n for pair in widths for n in pair])
    rule = {1: T.conv1d, 2: T.conv2d, 3: T.conv3d}[len(primitive.stride)]
    groups = w.shape[0]
    y = rule(
        x, w.flatten(0, 1), stride=primitive.stride, dilation=primitive.w_dilation, groups=groups
    )
    return y.unflatten(1, (groups, -1))


def overlap_add(primitive, x):
    """The gradient of PyTorch's views of the windows."""
    place = primitive.windows(tuple(x.shape))
    shape = list(x.shape[: -len(place.axis)])
    for axis, size in zip(place.axis, primitive.to, strict=True):
        shape[axis] = size
    source = torch.zeros(shape, dtype=x.dtype, requires_grad=True)
    y = source
    for axis, size, stride, dilation in zip(
        place.axis, place.size, place.stride, place.dilation, strict=True
    ):
        y = y.unfold(axis, (size - 1) * dilation + 1, stride)[..., ::dilation]
    y.backward(x)
    return source.grad


def stored(y):
    array = y.numpy()
    return [str(array.dtype), list(array.shape), array.ravel().tolist()]


if __name__ == "__main__":
    import jax.extend.random

    found = {s.name: stored(value(s)) for s in SAMPLES if s.by_hand is None}
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items())
    PLACE.write_text("{\n" + lines + "\n}\n")
