"""The machine code of a procedure, with all that it takes to run it: from the disk, or made now.

    machine_code    that of a procedure, for this machine
    MachineCode     object code, and how a program is made of it

What is kept on disk is found by the procedure as it was captured. A program that is there is
neither planned nor written again, so what plans and writes programs is imported on use.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.executors.native.ir.fast_convolutions import FastConvolution
from pellucid.executors.native.ir.repeats import Item, as_json, from_json, unrolled
from pellucid.executors.native.ir.tiled_products import target_for
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine.cache import Cache, key_of
from pellucid.executors.native.schedule.work import Work
from pellucid.graph import Graph, Procedure
from pellucid.primitives import PRIMITIVES, RECORDS

if TYPE_CHECKING:
    from pellucid.executors.native.schedule.planned import Planned

LONG_NANOSECONDS = 10_000_000  # of a step on one thread

Constant = Any  # an array, or the position of one among the constants of the procedure
KNOWN = (*PRIMITIVES, *RECORDS, FastConvolution)  # what a graph tells of by name


@dataclass(frozen=True)
class MachineCode:
    """Object code, and how a program is made of it.

    For each kernel, in order: the name of its function, the bindings that tell it where its
    buffers lie, and what there is to divide. For each kernel of the plan: what is run, loops
    turn after turn. `gate` is the first that updates a variable, and
    `can_fail` whether one before it can fail. Constants that the procedure holds are given by
    their position there; the others were computed when it was planned.
    """

    object: bytes
    names: tuple[str, ...]
    bindings: tuple[tuple[int, ...], ...]
    work: tuple[Work, ...]
    items: tuple[tuple[Item, ...], ...]
    gate: int
    can_fail: bool
    arena_bytes: int
    constants: tuple[Constant, ...]

    def packed(self) -> bytes:
        """As bytes: the length of a JSON head, the head, the constants, the object code."""
        own = [np.ascontiguousarray(c) for c in self.constants if not isinstance(c, int)]
        head = {
            "names": self.names,
            "bindings": self.bindings,
            "work": [astuple(work) for work in self.work],
            "items": [[as_json(item) for item in items] for items in self.items],
            "gate": self.gate,
            "can_fail": self.can_fail,
            "arena_bytes": self.arena_bytes,
            "constants": [
                c if isinstance(c, int) else [c.dtype.str, c.shape] for c in self.constants
            ],
        }
        text = json.dumps(head).encode()
        parts = [len(text).to_bytes(8, "little"), text, *(c.tobytes() for c in own), self.object]
        return b"".join(parts)

    @classmethod
    def unpacked(cls, content: bytes) -> "MachineCode":
        """The code that `packed` gave these bytes for."""
        end = 8 + int.from_bytes(content[:8], "little")
        head = json.loads(content[8:end])
        constants: list[Constant] = head["constants"]
        for i, constant in enumerate(constants):
            if not isinstance(constant, int):
                dtype, shape = np.dtype(constant[0]), constant[1]
                own = np.frombuffer(content, dtype, math.prod(shape), end).reshape(shape)
                end += own.nbytes
                constants[i] = own.copy()  # begins where its dtype asks for
        return cls(
            content[end:],
            tuple(head["names"]),
            tuple(map(tuple, head["bindings"])),
            tuple(Work(*work) for work in head["work"]),
            tuple(tuple(map(from_json, items)) for items in head["items"]),
            head["gate"],
            head["can_fail"],
            head["arena_bytes"],
            tuple(constants),
        )


def machine_code(procedure: Procedure) -> MachineCode:
    """The code of a procedure: from the disk cache, or compiled and kept there."""
    target, graph = target_for(procedure), procedure.graph
    text = f"{graph}{procedure.arguments} {procedure.updates} {procedure.exact}"
    shared = None
    if not _is_told(graph):
        # A graph names primitives; what a user's own do may change under the same name.
        from pellucid.executors.native.kernels.emission import emit

        shared = _planned(procedure)
        text += emit(shared).text
    key, cache = key_of(text, target), Cache()
    kept = cache.find(key)
    if kept is not None:
        return MachineCode.unpacked(kept)
    code = _compiled(procedure, shared or _planned(procedure))
    cache.keep(key, code.packed())
    return code


def _is_told(graph: Graph) -> bool:
    """Whether the text of a graph tells all that it does."""
    return all(
        type(node.primitive) in KNOWN and all(map(_is_told, node.primitive.bodies))
        for node in graph.nodes
    )


def _planned(procedure: Procedure) -> "Planned":
    from pellucid.executors.native.planning import planned

    return planned(procedure)


def _compiled(procedure: Procedure, shared: "Planned") -> MachineCode:
    """The code of a planned procedure."""
    from pellucid.executors.native.kernels.emission import divide, emit

    code, work = emit(shared), tuple(divide(shared))
    calls = [work[k] for items in code.items for k, _ in unrolled(items, code.bindings)]
    given = {id(array): i for i, (_, array) in enumerate(procedure.graph.constants)}
    return MachineCode(
        targets.object_code(code.text, shared.target, thorough=is_long(calls)),
        code.names,
        code.bindings,
        work,
        code.items,
        shared.plan.gate,
        shared.plan.can_fail,
        shared.plan.arena_bytes,
        tuple(given.get(id(array), array) for _, array in shared.graph.constants),
    )


def is_long(work: Sequence[Work]) -> bool:
    """Whether a step takes so long that better code is worth waiting for."""
    return sum(share.nanoseconds for share in work) > LONG_NANOSECONDS
