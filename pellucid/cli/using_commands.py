"""The commands that use the model of a run, and what they share with others.

evaluate, predict, explain, generate    measure it, ask it, look into it, let it write
RUN, MOVED, quiet, in_json              the run, where its data are now, and how to answer
"""

from pathlib import Path
from typing import Any

import click

from pellucid.cli.datasets import DATA
from pellucid.cli.output import JSON, LANGUAGE, QUIET, Output
from pellucid.cli.paths import FilePath
from pellucid.cli.training_options import NUMBER, POSITIVE, SEED
from pellucid.cli.values import Whole
from pellucid.cli.words import OneOf
from pellucid.models import MODELS

RUN = click.argument("run", type=FilePath())
quiet = click.option("--quiet", **QUIET)
in_json = click.option("--json", "as_json", **JSON)
MOVED = click.option(
    "--data-dir",
    type=FilePath(),
    metavar="PATH",
    help="Where the data are now, folder or file, if they have moved.",
)


@click.command()
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


@click.command(context_settings={"ignore_unknown_options": True})
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
@click.option("--csv", "as_csv", is_flag=True, help="Print the answers as CSV.")
@click.option(
    "--out",
    type=FilePath(dir_okay=False),
    metavar="FILE",
    help="Write the answers into a CSV file, whole or not at all; INPUT may then also be a table "
    "(.csv, .tsv) or an array (.npy, .npz) with a row for each sample.",
)
@quiet
@in_json
def predict(run: Path, inputs: tuple[str, ...], out: Path | None, **options: Any) -> int:
    """What a run's model says of each picture, or of each row of numbers.

    A folder stands for all pictures in it. They are PNG, JPEG, BMP, GIF or WebP. A digit may be
    dark on light or light on dark, anywhere in the picture. A run that a Trainer in Python made
    answers by the graph that it keeps: of numbers, several inputs one after the other, and of
    pictures, scaled, from 0 to 1.

    \b
    Examples:
      pellucid predict runs/mnist-mlp-1 seven.png eight.jpg
      pellucid predict runs/moons-mlp-1 0.5,-0.25 -1,0.5
      pellucid predict runs/moons-mlp-1 0.5,-0.25 --calibrated
      pellucid predict runs/folder-resnet-1 cat.jpg --views 8
      pellucid predict runs/folder-resnet-1 pictures --csv > answers.csv
      pellucid predict runs/moons-mlp-1 points.csv --out predictions.csv
    """  # noqa: D301 (click's mark)
    from pellucid.cli.using import predict_into, predict_run

    # A row of numbers may begin with a minus; two of them begin an option.
    for word in inputs:
        if word.startswith("--") and not Path(word).exists():
            raise click.NoSuchOption(word.partition("=")[0], ctx=click.get_current_context())
    if out is not None and not options.pop("as_csv"):
        return predict_into(out, run, inputs, Output.taken(options), **options)
    if out is not None:
        raise click.UsageError("--csv prints answers, --out writes them: give one of them.")
    return predict_run(run, inputs, Output.taken(options), **options)


@click.command()
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


@click.command()
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
