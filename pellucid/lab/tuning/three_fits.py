"""Too stiff, about right, too loose.

Question: How does one see whether a model is too simple for the data, or too free?
Do: Fit the same few noisy samples of a curve three times: by a straight line, by a network that a
    penalty keeps smooth, and by the same network without it. Compare the error on the samples with
    that on new ones, and both with the noise, below which no model can go.
See: The line is wrong on all of them. The free network hits every sample and swings between them.
    The smooth one is about as good on new samples as on its own.
Learn: A large error on the training samples says bias: take a larger model, or train longer. A
    large step from there to new samples says variance: take more data, a penalty, a smaller model,
    or stop earlier. First the one, then the other.
Source: The course's week on practical aspects, on bias and variance; Geman, Bienenstock and Doursat
    1992, "Neural networks and the bias/variance dilemma", Neural Computation 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import legend, panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

FITS = ("line", "smooth", "free")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(5, 500), "samples", "to fit"] = 15
    noise: Annotated[float, Uniform(0.0, 2.0), "", "standard deviation of what is added"] = 0.25
    hidden: Annotated[int, Integers(1, 200), "units", "width of both hidden layers"] = 40
    penalty: Annotated[float, Uniform(0.0, 1.0), "", "L2 of the smooth network"] = 0.01
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of Adam"] = 0.02
    steps: Annotated[int, Integers(1, 20_000), "updates", "length of each training"] = 1500
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """The samples, the three fitted curves, and their errors on samples and on new ones."""
    draw = np.random.default_rng(settings.seed)
    x, t = samples(draw, settings.samples, settings.noise)
    new_x, new_t = samples(draw, 500, settings.noise)
    places = np.linspace(-1.0, 1.0, 201, dtype=np.float32)[:, None]
    series: dict[str, Any] = {"x": x[:, 0], "t": t[:, 0], "places": places[:, 0]}
    series["truth"] = np.sin(4.0 * places[:, 0])
    series["noise"] = np.array(settings.noise**2)
    for name in FITS:
        model = fit(settings, name, x, t)
        series[f"curve_{name}"] = model(places).numpy()[:, 0]
        series[f"error_{name}"] = np.array(((model(x).numpy() - t) ** 2).mean())
        series[f"new_error_{name}"] = np.array(((model(new_x).numpy() - new_t) ** 2).mean())
    return series


def samples(draw: np.random.Generator, count: int, noise: float) -> tuple[Any, Any]:
    """Places from -1 to 1, and the curve there with noise: (count, 1) each."""
    x = draw.uniform(-1.0, 1.0, (count, 1))
    t = np.sin(4.0 * x) + noise * draw.standard_normal((count, 1))
    return x.astype(np.float32), t.astype(np.float32)


def fit(settings: Settings, name: str, x: Any, t: Any) -> nn.Module:
    """A line or a network, once it has learned the samples."""
    rng = pc.Generator(settings.seed)
    width = settings.hidden
    start = nn.init.Normal(1.0)  # large weights: curves that bend where they like
    network = nn.Sequential(
        nn.Linear(1, width, initializer=nn.init.Normal(6.0), rng=rng),
        nn.Tanh(),
        nn.Linear(width, width, initializer=nn.init.XavierNormal(), rng=rng),
        nn.Tanh(),
        nn.Linear(width, 1, initializer=start, rng=rng),
    )
    model: nn.Module = nn.Linear(1, 1, rng=rng) if name == "line" else network
    penalty = settings.penalty if name == "smooth" else 0.0
    optimizer = pc.optim.Adam(model.parameters(), settings.learning_rate, l2=penalty)

    @pc.compile
    def step() -> pc.Tensor:
        loss = pc.functional.mean_squared_error(model(x), t)
        optimizer.minimize(loss)
        return loss

    for _ in range(settings.steps):
        step()
    return model


def figure(series: Series) -> Any:
    """The three fits, each with both errors and what they say."""
    titles = {
        "line": said("a line"),
        "smooth": said("smooth network"),
        "free": said("free network"),
    }
    drawn, axes = panels(1, 3, height=3.4, sharey=True)
    for panel, name in zip(axes, FITS, strict=True):
        panel.plot(series["places"], series["truth"], ":", color="C5", label=said("truth"))
        panel.plot(
            series["places"],
            series[f"curve_{name}"],
            color="C1",
            label=said("fitted"),
        )
        panel.plot(
            series["x"],
            series["t"],
            "o",
            color="C0",
            markersize=4,
            label=said("samples"),
        )
        errors = float(series[f"error_{name}"]), float(series[f"new_error_{name}"])
        told = said("error {own:.2f}, new ones {new:.2f}", own=errors[0], new=errors[1])
        panel.set_title(f"{titles[name]}: {diagnosis(series, name)}\n{told}", fontsize=9.5)
        panel.set(xlabel="x", ylim=(-2.2, 2.2))
    axes[0].set_ylabel("y")
    legend(drawn, axes[0], columns=3, place="lower")
    return drawn


def diagnosis(series: Series, name: str) -> str:
    """What the two errors say, compared with the noise."""
    own, new, noise = (series[key] for key in (f"error_{name}", f"new_error_{name}", "noise"))
    if own > 2.0 * noise:
        return said("bias")
    return said("variance") if new > 2.0 * noise else said("about right")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Bias shows in the samples, variance in new ones, and the smooth network has neither."""
    runs = repeated(run, settings, seeds)
    noise = max(settings.noise**2, 1e-9)
    line = np.median([found["error_line"] for found in runs]) / noise
    free = np.median([found["error_free"] for found in runs]) / noise
    smooth = np.median([found["new_error_smooth"] for found in runs]) / noise
    worse = np.median([found["new_error_free"] / found["new_error_smooth"] for found in runs])
    return (
        at_least("error of the line on its samples, in units of the noise", line, 3.0),
        at_most("error of the free network on its samples, in units of the noise", free, 0.5),
        at_most("error of the smooth network on new ones, in units of the noise", smooth, 2.2),
        at_least("how many times that is the error of the free network on new ones", worse, 1.2),
    )
