"""Code of one kernel function, emitted by hand and run on arrays.

run     `emitted(frame)` for a procedure, on its inputs; what its results hold then
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.interface import TABLE_END
from pellucid.executors.native.machine.target import loaded, object_code
from pellucid.executors.native.planning import planned
from pellucid.graph import Procedure


def run(
    procedure: Procedure,
    emitted: Callable[[Frame], object],
    arrays: Sequence[Any],
    units: tuple[int, int] = (0, 1),
    steps: int = 1,
) -> list[Any]:
    """The results after the kernel has run in each step; those of one step without that axis."""
    shared = planned(procedure)
    frame = Frame(shared)
    emitted(frame)
    text, places = frame.finish()
    engine = loaded(object_code(text, shared.target), shared.target)
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * 3)
    kernel = kind(engine.get_function_address("kernel"))
    outputs = procedure.graph.outputs[: procedure.results]
    results = [np.zeros((steps, *v.shape), v.dtype) for v in outputs]
    inputs = [
        np.ascontiguousarray(a, v.dtype)
        for a, v in zip(arrays, procedure.graph.inputs, strict=True)
    ]
    constants = [np.ascontiguousarray(a) for _, a in shared.graph.constants]
    arena = np.zeros(shared.plan.arena_bytes + 64, np.uint8)
    slots = [a.ctypes.data for a in (*inputs, *constants, *results, arena)]
    table = np.array(slots + [0] * TABLE_END, np.int64)
    bindings = np.array([*shared.bindings(places), 0], np.int64)
    for step in range(steps):
        kernel(table.ctypes.data, bindings.ctypes.data, step, *units)
    return [result[0] for result in results] if steps == 1 else results
