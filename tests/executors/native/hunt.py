"""What catches a fault in the compiler: run in a process that has the fault, by `mutation`.

    digest_of   what the compiler makes of the program of a seed
    hunt        the first thing that is not as it should be

Asked in turn: does it import; are products cut as written down; does it make of the programs of
the grammar what the true compiler makes, and where not, do they run as the reference does; are
the schedules of the benchmarks as written down; do the tests of the module hold.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden" / "schedules"
# What happens when a program is loaded and run is seen in no digest.
RUNTIME = ("machine.", "runtime.", "executor", "machine_code", "schedule.failing")
RUNTIME += ("kernels.failures", "kernels.interface", "llvm.system_calls")

# Tests that a module has under another name.
FAMILIES = {
    "runtime.call_back": "test_executor", "kernels.failures": "test_executor",
    "runtime.step_loop": "runtime/test_thread_pool",
}  # fmt: skip


def digest_of(seed: int) -> str:
    """A digest of the code of a program, of how it is bound, and of how its work is divided."""
    from executors.native.cpus import on_target
    from executors.native.programs import finely, seeded, target_of

    from pellucid.executors.native.kernels.emission import divide, emit
    from pellucid.executors.native.planning import planned

    with finely(seed), on_target(target_of(seed)):
        shared = planned(seeded(seed).procedure)
        code = emit(shared)
        parts = (code, divide(shared), shared.plan.arena_bytes, shared.plan.places)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _as_written(name: str, text: str) -> bool:
    return text == (GOLDEN / name).read_text(encoding="utf-8")


def hunt(module: str, digests: dict[str, str], thorough: bool) -> tuple[str, str]:
    """What caught the fault, and where; nothing where nothing did."""
    try:
        from executors.native.decisions import sharing_code, tilings
        from executors.native.programs import checked

        if not _as_written("tilings.txt", tilings()):
            return "decisions", "tilings"
        if not _as_written("sharing.txt", sharing_code()):
            return "decisions", "sharing"
    except Exception as fault:
        return "exception", repr(fault)[:100]
    for seed, digest in digests.items():
        print(f"program {seed}", file=sys.stderr, flush=True)
        if _differs(int(seed), digest, module):
            _, wrong = checked(int(seed), "all")
            if wrong:
                is_error = wrong.partition(":")[0].isidentifier()
                return "exception" if is_error else "difference", f"program {seed}: {wrong}"
    return _by_others(module, thorough)


def _differs(seed: int, digest: str, module: str) -> bool:
    """Whether a program is worth running."""
    try:
        return module.startswith(RUNTIME) or digest_of(seed) != digest
    except Exception:
        return True


def _by_others(module: str, thorough: bool) -> tuple[str, str]:
    from executors.native.decisions import schedule_of

    from pellucid.bench.workloads import WORKLOADS

    for name in WORKLOADS:
        try:
            if not _as_written(f"{name}.txt", schedule_of(name)):
                return "decisions", name
        except Exception as fault:
            return "exception", repr(fault)[:100]
    here = Path(__file__).parent
    room, _, name = module.rpartition(".")
    tests = here / room / f"test_{name}.py"
    if not tests.exists():
        tests = here / f"{FAMILIES.get(module, 'no tests')}.py"
    if thorough and tests.exists():
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", tests]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=200)
        if done.returncode:
            return "unit test", done.stdout.strip().splitlines()[-1][:100]
    return "", ""


if __name__ == "__main__":
    given = json.loads(sys.stdin.read())
    print(json.dumps(hunt(given["module"], given["digests"], given["thorough"])))
