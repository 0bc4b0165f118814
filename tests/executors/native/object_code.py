"""The machine code of the benchmarks' networks, as digests: what moves code changes none of it.

    TARGETS     the CPUs it is made for, whatever this one is
    digests     of the object code of a workload for each of them

Code is made by llvmlite from text, so digests belong to one version of it; to see what a
change of one is, compare the texts that `emit` gives.
"""

import hashlib
from dataclasses import replace

import pytest
from executors.native.decisions import step_of

from pellucid.executors.native.kernels.emission import divide, emit
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine_code import is_long
from pellucid.executors.native.planning import planned

# By LLVM's names for x86 with these vectors and no more: what else the CPU of a machine has, and
# how it likes its instructions ordered, would change the code.
TARGETS = {"avx512": "x86-64-v4", "avx2": "x86-64-v3", "sse": "x86-64-v2"}


def digests(name: str) -> str:
    """One line for each CPU."""
    made, lines = step_of(name), []
    for target, cpu in TARGETS.items():
        made_for = replace(targets.forced(target), cpu=cpu, features="")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(targets, "host", lambda made_for=made_for: made_for)
            shared = planned(made)
            code = emit(shared)
        thorough = is_long(divide(shared))
        found = targets.object_code(code.text, shared.target, thorough=thorough)
        lines.append(f"{name} {target} {len(found)} {hashlib.sha256(found).hexdigest()}\n")
    return "".join(lines)
