"""Running benchmarks.

run         the chosen workloads, one after the other
"""

from collections.abc import Callable, Sequence

from pellucid.bench.measure import compare
from pellucid.bench.show import Result
from pellucid.bench.systems import contenders, installed
from pellucid.bench.workloads import WORKLOADS, problem
from pellucid.errors import OptionError, closest


def run(
    names: Sequence[str],
    peers: Sequence[str],
    threads: Sequence[int],
    rounds: int,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Result]:
    """Measure workloads by name; all of them where none is given.

    Errors: OptionError for an unknown workload or peer.
    """
    for name in names:
        if name not in WORKLOADS:
            raise OptionError(f"bench: workload {name!r}. {closest(name, WORKLOADS)}")
    here, results = installed(peers), []
    for name in names or WORKLOADS:
        progress(name)
        found = contenders(problem(WORKLOADS[name]), here, threads)
        timings = compare(found, rounds, progress)
        results.append(Result(WORKLOADS[name], tuple(timings)))
    return results
