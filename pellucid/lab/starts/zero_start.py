"""Units that begin alike stay alike.

Question: Why do the weights of a network not start at zero, or all at the same value?
Do: Train the same network with one hidden layer three times: from weights that are all zero, from
    weights that are all equal, and from random ones.
See: From zero the network learns nothing but a bias. From equal weights all hidden units stay
    copies of each other: the layer is as good as a single unit. From random ones they go apart, and
    the loss falls.
Learn: The gradient of two units with the same weights is the same, so that no step ever tells them
    apart. Random numbers break the symmetry; biases may well start at zero.
Source: The course's week on shallow networks, on random initialisation; Goodfellow, Bengio and
    Courville, Deep Learning, MIT Press 2016, section 8.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, LogUniform, Uniform

STARTS = ("zero", "equal", "random")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    hidden: Annotated[int, Integers(2, 64), "units", "width of the hidden layer"] = 4
    equal: Annotated[float, Uniform(-2.0, 2.0), "", "value of all weights that start equal"] = 0.5
    std: Annotated[float, LogUniform(1e-3, 10.0), "", "standard deviation of random weights"] = 1.0
    learning_rate: Annotated[float, Uniform(0.0, 5.0), "", "step of gradient descent"] = 0.5
    steps: Annotated[int, Integers(1, 2000), "updates", "length of the training"] = 50
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """The loss and the difference between hidden units, after each step from each start."""
    starts = {
        "zero": nn.init.Zeros(),
        "equal": nn.init.Constant(settings.equal),
        "random": nn.init.Normal(settings.std),
    }
    series: dict[str, Any] = {"steps": np.arange(settings.steps + 1)}
    for name, start in starts.items():
        losses, differences = train(settings, start)
        series |= {f"loss_{name}": losses, f"difference_{name}": differences}
    return series


def train(settings: Settings, start: Any) -> tuple[Any, Any]:
    """The losses and the differences of full-batch gradient descent on two moons."""
    rng = pc.Generator(settings.seed)
    points = pc.data.moons(200, rng=rng)
    first = nn.Linear(
        2,
        settings.hidden,
        initializer=start,
        rng=rng,
    )
    last = nn.Linear(
        settings.hidden,
        2,
        initializer=start,
        rng=rng,
    )
    model = nn.Sequential(first, nn.Tanh(), last)
    optimizer = pc.optim.SGD(model.parameters(), settings.learning_rate)

    @pc.compile
    def step() -> pc.Tensor:
        loss = pc.functional.cross_entropy(model(points.features), points.labels)
        optimizer.minimize(loss)
        return loss

    losses = []
    differences = []
    for _ in range(settings.steps + 1):
        differences.append(np.ptp(first.weight.numpy(), axis=1).max())
        losses.append(step().item())
    return np.array(losses), np.array(differences)


def figure(series: Series) -> Any:
    """Losses at the left, how far hidden units are apart at the right."""
    names = {"zero": said("all zero"), "equal": said("all equal"), "random": said("random")}
    drawn, (left, right) = panels(1, 2)
    for style, start in zip(("-", "--", "-"), STARTS, strict=True):
        left.plot(
            series["steps"],
            series[f"loss_{start}"],
            style,
            label=names[start],
        )
        right.plot(
            series["steps"],
            series[f"difference_{start}"],
            style,
            label=names[start],
        )
    left.set(xlabel=said("updates"), ylabel=said("cross-entropy (nats)"))
    right.set(xlabel=said("updates"), ylabel=said("largest difference of weights"))
    left.set_title(said("What is learned"))
    right.set_title(said("How far hidden units are apart"))
    right.legend(title=said("weights at the start"), loc="center right")
    return drawn


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Equal units never part; random ones learn more."""
    runs = repeated(run, settings, seeds)
    apart = max(found[f"difference_{start}"].max() for found in runs for start in ("zero", "equal"))
    gains = [found["loss_zero"][-1] - found["loss_random"][-1] for found in runs]
    return (
        at_most("largest difference between hidden units that began alike", apart, 1e-6),
        at_least("loss that only the random start takes away (nats)", min(gains), 0.2),
    )
