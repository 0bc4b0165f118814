"""Arrays of maps as small pictures: filters, feature maps, attention, gates.

pictures_of_maps    the pictures of some maps, under what they are
MAP_STYLE           how large they are, where no page says it
"""

import html
from typing import Any

from numpy.typing import NDArray

from pellucid.explanation.shown import number
from pellucid.languages import said
from pellucid.train.pages.page import picture

MAP_STYLE = """<style>
div.maps { display: flex; flex-wrap: wrap; gap: .25rem; }
div.maps img { width: 4rem; image-rendering: pixelated; }
</style>"""
MOST_MAPS = 32  # of one layer
FEW_MAPS = 8  # so many are shown larger
LONG = 2  # times as wide as high, a map has a line of its own


def pictures_of_maps(path: str, name: str, maps: NDArray[Any]) -> str:
    """Its maps as pictures, darkest where smallest; three axes, or four, the first two as one."""
    array = maps if maps.ndim > 2 else maps[None]
    flat = array.reshape(-1, *array.shape[-2:])
    low = float(flat.min())
    high = float(flat.max())
    scale = (flat - low) / ((high - low) or 1.0)
    told = f"{path} {name}"
    images = "".join(picture(one[None], f"{told} {i}") for i, one in enumerate(scale[:MOST_MAPS]))
    of = said(
        "{shown} of {all}",
        shown=min(len(flat), MOST_MAPS),
        all=len(flat),
    )
    ends = said("from {low} to {high}", low=number(low), high=number(high))
    tall, wide = flat.shape[-2:]
    size = " long" if wide >= LONG * tall else " large" if len(flat) <= FEW_MAPS else ""
    return f'<h3>{html.escape(told)}: {of}, {ends}</h3>\n<div class="maps{size}">{images}</div>'
