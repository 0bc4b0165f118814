"""pellucid and its peers, side by side: the same work, interleaved in one run.

    python benchmarks/peers/run.py W1 W9 --rounds 31
    python benchmarks/peers/run.py I1 I1000 --peers torch,numpy
    python benchmarks/peers/run.py W10 --data-dir mnist --peers torch,sklearn

Workloads, options and exit codes are those of `pellucid bench`, and --peers. All configurations
of each peer are tried, and each must train or predict as pellucid does.
"""

import sys
from collections.abc import Sequence
from typing import Any

import click
from available import PEERS
from systems import beside

from pellucid.cli import main as command_line
from pellucid.cli.benchmarking import bench
from pellucid.cli.commands import SETTINGS, counts_of
from pellucid.cli.commands import bench as alone
from pellucid.cli.output import Output

CHOICE = click.Option(
    ["--peers"],
    default=",".join(PEERS),
    show_default=True,
    metavar="NAMES",
    help="Libraries to measure beside pellucid, where installed; keras takes part in W10 alone, "
    "onnxruntime (with onnx) in predictions.",
)


def measure(
    workloads: tuple[str, ...], peers: str, threads: str, rounds: int, **options: Any
) -> None:
    chosen = [word for word in peers.split(",") if word]
    systems = beside(chosen, counts_of(threads))
    bench(workloads, systems, rounds, Output.taken(options), options)


COMMAND = click.Command(
    "run.py",
    callback=measure,
    params=[CHOICE, *(param for param in alone.params if param.name != "peers")],
    help=__doc__.replace("\n\n    python", "\n\n\b\n    python"),
    context_settings=SETTINGS,
)


def main(words: Sequence[str] | None = None) -> int:
    return command_line(words, COMMAND)


if __name__ == "__main__":
    sys.exit(main())
