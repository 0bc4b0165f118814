"""Matrix products: a register-tiled kernel."""

from dataclasses import dataclass
from typing import Any

from llvmlite import ir

I64 = ir.IntType(64)
ROWS = 8


@dataclass(frozen=True)
class Contraction:
    m: int
    n: int
    k: int
    dtype: Any
    a_strides: tuple[int, int]
    b_strides: tuple[int, int]


def tiles(spec, target):
    return -(-spec.m // ROWS)


def emit_contraction(builder, target, spec, operands, units, store):
    from pellucid.executors.native.frame import counted
    from pellucid.executors.native.lanes import Lanes, load, lanes_type, declared, suffix

    b = builder
    a, c = operands
    lanes = target.lanes(spec.dtype)
    size = spec.dtype.itemsize
    kind = lanes_type(spec.dtype, lanes)
    fma = declared(b, f"llvm.fma.{suffix(kind)}", kind, [kind] * 3)
    whole = spec.m // ROWS

    def tile(row, rows, column, vectors, last):
        slots = [[b.alloca(kind) for _ in range(vectors)] for _ in range(rows)]
        for line in slots:
            for slot in line:
                b.store(ir.Constant(kind, None), slot)
        masks = [None] * vectors
        if last:
            masks[-1] = ir.Constant(ir.VectorType(ir.IntType(1), lanes), [i < last for i in range(lanes)])
        with counted(b, I64(0), I64(spec.k)) as k:
            right = []
            for j in range(vectors):
                col = b.add(column, I64(j * lanes))
                e = b.add(b.mul(k, I64(spec.b_strides[0])), b.mul(col, I64(spec.b_strides[1])))
                right.append(load(b, b.gep(c, [b.mul(e, I64(size))], source_etype=ir.IntType(8)), spec.dtype, lanes, stride=spec.b_strides[1], mask=masks[j]).value)
            for i in range(rows):
                e = b.add(b.mul(b.add(row, I64(i)), I64(spec.a_strides[0])), b.mul(k, I64(spec.a_strides[1])))
                left = load(b, b.gep(a, [b.mul(e, I64(size))], source_etype=ir.IntType(8)), spec.dtype, 1).splat(lanes).value
                for j in range(vectors):
                    b.store(b.call(fma, [left, right[j], b.load(slots[i][j], typ=kind)]), slots[i][j])
        for i in range(rows):
            for j in range(vectors):
                store(b, b.add(row, I64(i)), b.add(column, I64(j * lanes)), b.load(slots[i][j], typ=kind), masks[j])

    def columns(row, rows):
        full = spec.n // (3 * lanes)
        with counted(b, I64(0), I64(full)) as j:
            tile(row, rows, b.mul(j, I64(3 * lanes)), 3, 0)
        rest = spec.n - full * 3 * lanes
        if rest:
            tile(row, rows, I64(full * 3 * lanes), -(-rest // lanes), rest % lanes)

    begin, end = units
    with counted(b, begin, end) as u:
        row = b.mul(u, I64(ROWS))
        if spec.m % ROWS == 0:
            columns(row, ROWS)
        elif whole == 0:
            columns(row, spec.m)
        else:
            with b.if_else(b.icmp_signed("<", u, I64(whole))) as (yes, no):
                with yes:
                    columns(row, ROWS)
                with no:
                    columns(row, spec.m % ROWS)
