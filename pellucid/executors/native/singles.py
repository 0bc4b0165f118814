"""Single kernels: gathers, copies of memory, and the call back to the reference rule.

    emit_single     the body of a Single kernel
    emit_copy       a variable's new value copied over the old one
    is_native       whether a primitive has code here; others run through Python
"""

import math
from typing import Any

from llvmlite import ir

from pellucid import primitives as p
from pellucid.executors.native.frame import Frame, counted
from pellucid.executors.native.kernels import Single
from pellucid.executors.native.plan import CopyBack
from pellucid.executors.native.views import Views
from pellucid.graph import Node

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
POINTER = ir.PointerType()


def is_native(node: Node, views: Views) -> bool:
    """Whether there is code for a node that stands by itself."""
    if not isinstance(node.primitive, p.Take):
        return False
    x, indices = (views[value] for value in node.inputs)
    return node.primitive.axis == 0 and x.is_whole() and indices.is_whole()


def single_units(kernel: Single, views: Views) -> int:
    """How many independent pieces of work there are."""
    (node,) = kernel.nodes
    return math.prod(node.inputs[1].shape) if is_native(node, views) else 1


def emit_single(frame: Frame, kernel: Single, number: int) -> None:
    """The code of a node that stands by itself; `number` names it to the call back."""
    (node,) = kernel.nodes
    if is_native(node, frame.views):
        _emit_gather(frame, node)
    else:
        _emit_call_back(frame, number)


def _emit_gather(frame: Frame, node: Node) -> None:
    """Rows copied from where the indices point; negative indices count from the end."""
    b = frame.builder
    view, x = frame.views[node.inputs[0]], frame.views[node.inputs[0]].base
    indices = frame.views[node.inputs[1]].base
    rows, row = view.shape[0], math.prod(view.shape[1:])
    with counted(b, frame.begin, frame.end) as i:
        index = frame.load(indices, i, 1, 1).astype("int64").value
        index = b.select(b.icmp_signed("<", index, I64(0)), b.add(index, I64(rows)), index)
        source = frame.address(x, b.mul(index, I64(row)))
        target = frame.address(node.output, b.mul(i, I64(row)))
        _copy(frame, target, source, row * x.dtype.itemsize)


def emit_copy(frame: Frame, kernel: CopyBack) -> None:
    """All bytes of the new value, into the memory of the variable."""
    value = kernel.source
    if value is None:
        raise AssertionError("a copy without a source")
    b = frame.builder
    entry = b.gep(frame.table, [I64(kernel.slot)], source_etype=POINTER)
    target = b.load(entry, typ=POINTER)
    _copy(frame, target, frame.pointer(value), math.prod(value.shape) * value.dtype.itemsize)


def _copy(frame: Frame, target: Any, source: Any, size: int) -> None:
    b = frame.builder
    name = "llvm.memcpy.p0.p0.i64"
    kind = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, I64, ir.IntType(1)])
    found = b.module.globals.get(name) or ir.Function(b.module, kind, name)
    b.call(found, [target, source, I64(size), ir.IntType(1)(0)])


def _emit_call_back(frame: Frame, number: int) -> None:
    """Call the function whose address is the table's last entry: (kernel, step)."""
    b = frame.builder
    entry = b.gep(frame.table, [I64(frame.shared.plan.arena_slot + 1)], source_etype=POINTER)
    function = b.load(entry, typ=POINTER)
    kind = ir.FunctionType(ir.VoidType(), [I64, I64])
    b.call(_Callee(function, kind), [I64(number), frame.step])


class _Callee:
    """A function behind a pointer, with the type that the builder asks for."""

    def __init__(self, pointer: ir.Value, kind: ir.FunctionType) -> None:
        self.pointer, self.function_type, self.type = pointer, kind, pointer.type

    def get_reference(self) -> str:
        """The pointer's name in the code."""
        return str(self.pointer.get_reference())
