"""`pellucid bench`: pellucid on this machine, and whoever is compared with it.

bench_alone      measure pellucid and show
bench            the same for any who take part
elsewhere        the error for a question that a checkout answers
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import join
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pellucid.bench import whole
from pellucid.bench.alone import alone
from pellucid.bench.contender import Systems
from pellucid.bench.measure import machine
from pellucid.bench.run import run
from pellucid.bench.show import Result, as_json, figure, table
from pellucid.bench.whole import COLD, WHOLE
from pellucid.bench.workloads import WORKLOADS
from pellucid.cli.output import Output
from pellucid.cli.present import write_json
from pellucid.errors import OptionError, closest
from pellucid.tables import significant

PEERS_COMMAND = ("python", "benchmarks/peers/run.py")


def bench_alone(
    workloads: tuple[str, ...],
    threads: tuple[int, ...],
    rounds: int,
    output: Output,
    paths: dict[str, Path | None],
) -> None:
    """Measure pellucid on this machine; say where others are measured beside it.

    Errors: those of `bench`.
    """
    bench(workloads, alone(threads), rounds, output, paths)
    if output.is_full:
        command = join((*PEERS_COMMAND, *workloads))
        click.echo(f"beside other libraries, in a checkout of pellucid: {command}")


def elsewhere(workloads: tuple[str, ...], peers: str) -> OptionError:
    """What --peers is answered with: the command that compares."""
    command = join((*PEERS_COMMAND, *workloads, "--peers", peers))
    return OptionError(
        "bench: --peers. `pellucid bench` measures pellucid alone; other libraries are measured "
        f"beside it in a checkout of pellucid, by: {command}"
    )


def bench(
    workloads: tuple[str, ...],
    systems: Systems,
    rounds: int,
    output: Output,
    paths: dict[str, Path | None],
) -> None:
    """Measure and show; `paths` may name a figure and the MNIST folder.

    Errors: OptionError for an unknown workload, and for W10 without that folder.
    """
    folder = paths["data_dir"]
    _check(workloads, folder)
    names = [name for name in workloads if name != WHOLE]
    found = machine()
    if output.is_full:
        about = ", ".join(f"{name} {value}" for name, value in found.items())
        Console(highlight=False).print(f"machine: {about}", markup=False)
    results = []
    runs = []
    with _waiting(output) as tell:
        if names or not workloads:
            results = run(names, systems.contenders, rounds, tell)
        if folder is not None and (not workloads or WHOLE in workloads):
            runs = whole.compare(
                folder,
                systems.whole_runs,
                max(3, rounds // 5),
                tell,
            )
    if output.as_json:
        write_json(_document(results, runs, found))
    else:
        _show(results, runs, found)
    if paths["figure"] is not None and results:
        figure(results, paths["figure"])


@contextmanager
def _waiting(output: Output) -> Iterator[Callable[[str], None]]:
    """What is measured just now, shown where there is a terminal for it."""
    if not output.has_bar:
        yield lambda text: None
        return
    with Console(stderr=True, highlight=False).status("starting") as status:
        yield status.update


def _show(results: list[Result], runs: list[whole.WholeRun], found: dict[str, Any]) -> None:
    console = Console(highlight=False)
    for result in results:
        console.print(table(result, found["peak_gflops"]))
        _warn(console, result)
    if runs:
        console.print(_whole_table(runs))


def _document(
    results: list[Result], runs: list[whole.WholeRun], found: dict[str, Any]
) -> dict[str, Any]:
    """The same for a program."""
    content: dict[str, Any] = as_json(results, found)
    if runs:
        content["workloads"][WHOLE] = {
            r.system: {
                "median_us": r.median_s * 1e6,
                "min_us": r.min_s * 1e6,
                "accuracy": r.accuracy,
            }
            for r in runs
        }
    return content


def _check(workloads: tuple[str, ...], folder: Path | None) -> None:
    for name in workloads:
        if name not in (*WORKLOADS, WHOLE):
            raise OptionError(f"bench: workload {name!r}. {closest(name, (*WORKLOADS, WHOLE))}")
    if WHOLE in workloads and folder is None:
        raise OptionError(
            f"bench: {WHOLE} trains on MNIST. Name the folder with its files: --data-dir FOLDER."
        )


def _warn(console: Console, result: Result) -> None:
    work = "training" if result.workload.trains else "predictions"
    for line in result.disagreements():
        console.print(f"not the same {work}: {line}", markup=False, style="yellow")


def _whole_table(runs: list[whole.WholeRun]) -> Table:
    """Whole runs, the fastest first."""
    cold = next(r.median_s for r in runs if r.system == COLD)
    shown = Table(title=f"{WHOLE}: a whole run from process start, MNIST, 784-50-10, 5 epochs")
    for name in ("system", "median s", "min s", f"against {COLD}", "test accuracy"):
        shown.add_column(name, justify="left" if name == "system" else "right")
    for r in sorted(runs, key=lambda r: r.median_s):
        ratio = f"{r.median_s / cold:.2f} x"
        shown.add_row(
            r.system, f"{r.median_s:.2f}", f"{r.min_s:.2f}", ratio, significant(r.accuracy)
        )
    return shown
