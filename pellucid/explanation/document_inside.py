"""The part of a page that shows what layers do to the data: numbers, maps, attention, gates.

inside          the parts that need no more than the run
attributions    pictures, and what speaks for their classes
projection      what a layer makes of the samples, as points
Inside          what is shown of an explanation
"""

import html
import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from pellucid.explanation.attribution import (
    GRAD_CAM,
    GRADIENT,
    INTEGRATED,
    OCCLUSION,
    Attribution,
)
from pellucid.explanation.charts import bars, scatter
from pellucid.explanation.histograms import Histogram
from pellucid.explanation.map_pictures import pictures_of_maps
from pellucid.explanation.maps import Maps
from pellucid.explanation.projection import Projection
from pellucid.languages import said
from pellucid.train.pages.page import picture


class Inside(Protocol):
    """What the part shows of an explanation; each is empty where there is nothing of its kind."""

    def histograms(self) -> Sequence[Histogram]:
        """How numbers spread."""

    def filters(self) -> Sequence[Maps]:
        """Kernels of convolutions."""

    def feature_maps(self) -> Sequence[Maps]:
        """What they made of a sample."""

    def attention_maps(self) -> Sequence[Maps]:
        """Who looks at whom."""

    def gates(self) -> Sequence[Maps]:
        """Inside recurrent layers, through time."""


def inside(shown: Inside) -> Iterator[tuple[str, str]]:
    """Title and content of each part that there is."""
    yield said("How numbers spread"), _histograms(shown.histograms())
    for title, maps in (
        (said("Filters"), shown.filters()),
        (said("Feature maps of the first sample"), shown.feature_maps()),
        (said("Attention of the first sample: a row looks at columns"), shown.attention_maps()),
        (said("Gates through time, for the first sample: steps down"), shown.gates()),
    ):
        if maps and _can_draw():
            yield (
                title,
                "\n".join(pictures_of_maps(each.path, each.name, each.array) for each in maps),
            )


def _can_draw() -> bool:
    return importlib.util.find_spec("PIL") is not None


def _histograms(found: Iterable[Histogram]) -> str:
    by_path: dict[str, list[Histogram]] = {}
    for each in found:
        by_path.setdefault(each.path, []).append(each)
    rows = []
    for path, several in by_path.items():
        charts = "".join(bars(each.edges, each.counts, each.told) for each in several)
        rows.append(f'<h3>{html.escape(path)}</h3>\n<div class="charts">{charts}</div>')
    return "\n".join(rows)


def attributions(pictures: Any, found: Sequence[Attribution], names: Sequence[str]) -> str:
    """Pictures, and beside each what speaks for the class: the brighter, the more."""
    if not _can_draw():
        return ""
    rows = []
    for i in range(len(pictures)):
        sample = said("sample {i}", i=i)
        images = [_captioned(picture(pictures[i], sample), sample)]
        for each in found:
            map_ = np.abs(each.array[i])
            map_ = map_.sum(axis=0) if map_.ndim == 3 else map_
            kind = names[int(each.classes[i])] if names else str(int(each.classes[i]))
            told = said("{method}, for {kind}", method=_method(each.method), kind=kind)
            scaled = map_ / (float(map_.max()) or 1.0)
            images.append(_captioned(picture(scaled[None], told), told))
        rows.append(f'<div class="maps large">{"".join(images)}</div>')
    return "\n".join(rows)


def _method(name: str) -> str:
    words = {
        GRADIENT: said("gradient"),
        INTEGRATED: said("integrated gradients"),
        OCCLUSION: said("occlusion"),
        GRAD_CAM: said("Grad-CAM"),
    }
    return words[name]


def _captioned(image: str, caption: str) -> str:
    return f"<figure>{image}<figcaption>{html.escape(caption)}</figcaption></figure>"


def projection(
    found: Projection,
    classes: Sequence[int],
    names: Sequence[str],
    path: str,
) -> str:
    """What a layer makes of the samples, along the two directions in which they spread most."""
    share = f"{float(found.shares.sum()):.0%}"
    label = said("{path}: two directions with {share} of the spread", path=path, share=share)
    return scatter(found.points, classes, names, label)
