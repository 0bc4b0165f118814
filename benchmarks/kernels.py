"""Where the time of a training step goes, kernel by kernel, on one thread.

    python benchmarks/kernels.py W11 [schedule]

prints the report of a workload's step; with `schedule`, what each kernel does and where it writes.
Kernels are timed by themselves, on memory that they meet again and again: what another one leaves
in the cache is not seen.
"""

import sys

import numpy as np

from pellucid.bench import training
from pellucid.bench.workloads import WORKLOADS, problem


def main(name: str, form: str = "report") -> None:
    """Print the report, or the schedule."""
    made = problem(WORKLOADS[name])
    step = training.step_of(made, "native")
    rows = made.batches(1)
    indices = np.zeros(1, np.int64) if rows is None else rows[0]
    print(step.report(indices) if form == "report" else step.source(form, indices))


if __name__ == "__main__":
    main(*sys.argv[1:])
