"""What the code of kernels, the code that runs them, and Python agree on.

COUNT, LIST, GATE, FAILS, KERNELS       the words of a listed program
CALL_BACK, FAILURE, FAILED_STEP, FAILED_INDEX, FAILED_PLACE     of a table after the arena
STEPS, COME, LEFT       of a task
POOL_BYTES              of the memory of a thread pool

What a kernel is called with, `frame.kernel_type` says. Nothing of LLVM is loaded for these.
"""

COUNT, LIST, GATE, FAILS, KERNELS = range(5)  # words of a listed program
# Entries of a table after the arena: where Python is called, and what has failed: 1 + k for an
# index out of range in kernel k, -1 - k while its rule runs in Python; in which step; which index,
# and where among the indices it stands.
CALL_BACK, FAILURE, FAILED_STEP, FAILED_INDEX, FAILED_PLACE, TABLE_END = range(1, 7)
STEPS, COME, LEFT = 2, 5, 6  # words of a task: steps, and how many threads have
POOL_BYTES = 320  # of its memory: a lock, a signal, numbers
