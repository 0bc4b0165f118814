"""Arrows that lead downhill, and places where they fail.

Question: What does the gradient show, and where does it leave a learner alone?
Do: Draw the negative gradient of a bowl, of a saddle and of a plateau. Let gradient descent start
    beside the bottom, on the ridge of the saddle and on the plateau.
See: In the bowl all arrows lead to the bottom, and are shorter the nearer they are. At the saddle
    those from two sides lead to a point that is no minimum, and descent lingers there before it
    slides off. On the plateau there are hardly any arrows: descent stays where it is.
Learn: The gradient points to where the function grows fastest, its negative to where it falls
    fastest, from here and for a short step. Where it is zero the ground is flat, and that may be a
    minimum, a maximum, a saddle or a plateau.
Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, section 4.4; Dauphin and others
    2014, "Identifying and attacking the saddle point problem", Advances in Neural Information
    Processing Systems 27.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform


def bowl(w: pc.Tensor) -> pc.Tensor:
    """A minimum at (0, 0)."""
    return (w**2.0).sum()


def saddle(w: pc.Tensor) -> pc.Tensor:
    """Falls along y and rises along x; at (0, 0) it does neither."""
    return w[0] ** 2.0 - w[1] ** 2.0


def plateau(w: pc.Tensor) -> pc.Tensor:
    """A hole at (0, 0) in ground that is flat."""
    return -pc.exp(-4.0 * (w**2.0).sum())


SURFACES = {"bowl": bowl, "saddle": saddle, "plateau": plateau}
STARTS = {"bowl": (-1.2, 0.9), "saddle": (-1.2, 0.0), "plateau": (-1.2, 0.9)}


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    learning_rate: Annotated[float, Uniform(0.0, 2.0), "", "step of gradient descent"] = 0.1
    off: Annotated[float, Uniform(0.0, 1.0), "", "how far off the ridge it starts"] = 0.001
    steps: Annotated[int, Integers(1, 1000), "updates", "of gradient descent"] = 40
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Arrows on a grid, heights for contours, and the way of gradient descent on each surface."""
    line = np.linspace(-1.4, 1.4, 11)
    fine = np.linspace(-1.5, 1.5, 31)
    draw = np.random.default_rng(settings.seed)
    series: dict[str, Any] = {"line": line, "fine": fine}
    for name, surface in SURFACES.items():
        slope = pc.compile(pc.grad(surface))
        places = [np.array([x, y]) for y in line for x in line]
        arrows = np.array([-slope(pc.tensor(place)).numpy() for place in places])
        heights = [surface(pc.tensor(np.array([x, y]))).item() for y in fine for x in fine]
        start = np.array(STARTS[name]) + settings.off * draw.choice([-1.0, 1.0], 2)
        series[f"arrows_{name}"] = arrows.reshape(11, 11, 2)
        series[f"heights_{name}"] = np.array(heights).reshape(31, 31)
        series[f"way_{name}"] = descent(settings, slope, start)
    return series


def descent(settings: Settings, slope: Any, start: Any) -> Any:
    """The places of gradient descent: (steps + 1, 2)."""
    way = [start]
    for _ in range(settings.steps):
        way.append(way[-1] - settings.learning_rate * slope(pc.tensor(way[-1])).numpy())
    return np.array(way)


def figure(series: Series) -> Any:
    """A panel for each surface: contours, arrows and the way."""
    titles = {"bowl": said("bowl"), "saddle": said("saddle"), "plateau": said("plateau")}
    drawn, axes = panels(1, 3, height=2.8, sharey=True)
    for panel, name in zip(axes, SURFACES, strict=True):
        draw_heights(panel, series, name)
        draw_arrows(panel, series, name)
        way = series[f"way_{name}"]
        panel.plot(*way.T, "o-", color="C1", markersize=3, linewidth=1.2)
        panel.plot(*way[-1], "s", color="C1", markersize=7)
        panel.set(
            title=titles[name],
            xlabel="x",
            xlim=(-1.5, 1.5),
            ylim=(-1.5, 1.5),
        )
    axes[0].set_ylabel("y")
    return drawn


def draw_heights(axes: Any, series: Series, name: str) -> None:
    """The contours of a surface."""
    x, y = np.meshgrid(series["fine"], series["fine"])
    form = {"colors": "C5", "linewidths": 0.6, "alpha": 0.6}
    axes.contour(x, y, series[f"heights_{name}"], 9, **form)


def draw_arrows(axes: Any, series: Series, name: str) -> None:
    """The way downhill from every place."""
    x, y = np.meshgrid(series["line"], series["line"])
    arrows = series[f"arrows_{name}"]
    form = {"color": "C0", "angles": "xy", "pivot": "mid", "width": 0.006}
    axes.quiver(x, y, arrows[..., 0], arrows[..., 1], **form)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The bowl is left, the saddle delays, the plateau holds; the function falls along arrows."""
    runs = repeated(run, settings, seeds)
    bottom = max(np.hypot(*found["way_bowl"][-1]) for found in runs)
    near = min(lingers(found["way_saddle"]) for found in runs)
    stays = max(np.hypot(*(found["way_plateau"][-1] - found["way_plateau"][0])) for found in runs)
    return (
        at_most("distance from the bottom of the bowl", bottom, 0.01),
        at_least("updates spent near the saddle, which is no minimum", near, 10),
        at_most("way that is made on the plateau", stays, 0.1),
    )


def lingers(way: Any) -> int:
    """How many places lie within a tenth of the point where the gradient is zero."""
    return int((np.hypot(*way.T) < 0.1).sum())
