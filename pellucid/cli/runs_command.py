"""`pellucid runs`: the runs below a folder, listed, sorted, chosen, compared.

runs    the group; without the name of a command it lists
"""

from pathlib import Path
from typing import Any

import click

from pellucid.cli.output import JSON, QUIET, SILENT, Output
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
silent = click.option("--quiet", **QUIET | {"help": SILENT})
RUN = click.argument("run", type=FilePath())
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
    """List the runs below a folder; compare, tag, rename and remove them.

    A folder that is called as a command is written with a ./ before it.

    \b
    Examples:
      pellucid runs
      pellucid runs elsewhere --sort validation_loss
      pellucid runs --where "validation_accuracy > 0.9" --where model=mlp
      pellucid runs compare runs/digits-mlp-1 runs/digits-mlp-2
      pellucid runs tag runs/digits-mlp-1 good
      pellucid runs remove runs/digits-mlp-2
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


@runs.command()
@RUN
@click.argument("tags", nargs=-1, metavar="[TAG]...")
@click.option("--off", multiple=True, metavar="TAG", help="Take a tag off.")
@silent
def tag(run: Path, tags: tuple[str, ...], off: tuple[str, ...], quiet: bool) -> int:
    """Write tags on a run, by which `--where tags~TAG` finds it.

    \b
    Examples:
      pellucid runs tag runs/digits-mlp-1 good
      pellucid runs tag runs/digits-mlp-1 --off good
    """  # noqa: D301 (click's mark)
    from pellucid.cli.changing_runs import tag_run

    return tag_run(run, tags, off, quiet=quiet)


@runs.command()
@RUN
@click.argument("text")
@silent
def note(run: Path, text: str, quiet: bool) -> int:
    """Write a note on a run, in the place of an earlier one; "" takes it off."""
    from pellucid.cli.changing_runs import note_run

    return note_run(run, text, quiet=quiet)


@runs.command()
@RUN
@click.argument("name")
@silent
def rename(run: Path, name: str, quiet: bool) -> int:
    """Give the folder of a run another name."""
    from pellucid.cli.changing_runs import rename_run

    return rename_run(run, name, quiet=quiet)


@runs.command()
@click.argument("folders", nargs=-1, required=True, metavar="RUN...", type=FilePath())
@click.option("--yes", is_flag=True, help="Do not ask.")
@silent
def remove(folders: tuple[Path, ...], yes: bool, quiet: bool) -> int:
    """Remove runs for ever, after a question."""
    from pellucid.cli.changing_runs import remove_runs

    return remove_runs(folders, yes=yes, quiet=quiet)


@runs.command()
@RUN
@silent
def card(run: Path, quiet: bool) -> int:
    """Write MODEL.md into the folder of a run: what is known of its model, in Markdown."""
    from pellucid.cli.changing_runs import write_card_of

    return write_card_of(run, quiet=quiet)
