"""What the compiler decides for speed alone: no result tells whether it decides well.

    step_of         the training step of a workload of the benchmarks; or what each call of a
                    prediction runs, or each slice of its batch
    schedule_of     its kernels, what each fuses, where values lie, and how work is divided
    sharing_code    the code by which threads share the work of a program
    tilings         how the products of the benchmarks are cut, for each CPU

A cost model turned upside down gives the same numbers at a sixth of the speed. So what it
decides is written down, and a change of it shows.
"""

import re
from dataclasses import replace

import numpy as np
from executors.native.cpus import on_target
from llvmlite import ir

import pellucid as pc
from pellucid.bench import training
from pellucid.bench.networks import NETWORKS, weights_of
from pellucid.bench.workloads import WORKLOADS, Problem, Workload
from pellucid.compile import capture_call
from pellucid.executors.native.kernels.emission import divide
from pellucid.executors.native.machine.target import WIDTHS, Target, forced
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.tiling import tiling
from pellucid.executors.native.planning import planned
from pellucid.executors.native.runtime.schedule_text import schedule_text
from pellucid.executors.native.runtime.step_loop import emit_step_loop
from pellucid.executors.native.runtime.thread_pool import emit_thread_pool
from pellucid.executors.native.slices import called
from pellucid.graph import Procedure
from pellucid.primitives.base import FLOAT32, FLOAT64
from pellucid.structure import row

NAMES = ("avx512", "avx2", "sse", "neon")
SYSTEMS = (
    ("avx512", "x86_64-unknown-linux-gnu"),
    ("neon", "aarch64-unknown-linux-gnu"),
    ("avx2", "x86_64-pc-windows-msvc"),
    ("neon", "arm64-apple-darwin"),
)
# Products of the benchmarks: form, m, k, n. N is for x W, T for dy W^T, X for x^T dy.
PRODUCTS = [
    *("N,100,784,50", "N,100,50,10", "X,784,100,50", "X,50,100,10", "T,100,10,50"),
    *("N,128,784,100", "N,128,100,100", "X,784,128,100", "X,100,128,100", "T,128,100,100"),
    *("N,256,784,1024", "N,256,1024,1024", "T,256,1024,1024", "X,1024,256,1024"),
    *("N,256,1024,10", "T,256,10,1024", "X,1024,256,10"),
    *("N,1024,1024,1024", "T,1024,1024,1024", "X,1024,1024,1024"),
    *("N,1,784,50", "N,1,50,10", "N,4,2,4", "N,37,61,17", "N,64,64,64", "N,500,512,512"),
    *("T,33,70,70", "N,64,28,512", "N,64,128,512", "X,128,64,512", "T,64,512,128"),
    *("N,30,25,576", "N,16,9,784", "N,16,144,784", "N,32,144,196", "N,64,288,49", "T,2,300,5"),
    *("N,256,4096,1024", "N,24,5000,600", "N,8,64,8", "T,12,40,12", "N,100,784,1", "T,100,784,1"),
]


def _problem(workload: Workload) -> Problem:
    """A problem of the sizes of a workload: what the numbers are decides nothing."""
    shape = (workload.samples, *(workload.sizes if workload.network else workload.sizes[:1]))
    features = np.zeros(shape, np.float32)
    is_binary = workload.loss == "binary"
    kind, more = (np.float32, (1,)) if is_binary else (np.int64, ())
    labels = np.zeros((workload.samples, *more), kind)
    if workload.text is not None:
        features = labels = np.zeros(shape, np.int64)
    for array in (features, labels):
        array.flags.writeable = False  # then nobody copies it
    if workload.network:
        return Problem(workload, features, labels, (), weights_of(NETWORKS[workload.network]))
    pairs = zip(workload.sizes[:-1], workload.sizes[1:], strict=True)
    weights = tuple((np.ones((a, b), np.float32), np.ones(b, np.float32)) for a, b in pairs)
    return Problem(workload, features, labels, weights)


def step_of(name: str) -> Procedure:
    """The training step of a workload; of one that trains nothing, what each call or slice runs."""
    workload = WORKLOADS[name]
    problem = _problem(workload)
    if not workload.trains:
        model = training.model_of(problem).inference()
        x = problem.features[: workload.batch]
        return called(capture_call(model, row(1), [x]).procedure)
    count = 1 if workload.batch >= workload.samples else workload.batch
    return training.step_of(problem).captured(np.zeros(count, np.int64)).procedure


def schedule_of(name: str) -> str:
    """The schedule of a workload for AVX-512, and for some CPUs how each kernel is divided."""
    pc.set_threads(1)
    made, lines = step_of(name), []
    for target in NAMES[:2]:
        with on_target(target):
            shared = planned(made)
            lines += [] if lines else [_shortened(schedule_text(shared))]
            work = [
                f"{w.units}*{w.strips}" if w.strips > 1 else f"{w.units}" for w in divide(shared)
            ]
        lines.append(f"units for {target}: {' '.join(work)}\n")
    return "".join(lines)


def _shortened(text: str) -> str:
    """A schedule with a line for each kernel: of its nodes the names of the primitives alone."""
    kernels = []
    for line in text.splitlines():
        found = re.search(r" = (\w+)\(", line)
        if line.strip().startswith("kernel"):
            kernels.append([line, ""])
        elif found:
            kernels[-1][1] += f" {found[1]}"
        else:
            kernels[-1].append(line.strip())
    # Kernels in the body of a loop stand a little to the right.
    rows = (", ".join([first, *(p.strip() for p in rest if p)]) for first, *rest in kernels)
    return "".join(f"{row}\n" for row in rows)


def sharing_code() -> str:
    """The code by which threads share work: that a lock or a wait is missing, no result tells."""
    texts = []
    for name, triple in SYSTEMS:
        module = ir.Module("step loop")
        target = Target(name, "", "", *WIDTHS[name], triple)
        emit_thread_pool(module, emit_step_loop(module, target), target)
        texts.append(f"; {triple}\n{module}")
    return "".join(texts)


def _contraction(product: str) -> Contraction:
    form, *sizes = product.split(",")
    m, k, n = map(int, sizes)
    a = (1, m) if form == "X" else (k, 1)
    b = (1, k) if form == "T" else (n, 1)
    return Contraction(m, n, k, FLOAT32, a, b)


def tilings() -> str:
    """One line for each product and CPU."""
    lines = []
    for product in PRODUCTS:
        spec = _contraction(product)
        lines.append(f"{product}\n")
        for name in NAMES:
            target = forced(name)
            for each in (spec, replace(spec, dtype=FLOAT64)):
                cut = tiling(each, target)
                lines.append(f"  {name:6} {each.dtype}: {_in_words(cut)}\n")
    return "".join(lines)


def _in_words(cut: object) -> str:
    """The numbers of a tiling that are not what they mostly are."""
    usual = {"packs_b": False, "packs_a": False, "span": 1, "lanes": None, "registers": None}
    chosen = {k: v for k, v in vars(cut).items() if usual.get(k, ...) not in {None, v}}
    return ", ".join(f"{k} {v}" for k, v in chosen.items())
