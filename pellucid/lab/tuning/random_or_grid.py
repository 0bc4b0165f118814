"""Random tries see more than a grid.

Question: How are a learning rate and other hyperparameters looked for, when trying all is too dear?
Do: Search for the learning rate and the spread of the first weights of a small classifier, a fifth
    of the data being held back to judge by. Try nine points of a grid, nine at random, and a
    hundred at random in rounds, each of which narrows the ranges round the best so far. All ranges
    are walked by powers of ten, and each try trains for a few steps only.
See: The spread hardly matters, the rate decides. The grid tries three rates, each three times; nine
    random points try nine. The rounds close in on the valley.
Learn: Of several hyperparameters few matter, and one does not know which: random points waste none.
    Rates and penalties are compared by powers of ten; first wide and short, then narrow.
Source: Bergstra and Bengio 2012, "Random search for hyper-parameter optimization", Journal of
    Machine Learning Research 13, section 1; Saito, Deep Learning from Scratch, O'Reilly Japan 2016,
    section 6.5.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import GridSearch, Integers, LogUniform, RandomSearch, Results, search

SHADES = {"vmin": 0.0, "vmax": 3.0, "edgecolors": "C5", "linewidths": 0.5}
SEARCHES = ("grid", "random", "rounds")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    side: Annotated[int, Integers(2, 10), "values", "of each hyperparameter in the grid"] = 3
    tries: Annotated[int, Integers(9, 1000), "tries", "of the search in rounds"] = 100
    rounds: Annotated[int, Integers(1, 10), "rounds", "each of them narrower"] = 3
    lowest: Annotated[float, LogUniform(1e-9, 1.0), "", "smallest learning rate"] = 1e-5
    highest: Annotated[float, LogUniform(1.1, 1e6), "", "largest learning rate"] = 100.0
    steps: Annotated[int, Integers(1, 500), "updates", "of each try"] = 20
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """The points that each search tried, with the validation loss of each."""
    space = {
        "learning_rate": LogUniform(settings.lowest, settings.highest),
        "spread": LogUniform(1e-4, 0.1),
    }
    few = settings.side**2
    strategies: dict[str, Any] = {
        "grid": GridSearch(settings.side),
        "random": RandomSearch(few, rounds=1),
        "rounds": RandomSearch(settings.tries, rounds=settings.rounds),
    }
    validation_loss = objective(settings)
    series: dict[str, Any] = {}
    for name, strategy in strategies.items():
        found = search(validation_loss, space, strategy, seed=settings.seed)
        series |= {f"{column}_{name}": values for column, values in columns(found).items()}
    return series


def objective(settings: Settings) -> Callable[..., float]:
    """What is tried: the validation loss of a softmax regression after a few steps."""
    (train, validation), _ = pc.data.split(pc.data.digits(), (0.8, 0.2), seed=settings.seed)
    model = pc.nn.Linear(64, 10, rng=pc.Generator(settings.seed))
    optimizer = pc.optim.SGD(model.parameters(), 1.0)
    normal = np.random.default_rng(settings.seed).standard_normal((64, 10))

    @pc.compile
    def step() -> pc.Tensor:
        loss = pc.functional.cross_entropy(model(train.features), train.labels)
        optimizer.minimize(loss)
        return loss

    @pc.compile
    def judged() -> pc.Tensor:
        return pc.functional.cross_entropy(model(validation.features), validation.labels)

    def validation_loss(learning_rate: float, spread: float) -> float:
        start = {"weight": spread * normal, "bias": np.zeros(10)}
        model.load_state_dict({name: value.astype(np.float32) for name, value in start.items()})
        optimizer.learning_rate = learning_rate
        for _ in range(settings.steps):
            step()
        return float(judged().item())

    return validation_loss


def columns(found: Results) -> dict[str, Any]:
    """The trials of a search as arrays."""
    points = [trial.point for trial in found.trials]
    losses = [trial.score for trial in found.trials]
    return {
        "learning_rate": np.array([point["learning_rate"] for point in points]),
        "spread": np.array([point["spread"] for point in points]),
        "loss": np.array(losses),
    }


def figure(series: Series) -> Any:
    """The points of each search, coloured by their loss; darker is better."""
    titles = {
        "grid": said("grid"),
        "random": said("random"),
        "rounds": said("random, in rounds"),
    }
    drawn, axes = panels(1, 3, sharey=True)
    for panel, name in zip(axes, SEARCHES, strict=True):
        losses = np.minimum(series[f"loss_{name}"], 3.0)
        points = series[f"learning_rate_{name}"], series[f"spread_{name}"]
        size = 60 if len(losses) < 30 else 14
        dots = panel.scatter(*points, size, losses, **SHADES)
        best = series[f"loss_{name}"].min()
        panel.set(xscale="log", yscale="log", xlabel=said("learning rate"))
        panel.set_title(said("{name}\nbest loss {loss}", name=titles[name], loss=f"{best:.2f}"))
    axes[0].set_ylabel(said("spread of first weights"))
    drawn.colorbar(dots, ax=axes, label=said("validation loss (nats), 3 and more"))
    return drawn


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Nine random points find a better one than a grid, on average; rounds a better one still."""
    runs = repeated(run, settings, seeds)
    grid, random, rounds = (
        np.mean([np.nanmin(found[f"loss_{name}"]) for found in runs]) for name in SEARCHES
    )
    rates = min(len(set(found["learning_rate_random"])) for found in runs)
    return (
        at_least("different learning rates in nine random points", rates, 9),
        at_most("different learning rates in the grid", max(map(grid_rates, runs)), 3),
        at_least("loss saved by random points (nats)", grid - random, 0.1),
        at_most("loss that the rounds end at (nats)", rounds, 0.35),
    )


def grid_rates(series: Series) -> int:
    """How many learning rates the grid has tried."""
    return len(set(series["learning_rate_grid"]))
