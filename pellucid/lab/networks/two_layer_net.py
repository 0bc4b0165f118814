"""A network with one hidden layer learns to read digits.

Question: What does training look like, from weights that know nothing to a network that reads?
Do: Train the two-layer network of the textbooks on digits, a small batch at a time, and measure it
    on the training set and on a test set after each epoch.
See: Both accuracies climb from a tenth, a guess among ten digits, and stay together: what was
    learned holds for digits that were never shown. The loss of single batches wavers while it
    falls.
Learn: Draw a batch, compute the gradient, take a step, repeat. The test set tells whether the
    network has learned the digits or its samples.
Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, sections 4.5 and 5.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Folder, Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    hidden: Annotated[int, Integers(1, 1000), "units", "width of the hidden layer"] = 50
    batch: Annotated[int, Integers(1, 1000), "samples", "of each batch"] = 50
    learning_rate: Annotated[float, Uniform(0.0, 10.0), "", "step of gradient descent"] = 0.2
    epochs: Annotated[int, Integers(1, 200), "epochs", "length of the training"] = 25
    data_dir: Folder = None
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """The loss of each batch, and accuracies after each epoch."""
    train, test = digits(settings)
    rng = pc.Generator(settings.seed)
    form = pc.models.TwoLayerNetOptions(settings.hidden)
    net = pc.models.TwoLayerNet(
        train.features.shape[1],
        10,
        form,
        rng=rng,
    )
    optimizer = pc.optim.SGD(net.parameters(), settings.learning_rate)
    options = pc.train.Options(
        batch_size=settings.batch,
        seed=settings.seed,
        keep="last",
    )
    loss = pc.functional.cross_entropy
    trainer = pc.train.Trainer(net, loss, optimizer, train, test, options=options)
    history = trainer.fit(settings.epochs, show=False)
    return {
        "updates": np.array(history.steps["step"]),
        "loss": np.array(history.steps["loss"]),
        "epochs": np.array(history.epochs["epoch"]),
        "train_accuracy": np.array(history.epochs["train_accuracy"]),
        "test_accuracy": np.array(history.epochs["validation_accuracy"]),
    }


def digits(settings: Settings) -> tuple[pc.data.Dataset, pc.data.Dataset]:
    """MNIST's two sets where a folder is given, else seven and three tenths of the digits."""
    if settings.data_dir is not None:
        return pc.data.mnist(settings.data_dir)
    (train, test), _ = pc.data.split(pc.data.digits(), (0.7, 0.3), seed=settings.seed)
    return train, test


def figure(series: Series) -> Any:
    """The loss batch by batch, and both accuracies epoch by epoch."""
    drawn, (left, right) = panels(1, 2)
    draw_loss(left, series)
    draw_accuracies(right, series)
    return drawn


def draw_loss(axes: Any, series: Series) -> None:
    """The loss batch by batch."""
    axes.plot(series["updates"], series["loss"], linewidth=0.8)
    axes.set(
        xlabel=said("updates"),
        ylabel=said("loss of the batch (nats)"),
        ylim=(0.0, None),
    )


def draw_accuracies(axes: Any, series: Series) -> None:
    """Both accuracies epoch by epoch."""
    axes.plot(
        series["epochs"],
        series["train_accuracy"],
        "o-",
        label=said("training set"),
    )
    axes.plot(
        series["epochs"],
        series["test_accuracy"],
        "s--",
        label=said("test set"),
    )
    axes.set(xlabel=said("epochs"), ylabel=said("accuracy"))
    axes.locator_params(axis="x", integer=True)
    axes.legend(loc="lower right")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """It reads digits that it was never shown, nearly as well as those that it was."""
    runs = repeated(run, settings, seeds)
    reads = np.mean([found["test_accuracy"][-1] for found in runs])
    gap = np.mean([found["train_accuracy"][-1] for found in runs]) - reads
    return (
        at_least("accuracy on the test set", reads, 0.9),
        at_most("step from the training set to the test set", gap, 0.08),
    )
