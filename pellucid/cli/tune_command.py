"""`pellucid tune DATA --try NAME=RANGE`: the options of `train`, and how to search over them.

tune          the group
TuneCommand   one data set
"""

from typing import Any

import click

from pellucid.cli.datasets import DataKind
from pellucid.cli.output import Output
from pellucid.cli.train_command import DataCommands, TrainCommand, fetch
from pellucid.cli.training_options import POSITIVE
from pellucid.cli.values import Size
from pellucid.cli.words import OneOf

STRATEGIES = ("random", "grid", "bayesian")


class TuneCommand(TrainCommand):
    """A search over the options of training on one data set."""

    when_quiet = "Print errors, and else the command or the rate that was found."

    def _examples(self) -> list[str]:
        shown = f"tune {self.kind.examples[0]}"
        return [
            f"{shown} --find-learning-rate",
            f"{shown} --find-batch-size --memory 4GB",
            f"{shown} --try learning_rate=1e-4..1e-1 --tries 20",
            f"{shown} --try l2=1e-6..1e-2 --try batch_size=16/64/256 --strategy bayesian",
        ]

    def _told(self) -> list[click.Parameter]:
        return []  # each try is the same network again

    def _long(self) -> list[click.Parameter]:
        return []  # nor is a try saved

    def _further(self) -> list[click.Parameter]:
        return [
            click.Option(
                ["--try", "ranges"],
                multiple=True,
                metavar="NAME=RANGE",
                help="An option and what to try: LOW..HIGH, over powers of ten where the ends "
                "are that far apart, or A/B/C.",
            ),
            click.Option(
                ["--strategy"],
                type=OneOf(STRATEGIES),
                default="random",
                show_default=True,
                help="How the next point is chosen.",
            ),
            click.Option(
                ["--tries"],
                type=POSITIVE,
                default=30,
                show_default=True,
                metavar="N",
                help="How many points; a grid has as many values of each range as this allows.",
            ),
            click.Option(
                ["--rounds"],
                type=POSITIVE,
                default=2,
                show_default=True,
                metavar="N",
                help="Of a random search: after each, ranges shrink around the best.",
            ),
            click.Option(
                ["--find-learning-rate"],
                is_flag=True,
                help="Instead: one short run in which the learning rate grows.",
            ),
            click.Option(
                ["--find-batch-size"],
                is_flag=True,
                help="Instead: the largest batch whose step fits into memory; nothing is trained.",
            ),
            click.Option(
                ["--memory"],
                type=Size(),
                metavar="SIZE",
                help="The memory for it, such as 4GB; left out, nine tenths of what is free.",
            ),
        ]

    def run(self, **options: Any) -> int:
        """Search."""
        output = Output.taken(options)
        fetch(self.kind, options)
        memory = options.pop("memory")
        if options.pop("find_batch_size"):
            from pellucid.cli.checking import find_batch_size

            return find_batch_size(self.kind.name, options, memory, output)
        from pellucid.cli.tuning import find_rate, tune_run

        names = ("ranges", "strategy", "tries", "rounds", "find_learning_rate")
        asked = {name: options.pop(name) for name in names}
        if asked.pop("find_learning_rate"):
            return find_rate(self.kind.name, options, output)
        return tune_run(self.kind.name, options, asked, output)


class TuneCommands(DataCommands):
    """A command for each data set."""

    like = None

    def command_of(self, kind: DataKind) -> click.Command:
        """The command of a data set."""
        return TuneCommand(kind)


@click.group(cls=TuneCommands)
def tune() -> None:
    """Search for options that train best: learning rate, sizes, penalties.

    Every trial trains for a few epochs; the lowest loss on the validation set wins, and the
    command that trains with its options is printed.

    \b
    Examples:
      pellucid tune digits --find-learning-rate
      pellucid tune digits --find-batch-size --memory 4GB
      pellucid tune digits --try learning_rate=1e-4..1e-1 --try hidden=50/100/100,50 --epochs 10
    """  # noqa: D301 (click's mark)
