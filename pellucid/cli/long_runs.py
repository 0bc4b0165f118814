"""What a long run is told on the command line: when it ends, when it is saved, and what stays.

LongRun      the settings, as config.json holds them under `long_run`
long_run     those that were given, taken out of the options of a command
options      the options that say them; further, those of them that `train` alone has
checks       what is to be checked in the place of a run
read         the settings that config.json holds
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pellucid.cli.settings import stored, taken
from pellucid.cli.values import Duration, Every, Size, Whole, every_of


@dataclass(frozen=True)
class LongRun:
    """Limits of a run, when it is saved and what stays; None: as usual.

    `max_seconds`: time; `save_every`: a word such as "500steps"; `budget`: bytes.
    """

    max_seconds: float | None = None
    save_every: str | None = None
    checkpoints: int | None = None
    best: int | None = None
    budget: int | None = None
    monitor: str | None = None
    validate_every: int | None = None
    calibrate: bool | None = None

    def of_trainer(self) -> dict[str, Any]:
        """What `Options` are given of it."""
        names = ("max_seconds", "monitor", "validate_every")
        return {name: getattr(self, name) for name in names}

    def saving(self, folder: Path | None, config: Mapping[str, Any]) -> Any:
        """Where and how a run is kept; None without a folder."""
        from pellucid.train import Saving  # on use: the help needs none of it

        if folder is None:
            return None
        given = {
            name: getattr(self, name) for name in ("checkpoints", "best", "budget", "calibrate")
        }
        given |= {} if self.save_every is None else every_of(self.save_every)
        known = {name: value for name, value in given.items() if value is not None}
        return Saving(folder, config=config, graph=False, **known)


def options() -> list[click.Parameter]:
    """The options, of `train` and of `resume`."""
    return [
        click.Option(
            ["--max-time", "max_seconds"],
            type=Duration(),
            metavar="TIME",
            help="How long to train, such as 2h or 90min, counted over every resume.",
        ),
        click.Option(
            ["--validate-every"],
            type=Whole(1),
            metavar="N",
            help="Measure the validation set after every N updates of an epoch too.",
        ),
        click.Option(
            ["--save-every"],
            type=Every(),
            metavar="WHEN",
            help="When to save a checkpoint: 500steps, 2epochs or 10min.  [default: 5s]",
        ),
        click.Option(
            ["--checkpoints"],
            type=Whole(1),
            metavar="N",
            help="How many of the newest checkpoints stay.  [default: 2]",
        ),
        click.Option(
            ["--best"],
            type=Whole(1),
            metavar="N",
            help="Of how many of the best epochs the weights stay.  [default: 1]",
        ),
        click.Option(
            ["--budget"],
            type=Size(),
            metavar="SIZE",
            help="Disk for checkpoints and best weights, such as 500MB: then the oldest go.",
        ),
    ]


def further() -> list[click.Parameter]:
    """The options that a run cannot change on its way."""
    return [
        click.Option(
            ["--monitor"],
            metavar="NAME",
            help="What tells the best epoch, such as validation_accuracy.  "
            "[default: validation_loss]",
        ),
        click.Option(
            ["--calibrate"],
            is_flag=True,
            default=None,
            help="Calibrate probabilities on the validation set at the end, for the report.",
        ),
        click.Option(
            ["--dry-run"],
            is_flag=True,
            help="Instead: send one batch through everything, and say what the run would take.",
        ),
        click.Option(
            ["--overfit-one-batch"],
            is_flag=True,
            help="Instead: see whether the model learns one batch by heart, as it must.",
        ),
    ]


def checks(given: dict[str, Any]) -> list[str]:
    """The checks among the options of a command, which are taken out of them."""
    return [name for name in ("overfit_one_batch", "dry_run") if given.pop(name)]


def long_run(given: dict[str, Any]) -> dict[str, Any]:
    """The settings among the options of a command, which are taken out of them."""
    return taken(LongRun, given)


def read(entry: Mapping[str, Any]) -> LongRun:
    """The settings that config.json holds. Errors: OptionError, TypeError."""
    found: LongRun = stored(LongRun, entry)
    return found
