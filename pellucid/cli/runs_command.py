"""`pellucid runs`: the runs below a folder, listed, sorted, chosen, compared.

runs    the group; without the name of a command it lists
"""

from pathlib import Path
from typing import Any

import click

from pellucid.cli.output import JSON, QUIET, Output
from pellucid.cli.paths import FilePath
from pellucid.cli.words import Commands

WHERE = click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="CONDITION",
    help='Runs that fit alone, such as "validation_accuracy > 0.9", hidden=50, run~mlp.',
)
CSV = click.option("--csv", "as_csv", is_flag=True, help="Print the table as CSV.")
quiet = click.option("--quiet", **QUIET)
in_json = click.option("--json", "as_json", **JSON)


class RunsCommands(Commands):
    """A group that lists where no command is named: `pellucid runs elsewhere --sort epoch`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Words that do not begin with a command are those of `list`."""
        is_help = any(word in ctx.help_option_names for word in args[:1])
        if not is_help and not (args and args[0] in self.commands):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=RunsCommands)
def runs() -> None:
    """List the runs below a folder; compare them.

    A folder that is called as a command is written with a ./ before it.

    \b
    Examples:
      pellucid runs
      pellucid runs elsewhere --sort validation_loss
      pellucid runs --where "validation_accuracy > 0.9" --where model=mlp
      pellucid runs compare runs/digits-mlp-1 runs/digits-mlp-2
    """  # noqa: D301 (click's mark)


@runs.command("list")
@click.argument("folder", type=FilePath(), default=Path("runs"))
@click.option("--sort", metavar="NAME", help="By a setting or measure, the lowest first.")
@click.option("--reverse", is_flag=True, help="The highest first.")
@WHERE
@click.option(
    "--show", metavar="NAMES", help="The columns, with commas between: measures, settings."
)
@CSV
@quiet
@in_json
def list_(folder: Path, **options: Any) -> int:
    """List the runs below FOLDER, which is runs where none is given.

    Loss and measures are those of the epoch whose weights a run keeps. What a terminal has no room
    for is left out; --show chooses, and --json and --csv have all.

    \b
    Examples:
      pellucid runs list runs --sort validation_accuracy --reverse
      pellucid runs --show run,hidden,validation_loss
      pellucid runs --csv > runs.csv
    """  # noqa: D301 (click's mark)
    from pellucid.cli.listing_runs import list_runs

    return list_runs(folder, options, Output.taken(options))


@runs.command()
@click.argument("folders", nargs=-1, required=True, metavar="RUN...", type=FilePath())
@WHERE
@click.option(
    "--out", type=FilePath(dir_okay=False), metavar="FILE", help="Draw the curves of all into it."
)
@CSV
@quiet
@in_json
def compare(folders: tuple[Path, ...], **options: Any) -> int:
    """The settings in which runs differ, and what came out; with --out their curves in a picture.

    RUN is the folder of a run, or one with runs below it.

    \b
    Examples:
      pellucid runs compare runs/digits-mlp-1 runs/digits-mlp-2
      pellucid runs compare runs --where data=digits --out curves.png
    """  # noqa: D301 (click's mark)
    from pellucid.cli.listing_runs import compare_runs

    return compare_runs(folders, options, Output.taken(options))
