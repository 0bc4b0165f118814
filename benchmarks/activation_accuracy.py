"""The errors of activations and of their first two derivatives over all float32.

    PYTHONPATH=.:tests python benchmarks/activation_accuracy.py [NAME...] [--step N]

compares both executors with formulas in float64 that keep all digits (tests/functional/exact.py)
and prints for value, slope and second derivative the largest error, in roundings (units of 2^-24
of the sum of the sizes of its terms), where it is, and its bound. A step of 1 takes every finite
number, hours; 1009 takes a minute.
"""

import argparse

from functional.exact import BOUNDS, EXACT, numbers, worst

from pellucid.executors import EXECUTORS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=EXACT)
    parser.add_argument("--step", type=int, default=1009)
    options = parser.parse_args()
    x = numbers(options.step)
    for name in options.names or EXACT:
        for executor in EXECUTORS:
            rows = zip(worst(name, executor, x), BOUNDS[name], strict=True)
            text = "   ".join(
                f"{error:6.2f} ({bound:3.0f}) at {at:<12.6g}" for (error, at), bound in rows
            )
            print(f"{name:12} {executor:10} {text}", flush=True)


if __name__ == "__main__":
    main()
