"""pellucid alone: its native executor, and the reference beside it.

NATIVE, REFERENCE   their names in results
native              the native executor, with each number of threads
alone               both, as those who take part
"""

from collections.abc import Callable, Sequence

import pellucid as pc
from pellucid.bench import prediction, training
from pellucid.bench.contender import Contender, Systems, with_threads
from pellucid.bench.workloads import Problem

NATIVE = "pellucid"
REFERENCE = "pellucid, reference"


def native(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """One configuration for each number of threads."""
    form = "loop" if problem.workload.trains else "compiled"
    return with_threads(NATIVE, form, _runner(problem, "native"), threads, pc.set_threads)


def alone(threads: Sequence[int]) -> Systems:
    """Both executors; whole runs are of the native one."""

    def contenders(problem: Problem) -> list[Contender]:
        reference = Contender(REFERENCE, "NumPy", _runner(problem, "reference"))
        return [*native(problem, threads), reference]

    return Systems(contenders, {})


def _runner(problem: Problem, executor: str) -> Callable[[int], float]:
    if problem.workload.trains:
        return training.runner(problem, executor)
    return prediction.runner(problem, executor)
