"""Convolutions of what is dilated, as several of what it is dilated from.

convolution_by_phases   a rule of simplification

The gradient by the input of a convolution with a step of 2 along both axes is one: three of four
products are with zeros that stand between elements. Results that meet the same taps of the kernel
are computed together, and all are put in their order at the end.
"""

import math
from itertools import chain

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.passes.rewriter import Operation
from pellucid.executors.native.passes.window_rules import MUCH_WORK
from pellucid.graph import Shape, Value
from pellucid.primitives.convolution import ConvolutionPhase


def convolution_by_phases(operation: Operation) -> Value | None:
    """Each set of results that meets the same taps, then all in order."""
    primitive = operation.primitive
    if not isinstance(primitive, p.Convolution):
        return None
    x, w = operation.inputs
    if 0 in (*x.shape, *w.shape) or math.prod(operation.shape()) * _lines(w) < MUCH_WORK:
        return None
    phases = primitive.phases(x.shape, w.shape)
    if not phases:
        return None
    apart = phases[0].apart
    counts = operation.shape()[3:]
    each = tuple(map(ceil_div, counts, apart))
    sizes = (1, *operation.shape()[:3], *each)
    parts = [_part(operation, phase, sizes) for phase in phases]
    return _in_order(operation, operation.instead(p.Concat(0), *parts), apart)


def _lines(w: Value) -> int:
    """How many products make a result, those with zeros among them."""
    return math.prod(w.shape[2:])


def _part(operation: Operation, phase: ConvolutionPhase, sizes: Shape) -> Value:
    """The results of a phase, with an axis of 1 before them."""
    x, w = operation.inputs
    if phase.rule is None:
        zero = operation.work.constant(np.zeros((), x.dtype))
        return operation.instead(p.BroadcastTo(sizes), zero)
    taps = _taps(operation, phase, w)
    return operation.instead(p.Reshape(sizes), operation.instead(phase.rule, x, taps))


def _taps(operation: Operation, phase: ConvolutionPhase, w: Value) -> Value:
    """The taps of the kernel that a phase meets."""
    ranges = [range(n)[taps] for n, taps in zip(w.shape[3:], phase.taps, strict=True)]
    start = (0, 0, 0, *(taps[0] for taps in ranges))
    count = (*w.shape[:3], *map(len, ranges))
    step = (1, 1, 1, *(taps.step for taps in ranges))
    return operation.instead(p.Slice(start, count, step), w)


def _in_order(operation: Operation, parts: Value, apart: Shape) -> Value:
    """Results (phases, batch, group, out, *each), as (batch, group, out, *counts)."""
    _, *outer = parts.shape[:4]
    each = parts.shape[4:]
    axes = len(each)
    y = operation.instead(p.Reshape((*apart, *outer, *each)), parts)
    behind = ((axes + 3 + axis, axis) for axis in range(axes))
    order = (*range(axes, axes + 3), *chain.from_iterable(behind))
    y = operation.instead(p.PermuteDims(order), y)
    joined = tuple(n * step for n, step in zip(each, apart, strict=True))
    y = operation.instead(p.Reshape((*outer, *joined)), y)
    shape = operation.shape()
    return operation.instead(p.Slice((0,) * len(shape), shape, (1,) * len(shape)), y)
