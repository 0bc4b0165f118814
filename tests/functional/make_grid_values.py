"""Write grid_values.json: what PyTorch gives on the grid of grid.py, for test_grid.py.

Run it with PyTorch installed:  PYTHONPATH=.:tests python tests/functional/make_grid_values.py
For each case the projections of the value, and of the gradients by all inputs, in float64.
"""

import json
from pathlib import Path

import numpy as np
import torch
from functional.grid import CASES, inputs, projections, upstream
from torch.nn import functional as f

CONV = {1: f.conv1d, 2: f.conv2d}
BACK = {1: f.conv_transpose1d, 2: f.conv_transpose2d}
MAX = {1: f.max_pool1d, 2: f.max_pool2d}
MEAN = {1: f.avg_pool1d, 2: f.avg_pool2d}


def padded(x, padding, value=0.0):
    return f.pad(x, [n for pair in reversed(padding) for n in pair], value=value)


def cross_correlation(case, x, w):
    window, axes = case.window, x.ndim - 2
    options = {"dilation": window.dilation, "groups": case.groups}
    stride = window.stride or 1
    if isinstance(window.padding, int):
        return CONV[axes](x, w, stride=stride, padding=window.padding, **options)
    if window.padding == "same" and stride == 1 and all(k % 2 for k in w.shape[2:]):
        return CONV[axes](x, w, padding="same", **options)
    placed = window.place(tuple(x.shape[2:]))
    return CONV[axes](padded(x, placed.padding), w, stride=stride, **options)


def conv_transpose(case, x, w):
    """Cut by PyTorch's options where it has them, else by hand."""
    window, axes = case.window, x.ndim - 2
    placed = window.place_back(tuple(x.shape[2:]))
    options = {"stride": placed.stride, "dilation": placed.dilation, "groups": case.groups}
    extra = [a - z for a, z in placed.padding]
    limits = zip(extra, placed.stride, placed.dilation, strict=True)
    if all(0 <= e < max(s, d) for e, s, d in limits):
        padding = [a for a, _ in placed.padding]
        return BACK[axes](x, w, padding=padding, output_padding=extra, **options)
    return padded(BACK[axes](x, w, **options), [(-a, -z) for a, z in placed.padding])


def pool(case, x):
    window, axes = case.window, x.ndim - 2
    placed = window.place(tuple(x.shape[2:]), apart=True)
    even = all(a == z and 2 * a <= k for (a, z), k in zip(placed.padding, placed.size, strict=True))
    options = {"stride": placed.stride}
    if case.kind == "max":
        options["dilation"] = placed.dilation
        if even:
            return MAX[axes](x, placed.size, padding=placed.before, **options)
        return MAX[axes](padded(x, placed.padding, -np.inf), placed.size, **options)
    include = case.kind == "mean"
    if even:
        options |= {"padding": placed.before, "count_include_pad": include}
        return MEAN[axes](x, placed.size, **options)
    y = MEAN[axes](padded(x, placed.padding), placed.size, **options)
    if include:
        return y
    ones = padded(torch.ones_like(x), placed.padding)
    return y / MEAN[axes](ones, placed.size, **options)


def values(case):
    """The projections of the value and of each gradient, one list."""
    tensors = [torch.from_numpy(x).requires_grad_() for x in inputs(case)]
    y = {"cross_correlation": cross_correlation, "conv_transpose": conv_transpose}.get(
        case.kind, pool
    )(case, *tensors)
    (y * torch.from_numpy(upstream(tuple(y.shape)))).sum().backward()
    arrays = [y.detach(), *(t.grad for t in tensors)]
    return [float(f"{n:.8g}") for a in arrays for n in projections(a.numpy())[0]]


def main():
    """Write the file beside this one."""
    lines = [f"{json.dumps(str(case))}: {json.dumps(values(case))}" for case in CASES]
    text = ",\n".join([f'"torch": "{torch.__version__}"', *lines])
    Path(__file__).with_name("grid_values.json").write_text("{\n" + text + "\n}\n")


if __name__ == "__main__":
    main()
