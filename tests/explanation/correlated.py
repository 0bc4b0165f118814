"""Correlations by their definition, place by place: an arithmetic of its own for written lines.

corr        (samples, channels, *sizes) with (out, in of a group, *kernel)
corr_m      each channel with each, over samples; flip, filters turned round
"""

import itertools

import numpy as np


def _each(value, count):
    return (value,) * count if isinstance(value, int) else tuple(value)


def _room(x, first, spread, before, after):
    """x with its elements so far apart, and zeros around, or cut."""
    sizes = x.shape[first:]
    wide = [(n - 1) * d + 1 for n, d in zip(sizes, spread, strict=True)]
    found = np.zeros((*x.shape[:first], *wide))
    found[(..., *(slice(None, None, d) for d in spread))] = x
    widths = [(max(a, 0), max(z, 0)) for a, z in zip(before, after, strict=True)]
    found = np.pad(found, [(0, 0)] * first + widths)
    ends = zip(before, after, found.shape[first:], strict=True)
    return found[(..., *(slice(max(-a, 0), n - max(-z, 0)) for a, z, n in ends))]


def corr(x, w, stride=1, spread=1, dilation=1, pad=0, before=None, after=None, groups=1):  # noqa: PLR0917
    count = w.ndim - 2
    stride, spread, dilation = (_each(n, count) for n in (stride, spread, dilation))
    before = _each(pad if before is None else before, count)
    after = _each(pad if after is None else after, count)
    room = _room(np.asarray(x, float), 2, spread, before, after)
    reach = [(k - 1) * d + 1 for k, d in zip(w.shape[2:], dilation, strict=True)]
    rows = zip(room.shape[2:], reach, stride, strict=True)
    counts = [(n - r) // s + 1 for n, r, s in rows]
    y = np.zeros((x.shape[0], w.shape[0], *counts))
    own = w.shape[0] // groups
    for place in itertools.product(*map(range, w.shape[2:])):
        starts = [p * d for p, d in zip(place, dilation, strict=True)]
        ends = zip(starts, counts, stride, strict=True)
        seen = room[(..., *(slice(a, a + (n - 1) * s + 1, s) for a, n, s in ends))]
        for g in range(groups):
            part = seen[:, g * w.shape[1] : (g + 1) * w.shape[1]]
            of_g = slice(g * own, (g + 1) * own)
            y[:, of_g] += np.einsum("mc...,oc->mo...", part, w[(of_g, slice(None), *place)])
    return y


def corr_m(x, dz, groups=1, **options):
    own, out = x.shape[1] // groups, dz.shape[1] // groups
    found = []
    for g in range(groups):
        data = x[:, g * own : (g + 1) * own].swapaxes(0, 1)
        changes = dz[:, g * out : (g + 1) * out].swapaxes(0, 1)
        found.append(corr(data, changes, **options).swapaxes(0, 1))
    return np.concatenate(found)


def flip(w, groups=1):
    parts = [part.swapaxes(0, 1) for part in np.split(w, groups)]
    return np.flip(np.concatenate(parts), tuple(range(2, w.ndim)))
