"""The best moment to stop comes before the last.

Question: When should training end, and which weights should be kept?
Do: Train a network for far too long on a few digits, some with a wrong label. Keep an eye on a
    validation set, and judge by a test set that nothing was chosen by. Then train again and stop by
    itself, once the loss on the validation set has not fallen for some epochs.
See: The loss on the training set falls for ever. That on the validation set turns and rises. The
    run that stops keeps the weights of the turning point, and is better on the test set than
    the run that went on.
Learn: Stop by the validation set, never by the test set, which could not judge any more; and bring
    back the best weights, as the last ones are those of some epochs too many.
Source: Prechelt 1998, "Early stopping - but when?", in Neural Networks: Tricks of the Trade.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.mislabelled import mislabelled
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least
from pellucid.languages import said
from pellucid.tune import Integers, Uniform


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(50, 1000), "samples", "digits to learn from"] = 200
    wrong: Annotated[float, Uniform(0.0, 0.9), "", "share of all with a random label"] = 0.2
    patience: Annotated[int, Integers(1, 100), "epochs", "without gain before it stops"] = 5
    hidden: Annotated[int, Integers(1, 500), "units", "width of the hidden layer"] = 100
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of Adam"] = 0.005
    epochs: Annotated[int, Integers(1, 500), "epochs", "of the run that goes on"] = 60
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Losses after each epoch of the long run; where the other stops; both on the test set."""
    long, last = train(settings, None)
    short, best = train(settings, pc.train.EarlyStopping(patience=settings.patience))
    return {
        "epochs": np.arange(1, settings.epochs + 1),
        "train_loss": np.array(long.epochs["train_loss"]),
        "validation_loss": np.array(long.epochs["validation_loss"]),
        "stopped_epoch": np.array(short.epochs["epoch"][-1]),
        "best_epoch": np.array(short.best_epoch),
        "test_loss_last": np.array(last),
        "test_loss_best": np.array(best),
    }


def train(
    settings: Settings, stopping: pc.train.EarlyStopping | None
) -> tuple[pc.train.History, float]:
    """What a run measured, and the loss of the weights that it keeps on the test set."""
    few, validation, test = samples(settings)
    rng = pc.Generator(settings.seed)
    model = nn.Sequential(
        nn.Linear(64, settings.hidden, rng=rng), nn.ReLU(), nn.Linear(settings.hidden, 10, rng=rng)
    )
    optimizer = pc.optim.Adam(model.parameters(), settings.learning_rate)
    options = pc.train.Options(
        batch_size=50,
        seed=settings.seed,
        early_stopping=stopping,
        keep="last" if stopping is None else "best",
    )
    loss = pc.functional.cross_entropy
    trainer = pc.train.Trainer(
        model,
        loss,
        optimizer,
        few,
        validation,
        options=options,
    )
    history = trainer.fit(settings.epochs, show=False)
    return history, trainer.evaluate(test)["loss"]


def samples(settings: Settings) -> tuple[pc.data.Dataset, ...]:
    """Digits to learn from, to stop by, and to judge by; some labels in each are random."""
    digits = mislabelled(pc.data.digits(), settings.wrong, settings.seed)
    share = settings.samples / len(digits)
    shares = (share, share, 1.0 - 2.0 * share)
    return pc.data.split(digits, shares, seed=settings.seed)[0]


def figure(series: Series) -> Any:
    """The losses of the long run, and the two moments of the other."""
    drawn, (left, right) = panels(1, 2, gridspec_kw={"width_ratios": (5, 2)})
    draw_losses(left, series)
    drawn.legend(loc="outside upper center", ncols=4)
    draw_test(right, series)
    return drawn


def draw_losses(axes: Any, series: Series) -> None:
    """Both losses over epochs, and the two moments."""
    axes.plot(series["epochs"], series["train_loss"], label=said("training set"))
    axes.plot(series["epochs"], series["validation_loss"], "--", label=said("validation set"))
    axes.axvline(series["best_epoch"], color="C2", label=said("best weights"))
    axes.axvline(
        series["stopped_epoch"],
        color="C4",
        linestyle=":",
        label=said("stopped"),
    )
    axes.set(
        xlabel=said("epochs"),
        ylabel=said("loss (nats)"),
        ylim=(0.0, None),
    )


def draw_test(axes: Any, series: Series) -> None:
    """Losses on the test set."""
    heights = [series["test_loss_best"], series["test_loss_last"]]
    axes.bar(
        [said("stopped"), said("went on")],
        heights,
        color=["C2", "C1"],
        width=0.6,
    )
    axes.set(title=said("on the test set"), ylabel=said("loss (nats)"))


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The run that stops is better on data that it never saw, and shorter."""
    runs = repeated(run, settings, seeds)
    gains = [found["test_loss_last"] - found["test_loss_best"] for found in runs]
    spared = [settings.epochs - found["stopped_epoch"] for found in runs]
    return (
        at_least("loss on the test set that stopping saves (nats)", min(gains), 0.2),
        at_least("epochs that it saves", min(spared), 10),
    )
