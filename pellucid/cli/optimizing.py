"""The optimizer of a recipe of the command line, and how its learning rate goes.

rate_options    the options of the command line
check_schedule  refuses words that are no schedule
rate_callbacks  what sets the rate after epochs
optimizer_of    the optimizer of a recipe
written_out     the words of a schedule with what follows from the run
"""

from dataclasses import fields
from typing import Any

import click

from pellucid.cli.known_words import SCHEDULES
from pellucid.nn.module import Module
from pellucid.optim import OPTIMIZERS, Optimizer


def rate_options() -> list[click.Parameter]:
    """The options of the command line."""
    return [
        click.Option(
            ["--schedule"],
            metavar="WORDS",
            help="How the learning rate goes from update to update, over the whole run where "
            "nothing else is said: cosine-decay, or with options, step-decay:every=5epochs,"
            "factor=0.5, or one after another, warm-up:steps=100+cosine-decay; or after epochs "
            "without improvement, on-plateau:patience=5,factor=0.5. One of "
            f"{', '.join(SCHEDULES)}; left out: constant.",
        ),
    ]


def check_schedule(words: str | None) -> None:
    """Raise OptionError for words that are no schedule, or leave something out."""
    if words is not None:
        from pellucid.cli.scheduling import plateau_of, schedule_of  # on use: few runs have one

        _ = plateau_of(words) or schedule_of(words)


def rate_callbacks(schedule: str | None) -> tuple[Any, ...]:
    """What sets the learning rate after epochs, where the words say so. Errors: OptionError."""
    if schedule is None:
        return ()
    from pellucid.cli.scheduling import plateau_of

    rule = plateau_of(schedule)
    return () if rule is None else (rule,)


def optimizer_of(recipe: Any, model: Module, groups: tuple[Any, ...] = ()) -> Optimizer:
    """The optimizer of a recipe, for a model, with groups of parameters. Errors: OptionError."""
    given = dict(recipe.optimizer_options)
    schedule = recipe.schedule
    if groups:
        given["groups"] = groups
    if schedule is not None and not rate_callbacks(schedule):
        from pellucid.cli.scheduling import schedule_of

        given["learning_rate"] = schedule_of(schedule)
    return OPTIMIZERS[recipe.optimizer](model.parameters(), **given)


def written_out(recipe: Any, samples: int) -> str | None:
    """The words of a recipe's schedule with what follows from the run; None for none.

    `samples`: how many are trained on. Errors: OptionError for words that are no schedule.
    """
    if recipe.schedule is None:
        return None
    from pellucid.cli.scheduling import RunLength, filled

    options = fields(OPTIMIZERS[recipe.optimizer])
    usual = {option.name: option.default for option in options}
    rate = recipe.optimizer_options.get("learning_rate", usual["learning_rate"])
    whole, rest = divmod(samples, recipe.batch_size)
    batches = whole + (rest > 0 and not recipe.drop_last)
    return filled(recipe.schedule, RunLength(rate, batches, recipe.epochs))
