"""Loops in LLVM code.

counted     `with counted(builder, first, end) as i:` emits the body of a loop
Interval    some indices in a row; `with interval.loop() as i:` goes over them
choose      emits a body, once more for the last of many
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from llvmlite import ir

from pellucid.executors.native.llvm.indices import Index, Number, raw_number
from pellucid.executors.native.llvm.types import I64


@contextmanager
def counted(b: ir.IRBuilder, begin: Number, end: Number, step: int = 1) -> Iterator[Index]:
    """Emit a loop over `begin`, `begin + step`, ... below `end`; the body gets the index."""
    before = b.block
    head, body, after = (b.append_basic_block(n) for n in ("loop", "body", "after"))
    b.branch(head)
    b.position_at_end(head)
    index = b.phi(I64)
    index.add_incoming(raw_number(begin), before)
    b.cbranch(b.icmp_signed("<", index, raw_number(end)), body, after)
    b.position_at_end(body)
    yield Index(b, index)
    index.add_incoming(b.add(index, I64(step)), b.block)
    b.branch(head)
    b.position_at_end(after)


@dataclass(frozen=True)
class Interval:
    """The indices from `begin` up to, and without, `end`."""

    begin: Index
    end: Index

    @classmethod
    def of(cls, b: ir.IRBuilder, begin: Number, end: Number) -> "Interval":
        """The indices between two numbers, whoever knows them."""
        return cls(Index(b, begin), Index(b, end))

    @property
    def length(self) -> Index:
        """How many there are."""
        return self.end - self.begin

    def loop(self, step: int = 1) -> AbstractContextManager[Index]:
        """Emit a loop over every `step`th of them."""
        return counted(self.begin.b, self.begin, self.end, step)


def choose(index: Index, count: int, differs: bool, body: Callable[[bool], None]) -> None:
    """Emit the body; where the last of `count` indices `differs`, once more for that one."""
    if not differs:
        body(False)
    elif count == 1:
        body(True)
    else:
        with index.b.if_else(index < count - 1) as (usual, last):
            with usual:
                body(False)
            with last:
                body(True)
