"""What `pellucid train` does at each update beside the optimizer's rule.

update_options     the options of the command line
average_options    those of them that belong to the average, by their names in Python
recovery_of        the rule for steps that are not finite
average_of         the rule of averaging that words and numbers name
"""

from collections.abc import Mapping
from typing import Any

import click

from pellucid.cli.known_words import AVERAGES, NOT_FINITE, STATISTICS
from pellucid.cli.values import Number, Whole
from pellucid.cli.words import OneOf
from pellucid.errors import OptionError, closest

PREFIX = "average_"
OF_AVERAGE = ("decay", "start", "every", "statistics")


def update_options() -> list[click.Parameter]:
    """The options of the command line."""
    return [
        click.Option(
            ["--micro-batch"],
            type=Whole(1),
            metavar="N",
            help="Samples of a batch in memory at a time; the updates stay those of the batch.",
        ),
        click.Option(
            ["--average"],
            type=OneOf(AVERAGES),
            help="Measure, keep and save an average of the weights: exponential (EMA) or uniform.",
        ),
        click.Option(
            ["--average-decay"],
            type=Number(0.0),
            metavar="X",
            help="What older weights count in an exponential average, below 1; left out: 0.999.",
        ),
        click.Option(
            ["--average-start"],
            type=Whole(0),
            metavar="N",
            help="Average over updates after the first N; left out: 0.",
        ),
        click.Option(
            ["--average-every"],
            type=Whole(1),
            metavar="N",
            help="Average over every N-th update; left out: over each.",
        ),
        click.Option(
            ["--average-statistics"],
            type=OneOf(STATISTICS),
            help="The running statistics of batch norm that belong to the average: averaged (left "
            "out), or recomputed by a pass over the training data whenever it is measured.",
        ),
        click.Option(
            ["--not-finite"],
            type=OneOf(NOT_FINITE),
            help="What a step that is not finite does: stop training (left out), skip the step, or "
            "go back to what was 100 steps before at most.",
        ),
    ]


def recovery_of(word: str | None) -> Any:
    """The rule for steps that are not finite; None where they stop training."""
    if word not in (None, *NOT_FINITE):
        raise OptionError(f"not_finite {word!r} is not known. {closest(str(word), NOT_FINITE)}")
    if word in (None, "stop"):
        return None
    from pellucid.train import GoBack, SkipStep  # on use: few runs recover

    return SkipStep() if word == "skip" else GoBack()


def average_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the average that were given, by their names in Python."""
    return {name: given[PREFIX + name] for name in OF_AVERAGE if PREFIX + name in given}


def average_of(name: str | None, options: Mapping[str, Any]) -> Any:
    """The rule of averaging of a name; None for none. Errors: OptionError for what does not fit."""
    flags = ", ".join(f"--average-{option}" for option in options)
    if name is None:
        if options:
            raise OptionError(f"{flags}: there is no average. Say which: --average exponential.")
        return None
    from pellucid.train import ExponentialAverage, UniformAverage  # on use: few runs average

    kinds = dict(zip(AVERAGES, (ExponentialAverage, UniformAverage), strict=True))
    if name not in kinds:
        raise OptionError(f"average {name!r} is not known. {closest(name, kinds)}")
    if name == "uniform" and "decay" in options:
        raise OptionError(
            "--average-decay: a uniform average forgets nothing. Leave it out, or write --average "
            "exponential."
        )
    unknown = [option for option in options if option not in OF_AVERAGE]
    if unknown:
        raise OptionError(f"average option {unknown[0]!r}. {closest(unknown[0], OF_AVERAGE)}")
    return kinds[name](**options)
