"""What every experiment is tried by: its claim holds, and breaks when it is broken on purpose.

holds     the claim holds for five fixed seeds
breaks    it does not hold with these settings
drawn     every claim for drawn seeds, with its effect: `python -m lab.lessons 20` in `tests`

An experiment's own tests use the first two: `test_NAME.py` in the folder of its topic.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from typing import Any

from pellucid import lab

FIXED = (0, 1, 2, 3, 4)
FEW = (0, 1)  # enough to see a claim break


def holds(name: str, **settings: Any) -> None:
    """The claim of an experiment holds for five fixed seeds; its figure is told with numbers."""
    outcome = lab.run(name, seeds=FIXED, **settings)
    assert outcome.verdicts
    assert outcome.holds, outcome.verdict()


def breaks(name: str, **settings: Any) -> None:
    """The claim does not hold where it is broken on purpose."""
    outcome = lab.run(name, seeds=FEW, **settings)
    assert not outcome.holds, outcome.verdict()


def drawn(names: Sequence[str], count: int) -> bool:
    """Print every claim for seeds that are drawn, each with its effect; whether all hold."""
    seeds = random.SystemRandom().sample(range(2**32), count)
    print("seeds:", *seeds)
    held = True
    for name in names or lab.EXPERIMENTS:
        outcome = lab.run(name, seeds=seeds)
        held &= outcome.holds
        print(f"{name}\n{outcome.verdict()}", flush=True)
    return held


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="How many seeds.")
    parser.add_argument("names", nargs="*", help="Experiments; left out: all.")
    asked = parser.parse_args()
    sys.exit(0 if drawn(asked.names, asked.count) else 1)
