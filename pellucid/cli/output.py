"""How much a command prints, and for whom.

Output         for people, for people who want no more than the results, or for a program
QUIET, JSON    the options that say so
LANGUAGE       the option that says in which language it explains
SILENT         the help of the first where files are the results
let_go         of a terminal that was closed, which nothing can be written to

Results go to standard output. What is said meanwhile, a bar, warnings and errors go to standard
error, so that a program that reads the results reads nothing else.
"""

import os
import warnings
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True)
class Output:
    """`quiet`: results alone. `as_json`: as one document, in which no number is rounded."""

    quiet: bool = False
    as_json: bool = False

    @classmethod
    def taken(cls, options: dict[str, Any]) -> "Output":
        """What the options of a command say, which are taken out of them."""
        return cls(options.pop("quiet"), options.pop("as_json"))

    @property
    def is_full(self) -> bool:
        """Whether people read it, who are told all of it."""
        return not (self.quiet or self.as_json)

    @property
    def has_bar(self) -> bool:
        """Whether a terminal, beside the results, shows how far work is."""
        from pellucid.train.live.terminal import can_draw_bar  # on use: --help answers at once

        return not self.quiet and can_draw_bar()


def _quieten(_: click.Context, __: click.Parameter, value: bool) -> bool:
    """Leave warnings out; `main` puts back what held before."""
    if value:
        warnings.simplefilter("ignore")
    return value


def _speak(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    """Explain in a language while the command runs."""
    if value is not None:
        from pellucid.languages import language  # on use: most runs explain nothing

        ctx.with_resource(language(value))


SILENT = "Print nothing but errors."
QUIET: dict[str, Any] = {
    "is_flag": True,
    "callback": _quieten,
    "help": "Print errors, and else nothing but the results.",
}
JSON: dict[str, Any] = {
    "is_flag": True,
    "help": "Print one JSON document, for a program to read.",
}
LANGUAGE: dict[str, Any] = {
    "metavar": "NAME",
    "callback": _speak,
    "expose_value": False,
    "help": "Explain in en or zh; left out: by PELLUCID_LANGUAGE, or the locale.",
}


def let_go() -> None:
    """Write to nowhere what would be written to a terminal that has gone, with its SIGHUP."""
    for descriptor in (1, 2):
        try:
            os.write(descriptor, b"")
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
