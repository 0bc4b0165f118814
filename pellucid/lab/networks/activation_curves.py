"""What an activation lets through, forward and back.

Question: Which activation should a layer have, and what does it do to gradients?
Do: Draw the step, the sigmoid, tanh, ReLU and Leaky ReLU with their derivatives. Then multiply the
    derivatives along paths through many layers, as backpropagation does.
See: The sigmoid stays above 0 and below 1, tanh above -1 and below 1, and both go flat at the ends.
    The slope of the sigmoid is at most 1/4, so that little comes back through ten layers of it.
    Along a path of active units, ReLU brings all back; a unit that is off brings nothing.
Learn: The ranges are open intervals: no input gives 0 or 1 itself. tanh z is the sigmoid, shifted
    and stretched, 2 s(2z) - 1, and lies round 0. ReLU gains by its slope of 1 for positive sums and
    pays by the 0 for negative ones, where Leaky ReLU keeps a little. The step has slope 0
    everywhere and teaches nothing. Take ReLU inside, the sigmoid for an output of yes or no.
Source: The course's week on shallow networks, on activation functions; Saito, Deep Learning from
    Scratch, O'Reilly Japan 2016, section 3.2; Goodfellow, Bengio and Courville, Deep Learning, MIT
    Press 2016, section 6.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import functional
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

STYLES = {
    "step": ("C5", ":"),
    "sigmoid": ("C0", "-"),
    "tanh": ("C1", "--"),
    "relu": ("C2", "-"),
    "leaky": ("C3", "--"),
}


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    leak: Annotated[float, Uniform(0.0, 1.0), "", "slope of Leaky ReLU below 0"] = 0.01
    gain: Annotated[float, Uniform(0.1, 10.0), "", "what sums are multiplied by"] = 1.0
    layers: Annotated[int, Integers(1, 50), "layers", "length of the paths"] = 10
    paths: Annotated[int, Integers(10, 10_000), "paths", "to take the mean of"] = 5000
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Each function and its derivative from -5 to 5, and what comes back along paths."""
    z = np.linspace(-5.0, 5.0, 101)
    draw = np.random.default_rng(settings.seed)
    sums = draw.standard_normal((settings.layers, settings.paths))
    series: dict[str, Any] = {"z": z, "layers": np.arange(settings.layers + 1)}
    for name, function in functions(settings).items():
        series[name], series[f"slope_{name}"] = value_and_slope(function, z)
        for kind, taken in (("active", np.abs(sums)), ("any", sums)):
            slopes = value_and_slope(function, taken)[1]
            series[f"back_{name}_{kind}"] = np.append(1.0, np.cumprod(slopes, 0).mean(1))
    series["shifted_sigmoid"] = 2.0 / (1.0 + np.exp(-2.0 * settings.gain * z)) - 1.0
    return series


def functions(settings: Settings) -> dict[str, Any]:
    """The activations, by name."""
    gain = settings.gain
    return {
        "step": lambda z: functional.step(gain * z),
        "sigmoid": lambda z: functional.sigmoid(gain * z),
        "tanh": lambda z: functional.tanh(gain * z),
        "relu": lambda z: functional.relu(gain * z),
        "leaky": lambda z: functional.leaky_relu(gain * z, slope=settings.leak),
    }


def value_and_slope(function: Any, z: Any) -> tuple[Any, Any]:
    """What a function is at places, and its derivative there by the library."""
    z = pc.tensor(z, pc.float64)
    slope = pc.grad(lambda z: function(z).sum())(z)
    return function(z).numpy(), slope.numpy()


def figure(series: Series) -> Any:
    """The functions above, their derivatives and what comes back below."""
    drawn, axes = panels(2, 3, height=2.6)
    curves(axes[0], series, "", ("step", "sigmoid"))
    axes[0].set(ylim=(-0.1, 1.1))
    curves(axes[1], series, "", ("tanh",))
    draw_shifted(axes[1], series)
    curves(axes[2], series, "", ("relu", "leaky"))
    curves(axes[3], series, "slope_", ("step", "sigmoid", "tanh"))
    axes[3].axhline(0.25, color="C5", linewidth=0.8)
    axes[3].text(-4.9, 0.28, "1/4")
    curves(axes[4], series, "slope_", ("relu", "leaky"))
    draw_chain(axes[5], series)
    for panel, title in zip(axes[:5], [said("value")] * 3 + [said("slope")] * 2, strict=True):
        panel.set(xlabel="z", title=title)
    for panel, place in zip(axes, ("lower right",) * 2 + ("upper left",) * 3, strict=False):
        panel.legend(loc=place, fontsize=7.5)
    return drawn


def draw_chain(axes: Any, series: Series) -> None:
    """What comes back through many layers."""
    for name in ("sigmoid", "tanh", "relu"):
        colour, line = STYLES[name]
        back = series[f"back_{name}_active"]
        axes.plot(series["layers"], back, line, color=colour, label=label(name))
    any_path = series["back_relu_any"]
    axes.plot(series["layers"], any_path, ":", color="C2", label=said("ReLU, any path"))
    axes.set(
        yscale="log",
        xlabel=said("layers"),
        title=said("what comes back"),
    )
    axes.legend(loc="lower left", fontsize=7.5)


def curves(axes: Any, series: Series, kind: str, names: Sequence[str]) -> None:
    """Some functions, or their slopes."""
    for name in names:
        colour, line = STYLES[name]
        axes.plot(
            series["z"],
            series[kind + name],
            line,
            color=colour,
            label=label(name),
        )


def label(name: str) -> str:
    """What an activation is called."""
    names = {"step": said("step"), "sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
    return names.get(name, "Leaky ReLU")


def draw_shifted(axes: Any, series: Series) -> None:
    """Dots of the sigmoid that is moved and stretched."""
    z = series["z"][::5]
    shifted = series["shifted_sigmoid"][::5]
    axes.plot(z, shifted, "o", color="C0", markersize=3.5, label="2 s(2z) - 1")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The sigmoid's slope and what it lets through, ReLU's, and that of Leaky ReLU."""
    runs = repeated(run, settings, seeds)
    steepest = max(found["slope_sigmoid"].max() for found in runs)
    shifted = max(np.abs(found["tanh"] - found["shifted_sigmoid"]).max() for found in runs)
    back = max(found["back_sigmoid_active"][-1] for found in runs)
    kept = min(found["back_relu_active"][-1] for found in runs)
    lost = max(found["back_relu_any"][-1] for found in runs)
    leak = min(found["slope_leaky"].min() for found in runs)
    return (
        at_most("steepest slope of the sigmoid", steepest, 0.25),
        at_most("largest difference of tanh from the shifted, stretched sigmoid", shifted, 1e-12),
        at_most("share of a gradient that comes back through layers of sigmoids", back, 1e-5),
        at_least("share that comes back along active paths of ReLU", kept, 0.99),
        at_most("share that comes back along any path of ReLU", lost, 0.05),
        at_least("smallest slope of Leaky ReLU", leak, 0.005),
    )
