"""The grid on which convolution and pooling are compared with PyTorch.

CONVOLUTIONS, TRANSPOSED, POOLINGS     shapes and options, all made by rule
inputs                                 the numbers of a case, made by formula
projections                            what is stored of an array: two weighted sums of it

`make_grid_values.py` writes what PyTorch gives; test_grid.py compares.
"""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import Window
from pellucid.errors import ShapeError

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """One combination: the kind, the shape of x, that of the weights if any, and options."""

    kind: str
    x: Shape
    weight: Shape
    window: Window
    groups: int = 1

    def __str__(self) -> str:
        return f"{self.kind} {self.x} {self.weight} {self.window} {self.groups}"


def chosen(number: int, *options: Any) -> list[tuple[Any, ...]]:
    """So many of all combinations of options, spread evenly over them, in a mixed order."""
    every = list(itertools.product(*options))
    return [every[i * 7919 % len(every)] for i in range(number)]


CHANNELS = [(1, 1, 1), (3, 2, 1), (4, 6, 2), (4, 4, 4), (2, 8, 1), (6, 3, 3)]
LINES = [(1,), (5,), (8,), (13,)]
PLANES = [(5, 5), (1, 7), (8, 6), (9, 11)]
PADS = {1: [((0, 1),), ((2, 0),)], 2: [((0, 1), (1, 0)), ((2, 1), (0, 2))]}


def windows(axes: int, kernels: list[Any]) -> list[tuple[Any, ...]]:
    """Kernel sizes, strides, paddings and dilations for so many axes."""
    several = (2, 1)[:axes]
    paddings = ["valid", "same", 1, 2, *PADS[axes]]
    return [kernels, [1, 2, 3, several], paddings, [1, 2, several[::-1]]]


def fits(window: Window, sizes: Shape, *, back: bool = False) -> bool:
    try:
        window.place_back(sizes) if back else window.place(sizes)
    except ShapeError:
        return False
    return True


def convolutions(kind: str) -> list[Case]:
    found = []
    for axes, sizes, kernels in (
        (1, LINES, [1, 2, 3, 5]),
        (2, PLANES, [1, 3, (2, 3), (1, 4), (5, 5)]),
    ):
        options = [[1, 2, 3], CHANNELS, sizes, *windows(axes, kernels)]
        for batch, channels, size, kernel, stride, padding, dilation in chosen(186, *options):
            inside, out, groups = channels
            window = Window(kernel, stride=stride, padding=padding, dilation=dilation)
            each = kernel if isinstance(kernel, tuple) else (kernel,) * axes
            if fits(window, size, back=kind == "conv_transpose"):
                heads = (
                    (out, inside // groups)
                    if kind == "cross_correlation"
                    else (inside, out // groups)
                )
                found.append(Case(kind, (batch, inside, *size), (*heads, *each), window, groups))
    return found


def poolings() -> list[Case]:
    found = []
    for axes, sizes, kernels in (
        (1, LINES[1:], [2, 3]),
        (2, PLANES[:1] + PLANES[2:], [2, 3, (3, 2)]),
    ):
        kinds = ["max", "mean", "mean of what is there"]
        strides = [None, 1, 2, (2, 1)[:axes]]
        paddings = ["valid", "same", 1, PADS[axes][0]]
        options = [kinds, [1, 2, 3], [1, 3], sizes, kernels, strides, paddings, [1, 2]]
        for kind, batch, channels, size, kernel, stride, padding, dilation in chosen(155, *options):
            window = Window(
                kernel, stride=stride, padding=padding, dilation=dilation if kind == "max" else 1
            )
            if fits(window, size):
                found.append(Case(kind, (batch, channels, *size), (), window))
    return found


CONVOLUTIONS = convolutions("cross_correlation")
TRANSPOSED = convolutions("conv_transpose")
POOLINGS = poolings()
CASES = list(dict.fromkeys([*CONVOLUTIONS, *TRANSPOSED, *POOLINGS]))


def numbers(shape: Shape, phase: float) -> np.ndarray:
    """Numbers between -1.5 and 1.5 without ties."""
    i = np.arange(np.prod(shape, dtype=int))
    return (np.sin(1.3 * i + phase) + 0.5 * np.sin(0.37 * i * i + phase)).reshape(shape)


def inputs(case: Case) -> tuple[np.ndarray, ...]:
    """x, and the weights if there are any, in float64."""
    x = numbers(case.x, 0.1)
    return (x, numbers(case.weight, 0.7)) if case.weight else (x,)


def upstream(shape: Shape) -> np.ndarray:
    """The gradient that a result of this shape is given."""
    return numbers(shape, 0.4)


def projections(array: np.ndarray) -> tuple[list[float], float]:
    """Two weighted sums of an array, and the sum of their absolute terms: their scale."""
    flat = np.asarray(array, np.float64).ravel()
    i = np.arange(flat.size)
    sums = [float(flat @ np.cos(rate * i + 0.2)) for rate in (0.9, 2.3)]
    return sums, float(np.abs(flat).sum())
