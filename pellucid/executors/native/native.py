"""The native executor: a procedure as one program of machine code.

    Native      a procedure ready to run
"""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import binding

from pellucid.executors.native import target as targets
from pellucid.executors.native.call_back import CallBack
from pellucid.executors.native.emission import emit
from pellucid.executors.native.frame import Layout
from pellucid.executors.native.fusion import fuse
from pellucid.executors.native.kernels import Loop
from pellucid.executors.native.nest import spill
from pellucid.executors.native.plan import plan
from pellucid.executors.native.program import control_bytes
from pellucid.executors.native.simplify import simplify
from pellucid.executors.native.views import Views, layout
from pellucid.graph import Procedure


class Native:
    """A procedure compiled for this machine."""

    def __init__(self, procedure: Procedure, *, threads: int = 1) -> None:
        self.procedure = procedure
        self.threads = threads
        self.target = targets.host()
        self.graph = layout(simplify(procedure.graph))
        self.views = Views(self.graph)
        kernels = fuse(self.graph, self.views)
        for kernel in kernels:
            if isinstance(kernel, Loop):
                kernel.stores += spill(kernel, self.views)
        self.plan = plan(procedure, self.graph, kernels, self.views)
        self.shared = Layout(self.graph, self.views, self.plan, self.target, procedure.arguments)
        self.module, self.work = emit(self.shared)
        self._load()
        self._make_table()

    def _load(self) -> None:
        machine = targets.machine(self.target)
        module = binding.parse_assembly(str(self.module))
        module.verify()
        options = binding.create_pipeline_tuning_options(speed_level=3)
        options.loop_unrolling = False
        options.slp_vectorization = False
        options.loop_vectorization = False
        builder = binding.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
        self.llvm = module
        self.engine = binding.create_mcjit_compiler(module, machine)
        self.engine.finalize_object()
        self._alone = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(
            self.engine.get_function_address("alone")
        )
        self._together = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(
            self.engine.get_function_address("together")
        )

    def _make_table(self) -> None:
        """The table of addresses; constants and the arena stay where they are."""
        self.arena = np.empty(self.plan.arena_bytes + 128, np.uint8)
        self.constants = [np.ascontiguousarray(a) for _, a in self.graph.constants]
        self.table = np.zeros(self.plan.arena_slot + 3, np.int64)
        first = self.plan.inputs
        for i, array in enumerate(self.constants):
            self.table[first + i] = array.ctypes.data
        self.table[self.plan.arena_slot] = -(-self.arena.ctypes.data // 64) * 64
        self.call_back = CallBack(self.shared, self.table)
        self.table[self.plan.arena_slot + 1] = self.call_back.address
        self.control = np.zeros(control_bytes(len(self.work)) // 8 + 8, np.int64)

    def __call__(self, arguments: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """The results for these arguments; `state` arrays are updated in place."""
        return self._run(arguments, state, 1, ())

    def loop(self, rows: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """One call for each row of the arguments; the results of all calls, stacked."""
        steps = len(rows[0])
        return self._run(rows, state, steps, (steps,))

    def _run(
        self, arguments: Sequence[Any], state: Sequence[Any], steps: int, lead: tuple[int, ...]
    ) -> list[Any]:
        held = [np.ascontiguousarray(a) for a in arguments]
        outputs = self.graph.outputs[: self.procedure.results]
        results = [np.empty((*lead, *v.shape), v.dtype) for v in outputs]
        table = self.table
        for i, array in enumerate((*held, *state)):
            table[i] = array.ctypes.data
        first = self.plan.inputs + self.plan.constants
        for i, array in enumerate(results):
            table[first + i] = array.ctypes.data
        if self.threads == 1:
            self._alone(table.ctypes.data, steps)
        else:
            self.control[:] = 0
            address = -(-self.control.ctypes.data // 64) * 64
            task = np.array([table.ctypes.data, steps, address], np.int64)
            handles = np.zeros(self.threads, np.int64)
            self._together(task.ctypes.data, handles.ctypes.data, self.threads)
        self.call_back.raise_failure()
        return results



