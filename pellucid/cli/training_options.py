"""Options of training that all data sets and models share.

shared_options    of a kind of data, with the defaults that suit it
"""

import click

from pellucid.cli import batch_rules, part_rules
from pellucid.cli.datasets import DataKind
from pellucid.cli.known_words import KEEPS, PRECISIONS
from pellucid.cli.optimizing import rate_options
from pellucid.cli.paths import FilePath
from pellucid.cli.updates import update_options
from pellucid.cli.values import Number, Whole
from pellucid.cli.words import OneOf
from pellucid.models import MODELS
from pellucid.optim import OPTIMIZERS

POSITIVE = Whole(1)
SEED = Whole(0, 2**64 - 1)
NUMBER = Number(0.0)


def shared_options(kind: DataKind) -> list[click.Parameter]:
    """The options that all data sets and models share."""
    usual = kind.usual
    return [
        click.Option(
            ["--model"],
            type=OneOf(MODELS),
            metavar="NAME",
            default=usual.model,
            show_default=True,
            help=f"One of {', '.join(MODELS)}.",
        ),
        click.Option(
            ["--epochs"],
            type=POSITIVE,
            metavar="N",
            default=usual.epochs,
            show_default=True,
            help="Epochs to train, at most.",
        ),
        click.Option(
            ["--optimizer"],
            type=OneOf(OPTIMIZERS),
            metavar="NAME",
            default="adam",
            show_default=True,
            help=f"The rule of the updates. One of {', '.join(OPTIMIZERS)}.",
        ),
        click.Option(
            ["--learning-rate"],
            type=NUMBER,
            metavar="X",
            help="The size of a step; left out: what suits optimizer and data.",
        ),
        *rate_options(),
        click.Option(
            ["--batch-size"],
            type=POSITIVE,
            metavar="N",
            help=f"Samples a step.  [default: {usual.batch_size}, or all where there are fewer]",
        ),
        click.Option(
            ["--drop-last"], is_flag=True, help="Leave out an epoch's smaller last batch."
        ),
        *_decay(),
        *update_options(),
        *batch_rules.options(),
        *part_rules.options(),
        *_running(),
    ]


def _decay() -> list[click.Parameter]:
    texts = {
        "--l1": "L1 penalty: the gradient of X times the sum of |w| is added.",
        "--l2": "L2 penalty: likewise, of X / 2 times the sum of w^2.",
        "--weight-decay": "Decay of weights, apart from gradients.",
    }
    return [click.Option([name], type=NUMBER, metavar="X", help=t) for name, t in texts.items()]


def _running() -> list[click.Parameter]:
    return [
        click.Option(
            ["--seed"],
            type=SEED,
            metavar="N",
            default=0,
            show_default=True,
            help="The seed of all random numbers.",
        ),
        click.Option(
            ["--early-stopping"],
            type=POSITIVE,
            metavar="N",
            help="Stop after N epochs without improvement.",
        ),
        click.Option(
            ["--keep"],
            type=OneOf(KEEPS),
            help="Weights to keep; left out: the best by validation, or with early stopping.",
        ),
        click.Option(["--balanced"], is_flag=True, help="Let every class count alike."),
        click.Option(
            ["--executor"],
            metavar="NAME",
            help="Where steps run: native, native-exact or reference.",
        ),
        click.Option(
            ["--precision"],
            type=OneOf(PRECISIONS),
            help="Of products; all else stays float32.  [default: float32]",
        ),
        click.Option(
            ["--threads"],
            type=POSITIVE,
            metavar="N",
            help="Threads of the native executor. Results do not depend on it, to the last bit.",
        ),
        click.Option(["--out"], type=FilePath(), help="Folder of the run."),
    ]
