"""`pellucid lab`: the experiments, what each of them is, and running them.

lab    the group; alone it lists all experiments
"""

from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from pellucid.cli.output import JSON, LANGUAGE, QUIET, Output
from pellucid.cli.paths import FilePath
from pellucid.cli.training_options import SEED
from pellucid.cli.words import Commands

FOLDER = Path("lab")  # in the current folder, where results go if nothing else is said


class ExperimentName(click.ParamType[str]):
    """The name of an experiment; the list is read on use, as --help answers at once."""

    name = "NAME"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """The name. Errors: OptionError where there is none of that name, with the nearest."""
        from pellucid.lab import experiment

        return experiment(str(value)).name

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin so."""
        from pellucid.lab import EXPERIMENTS

        return [CompletionItem(name) for name in EXPERIMENTS if name.startswith(incomplete)]


@click.group(cls=Commands, invoke_without_command=True)
@click.option("--language", **LANGUAGE)
@click.option("--json", "as_json", **JSON)
@click.pass_context
def lab(ctx: click.Context, as_json: bool) -> int:
    """Experiments: each a claim of the subject that one runs, changes and checks.

    Alone it lists them.

    \b
    Examples:
      pellucid lab
      pellucid lab show zero-start
      pellucid lab run zero-start --set hidden=8
      pellucid lab run --all --out gallery
    """  # noqa: D301 (click's mark)
    if ctx.invoked_subcommand is not None:
        return 0
    from pellucid.cli.experimenting import list_experiments

    return list_experiments(as_json=as_json)


@lab.command()
@click.argument("name", type=ExperimentName())
@click.option("--code", is_flag=True, help="Print the program of the experiment.")
@click.option("--language", **LANGUAGE)
@click.option("--json", "as_json", **JSON)
def show(name: str, code: bool, as_json: bool) -> int:
    """What an experiment asks, what to see in it, and what may be set.

    \b
    Examples:
      pellucid lab show zero-start
      pellucid lab show zero-start --code
    """  # noqa: D301 (click's mark)
    from pellucid.cli.experimenting import show_experiment

    return show_experiment(name, code=code, as_json=as_json)


@lab.command()
@click.argument("name", type=ExperimentName(), required=False)
@click.option("--all", "every", is_flag=True, help="Run all: makes the gallery, a site of pages.")
@click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a setting; repeatable."
)
@click.option("--seed", type=SEED, metavar="N", help="The first of the seeds; left out: 0.")
@click.option(
    "--data-dir",
    type=FilePath(exists=True, file_okay=False),
    metavar="PATH",
    help="Folder of MNIST or the cats, for experiments on real data; left out: the digits.",
)
@click.option(
    "--out",
    type=FilePath(file_okay=False),
    default=FOLDER,
    show_default=True,
    metavar="DIR",
    help="Where figures and numbers go.",
)
@click.option("--language", **LANGUAGE)
@click.option("--quiet", **QUIET)
@click.option("--json", "as_json", **JSON)
def run(name: str | None, every: bool, **options: Any) -> int:
    """Run an experiment: its figure, its numbers, and whether its claim holds for five seeds.

    Exit code 1: a claim does not hold.

    \b
    Examples:
      pellucid lab run zero-start
      pellucid lab run zero-start --set hidden=8 --set std=0.5 --seed 7 --out mine
      pellucid lab run --all --out gallery
    """  # noqa: D301 (click's mark)
    from pellucid.cli.experimenting import Asking, run_all, run_one

    output = Output.taken(options)
    if every == (name is not None):
        raise click.UsageError("give the NAME of one experiment, or --all.")
    asking = Asking(**options)
    return run_one(name, asking, output) if name else run_all(asking, output)
