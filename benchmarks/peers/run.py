"""pellucid and its peers, side by side: the same work, interleaved in one run.

    python benchmarks/peers/run.py W1 W9 --rounds 31
    python benchmarks/peers/run.py I1 I1000 --peers torch,numpy
    python benchmarks/peers/run.py W10 --data-dir mnist --peers torch,sklearn

    python benchmarks/peers/run.py W4 --vectors avx2

Workloads, options and exit codes are those of `pellucid bench`, and --peers. All configurations
of each peer are tried, and each must train or predict as pellucid does. With --vectors avx2 all
of them use vectors of 32 bytes, as on the many CPUs that have no longer ones.
"""

import os
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
from pellucid.executors.native.machine import target as targets

CHOICE = click.Option(
    ["--peers"],
    default=",".join(PEERS),
    show_default=True,
    metavar="NAMES",
    help="Libraries to measure beside pellucid, where installed; keras takes part in W10 alone, "
    "onnxruntime (with onnx) in predictions.",
)


# What holds libraries to AVX2; each reads its own when it is loaded.
SWITCHES = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
}
VECTORS = click.Option(
    ["--vectors"],
    type=click.Choice(["widest", "avx2"]),
    default="widest",
    show_default=True,
    help="Vectors that everybody may use.",
)


def hold(vectors: str) -> None:
    """Hold pellucid and its peers to these vectors, in this process begun anew where need be."""
    if vectors == "widest":
        return
    if SWITCHES.items() - os.environ.items():
        words = [sys.executable, *sys.argv]
        os.execve(sys.executable, words, os.environ | SWITCHES)
    held = targets.forced(vectors)
    targets.host = lambda: held  # type: ignore[assignment]


def measure(
    workloads: tuple[str, ...],
    peers: str,
    threads: str,
    rounds: int,
    vectors: str,
    **options: Any,
) -> None:
    hold(vectors)
    chosen = [word for word in peers.split(",") if word]
    systems = beside(chosen, counts_of(threads))
    bench(workloads, systems, rounds, Output.taken(options), options)


COMMAND = click.Command(
    "run.py",
    callback=measure,
    params=[CHOICE, VECTORS, *(param for param in alone.params if param.name != "peers")],
    help=__doc__.replace("\n\n    python", "\n\n\b\n    python"),
    context_settings=SETTINGS,
)


def main(words: Sequence[str] | None = None) -> int:
    return command_line(words, COMMAND)


if __name__ == "__main__":
    sys.exit(main())
