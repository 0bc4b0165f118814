"""Running benchmarks.

run         the chosen workloads, one after the other
"""

from collections.abc import Callable, Sequence

from pellucid.bench.contender import Contender
from pellucid.bench.measure import compare
from pellucid.bench.show import Result
from pellucid.bench.workloads import WORKLOADS, Problem, problem
from pellucid.errors import OptionError, closest


def run(
    names: Sequence[str],
    contenders: Callable[[Problem], list[Contender]],
    rounds: int,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Result]:
    """Measure workloads by name; all of them where none is given.

    Errors: OptionError for an unknown workload.
    """
    for name in names:
        if name not in WORKLOADS:
            raise OptionError(f"bench: workload {name!r}. {closest(name, WORKLOADS)}")
    results = []
    for name in names or WORKLOADS:
        progress(name)
        timings = compare(contenders(problem(WORKLOADS[name])), rounds, progress)
        results.append(Result(WORKLOADS[name], tuple(timings)))
    return results
