"""The commands and their options; the work is done in the modules they import on use."""

from pathlib import Path
from typing import Any

import click

from pellucid.cli.lab_commands import lab
from pellucid.cli.long_runs import options as long_options
from pellucid.cli.output import QUIET, SILENT, Output
from pellucid.cli.paths import FilePath
from pellucid.cli.runs_command import runs
from pellucid.cli.train_command import train
from pellucid.cli.training_options import POSITIVE
from pellucid.cli.tune_command import tune
from pellucid.cli.using_commands import (
    MOVED,
    RUN,
    evaluate,
    explain,
    generate,
    in_json,
    predict,
    quiet,
)
from pellucid.cli.words import Commands, OneOf
from pellucid.errors import OptionError
from pellucid.version import __version__

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Commands, context_settings=SETTINGS)
@click.version_option(__version__, message="pellucid %(version)s")
@click.option("--traceback", is_flag=True, hidden=True, help="Print tracebacks of errors.")
def pellucid(traceback: bool) -> None:
    """Train neural networks that one can see through.

    \b
    Examples:
      pellucid train digits
      pellucid train mnist --data-dir mnist --download --hidden 100,50 --epochs 5
      pellucid predict runs/digits-mlp-1 seven.png

    With --json a command prints one JSON document, with --quiet nothing but its results.

    \b
    Exit codes: 0 done, 1 the work failed, 2 wrong use, 130 stopped by Ctrl-C, 143 by SIGTERM,
    129 by SIGHUP.
    """  # noqa: D301 (click's mark)


pellucid.add_command(train)
pellucid.add_command(tune)
pellucid.add_command(runs)

# ---- runs --------------------------------------------------------------------------------


@pellucid.command()
@RUN
@click.option(
    "--epochs",
    type=POSITIVE,
    metavar="N",
    help="Epochs in all; left out: as many as were asked for.",
)
@click.option(
    "--more", type=POSITIVE, metavar="N", help="Epochs to train beyond those that are done."
)
@click.option(
    "--threads",
    type=POSITIVE,
    metavar="N",
    help="Threads of the native executor. Results do not depend on it, to the last bit.",
)
@MOVED
@click.option("--quiet", **QUIET | {"help": SILENT})
@in_json
def resume(
    run: Path,
    threads: int | None,
    data_dir: Path | None,
    **options: Any,
) -> int:
    """Go on with a run that was interrupted, or train it longer.

    The result has the very bits of a run that was never interrupted.

    \b
    Examples:
      pellucid resume runs/digits-mlp-1
      pellucid resume runs/digits-mlp-1 --epochs 60
      pellucid resume runs/digits-mlp-1 --more 10
      pellucid resume runs/digits-mlp-1 --max-time 4h
    """  # noqa: D301 (click's mark)
    from pellucid.cli.repeating import is_group, resume_group
    from pellucid.cli.training import resume_run

    output = Output.taken(options)
    if is_group(run):
        changed = [name for name, value in options.items() if value is not None]
        if changed or data_dir is not None:
            raise OptionError(
                f"resume {run}: it is a group of runs, which go on as they began. Leave other "
                "options out, or resume one of its runs."
            )
        return resume_group(run, threads, output)
    return resume_run(run, options, threads, data_dir, output)


resume.params[4:4] = long_options()


for command in (evaluate, predict, explain, generate):
    pellucid.add_command(command)


@pellucid.command()
@in_json
def data(as_json: bool) -> int:
    """The data sets that can be trained on."""
    from pellucid.cli.data_and_models import list_data

    return list_data(as_json=as_json)


@pellucid.command()
@in_json
def models(as_json: bool) -> int:
    """The models; their options stand in `pellucid train DATA --help`."""
    from pellucid.cli.data_and_models import list_models

    return list_models(as_json=as_json)


# ---- the lab -----------------------------------------------------------------------------

pellucid.add_command(lab)

# ---- this installation -------------------------------------------------------------------


@pellucid.command()
@in_json
def about(as_json: bool) -> int:
    """Versions, CPU, executor, cache, extras, free space: what a report of a fault needs."""
    from pellucid.cli.about import about as show

    return show(as_json=as_json)


@pellucid.command()
@click.argument("shell", type=OneOf(("bash", "zsh", "fish")))
def completion(shell: str) -> int:
    """A script that lets a shell complete commands, options and names with the Tab key.

    \b
    Examples:
      eval "$(pellucid completion bash)"       # in ~/.bashrc
      eval "$(pellucid completion zsh)"        # in ~/.zshrc
      pellucid completion fish | source        # in ~/.config/fish/config.fish
    """  # noqa: D301 (click's mark)
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, shell
    click.echo(kind(pellucid, {}, "pellucid", "_PELLUCID_COMPLETE").source())
    return 0


# ---- bench -------------------------------------------------------------------------------


@pellucid.command()
@click.argument("workloads", nargs=-1, metavar="[WORKLOAD]...")
@click.option("--peers", hidden=True)
@click.option(
    "--threads",
    default="1,2",
    show_default=True,
    metavar="COUNTS",
    help="Numbers of threads to try.",
)
@click.option(
    "--rounds",
    type=POSITIVE,
    default=15,
    show_default=True,
    help="Rounds in which all configurations take turns.",
)
@click.option(
    "--data-dir",
    type=FilePath(exists=True, file_okay=False),
    help="Folder of the MNIST files: measures W10, whole runs, too.",
)
@click.option(
    "--figure",
    type=FilePath(dir_okay=False),
    help="Draw the results into this file (PNG, SVG or PDF).",
)
@quiet
@in_json
def bench(
    workloads: tuple[str, ...], peers: str | None, threads: str, rounds: int, **options: Any
) -> None:
    """Time pellucid's training steps and predictions on this machine, interleaved in one run.

    WORKLOAD is one of W1, W2sgd, W2adam, W3 (dense networks) to W9; W11, a small GPT; I1, I100
    or I1000, one prediction for so many rows, and I1simple, I32simple, I1000simple, I1deep,
    I32deep or I1000deep for so many images of a convnet; or W10, a whole run on MNIST. All but
    W10 by default, and that one too with --data-dir. The native executor is timed beside the
    reference, which must train alike. Other libraries do the same work beside it in a checkout
    of pellucid: `python benchmarks/peers/run.py W1 W9`.

    \b
    Examples:
      pellucid bench W2sgd W2adam
      pellucid bench I1 I1000 --rounds 31
      pellucid bench W10 --data-dir mnist
      pellucid bench --threads 1 --figure results.png
      pellucid bench W3 --json > results.json
    """  # noqa: D301 (click's mark)
    from pellucid.cli import benchmarking

    if peers is not None:
        raise benchmarking.elsewhere(workloads, peers)
    benchmarking.bench_alone(
        workloads,
        counts_of(threads),
        rounds,
        Output.taken(options),
        options,
    )


def counts_of(threads: str) -> tuple[int, ...]:
    """Numbers of threads, as written for --threads."""
    words = threads.split(",")
    for word in words:
        if not word.isdigit() or int(word) < 1:
            raise click.BadParameter(f"{word!r} is no number of threads.", param_hint="--threads")
    return tuple(map(int, words))
