"""Padding keeps the size, and the edges.

Question: How large is a picture after a filter, and what is lost at its edges?
Do: Let a filter slide over a picture with no padding, and with as much as keeps its size, one layer
    after the other. Count how many windows each pixel is in.
See: Without padding each layer takes f - 1 pixels from height and width, until nothing is left. A
    pixel in a corner is in one window, one in the middle in f times f; with padding a corner is in
    far more.
Learn: A picture of n pixels and a filter of f give n + 2p - f + 1. Odd filters have a middle, and
    p = (f - 1) / 2 keeps the size. Without padding the edges count for little and deep networks
    run out of picture.
Source: The course's week on convolution, section 1.4; Dumoulin and Visin 2016, "A guide to
    convolution arithmetic for deep learning", arXiv 1603.07285, sections 2.1 to 2.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.functional import cross_correlation
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import legend, panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Choice, Integers


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    size: Annotated[int, Integers(7, 64), "pixels", "height and width of the picture"] = 28
    filter: Annotated[int, Choice((1, 3, 5, 7)), "pixels", "height and width of the filter"] = 5
    padding: Annotated[str, Choice(("same", "valid")), "", "of the padded arm"] = "same"
    layers: Annotated[int, Integers(1, 30), "layers", "one after the other"] = 8
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Sizes after each layer, and for each pixel the number of windows that it is in."""
    layers = np.arange(settings.layers + 1)
    padded = np.array(sizes(settings, settings.padding))
    p = (settings.filter - 1) // 2 if settings.padding == "same" else 0
    return {
        "layers": layers,
        "size_unpadded": np.array(sizes(settings, "valid")),
        "size_padded": padded,
        "formula_unpadded": np.maximum(settings.size - layers * (settings.filter - 1), 0),
        "formula_padded": np.maximum(settings.size + layers * (2 * p - settings.filter + 1), 0),
        "windows_unpadded": windows(settings, "valid"),
        "windows_padded": windows(settings, settings.padding),
    }


def sizes(settings: Settings, padding: Any) -> list[int]:
    """Height of what each layer gives; 0 once the picture is smaller than the filter."""
    draw = pc.Generator(settings.seed)
    x = draw.normal(0.0, 1.0, (1, 1, settings.size, settings.size))
    weight = pc.ones((1, 1, settings.filter, settings.filter)) / settings.filter**2
    found = [settings.size]
    for _ in range(settings.layers):
        if padding == "valid" and found[-1] < settings.filter:
            found.append(0)
            continue
        x = cross_correlation(x, weight, padding=padding)
        found.append(x.shape[2])
    return found


def windows(settings: Settings, padding: Any) -> Any:
    """How much of the sum of all outputs comes through each pixel: its gradient, for ones."""
    shape = (1, 1, settings.size, settings.size)
    weight = pc.ones((1, 1, settings.filter, settings.filter))
    total = pc.grad(lambda x: cross_correlation(x, weight, padding=padding).sum())
    return total(pc.ones(shape)).numpy()[0, 0]


def figure(series: Series) -> Any:
    """Sizes over layers, and how many windows see each pixel."""
    drawn, (left, middle, right) = panels(1, 3, height=2.8)
    for line, arm, label in (
        ("o-", "unpadded", said("no padding")),
        ("s--", "padded", said("padded")),
    ):
        left.plot(series["layers"], series[f"size_{arm}"], line, markersize=4, label=label)
    left.set(
        xlabel=said("layers"),
        ylabel=said("height (pixels)"),
        ylim=(0, None),
    )
    left.locator_params(axis="x", integer=True)
    legend(drawn, left, columns=2)
    most = series["windows_unpadded"].max()
    for panel, arm, title in (
        (middle, "unpadded", said("windows, no padding")),
        (right, "padded", said("windows, padded")),
    ):
        picture = panel.imshow(series[f"windows_{arm}"], vmin=0, vmax=most)
        panel.set_title(title)
        panel.set_axis_off()
    drawn.colorbar(
        picture,
        ax=[middle, right],
        shrink=0.8,
        label=said("windows of a pixel"),
    )
    return drawn


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Sizes are those of the formula; padding shows corners more often."""
    runs = repeated(run, settings, seeds)
    lost = max(int(abs(found["size_padded"] - settings.size).max()) for found in runs)
    wrong = max(
        int(abs(found[f"size_{arm}"] - found[f"formula_{arm}"]).max())
        for found in runs
        for arm in ("unpadded", "padded")
    )
    corners = min(found["windows_padded"][0, 0] - found["windows_unpadded"][0, 0] for found in runs)
    return (
        at_most("pixels that padding loses", lost, 0),
        at_most("pixels by which sizes differ from the formula", wrong, 0),
        at_least("windows more that a corner is in", corners, 3),
    )
