"""The commands and their options; the work is done in the modules they import on use."""

from pathlib import Path
from typing import Any

import click

from pellucid.cli.datasets import DATA
from pellucid.cli.lab_commands import lab
from pellucid.cli.long_runs import options as long_options
from pellucid.cli.output import JSON, LANGUAGE, QUIET, SILENT, Output
from pellucid.cli.paths import FilePath
from pellucid.cli.runs_command import runs
from pellucid.cli.train_command import NUMBER, POSITIVE, SEED, train
from pellucid.cli.tune_command import tune
from pellucid.cli.values import Whole
from pellucid.cli.words import Commands, OneOf
from pellucid.models import MODELS
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

RUN = click.argument("run", type=FilePath())
quiet = click.option("--quiet", **QUIET)
in_json = click.option("--json", "as_json", **JSON)
MOVED = click.option(
    "--data-dir",
    type=FilePath(),
    metavar="PATH",
    help="Where the data are now, folder or file, if they have moved.",
)


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
    from pellucid.cli.training import resume_run

    output = Output.taken(options)
    return resume_run(run, options, threads, data_dir, output)


resume.params[4:4] = long_options()


@pellucid.command()
@RUN
@click.option(
    "--per-class",
    is_flag=True,
    help="Also precision, recall and F1 of each class, on the test set, if there is one.",
)
@click.option(
    "--epoch",
    type=POSITIVE,
    metavar="N",
    help="With the weights of epoch N, one of the best; more stay with `train --best`.",
)
@click.option(
    "--data",
    metavar="NAME",
    help="The data set, for a run that a Trainer in Python made.",
)
@MOVED
@quiet
@in_json
def evaluate(run: Path, data_dir: Path | None, quiet: bool, as_json: bool, **options: Any) -> int:
    """Loss and accuracy of a run's model on training, validation and test set.

    \b
    Examples:
      pellucid evaluate runs/digits-mlp-1
      pellucid evaluate runs/digits-mlp-1 --per-class
      pellucid evaluate runs/mnist-mlp-1 --data-dir elsewhere/mnist
      pellucid evaluate runs/mine --data digits
      pellucid evaluate runs/digits-mlp-1 --epoch 12
    """  # noqa: D301 (click's mark)
    from pellucid.cli.using import evaluate_run

    return evaluate_run(run, data_dir, Output(quiet, as_json), **options)


@pellucid.command(context_settings={"ignore_unknown_options": True})
@RUN
@click.argument("inputs", nargs=-1, required=True)
@click.option(
    "--calibrated",
    is_flag=True,
    help="Probabilities as sure as they were right on the validation set, and the best threshold.",
)
@click.option(
    "--views",
    type=POSITIVE,
    default=1,
    metavar="N",
    show_default=True,
    help="Views of each picture, over which the mean is taken: itself, and slightly changed ones.",
)
@quiet
@in_json
def predict(
    run: Path, inputs: tuple[str, ...], calibrated: bool, views: int, **options: Any
) -> int:
    """What a run's model says of each picture, or of each row of numbers.

    Pictures are PNG, JPEG, BMP, GIF or WebP. A digit may be dark on light or light on dark,
    anywhere in the picture. A run that a Trainer in Python made answers by the graph that it keeps:
    of numbers, several inputs one after the other, and of pictures, scaled, from 0 to 1.

    \b
    Examples:
      pellucid predict runs/mnist-mlp-1 seven.png eight.jpg
      pellucid predict runs/moons-mlp-1 0.5,-0.25 -1,0.5
      pellucid predict runs/moons-mlp-1 0.5,-0.25 --calibrated
      pellucid predict runs/folder-resnet-1 cat.jpg --views 8
    """  # noqa: D301 (click's mark)
    from pellucid.cli.using import predict_run

    output = Output.taken(options)
    return predict_run(run, inputs, output, calibrated=calibrated, views=views)


@pellucid.command()
@click.argument("run", type=FilePath(), required=False)
@click.option(
    "--model", type=OneOf(MODELS), metavar="NAME", help="A model as it is before any training."
)
@click.option("--data", type=OneOf(DATA), metavar="NAME", help="The data of that model.")
@click.option(
    "--seed",
    type=SEED,
    default=0,
    show_default=True,
    metavar="N",
    help="The seed of its initial weights.",
)
@click.option(
    "--sample", type=Whole(0), metavar="N", help="One sample, from 0; left out: the first 16."
)
@click.option(
    "--image",
    type=FilePath(),
    metavar="FILE",
    help="A picture, explained by the score of its predicted class.",
)
@click.option("--input", metavar="INPUT", help="Numbers with commas between, or a text.")
@click.option("--node", metavar="PATH", help="Show how the gradient by this value comes about.")
@click.option(
    "--notation",
    type=OneOf(("rows", "columns")),
    help="How samples lie: write out the backward pass.",
)
@click.option(
    "--step",
    type=Whole(0),
    metavar="N",
    help="The weights saved after N steps; 0: the initial ones.",
)
@click.option(
    "--beside",
    type=Whole(0),
    metavar="N",
    help="Beside them, the weights saved after N steps.",
)
@click.option(
    "--out", type=FilePath(dir_okay=False), metavar="FILE", help="Write everything as a page."
)
@MOVED
@click.option("--language", **LANGUAGE)
@quiet
@in_json
def explain(run: Path | None, **options: Any) -> int:
    """What a model computes on samples of its data, and how its gradients come about.

    The samples are those of the test set, where there is one. PATH is an input (x), a parameter
    such as hidden.0.linear.weight, a layer, or a number of the graph such as %3.

    \b
    Examples:
      pellucid explain runs/digits-mlp-1
      pellucid explain runs/digits-mlp-1 --sample 3 --node output.weight
      pellucid explain runs/digits-mlp-1 --image seven.png --out seven.html
      pellucid explain runs/digits-mlp-1 --notation columns
      pellucid explain runs/digits-mlp-1 --beside 0
      pellucid explain --model lstm --data digits --out lstm.html
    """  # noqa: D301 (click's mark)
    from pellucid.cli.explaining import explain_command

    return explain_command(run, options, Output.taken(options))


@pellucid.command()
@RUN
@click.option("--prompt", default="", help="The text to go on with; left out: a new line.")
@click.option(
    "--length", type=POSITIVE, default=200, metavar="N", show_default=True, help="Characters."
)
@click.option(
    "--temperature",
    type=NUMBER,
    default=0.8,
    metavar="X",
    show_default=True,
    help="Lower is safer; 0 always takes the likeliest character.",
)
@click.option(
    "--seed", type=SEED, default=0, metavar="N", show_default=True, help="Decides the text."
)
@in_json
def generate(
    run: Path, prompt: str, length: int, temperature: float, seed: int, as_json: bool
) -> int:
    """Let a model of text write: character after character, as it goes on.

    \b
    Examples:
      pellucid generate runs/text-char-transformer-1
      pellucid generate runs/text-char-lstm-1 --prompt "Once upon" --temperature 0.5
    """  # noqa: D301 (click's mark)
    from pellucid.cli.generating import generate_run

    return generate_run(run, prompt, length, temperature, seed, as_json)


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

    WORKLOAD is one of W1, W2sgd, W2adam, W3 (dense networks) to W9; I1, I100 or I1000, one
    prediction for so many rows; or W10, a whole run on MNIST. All but W10 by default, and that
    one too with --data-dir. The native executor is timed beside the reference, which must train
    alike. Other libraries do the same work beside it in a checkout of pellucid:
    `python benchmarks/peers/run.py W1 W9`.

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
    benchmarking.bench_alone(workloads, counts_of(threads), rounds, Output.taken(options), options)


def counts_of(threads: str) -> tuple[int, ...]:
    """Numbers of threads, as written for --threads."""
    words = threads.split(",")
    for word in words:
        if not word.isdigit() or int(word) < 1:
            raise click.BadParameter(f"{word!r} is no number of threads.", param_hint="--threads")
    return tuple(map(int, words))
