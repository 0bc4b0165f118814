"""The commands and their options; the work is done in the modules they import on use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pellucid import __version__
from pellucid.cli.names import ACTIVATION_NAMES, INIT_NAMES, MODEL_NAMES, OPTIMIZER_NAMES
from pellucid.cli.words import Choice, Commands, Sizes

POSITIVE = click.IntRange(min=1)
SEED = click.IntRange(0, 2**64 - 1)
NUMBER = click.FloatRange(min=0.0)

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
    """  # noqa: D301 (click's mark)


# ---- train -------------------------------------------------------------------------------

TRAIN_OPTIONS = (
    click.option(
        "--model", type=Choice(MODEL_NAMES), default="mlp", show_default=True, help="Its kind."
    ),
    click.option("--hidden", type=Sizes(), help="Units of the hidden layers: 50 or 100,50."),
    click.option("--activation", type=Choice(ACTIVATION_NAMES), help="Of hidden layers: relu."),
    click.option("--init", type=Choice(INIT_NAMES), help="Initial weights: as activations need."),
    click.option(
        "--dropout",
        type=click.FloatRange(0, 1, max_open=True),
        metavar="X",
        help="Fraction of units off.",
    ),
    click.option("--batch-norm", is_flag=True, default=None, help="Normalise hidden layers."),
    click.option(
        "--optimizer",
        type=Choice(OPTIMIZER_NAMES),
        default="adam",
        show_default=True,
        help="The rule of the updates.",
    ),
    click.option(
        "--learning-rate", type=NUMBER, metavar="X", help="Left out: what suits optimizer and data."
    ),
    click.option(
        "--l1", type=NUMBER, metavar="X", help="Factor of the sum of |w| in the loss's gradient."
    ),
    click.option("--l2", type=NUMBER, metavar="X", help="Factor of half the sum of w^2, likewise."),
    click.option(
        "--weight-decay", type=NUMBER, metavar="X", help="Decay of weights, apart from gradients."
    ),
    click.option("--batch-size", type=POSITIVE, metavar="N", help="Samples a step."),
    click.option(
        "--seed",
        type=SEED,
        metavar="N",
        default=0,
        show_default=True,
        help="Decides all that is random.",
    ),
    click.option(
        "--early-stopping", type=POSITIVE, metavar="N", help="Stop after N epochs without gain."
    ),
    click.option("--balanced", is_flag=True, help="Let every class count alike."),
    click.option("--executor", metavar="NAME", help="Where steps run: native or reference."),
    click.option(
        "--threads", type=POSITIVE, metavar="N", help="Of the native executor; same bits for any."
    ),
    click.option("--out", type=click.Path(path_type=Path), help="Folder of the run."),
)


def train_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that all data sets share."""
    for option in reversed(TRAIN_OPTIONS):
        command = option(command)
    return command


@pellucid.group(cls=Commands)
def train() -> None:
    """Train a model on a data set; the result is a folder, the run.

    \b
    Examples:
      pellucid train digits
      pellucid train mnist --data-dir mnist --download
    """  # noqa: D301 (click's mark)


@train.command()
@click.option(
    "--epochs", type=POSITIVE, metavar="N", default=40, show_default=True, help="At most."
)
@train_options
def digits(**options: Any) -> int:
    """1,797 handwritten digits of 8x8 pixels; nothing is downloaded.

    \b
    Examples:
      pellucid train digits
      pellucid train digits --hidden 100,50 --dropout 0.2 --early-stopping 10
      pellucid train digits --model logistic-regression --optimizer sgd --learning-rate 0.5
    """  # noqa: D301 (click's mark)
    from pellucid.cli.training import train_run

    return train_run("digits", options)


@train.command()
@click.option("--data-dir", type=click.Path(path_type=Path), required=True, help="IDX files.")
@click.option("--download", is_flag=True, help="Fetch the four files into it first (12 MB).")
@click.option("--epochs", type=POSITIVE, metavar="N", default=5, show_default=True, help="At most.")
@train_options
def mnist(download: bool, **options: Any) -> int:
    """70,000 handwritten digits of 28x28 pixels, from a folder with the four IDX files.

    \b
    Examples:
      pellucid train mnist --data-dir mnist --download
      pellucid train mnist --data-dir mnist --hidden 50 --epochs 5 --optimizer adam
      pellucid train mnist --data-dir mnist --model two-layer-net --optimizer sgd
    """  # noqa: D301 (click's mark)
    from pellucid.cli.training import train_run

    if download:
        from pellucid.data import download_mnist

        download_mnist(options["data_dir"])
    return train_run("mnist", options)


# ---- runs --------------------------------------------------------------------------------

RUN = click.argument("run", type=click.Path(path_type=Path))


@pellucid.command()
@RUN
@click.option(
    "--epochs", type=POSITIVE, metavar="N", help="In all; left out: as many as were asked for."
)
@click.option(
    "--threads", type=POSITIVE, metavar="N", help="Of the native executor; same bits for any."
)
def resume(run: Path, epochs: int | None, threads: int | None) -> int:
    """Go on with a run that was interrupted, or train it longer.

    The result has the very bits of a run that was never interrupted.

    \b
    Examples:
      pellucid resume runs/digits-mlp-1
      pellucid resume runs/digits-mlp-1 --epochs 60
    """  # noqa: D301 (click's mark)
    from pellucid.cli.training import resume_run

    return resume_run(run, epochs, threads)


@pellucid.command()
@RUN
def evaluate(run: Path) -> int:
    """Loss and accuracy of a run's model on training, validation and test set.

    \b
    Example:
      pellucid evaluate runs/digits-mlp-1
    """  # noqa: D301 (click's mark)
    from pellucid.cli.using import evaluate_run

    return evaluate_run(run)


@pellucid.command()
@RUN
@click.argument("images", type=click.Path(path_type=Path), nargs=-1, required=True)
def predict(run: Path, images: tuple[Path, ...]) -> int:
    """The digit in each picture (PNG or JPEG), with the probability of every class.

    The digit may be dark on light or light on dark, anywhere in the picture.

    \b
    Example:
      pellucid predict runs/mnist-mlp-1 seven.png eight.jpg
    """  # noqa: D301 (click's mark)
    from pellucid.cli.using import predict_images

    return predict_images(run, images)


@pellucid.command()
def data() -> int:
    """The data sets that can be trained on."""
    from pellucid.cli.listing import list_data

    return list_data()


@pellucid.command()
def models() -> int:
    """The models, and the options that each has."""
    from pellucid.cli.listing import list_models

    return list_models()


# ---- bench -------------------------------------------------------------------------------


@pellucid.command()
@click.argument("workloads", nargs=-1, metavar="[WORKLOAD]...")
@click.option(
    "--peers",
    default="torch,jax,sklearn,numpy",
    show_default=True,
    metavar="NAMES",
    help="Libraries to measure beside pellucid, where installed.",
)
@click.option(
    "--threads",
    default="1,2",
    show_default=True,
    metavar="COUNTS",
    help="Numbers of threads to try, in each system that can be told.",
)
@click.option(
    "--rounds", type=POSITIVE, default=15, show_default=True, help="Rounds in which all take turns."
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the MNIST files: measures W10, whole runs, too.",
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results to this file.",
)
@click.option(
    "--figure",
    "figure_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw the results into this file (PNG, SVG or PDF).",
)
def bench(
    workloads: tuple[str, ...], peers: str, threads: str, rounds: int, **outputs: Path | None
) -> None:
    """Time training steps of pellucid and its peers, interleaved in one run.

    WORKLOAD is one of W1, W2sgd, W2adam, W3, W4, W9, W10; all of them by default.

    \b
    Examples:
      pellucid bench W2sgd W2adam
      pellucid bench W10 --data-dir mnist --peers torch,sklearn
      pellucid bench --threads 1 --json results.json --figure results.png
    """  # noqa: D301 (click's mark)
    from pellucid.cli.benchmarking import bench as measure

    counts = tuple(_count(word) for word in threads.split(",") if word)
    chosen = tuple(word for word in peers.split(",") if word)
    paths = {"json": outputs["json_path"], "figure": outputs["figure_path"]}
    measure(workloads, chosen, counts, rounds, paths | {"data_dir": outputs["data_dir"]})


def _count(word: str) -> int:
    if not word.isdigit() or int(word) < 1:
        raise click.BadParameter(f"{word!r} is no number of threads.", param_hint="--threads")
    return int(word)
