"""Ten small teams beat one large one.

Question: Why is a network safer that does not need all of its units at once?
Do: Let a task be done by 50 people who all must be there, or by any one of 10 teams of 5, each
    person being there with the same probability. Compute both chances, and count them in trials.
See: One large conspiracy nearly always fails; ten small ones nearly always succeed. What is counted
    lies on what is computed.
Learn: Where units must all be right together, one that is off spoils all. Dropout switches units
    off at random while the network learns, so that small groups learn to do alone what is needed.
Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, "Dropout", Journal of
    Machine Learning Research 15, section 2.
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
from pellucid.tune import Integers, Uniform


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    present: Annotated[float, Uniform(0.0, 1.0), "", "probability that a person is there"] = 0.9
    teams: Annotated[int, Integers(1, 50), "teams", "small groups, any of which is enough"] = 10
    members: Annotated[int, Integers(1, 50), "people", "size of a small group"] = 5
    trials: Annotated[int, Integers(1, 100_000), "trials", "how often it is tried"] = 4000
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Both chances over all probabilities, and at the one that is set also counted in trials."""
    p = np.linspace(0.0, 1.0, 101)
    there = counted(settings)
    return {
        "probability": p,
        "all_needed": p ** (settings.teams * settings.members),
        "any_team": 1.0 - (1.0 - p**settings.members) ** settings.teams,
        "present": np.array(settings.present),
        "all_needed_counted": np.array(there.all(axis=(1, 2)).mean()),
        "any_team_counted": np.array(there.all(axis=2).any(axis=1).mean()),
    }


def counted(settings: Settings) -> Any:
    """Who was there: (trials, teams, members), true or false."""
    shape = (settings.trials, settings.teams, settings.members)
    return pc.Generator(settings.seed).uniform(0.0, 1.0, shape).numpy() < settings.present


def figure(series: Series) -> Any:
    """Chances over the probability that each is there."""
    drawn, (axes,) = panels()
    for line, chance, label in (
        ("-", "all_needed", said("all people are needed")),
        ("--", "any_team", said("any team is enough")),
    ):
        drawn_line = axes.plot(series["probability"], series[chance], line, label=label)[0]
        place = series["present"], series[f"{chance}_counted"]
        axes.plot(
            *place,
            "o",
            color=drawn_line.get_color(),
            label=said("counted"),
        )
    axes.set(xlabel=said("probability that a person is there"), ylabel=said("chance of success"))
    axes.legend(loc="upper left")
    return drawn


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The large group hardly ever succeeds where the small ones nearly always do."""
    runs = repeated(run, settings, seeds)
    large = max(float(found["all_needed_counted"]) for found in runs)
    small = min(float(found["any_team_counted"]) for found in runs)
    return (
        at_most("chance where all are needed", large, 0.02),
        at_least("chance where any team is enough", small, 0.99),
    )
