"""Dropout keeps units from leaning on each other.

Question: What is gained by switching hidden units off at random, and what must be scaled for it?
Do: Train one network on a few digits with some wrong labels, with dropout and without. Then ask
    the trained network with all of its units on, with and without the scaling that dropout needs.
See: Without dropout the network learns its samples by heart and gets worse on new ones; with it
    both lines stay together. Where the scaling is left out, all hidden values arrive twice as large
    when the units are back on, and the loss grows.
Learn: A unit that may be alone must be right by itself. Half the units halve a sum: either what is
    kept is divided by the chance to be kept, while training (inverted dropout, as everywhere
    today), or all is multiplied by it afterwards. Both agree on average.
Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, "Dropout", Journal of
    Machine Learning Research 15, sections 4 and 10.
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
from pellucid.lab.verdict import Verdict, at_least
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

RATIOS = ("without", "with")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(50, 1500), "samples", "digits to learn from"] = 200
    wrong: Annotated[float, Uniform(0.0, 0.9), "", "share of them with a random label"] = 0.2
    ratio: Annotated[float, Uniform(0.0, 0.95), "", "share of hidden units that are off"] = 0.5
    hidden: Annotated[int, Integers(1, 500), "units", "width of the hidden layer"] = 200
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of Adam"] = 0.01
    epochs: Annotated[int, Integers(1, 500), "epochs", "length of the training"] = 40
    seed: Seed = 0


class Net(nn.Module):
    """One hidden layer with dropout; its hidden values can be scaled by hand."""

    def __init__(self, settings: Settings, ratio: float) -> None:
        rng = pc.Generator(settings.seed)
        self.hidden = nn.Linear(64, settings.hidden, rng=rng)
        self.dropout = nn.Dropout(ratio, rng=rng)
        self.output = nn.Linear(settings.hidden, 10, rng=rng)

    def forward(self, x: pc.Tensor) -> pc.Tensor:
        """The scores of ten classes."""
        return self.scored(x, 1.0)

    def scored(self, x: pc.Tensor, scale: float) -> pc.Tensor:
        """The scores, hidden values multiplied by a number."""
        h = self.dropout(pc.functional.relu(self.hidden(x)))
        scores: pc.Tensor = self.output(h * scale)
        return scores


def run(settings: Settings) -> Series:
    """Accuracy on both sets after each epoch; the loss of the trained net with and without scaling.

    Inverted dropout has scaled already. Multiplied by 1 / (1 - ratio) once more, hidden values are
    what they would be without any scaling: as large, compared with what the weights have seen.
    """
    few, others = few_mislabelled(settings.samples, settings.wrong, settings.seed)
    series: dict[str, Any] = {"epochs": np.arange(1, settings.epochs + 1)}
    for name, ratio in zip(RATIOS, (0.0, settings.ratio), strict=True):
        model = Net(settings, ratio)
        measured = train(settings, model, few, others)
        series |= {f"{column}_{name}": np.array(values) for column, values in measured.items()}
        unscaled = 1.0 / (1.0 - ratio)
        for how, scale in (("scaled", 1.0), ("unscaled", unscaled)):
            scores = model.scored(pc.tensor(others.features), scale)
            loss = pc.functional.cross_entropy(scores, others.labels)
            series[f"loss_{how}_{name}"] = np.array(loss.item())
    return series


def train(
    settings: Settings, model: Net, few: pc.data.Dataset, others: pc.data.Dataset
) -> dict[str, list[float]]:
    """What is measured after each epoch, with all units on."""
    optimizer = pc.optim.Adam(model.parameters(), settings.learning_rate)
    options = pc.train.Options(
        batch_size=50,
        seed=settings.seed,
        keep="last",
    )
    loss = pc.functional.cross_entropy
    trainer = pc.train.Trainer(
        model,
        loss,
        optimizer,
        few,
        others,
        options=options,
    )
    epochs = trainer.fit(settings.epochs, show=False).epochs
    return {"train": epochs["train_accuracy"], "new": epochs["validation_accuracy"]}


def figure(series: Series) -> Any:
    """Accuracies without and with dropout, and the loss with and without scaling."""
    titles = {"without": said("without dropout"), "with": said("with dropout")}
    drawn, (left, middle, right) = panels(1, 3)
    for panel, name in zip((left, middle), RATIOS, strict=True):
        draw_accuracies(panel, series, name, titles[name])
    left.set_ylabel(said("accuracy"))
    left.legend(loc="lower right")
    draw_loss(right, series)
    return drawn


def draw_loss(axes: Any, series: Series) -> None:
    """The loss with and without scaling."""
    heights = [series["loss_scaled_with"], series["loss_unscaled_with"]]
    axes.bar(
        [said("scaled"), said("not scaled")],
        heights,
        color=["C0", "C1"],
        width=0.6,
    )
    axes.set(title=said("dropout, units back on"), ylabel=said("loss on new samples (nats)"))


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The gap closes, and the scaling is needed."""
    runs = repeated(run, settings, seeds)
    closed = [gap(found, "without") - gap(found, "with") for found in runs]
    losses = [found["loss_unscaled_with"] - found["loss_scaled_with"] for found in runs]
    return (
        at_least("accuracy by which the gap between both sets closes", np.mean(closed), 0.05),
        at_least("loss on new samples that scaling saves (nats)", np.mean(losses), 0.05),
    )
