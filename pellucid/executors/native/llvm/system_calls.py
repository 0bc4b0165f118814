"""What code for threads asks of the operating system, as LLVM code.

    PosixCalls, WindowsCalls  locks, signals and threads, by the names that the system gives them
    system_calls        those of a target

Locks and signals are places in memory that the system fills: no system needs more than 128 bytes
for one. All calls have the system's default attributes.

Sources: POSIX.1-2017, pthread.h; Microsoft, "Synchronization Functions" (SRW locks, condition
    variables), CreateThread.
"""

from llvmlite import ir

from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.types import I8, I32, I64, POINTER, VOID
from pellucid.executors.native.machine.target import Target

NONE = ir.Constant(POINTER, None)

STACK_BYTES = 16 << 20  # kernels keep copies there, and some systems give half a megabyte
ATTRIBUTE_BYTES = 128  # of a thread: no system has more
FOREVER = 0xFFFFFFFF  # milliseconds, for Windows
RESERVED_ONLY = 0x10000  # a stack's size is what it may grow to, for Windows


class PosixCalls:
    """Threads of POSIX."""

    def __init__(self, b: ir.IRBuilder) -> None:
        self.b = b

    def make(self, lock: ir.Value, signal: ir.Value) -> None:
        """Make memory a lock and a signal."""
        self._call("pthread_mutex_init", lock, NONE)
        self._call("pthread_cond_init", signal, NONE)

    def lock(self, lock: ir.Value) -> None:
        """Wait for a lock and take it."""
        self._call("pthread_mutex_lock", lock)

    def unlock(self, lock: ir.Value) -> None:
        """Give a lock back."""
        self._call("pthread_mutex_unlock", lock)

    def sleep(self, signal: ir.Value, lock: ir.Value) -> None:
        """Give the lock back, sleep until a signal comes, and take the lock again."""
        self._call("pthread_cond_wait", signal, lock)

    def wake(self, signal: ir.Value) -> None:
        """Wake one thread that sleeps."""
        self._call("pthread_cond_signal", signal)

    def give_way(self) -> None:
        """Offer the CPU to others."""
        self._call("sched_yield")

    def start(self, function: ir.Function, argument: ir.Value) -> ir.Value:
        """Start a thread that nobody waits for: 0 if it could be."""
        b = self.b
        handle = b.alloca(I64)
        attributes = b.alloca(I8, size=ATTRIBUTE_BYTES)
        attributes.align = 16
        self._call("pthread_attr_init", attributes)
        self._call("pthread_attr_setstacksize", attributes, I64(STACK_BYTES))
        failed = self._call("pthread_create", handle, attributes, function, argument)
        self._call("pthread_attr_destroy", attributes)
        has_started = b.icmp_signed("==", failed, I32(0))
        with b.if_then(has_started):
            self._call("pthread_detach", b.load(handle, typ=I64))
        return failed

    def _call(self, name: str, *arguments: ir.Value) -> ir.Value:
        return called(self.b, name, I32, *arguments)


class WindowsCalls:
    """Threads of Windows."""

    def __init__(self, b: ir.IRBuilder) -> None:
        self.b = b

    def make(self, lock: ir.Value, signal: ir.Value) -> None:
        """Make memory a lock and a signal."""
        self._call(VOID, "InitializeSRWLock", lock)
        self._call(VOID, "InitializeConditionVariable", signal)

    def lock(self, lock: ir.Value) -> None:
        """Wait for a lock and take it."""
        self._call(VOID, "AcquireSRWLockExclusive", lock)

    def unlock(self, lock: ir.Value) -> None:
        """Give a lock back."""
        self._call(VOID, "ReleaseSRWLockExclusive", lock)

    def sleep(self, signal: ir.Value, lock: ir.Value) -> None:
        """Give the lock back, sleep until a signal comes, and take the lock again."""
        flags = I32(0)
        self._call(I32, "SleepConditionVariableSRW", signal, lock, I32(FOREVER), flags)

    def wake(self, signal: ir.Value) -> None:
        """Wake one thread that sleeps."""
        self._call(VOID, "WakeConditionVariable", signal)

    def give_way(self) -> None:
        """Offer the CPU to others."""
        self._call(I32, "SwitchToThread")

    def start(self, function: ir.Function, argument: ir.Value) -> ir.Value:
        """Start a thread that nobody waits for: 0 if it could be."""
        b = self.b
        stack = I64(STACK_BYTES)
        flags = I32(RESERVED_ONLY)
        settings = (NONE, stack, function, argument, flags, NONE)
        handle = self._call(POINTER, "CreateThread", *settings)
        failed = b.icmp_unsigned("==", handle, NONE)
        with b.if_then(b.not_(failed)):
            self._call(I32, "CloseHandle", handle)
        return b.zext(failed, I32)

    def _call(self, result: ir.Type, name: str, *arguments: ir.Value) -> ir.Value:
        return called(self.b, name, result, *arguments)


def system_calls(b: ir.IRBuilder, target: Target) -> PosixCalls | WindowsCalls:
    """What the operating system of a target calls its locks, signals and threads."""
    return WindowsCalls(b) if target.is_windows else PosixCalls(b)
