"""The machine code of the benchmarks' networks, as digests: what moves code changes none of it.

    TARGETS     the CPUs it is made for, whatever this one is
    digests     of the object code of a workload for each of them

Code is made by llvmlite from text, so digests belong to one version of it; to see what a
change of one is, compare the texts that `emit` gives.
"""

import hashlib

from executors.native.cpus import on_target
from executors.native.decisions import step_of

from pellucid.executors.native import target as targets
from pellucid.executors.native.emission import divide, emit
from pellucid.executors.native.machine_code import is_long
from pellucid.executors.native.planning import planned

TARGETS = ("avx512", "avx2", "sse")


def digests(name: str) -> str:
    """One line for each CPU."""
    made, lines = step_of(name), []
    for target in TARGETS:
        with on_target(target):
            shared = planned(made)
            code = emit(shared)
            thorough = is_long(divide(shared))
            found = targets.object_code(code.text, shared.target, thorough=thorough)
        lines.append(f"{name} {target} {len(found)} {hashlib.sha256(found).hexdigest()}\n")
    return "".join(lines)
