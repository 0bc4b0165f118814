"""New runs that begin with another one, with its settings or weights, and several at once.

like            the command `pellucid train --like RUN`
start_option    the option `--start-from RUN`
repeating_options    those of several runs at once, which differ in seed or fold
"""

from pathlib import Path
from typing import Any

import click

from pellucid.cli.output import JSON, QUIET, SILENT, Output
from pellucid.cli.paths import FilePath
from pellucid.cli.values import Whole


@click.command("--like")
@click.argument("run", type=FilePath())
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting that is to be another, by its name on the command line; none takes it back.",
)
@click.option("--threads", type=Whole(1), metavar="N", help="Threads of the native executor.")
@click.option("--no-lint", is_flag=True, help="Do not look for likely mistakes first.")
@click.option("--out", type=FilePath(), help="Folder of the run.")
@click.option("--quiet", **QUIET | {"help": SILENT})
@click.option("--json", "as_json", **JSON)
def like(run: Path, changes: tuple[str, ...], **options: Any) -> int:
    """Train a new run with all settings of another one, but for what is changed.

    \b
    Examples:
      pellucid train --like runs/digits-mlp-1 --set learning_rate=0.01
      pellucid train --like runs/digits-mlp-1 --set hidden=100,50 --set early_stopping=none
    """  # noqa: D301 (click's mark)
    from pellucid.cli.again import train_like

    return train_like(run, changes, options, Output.taken(options))


def start_option() -> click.Option:
    """The option of a run whose weights a new one begins with."""
    return click.Option(
        ["--start-from"],
        metavar="RUN",
        help="Begin with the weights of another run, as many as fit by name and shape.",
    )


def repeating_options() -> list[click.Parameter]:
    """The options of a group of runs."""
    return [
        click.Option(
            ["--seeds"],
            type=Whole(2),
            metavar="N",
            help="Train N times, with the seeds from --seed on, each run in a folder of its own; "
            "mean and spread of all. The seed also parts data that come in one piece.",
        ),
        click.Option(
            ["--folds"],
            type=Whole(2),
            metavar="K",
            help="Train K times, each time with another K-th of training and validation set to "
            "choose by (cross-validation); with --seeds, for each seed. The test set stays.",
        ),
    ]
