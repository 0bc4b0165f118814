"""What a long run is told on the command line: how long it may train.

LongRun      the settings, as config.json holds them under `long_run`
long_run     those that were given, taken out of the options of a command
options      the options that say them
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import click

from pellucid.cli.values import Duration
from pellucid.errors import OptionError


@dataclass(frozen=True)
class LongRun:
    """Limits of a run, in seconds; None: without."""

    max_seconds: float | None = None

    def of_trainer(self) -> dict[str, Any]:
        """What `Options` are given of it."""
        return {"max_seconds": self.max_seconds}


NAMES = tuple(field.name for field in fields(LongRun))


def options() -> list[click.Option]:
    """The options, of `train` and of `resume`."""
    return [
        click.Option(
            ["--max-time", "max_seconds"],
            type=Duration(),
            metavar="TIME",
            help="How long to train, such as 2h or 90min, counted over every resume.",
        ),
    ]


def long_run(given: dict[str, Any]) -> dict[str, Any]:
    """The settings among the options of a command, which are taken out of them."""
    found = {name: given.pop(name, None) for name in NAMES}
    return {name: value for name, value in found.items() if value is not None}


def read(entry: Mapping[str, Any]) -> LongRun:
    """The settings that config.json holds. Errors: OptionError, TypeError."""
    for name, value in entry.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise OptionError(f"{name} is {value!r}.")
    return LongRun(**entry)
