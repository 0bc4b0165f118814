"""What an eager operation on a single number costs, beside the NumPy operation it wraps.

Run: python benchmarks/eager.py

The rounds of NumPy, of tensors and of tensors that record gradients are interleaved, so that a
change of the machine's pace meets all three; printed are medians over the rounds, in
microseconds a call, and their ratio to NumPy. The aim is a ratio of at most 5.
"""

import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

import pellucid as pc

ROUNDS = 41
CALLS = 2000
AIM = 5.0

Operation = Callable[[], object]


def operations() -> dict[str, tuple[Operation, Operation, Operation]]:
    """By name: the operation of NumPy, of a tensor, of a tensor that wants gradients."""
    a, b = np.array(1.5, np.float32), np.array(2.5, np.float32)
    x, y = pc.tensor(a), pc.tensor(b)
    w = pc.tensor(a, requires_grad=True)
    return {
        "a + b": (lambda: a + b, lambda: x + y, lambda: w + y),
        "a * b": (lambda: a * b, lambda: x * y, lambda: w * y),
        "a + 2.0": (lambda: a + 2.0, lambda: x + 2.0, lambda: w + 2.0),
        "2.0 * a": (lambda: 2.0 * a, lambda: 2.0 * x, lambda: 2.0 * w),
        "-a": (lambda: -a, lambda: -x, lambda: -w),
        "exp(a)": (lambda: np.exp(a), lambda: x.exp(), lambda: w.exp()),  # noqa: PLW0108 (alike)
        "a < b": (lambda: a < b, lambda: x < y, lambda: w < y),
        "a > 2.0": (lambda: a > 2.0, lambda: x > 2.0, lambda: w > 2.0),
    }


def seconds(operation: Operation) -> float:
    """The CPU time of one call, from many in a row; other processes do not count."""
    start = time.process_time()
    for _ in range(CALLS):
        operation()
    return (time.process_time() - start) / CALLS


def measured(triple: tuple[Operation, Operation, Operation]) -> list[float]:
    """Median microseconds of each of the three, with interleaved rounds."""
    rounds = [[seconds(operation) for operation in triple] for _ in range(ROUNDS)]
    return [1e6 * statistics.median(column) for column in zip(*rounds, strict=True)]


def main() -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d}  {platform.processor() or platform.machine()}")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}; microseconds a call\n")
    print(f"{'':10}{'NumPy':>8}{'tensor':>9}{'ratio':>7}{'recorded':>10}{'ratio':>7}")
    worst = 0.0
    for name, triple in operations().items():
        plain, tensor, recorded = measured(triple)
        ratios = tensor / plain, recorded / plain
        worst = max(worst, *ratios)
        print(f"{name:10}{plain:8.3f}{tensor:9.3f}{ratios[0]:7.1f}{recorded:10.3f}{ratios[1]:7.1f}")
    print(f"\nlargest ratio {worst:.1f}; the aim is at most {AIM:.0f}")


if __name__ == "__main__":
    main()
