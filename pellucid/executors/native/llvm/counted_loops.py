"""Loops in LLVM code.

counted     `with counted(builder, first, end) as i:` emits the body of a loop
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

I64 = ir.IntType(64)


@contextmanager
def counted(b: ir.IRBuilder, begin: Any, end: Any, step: int = 1) -> Iterator[ir.Value]:
    """Emit a loop over `begin`, `begin + step`, ... below `end`; the body gets the index."""
    before = b.block
    head, body, after = (b.append_basic_block(n) for n in ("loop", "body", "after"))
    b.branch(head)
    b.position_at_end(head)
    index = b.phi(I64)
    index.add_incoming(begin, before)
    b.cbranch(b.icmp_signed("<", index, end), body, after)
    b.position_at_end(body)
    yield index
    index.add_incoming(b.add(index, I64(step)), b.block)
    b.branch(head)
    b.position_at_end(after)
