"""A penalty on weights keeps a network from learning its samples by heart.

Question: A network knows every training sample and fails on new ones. What does an L2 penalty do?
Do: Train one network on a few digits, some of them with a wrong label: without a penalty, with a
    moderate one, and with far too large a one. Watch the accuracy on both sets.
See: Without a penalty the network learns all samples, the wrong labels too, and gets worse on new
    ones. A moderate penalty brings both lines together. Too large a one leaves nothing to learn
    with: both lines stay low.
Learn: Large weights are what it takes to bend a function round single samples. The penalty makes
    them cost something. It lowers overfitting and does not forbid it; too much of it underfits.
Source: Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 7.1; Saito, Deep
    Learning from Scratch, O'Reilly Japan 2016, section 6.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.mislabelled import draw_accuracies, few_mislabelled, gap
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

PENALTIES = ("none", "moderate", "large")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(50, 1500), "samples", "digits to learn from"] = 200
    wrong: Annotated[float, Uniform(0.0, 0.9), "", "share of them with a random label"] = 0.2
    moderate: Annotated[float, Uniform(0.0, 1.0), "", "a penalty that helps"] = 0.02
    large: Annotated[float, Uniform(0.0, 1.0), "", "a penalty that is too large"] = 0.1
    hidden: Annotated[int, Integers(1, 500), "units", "width of both hidden layers"] = 100
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of Adam"] = 0.01
    epochs: Annotated[int, Integers(1, 500), "epochs", "length of the training"] = 40
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Accuracy and loss on both sets after each epoch, for each penalty."""
    few, others = few_mislabelled(settings.samples, settings.wrong, settings.seed)
    series: dict[str, Any] = {"epochs": np.arange(1, settings.epochs + 1)}
    for name, penalty in zip(PENALTIES, (0.0, settings.moderate, settings.large), strict=True):
        measured = train(settings, few, others, penalty)
        series |= {f"{column}_{name}": np.array(values) for column, values in measured.items()}
    return series


def train(
    settings: Settings, few: pc.data.Dataset, others: pc.data.Dataset, penalty: float
) -> dict[str, list[float]]:
    """What is measured after each epoch of training with a penalty."""
    rng = pc.Generator(settings.seed)
    model = nn.Sequential(
        nn.Linear(64, settings.hidden, rng=rng),
        nn.ReLU(),
        nn.Linear(settings.hidden, settings.hidden, rng=rng),
        nn.ReLU(),
        nn.Linear(settings.hidden, 10, rng=rng),
    )
    optimizer = pc.optim.Adam(model.parameters(), settings.learning_rate, l2=penalty)
    options = pc.train.Options(
        batch_size=50,
        seed=settings.seed,
        keep="last",
    )
    loss = pc.functional.cross_entropy
    trainer = pc.train.Trainer(model, loss, optimizer, few, others, options=options)
    epochs = trainer.fit(settings.epochs, show=False).epochs
    return {
        "train": epochs["train_accuracy"],
        "new": epochs["validation_accuracy"],
        "loss_new": epochs["validation_loss"],
    }


def figure(series: Series) -> Any:
    """A panel for each penalty: accuracy on the samples that it learned from, and on new ones."""
    titles = {
        "none": said("no penalty"),
        "moderate": said("moderate penalty"),
        "large": said("too large a penalty"),
    }
    drawn, axes = panels(1, 3, sharey=True)
    for panel, name in zip(axes, PENALTIES, strict=True):
        draw_accuracies(panel, series, name, titles[name])
    axes[0].set_ylabel(said("accuracy"))
    axes[0].legend(loc="lower right")
    return drawn


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The gap closes, the loss on new samples falls; too large a penalty learns little."""
    runs = repeated(run, settings, seeds)
    closed = [gap(found, "none") - gap(found, "moderate") for found in runs]
    gains = [found["loss_new_none"][-1] - found["loss_new_moderate"][-1] for found in runs]
    left = max(found["train_large"][-1] for found in runs)
    return (
        at_least("accuracy by which the gap between both sets closes", np.mean(closed), 0.08),
        at_least("loss on new samples that the penalty saves (nats)", np.mean(gains), 0.1),
        at_most("training accuracy under too large a penalty", left, 0.5),
    )
