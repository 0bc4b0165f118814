"""A loss and its gradient must agree.

Question: A textbook sums the loss over a batch and divides the gradient by its size. Does it
    matter? And what does the small number inside the logarithm do?
Do: Compute both as printed, for batches of several sizes, and compare the gradient with central
    differences of the loss. Do the same with the mean for both. Then draw the loss of one sample
    over the probability of its class, with 1e-7 inside the logarithm and without.
See: The printed gradient is too small, by just the number of samples. With the mean for both they
    agree. The small number bends the loss where the probability is near zero, and stops it at
    16.1 nats.
Learn: A gradient is the derivative of one loss, or it is a mistake: say whether that loss is a sum
    or a mean, and keep to it. Otherwise a gradient check fails, and a learning rate means something
    else for every batch size. Without a small number nothing breaks if the loss is computed from
    scores instead of probabilities.
Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, sections 4.2.4 and 5.6.3; Bishop,
    Pattern Recognition and Machine Learning, Springer 2006, section 4.3.4.
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
from pellucid.tune import Integers, LogUniform

STEP = 1e-4  # of the central differences
OUTPUT = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0])  # the book's, of digit 2


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    largest: Annotated[int, Integers(1, 256), "samples", "size of the largest batch"] = 32
    classes: Annotated[int, Integers(2, 20), "classes", "to tell apart"] = 3
    delta: Annotated[float, LogUniform(1e-15, 0.5), "", "added inside the logarithm"] = 1e-7
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """How many times the given gradient the true one is, as printed and as it should be."""
    draw = np.random.default_rng(settings.seed)
    sizes = np.unique(np.geomspace(1, settings.largest, 7).astype(int))
    factors = [factor(settings, draw, size) for size in sizes]
    printed, agreeing = map(np.array, zip(*factors, strict=True))
    p = np.geomspace(1e-12, 1.0, 121)
    with_delta = OUTPUT + settings.delta
    return {
        "batch": sizes,
        "factor_textbook": printed,
        "factor_mean": agreeing,
        "probability": p,
        "loss_exact": -np.log(p),
        "loss_delta": -np.log(p + settings.delta),
        "book_squared": np.array(0.5 * ((OUTPUT - np.eye(10)[2]) ** 2).sum()),
        "book_cross_entropy": np.array(-np.log(with_delta[2])),
        "book_cross_entropy_exact": np.array(-np.log(OUTPUT[2])),
    }


def factor(settings: Settings, draw: np.random.Generator, size: int) -> tuple[Any, Any]:
    """The true gradient in units of the given one: of the printed pair, and of the library's."""
    z = draw.standard_normal((size, settings.classes))
    labels = draw.integers(0, settings.classes, size)
    scores = pc.tensor(z, pc.float64)
    mean = pc.grad(lambda z: pc.functional.cross_entropy(z, labels))(scores).numpy()
    printed = (softmax(z) - np.eye(settings.classes)[labels]) / size
    true = central(lambda z: summed_loss(z, labels, settings.delta), z)
    true_mean = central(lambda z: pc.functional.cross_entropy(z, labels).item(), z)
    return ratio(true, printed), ratio(true_mean, mean)


def summed_loss(z: Any, labels: Any, delta: float) -> Any:
    """Cross-entropy as printed: summed over the batch, a small number inside the logarithm."""
    return -np.log(softmax(z)[np.arange(len(z)), labels] + delta).sum()


def softmax(z: Any) -> Any:
    """Probabilities of each row."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def central(loss: Any, z: Any) -> Any:
    """The gradient by central differences, number by number."""
    gradient = np.empty_like(z)
    for place in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[place] = STEP
        gradient[place] = (loss(z + step) - loss(z - step)) / (2.0 * STEP)
    return gradient


def ratio(true: Any, given: Any) -> Any:
    """How many times one gradient the other is, as a whole."""
    return (true * given).sum() / (given * given).sum()


def figure(series: Series) -> Any:
    """Factors over batch sizes, and losses over the probability."""
    drawn, (left, axes) = panels(1, 2)
    draw_factors(left, series)
    draw_losses(axes, series)
    return drawn


def draw_factors(axes: Any, series: Series) -> None:
    """Factors over batch sizes."""
    axes.plot(
        series["batch"],
        series["factor_textbook"],
        "s--",
        color="C1",
        label=said("printed"),
    )
    axes.plot(
        series["batch"],
        series["factor_mean"],
        "o-",
        color="C0",
        label=said("mean for both"),
    )
    axes.set(xscale="log", yscale="log", xlabel=said("samples in a batch"))
    axes.set_title(said("true gradient / given gradient"))
    axes.legend(loc="upper left")


def draw_losses(axes: Any, series: Series) -> None:
    """Losses over the probability."""
    p = series["probability"]
    axes.plot(p, series["loss_exact"], label=said("exact"))
    axes.plot(p, series["loss_delta"], "--", label=said("with the small number"))
    axes.set(
        xscale="log",
        xlabel=said("probability of the right class"),
        ylim=(0.0, None),
    )
    axes.set_title(said("loss of one sample (nats)"))
    axes.legend(loc="upper right")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The printed pair is apart by the size of the batch, the mean is not; the loss is capped."""
    runs = repeated(run, settings, seeds)
    apart = min(found["factor_textbook"][-1] for found in runs)
    off = max(np.abs(found["factor_textbook"] / found["batch"] - 1.0).max() for found in runs)
    mean = max(np.abs(found["factor_mean"] - 1.0).max() for found in runs)
    capped = max(found["loss_delta"].max() for found in runs)
    exact = min(found["loss_exact"].max() for found in runs)
    return (
        at_least(
            "times the printed gradient that the true one is, for the largest batch", apart, 10
        ),
        at_most("how far that factor is from the size of the batch, as a share", off, 1e-2),
        at_most("how far the factor is from 1 with the mean for both", mean, 1e-2),
        at_most("largest loss with the small number (nats)", capped, 16.2),
        at_least("loss without it at a probability of 1e-12 (nats)", exact, 27.0),
    )
