"""What moves: a figure that is drawn again and again, written as a picture that moves.

Film    the figure, and how each of its pictures is drawn
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import OptionError
from pellucid.lab.themes import themed
from pellucid.optional import imported

QUALITY = 80  # of 100: lines stay sharp, and a film of a hundred pictures stays under a megabyte
LAST = 1500  # milliseconds for which the last picture stays


@dataclass(frozen=True)
class Film:
    """A figure with pictures that follow each other.

    `draw(i)` brings the figure to its picture `i`, of `pictures`; `pause`: milliseconds of each;
    `theme`: that in which it is drawn.
    """

    figure: Any
    draw: Callable[[int], None]
    pictures: int
    pause: int = 80
    theme: str = "light"

    def webp(self) -> bytes:
        """The film as an animated WebP, which repeats.

        Errors: OptionError where Matplotlib or Pillow is not installed.
        """
        who = "lab: {}, which writes what moves"
        agg = imported("matplotlib.backends.backend_agg", who.format("Matplotlib"), OptionError)
        images = imported("PIL.Image", who.format("Pillow"), OptionError, package="pillow")
        canvas = agg.FigureCanvasAgg(self.figure)
        with themed(self.theme):
            frames = [self._frame(i, canvas, images) for i in range(self.pictures)]
        buffer = io.BytesIO()
        pauses = [self.pause] * (len(frames) - 1) + [LAST]
        frames[0].save(
            buffer,
            "WEBP",
            save_all=True,
            append_images=frames[1:],
            duration=pauses,
            loop=0,
            quality=QUALITY,
        )
        return buffer.getvalue()

    def _frame(self, i: int, canvas: Any, images: Any) -> Any:
        self.draw(i)
        canvas.draw()
        return images.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
