"""Decay is not a penalty, where steps adapt.

Question: L2 penalty and weight decay are the same for plain descent. Why not for Adam?
Do: Train one network on few digits with SGD and with Adam, each with a penalty in the gradient and
    with decay apart from it. Then look at two weights of which one has gradients a hundred times as
    large as the other, under Adam.
See: With SGD both give the same weights to the last few bits. With Adam the penalty, divided by the
    size of the gradient as everything is, hardly shrinks the weight with large gradients; decay
    shrinks both by the same share.
Learn: Adam divides what goes through its gradient. A penalty in there is weak just where gradients
    are large. AdamW takes decay out of it: weights shrink by rate times decay in each step,
    whatever their gradients are. So libraries have two words, and they mean two things.
Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization", arXiv 1711.05101.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
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


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    strength: Annotated[float, Uniform(0.0, 1.0), "", "of penalty and of decay"] = 0.1
    sgd_rate: Annotated[float, Uniform(0.0, 2.0), "", "learning rate of SGD"] = 0.2
    adam_rate: Annotated[float, Uniform(0.0, 1.0), "", "learning rate of Adam"] = 0.01
    factor: Annotated[float, Uniform(1.0, 1e4), "", "between both sizes of gradients"] = 100.0
    steps: Annotated[int, Integers(1, 2000), "updates", "of all trainings"] = 100
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Sizes of all weights of a network, and two weights with gradients of unlike sizes."""
    series: dict[str, Any] = {"steps": np.arange(settings.steps + 1)}
    for base, rate in (("sgd", settings.sgd_rate), ("adam", settings.adam_rate)):
        final = {}
        for how in ("l2", "decay"):
            optimizer = maker(base, how, rate, settings.strength)
            sizes, final[how] = network(settings, optimizer)
            series[f"size_{base}_{how}"] = sizes
        series[f"apart_{base}"] = np.array(np.abs(final["l2"] - final["decay"]).max())
    for how in ("l2", "decay"):
        series[f"pair_{how}"] = pair(settings, how)
    return series


def maker(base: str, how: str, rate: float, strength: float) -> Any:
    """What makes the optimizer for some parameters."""
    if base == "sgd":
        l2, decay = (strength, 0.0) if how == "l2" else (0.0, strength)
        return lambda parameters: pc.optim.SGD(parameters, rate, l2=l2, weight_decay=decay)
    if how == "l2":
        return lambda parameters: pc.optim.Adam(parameters, rate, l2=strength)
    return lambda parameters: pc.optim.AdamW(parameters, rate, weight_decay=strength)


def network(settings: Settings, make: Any) -> tuple[Any, Any]:
    """The size of the weights after each step, and all of them at the end."""
    digits = pc.data.digits()[:200]
    rng = pc.Generator(settings.seed)
    layer = partial(nn.Linear, rng=rng, dtype="float64")
    model = nn.Sequential(layer(64, 30), nn.ReLU(), layer(30, 10))
    optimizer = make(model.parameters())

    @pc.compile
    def step() -> pc.Tensor:
        loss = pc.functional.cross_entropy(model(digits.features.astype(float)), digits.labels)
        optimizer.minimize(loss)
        return loss

    sizes = [np.linalg.norm(weights(model))]
    for _ in range(settings.steps):
        step()
        sizes.append(np.linalg.norm(weights(model)))
    return np.array(sizes), weights(model)


def weights(model: nn.Module) -> Any:
    """All weights in one row; biases are not penalised."""
    return np.concatenate([p.numpy().ravel() for p in model.parameters().values() if p.ndim > 1])


def pair(settings: Settings, how: str) -> Any:
    """Two weights that begin at 1; their gradients, of size 1 and `factor`, change sign each step.

    So their mean is zero, and what moves the weights is the penalty, or decay, alone.
    """
    w = pc.Parameter(np.ones((1, 2)))
    optimizer = maker("adam", how, settings.adam_rate, settings.strength)({"w": w})
    scale = np.array([[1.0, settings.factor]])

    @pc.compile
    def step(sign: pc.Tensor) -> pc.Tensor:
        loss: pc.Tensor = (w * sign * scale).sum()
        optimizer.minimize(loss)
        return loss

    found = [w.numpy()[0]]
    for _ in range(settings.steps):
        step(pc.tensor(1.0 if len(found) % 2 else -1.0, dtype="float64"))
        found.append(w.numpy()[0])
    return np.array(found)


def figure(series: Series) -> Any:
    """Sizes of weights under SGD and Adam, and the two weights under Adam."""
    drawn, axes = panels(1, 3, height=3.0)
    names = {"l2": said("penalty in the gradient"), "decay": said("decay apart from it")}
    for panel, base, title in ((axes[0], "sgd", "SGD"), (axes[1], "adam", "Adam, AdamW")):
        for line, how in (("-", "l2"), ("--", "decay")):
            panel.plot(series["steps"], series[f"size_{base}_{how}"], line, label=names[how])
        panel.set(title=title, xlabel=said("updates"))
    axes[0].set_ylabel(said("size of all weights"))
    draw_pair(axes[2], series)
    legend(drawn, axes[0], columns=2)
    return drawn


def draw_pair(axes: Any, series: Series) -> None:
    """The two weights under Adam."""
    for line, how in (("-", "l2"), ("--", "decay")):
        small, large = series[f"pair_{how}"].T
        axes.plot(
            series["steps"],
            small,
            line,
            color="C2" if how == "l2" else "C3",
        )
        axes.plot(
            series["steps"],
            large,
            line,
            color="C4" if how == "l2" else "C5",
        )
    axes.set(title=said("two weights under Adam"), xlabel=said("updates"))
    marks = [said("penalty, small gradients"), said("penalty, large ones")]
    marks += [said("decay, small gradients"), said("decay, large ones")]
    lowest = min(series["pair_l2"].min(), series["pair_decay"].min())
    axes.set_ylim(1.0 - 1.8 * (1.0 - lowest) - 0.01, None)  # room for the legend below
    axes.legend(axes.get_lines(), marks, fontsize=7.5, loc="lower left")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The same for SGD, not for Adam; decay does not ask how large gradients are."""
    runs = repeated(run, settings, seeds)
    same = max(float(found["apart_sgd"]) for found in runs)
    unlike = min(float(found["apart_adam"]) for found in runs)
    decayed = np.min([1.0 - found["pair_decay"][-1] for found in runs])
    penalised = np.max([1.0 - found["pair_l2"][-1, 1] for found in runs])
    return (
        at_most("largest difference of weights under SGD", same, 1e-9),
        at_least("largest difference of weights under Adam", unlike, 0.01),
        at_least("share of its size that decay takes from either weight", decayed, 0.05),
        at_most("share that the penalty takes where gradients are large", penalised, 0.03),
    )
