"""The optimizer of a run of the command line, and how its learning rate goes.

rate_options    the options of the command line
check_schedule  refuses words that are no schedule
optimizer_of    the optimizer of its words
written_out     the words of a schedule with what follows from the run
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import click

from pellucid.cli.known_words import SCHEDULES
from pellucid.optim import OPTIMIZERS, Optimizer


def rate_options() -> list[click.Parameter]:
    """The options of the command line."""
    return [
        click.Option(
            ["--schedule"],
            metavar="WORDS",
            help="How the learning rate goes from update to update, over the whole run where "
            "nothing else is said: cosine-decay, or with options, step-decay:every=5epochs,"
            "factor=0.5, or one after another, warm-up:steps=100+cosine-decay. One of "
            f"{', '.join(SCHEDULES)}; left out: constant.",
        ),
    ]


def check_schedule(words: str | None) -> None:
    """Raise OptionError for words that are no schedule, or leave something out."""
    if words is not None:
        from pellucid.cli.scheduling import schedule_of  # on use: few runs have one

        schedule_of(words)


def optimizer_of(
    name: str, options: Mapping[str, Any], schedule: str | None, parameters: Any
) -> Optimizer:
    """The optimizer of a name, for the parameters of a model. Errors: OptionError."""
    given = dict(options)
    if schedule is not None:
        from pellucid.cli.scheduling import schedule_of  # on use: few runs have one

        given["learning_rate"] = schedule_of(schedule)
    return OPTIMIZERS[name](parameters, **given)


def written_out(
    schedule: str | None,
    optimizer: tuple[str, Mapping[str, Any]],
    batches: tuple[int, int, bool],
    epochs: int,
) -> str | None:
    """The words of a schedule with what follows from the run; None for none.

    `batches`: samples, how many a batch has, and whether a smaller last one is left out.
    Errors: OptionError for words that are no schedule.
    """
    if schedule is None:
        return None
    from pellucid.cli.scheduling import RunLength, filled

    (name, options), (samples, size, drop_last) = optimizer, batches
    usual = {field.name: field.default for field in fields(OPTIMIZERS[name])}
    rate = options.get("learning_rate", usual["learning_rate"])
    whole, rest = divmod(samples, size)
    return filled(schedule, RunLength(rate, whole + (rest > 0 and not drop_last), epochs))
