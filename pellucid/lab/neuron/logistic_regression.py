"""Logistic regression, by loops and by matrices.

Question: How does one neuron learn to tell two kinds of pictures apart?
Do: Take two steps of gradient descent three ways: with the loops of a textbook, over samples and
    over features, with a few lines of matrices, and by the library. Then go on with matrices, once
    with the mean over samples and once with their sum, the 1/m forgotten. With a data folder: cats
    and other pictures.
See: All three ways come to the same weights. The cost falls, and new pictures are told
    apart nearly as well as those learned from. Without 1/m the cost is thrown up a hundredfold
    before it settles. The weights are a picture: where ink speaks for one class or the other.
Learn: dz = a - y, dw = X dz^T / m, db = sum(dz) / m: that is all. Samples are columns here, X has
    the shape (features, samples). Loops over samples and features say the same, slowly. The 1/m
    makes a step as long for many samples as for few; without it the learning rate is m times what
    it says.
Source: The course's week on logistic regression and vectorisation; Bishop, Pattern Recognition and
    Machine Learning, Springer 2006, section 4.3.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Folder, Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.models import by_library, by_loops
from pellucid.tune import Integers, LogUniform


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    first: Annotated[int, Integers(0, 9), "", "digit of class 0"] = 3
    second: Annotated[int, Integers(0, 9), "", "digit of class 1"] = 8
    learning_rate: Annotated[float, LogUniform(1e-6, 1.0), "", "step of gradient descent"] = 0.3
    steps: Annotated[int, Integers(1, 5000), "updates", "length of the training"] = 300
    data_dir: Folder = None
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Two steps of three ways, costs with and without 1/m, accuracies, and the weights."""
    (x, y), (new_x, new_y) = pictures(settings)
    w, b, costs = descend(settings, x, y)
    *_, thrown = descend(
        settings,
        x,
        y,
        forgotten=x.shape[1],
    )
    short = replace(settings, steps=2)
    found = [descend(short, x, y)[:2]]
    for way in (by_loops, by_library):
        fit = way(
            x,
            y,
            learning_rate=settings.learning_rate,
            iterations=short.steps,
        )
        found.append((fit.w, fit.b))
    return {
        "two_steps": np.array([np.append(w, b) for w, b in found]),
        "costs_mean": costs,
        "costs_sum": thrown,
        "accuracy": accuracy(w, b, x, y),
        "accuracy_new": accuracy(w, b, new_x, new_y),
        "weights": w[:, 0],
    }


def pictures(settings: Settings) -> Any:
    """Pictures to learn from and new ones: each x (features, samples) and y (1, samples)."""
    if settings.data_dir is None:
        digits = pc.data.digits()
        kept = np.isin(digits.labels, (settings.first, settings.second))
        is_second = (digits.labels[kept] == settings.second).astype(int)
        whole = pc.data.from_arrays(digits.features[kept], is_second)
        parts, _ = pc.data.split(whole, (0.7, 0.3), seed=settings.seed)
    else:
        parts = pc.data.cats(settings.data_dir)
    rows = [(part.features.reshape(len(part), -1), part.labels) for part in parts]
    return [(x.T.astype(float), y[None, :].astype(float)) for x, y in rows]


def gradient(w: Any, b: float, x: Any, y: Any) -> tuple[Any, Any, Any]:
    """Cost, dw and db of all samples at once: w (n, 1), x (n, m), y (1, m)."""
    m = x.shape[1]
    z = w.T @ x + b
    cost = (np.logaddexp(0.0, z) - y * z).sum() / m  # the same, also where a rounds to 0 or 1
    dz = np.exp(-np.logaddexp(0.0, -z)) - y  # a - y, where 1 + e^-z may be too large to write
    return cost, x @ dz.T / m, dz.sum() / m


def descend(
    settings: Settings,
    x: Any,
    y: Any,
    forgotten: int = 1,
) -> tuple[Any, Any, Any]:
    """Weights and bias at the end, and the cost of each step; `forgotten`: an m not divided by."""
    w = np.zeros((x.shape[0], 1))
    b = 0.0
    costs = []
    for _ in range(settings.steps):
        cost, dw, db = gradient(w, b, x, y)
        w = w - settings.learning_rate * forgotten * dw
        b = b - settings.learning_rate * forgotten * db
        costs.append(cost)
    return w, b, np.array(costs)


def accuracy(w: Any, b: float, x: Any, y: Any) -> Any:
    """The share of pictures whose class is told."""
    return np.mean((w.T @ x + b > 0.0) == y)


def figure(series: Series) -> Any:
    """Costs, accuracies, and the weights as a picture."""
    drawn, (costs, shares, picture) = panels(1, 3)
    draw_costs(costs, series)
    draw_shares(shares, series)
    weights = series["weights"]
    colours = 3 if len(weights) % 3 == 0 else 1
    side = round((len(weights) / colours) ** 0.5)
    shown = weights.reshape(colours, side, side).mean(axis=0)
    largest = np.abs(shown).max() or 1.0
    image = picture.imshow(shown, cmap="RdBu_r", vmin=-largest, vmax=largest)
    bar = drawn.colorbar(image, ax=picture, shrink=0.7, ticks=[-largest, 0.0, largest])
    bar.ax.set_yticklabels([said("first class"), "0", said("second class")])
    picture.set_title(said("weights"))
    picture.set_axis_off()
    return drawn


def draw_costs(axes: Any, series: Series) -> None:
    """Costs over updates."""
    axes.plot(series["costs_mean"], label=said("with 1/m"))
    axes.plot(series["costs_sum"], "--", linewidth=0.9, label=said("without"))
    axes.set(
        yscale="log",
        xlabel=said("updates"),
        title=said("cross-entropy (nats)"),
    )
    axes.legend(loc="best")


def draw_shares(axes: Any, series: Series) -> None:
    """Accuracies as bars."""
    told = [float(series["accuracy"]), float(series["accuracy_new"])]
    bars = axes.bar(
        [said("learned from"), said("new")],
        told,
        color=["C0", "C2"],
        width=0.6,
    )
    axes.bar_label(bars, [f"{share:.3f}" for share in told])
    axes.set(ylim=(0.0, 1.1), title=said("accuracy"))


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Three ways agree, new pictures are told apart, and the sum is thrown about."""
    runs = repeated(run, settings, seeds)
    apart = max(np.ptp(found["two_steps"], axis=0).max() for found in runs)
    told = min(found["accuracy_new"] for found in runs)
    thrown = min(found["costs_sum"].max() / found["costs_sum"][0] for found in runs)
    rise = max(np.diff(found["costs_mean"]).max(initial=-np.inf) for found in runs)
    return (
        at_most("largest difference of a weight by loops, matrices, library", apart, 1e-9),
        at_least("accuracy on new pictures", told, 0.85),
        at_most("largest rise of the cost in a step with 1/m (nats)", rise, 0.0),
        at_least("times the first cost that the cost rises to without 1/m", thrown, 2.0),
    )
