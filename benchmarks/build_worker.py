"""A build at work, for `builds.py`: run with the build's checkout in front of the module path.

    python benchmarks/build_worker.py steps WORKLOAD THREADS TARGET
    python benchmarks/build_worker.py whole FOLDER THREADS TARGET

`steps` prepares a workload, tells the loss after the first steps, and then works as many steps
as each line of its input says. `whole` trains on the MNIST of a folder from process start to
end (W10). Answers are lines of JSON. TARGET is the vectors to compile for, or "host".

Of a build only what is named here is used, and where an older one has it under another name,
that too: so they can be compared.
"""

import json
import os
import sys
import time
from importlib import import_module
from typing import Any

CHECKED_STEPS = 10  # later, rounding decides the losses


def main(kind: str, name: str, threads: int, target: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the build prints is no answer
    prepare(target)

    def answer(**content: Any) -> None:
        print(json.dumps(content), file=answers, flush=True)

    if kind == "whole":
        import pellucid

        pellucid.set_threads(threads)
        answer(place=pellucid.__file__, loss=1 - accuracy(name))
    else:
        serve(name, threads, answer)


def prepare(name: str) -> None:
    """From now on, programs are made for the CPU of that name."""
    if name == "host":
        return
    try:
        target: Any = import_module("pellucid.executors.native.machine.target")
    except ImportError:  # an older build, whose executor has no rooms
        target = import_module("pellucid.executors.native.target")
    found = target.forced(name)
    target.host = lambda: found


def accuracy(folder: str) -> float:
    """The accuracy that the build's whole run reaches."""
    whole_run: Any = import_module("pellucid.bench.whole_run")
    old = not hasattr(whole_run, "trained")  # an older build, with other libraries in it
    return float(whole_run.main("pellucid", folder) if old else whole_run.main(folder))


def contender_of(problem: Any, threads: int) -> Any:
    """What trains or predicts in the build."""
    try:
        from pellucid.bench.alone import native
    except ImportError:  # an older build, with other libraries in it
        from pellucid.bench.systems import contenders

        return contenders(problem, [], (threads,))[0]
    return native(problem, (threads,))[0]


def serve(name: str, threads: int, answer: Any) -> None:
    """Work as asked until the input ends."""
    import pellucid
    from pellucid.bench.workloads import WORKLOADS, problem

    if name not in WORKLOADS:
        answer(place=pellucid.__file__, missing=True)
        return
    contender = contender_of(problem(WORKLOADS[name]), threads)
    loss = contender.go(CHECKED_STEPS)
    start = time.perf_counter()
    contender.go(CHECKED_STEPS)
    each = (time.perf_counter() - start) / CHECKED_STEPS
    answer(place=pellucid.__file__, loss=loss, each=each)
    for line in sys.stdin:
        own, start = os.times(), time.perf_counter()
        contender.go(int(line))
        taken, after = time.perf_counter() - start, os.times()
        answer(seconds=taken, own=after.user + after.system - own.user - own.system)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
