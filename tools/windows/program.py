"""A program made for Windows, with its data, as files that a C program can be made of.

    PYTHONPATH=.:tests python tools/windows/program.py dense|convolution FOLDER

Writes runner.obj, kernels.obj and program.h: what `driver.c` runs and compares, bit by bit, with
what the same program computes here. Only x86-64 with AVX2 can do this.
"""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from executors.native.cpus import on_target
from llvmlite import binding

import pellucid as pc
from pellucid import functional, nn, optim
from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.emission import emit
from pellucid.executors.native.kernels.interface import FAILURE, TABLE_END
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.planning import planned
from pellucid.executors.native.runtime.listing import sections
from pellucid.executors.native.runtime.program import _step_loop_code

TRIPLE = "x86_64-pc-windows-msvc"
THREADS, STEPS = 3, 4


def dense() -> tuple[Any, list[np.ndarray]]:
    """A step of training a small network."""
    generator = pc.Generator(seed=0)
    layers = nn.Linear(60, 50, rng=generator), nn.BatchNorm(50), nn.Tanh()
    model = nn.Sequential(*layers, nn.Linear(50, 10, rng=generator))
    optimizer = optim.Adam(model.parameters(), learning_rate=0.01)

    @pc.compile
    def step(x: pc.Tensor, t: pc.Tensor) -> pc.Tensor:
        loss = functional.cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 60)).astype(np.float32)
    return step, [x, rng.integers(0, 10, 100)]


def convolution() -> tuple[Any, list[np.ndarray]]:
    """A convolution with more on the stack than a page, so that its pages must be probed."""
    rng = np.random.default_rng(0)
    x, w = (rng.normal(size=n).astype(np.float32) for n in ((1, 128, 12, 12), (128, 128, 3, 3)))
    return pc.compile(functional.convolution), [x, w]


def rows(name: str, numbers: Iterable[Iterable[int | str]]) -> str:
    """A list of eight-byte words in C."""
    words = [f"(int64_t){word}" for row in numbers for word in row] or ["0"]
    return f"static int64_t {name}[] = {{{', '.join(words)}}};"


def data(name: str, array: np.ndarray) -> str:
    """The bytes of an array in C, at a cache line."""
    text = ", ".join(map(str, array.tobytes())) or "0"
    return f"static unsigned char {name}[] __attribute__((aligned(64))) = {{{text}}};"


def main() -> None:
    kind, folder = sys.argv[1], Path(sys.argv[2])
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    threads.set_threads(1)
    compiled, arguments = {"dense": dense, "convolution": convolution}[kind]()
    captured = compiled.captured(*arguments)
    state = [np.array(variable.present(), order="C") for variable in captured.variables]
    with on_target("avx2"):
        native = Native(captured.procedure)
        code, after = native.code, [array.copy() for array in state]
        for _ in range(STEPS):
            results = native(arguments, after)
    here = replace(targets.forced("avx2"), triple=TRIPLE)
    with on_target("avx2"):
        text = emit(planned(captured.procedure)).text
    (folder / "kernels.obj").write_bytes(targets.object_code(text, here))
    (folder / "runner.obj").write_bytes(_step_loop_code(here))

    slots = [*arguments, *state, *native._constants, *results]
    lines = [f"enum {{ STEPS = {STEPS}, THREADS = {THREADS}, SLOTS = {len(slots)},"]
    lines += [f"FIRST_RESULT = {native._first_result}, FIRST_STATE = {len(arguments)},"]
    lines += [f"STATES = {len(state)}, RESULTS = {len(results)}, ARENA = {code.arena_bytes},"]
    failure = native._arena_slot + FAILURE
    lines += [f"TABLE = {native._arena_slot + TABLE_END}, FAILURE = {failure} }};"]
    lines += [data(f"slot_{i}", np.ascontiguousarray(array)) for i, array in enumerate(slots)]
    lines += [data(f"state_{i}", array) for i, array in enumerate(after)]
    lines += [data(f"result_{i}", array) for i, array in enumerate(results)]
    lines += [f"extern void {name}(void);" for name in dict.fromkeys(code.names)]
    lines += [rows(f"bound_{i}", [numbers]) for i, numbers in enumerate(code.bindings)]
    for name, count in (("slot", len(slots)), ("state", len(state)), ("result", len(results))):
        names = ", ".join(f"{name}_{i}" for i in range(count)) or "0"
        sizes = ", ".join(f"sizeof {name}_{i}" for i in range(count)) or "0"
        lines += [f"static void *{name}s[] = {{{names}}};"]
        lines += [f"static size_t {name}_bytes[] = {{{sizes}}};"]
    units = [work.units for work in code.work]
    kernels = list(zip(code.names, range(len(units)), units, strict=True))
    lines += ["static int64_t kernels[][3] = {"]
    lines += [f"{{(int64_t){name}, (int64_t)bound_{i}, {n}}}," for name, i, n in kernels]
    lines += ["};"]
    for name, count in (("alone", 1), ("shared", THREADS)):
        parts = sections(code.work, count, code.gate)
        gate = sum(first < code.gate for first, _, _ in parts)
        lines += [rows(f"{name}_parts", parts)]
        lines += [f"enum {{ {name}_count = {len(parts)}, {name}_gate = {gate} }};"]
    (folder / "program.h").write_text("\n".join(lines) + "\n")


main()
