"""The program around the kernels: the loop over steps, and threads that share its work.

    Work            how a kernel is divided: units, and chunks of units
    emit_program    the functions `alone` and `together`

`alone` runs all steps in the calling thread. `together` starts threads that run the same
code; they end with the call, so that nothing spins between calls. Each kernel is divided
into chunks. A thread takes the next chunk by one atomic exchange, and goes on to the next
kernel when all chunks are done, whoever did them: a thread that loses its CPU holds up the
others only while it holds a chunk. Which thread computes a chunk never changes its bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
POINTER = ir.PointerType()
VOID = ir.VoidType()

LINE = 64  # bytes: each counter has a cache line of its own
SPINS = 2000  # looks at a counter before the CPU is offered to others


@dataclass(frozen=True)
class Work:
    """How a kernel is divided. Units are independent; a chunk is a range of them."""

    units: int
    chunks: int


def kernel_type() -> ir.FunctionType:
    """A kernel: (table, step, first unit, unit after the last)."""
    return ir.FunctionType(VOID, [POINTER, I64, I64, I64])


def control_bytes(kernels: int) -> int:
    """Memory for the counters of all kernels: next chunk and chunks done, for each."""
    return max(1, 2 * kernels) * LINE


def emit_program(
    module: ir.Module, kernels: Sequence[ir.Function], work: Sequence[Work], *, x86: bool
) -> None:
    """Add the functions that run the kernels: `alone` and `together`."""
    _emit_alone(module, kernels, work)
    _emit_together(module, _emit_worker(module, kernels, work, x86))


class _Steps:
    """A loop over steps: `with _Steps(builder, count) as step:`."""

    def __init__(self, builder: ir.IRBuilder, count: ir.Value) -> None:
        self.builder = builder
        self.count = count

    def __enter__(self) -> ir.Value:
        b = self.builder
        before = b.block
        self.head = b.append_basic_block("step")
        self.body = b.append_basic_block("body")
        self.end = b.append_basic_block("end")
        b.branch(self.head)
        b.position_at_end(self.head)
        self.step = b.phi(I64)
        self.step.add_incoming(I64(0), before)
        b.cbranch(b.icmp_signed("<", self.step, self.count), self.body, self.end)
        b.position_at_end(self.body)
        return self.step

    def __exit__(self, *failure: object) -> None:
        b = self.builder
        self.step.add_incoming(b.add(self.step, I64(1)), b.block)
        b.branch(self.head)
        b.position_at_end(self.end)


def _emit_alone(module: ir.Module, kernels: Sequence[ir.Function], work: Sequence[Work]) -> None:
    """`alone(table, steps)`: every step, kernel by kernel."""
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, I64]), "alone")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    table, steps = function.args
    with _Steps(b, steps) as step:
        for kernel, share in zip(kernels, work, strict=True):
            b.call(kernel, [table, step, I64(0), I64(share.units)])
    b.ret_void()


def _emit_worker(
    module: ir.Module, kernels: Sequence[ir.Function], work: Sequence[Work], x86: bool
) -> ir.Function:
    """`worker(task)`: what each thread runs; the task is (table, steps, counters)."""
    function = ir.Function(module, ir.FunctionType(POINTER, [POINTER]), "worker")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    task = function.args[0]
    table = b.load(task, typ=POINTER)
    steps = b.load(b.gep(task, [I64(8)], source_etype=I8), typ=I64)
    control = b.load(b.gep(task, [I64(16)], source_etype=I8), typ=POINTER)
    with _Steps(b, steps) as step:
        for i, (kernel, share) in enumerate(zip(kernels, work, strict=True)):
            following = b.gep(control, [I64(2 * i * LINE)], source_etype=I8)
            done = b.gep(control, [I64((2 * i + 1) * LINE)], source_etype=I8)
            target = b.mul(b.add(step, I64(1)), I64(share.chunks))
            _emit_chunks(b, kernel, share, (table, step), (following, done, target))
            _emit_wait(module, b, done, target, x86)
    b.ret(ir.Constant(POINTER, None))
    return function


def _emit_chunks(
    b: ir.IRBuilder,
    kernel: ir.Function,
    share: Work,
    where: tuple[ir.Value, ir.Value],
    counters: tuple[ir.Value, ir.Value, ir.Value],
) -> None:
    """Take chunks of this step and run them until none is left."""
    following, done, target = counters
    table, step = where
    take, run, end = (b.append_basic_block(n) for n in ("take", "run", "taken"))
    attempt = b.append_basic_block("attempt")
    b.branch(take)
    b.position_at_end(take)
    seen = b.load_atomic(following, "acquire", 8, typ=I64)
    b.cbranch(b.icmp_signed("<", seen, target), attempt, end)
    b.position_at_end(attempt)
    result = b.cmpxchg(following, seen, b.add(seen, I64(1)), "acq_rel", "acquire")
    b.cbranch(b.extract_value(result, 1), run, take)
    b.position_at_end(run)
    chunk = b.sub(seen, b.mul(step, I64(share.chunks)))
    first = b.udiv(b.mul(chunk, I64(share.units)), I64(share.chunks))
    after = b.udiv(b.mul(b.add(chunk, I64(1)), I64(share.units)), I64(share.chunks))
    b.call(kernel, [table, step, first, after])
    b.atomic_rmw("add", done, I64(1), "release")
    b.branch(take)
    b.position_at_end(end)


def _emit_wait(
    module: ir.Module, b: ir.IRBuilder, done: ir.Value, target: ir.Value, x86: bool
) -> None:
    """Wait until all chunks of this step are done: look again and again, then yield."""
    before = b.block
    look, idle, rest, end = (b.append_basic_block(n) for n in ("look", "idle", "rest", "done"))
    b.branch(look)
    b.position_at_end(look)
    spins = b.phi(I64)
    spins.add_incoming(I64(0), before)
    seen = b.load_atomic(done, "acquire", 8, typ=I64)
    b.cbranch(b.icmp_signed("<", seen, target), idle, end)
    b.position_at_end(idle)
    if x86:
        b.call(_declared(module, "llvm.x86.sse2.pause", ir.FunctionType(VOID, [])), [])
    more = b.add(spins, I64(1))
    spins.add_incoming(more, idle)
    b.cbranch(b.icmp_signed("<", more, I64(SPINS)), look, rest)
    b.position_at_end(rest)
    b.call(_declared(module, "sched_yield", ir.FunctionType(I32, [])), [])
    spins.add_incoming(more, rest)
    b.branch(look)
    b.position_at_end(end)


def _declared(module: ir.Module, name: str, kind: ir.FunctionType) -> ir.Function:
    found = module.globals.get(name)
    return found if found is not None else ir.Function(module, kind, name)


def _emit_together(module: ir.Module, worker: ir.Function) -> None:
    """`together(task, handles, threads)`: start threads - 1 more, work, wait for them.

    A thread that cannot be started is simply not there: the others do its work. `handles`
    holds a number for each thread started, and is 0 where none was.
    """
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, POINTER, I64]), "together")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    task, handles, threads = function.args
    more = b.sub(threads, I64(1))
    create = _declared(
        module, "pthread_create", ir.FunctionType(I32, [POINTER, POINTER, POINTER, POINTER])
    )
    join = _declared(module, "pthread_join", ir.FunctionType(I32, [I64, POINTER]))
    none = ir.Constant(POINTER, None)
    with _Steps(b, more) as i:
        failed = b.call(create, [b.gep(handles, [i], source_etype=I64), none, worker, task])
        with b.if_then(b.icmp_signed("!=", failed, I32(0))):
            b.store(I64(0), b.gep(handles, [i], source_etype=I64))
    b.call(worker, [task])
    with _Steps(b, more) as i:
        handle = b.load(b.gep(handles, [i], source_etype=I64), typ=I64)
        with b.if_then(b.icmp_signed("!=", handle, I64(0))):
            b.call(join, [handle, none])
    b.ret_void()
