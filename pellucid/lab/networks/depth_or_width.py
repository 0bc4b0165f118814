"""Depth saves units, for some units.

Question: How many units does it take to tell whether the number of ones among some bits is odd?
Do: Build it three times and try all inputs: with one hidden layer of AND gates and an OR; with one
    hidden layer of threshold units that count; and with a tree of XOR gates. Count the units for 2
    to 10 bits.
See: A layer of AND gates needs a unit for each odd pattern: 2^(n-1) for n bits. Units that count
    need n. The tree needs 3 (n - 1) gates, in a depth that grows like the logarithm of n.
Learn: Deep circuits of small gates do in few units what a shallow one of the same gates needs
    exponentially many for. The claim depends on the gates: a unit that adds up weights can count,
    and is enough in one layer. What grows like log n is the depth of the tree, not its size.
Source: Håstad 1986, "Almost optimal lower bounds for small depth circuits", STOC; Bengio 2009,
    "Learning deep architectures for AI", section 2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    most: Annotated[int, Integers(2, 12), "bits", "of the largest circuit"] = 10
    gates_missing: Annotated[int, Integers(0, 1000), "units", "left out of the AND gates"] = 0
    counters_missing: Annotated[int, Integers(0, 10), "units", "left out of the counters"] = 0
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Units, depths and wrong answers of each circuit, for each number of bits."""
    bits = np.arange(2, settings.most + 1)
    rows = [tried(settings, int(n)) for n in bits]
    names = "units_gates units_counters units_tree depth_tree wrong_gates wrong_counters wrong_tree"
    columns = zip(names.split(), zip(*rows, strict=True), strict=True)
    return {"bits": bits} | {name: np.array(column) for name, column in columns}


def tried(settings: Settings, n: int) -> tuple[int, ...]:
    """Sizes and wrong answers of the three circuits for n bits."""
    x = np.array(list(product((0.0, 1.0), repeat=n)))
    gates, units = and_gates(x, settings.gates_missing)
    counted, counters = counting(x, settings.counters_missing)
    folded, size, depth = tree(x)
    wrong = (mistakes(x, gates), mistakes(x, counted), mistakes(x, folded))
    return (units, counters, size, depth, *wrong)


def mistakes(x: Any, answers: Any) -> int:
    """For how many inputs the answer is not whether their ones are odd in number."""
    odd = x.sum(axis=1) % 2.0
    return int((answers != odd).sum())


def fires(x: Any, weight: Any, bias: Any) -> Any:
    """Units with a threshold: 1 where x W + b is above 0."""
    return pc.functional.step(pc.tensor(x) @ weight + bias).numpy()


def and_gates(x: Any, missing: int) -> tuple[Any, int]:
    """One AND gate for each odd pattern of bits, and an OR of all of them."""
    patterns = x[x.sum(axis=1) % 2.0 == 1.0][missing:]
    if len(patterns) == 0:
        return np.zeros(len(x)), 0
    weight = 2.0 * patterns.T - 1.0  # +1 where the pattern has a one, -1 where it has none
    hidden = fires(x, weight, 0.5 - patterns.sum(axis=1))
    return fires(hidden, np.ones((len(patterns), 1)), -0.5)[:, 0], len(patterns)


def counting(x: Any, missing: int) -> tuple[Any, int]:
    """Unit k fires from k ones on; the sum of +1 and -1 by turns is 1 for an odd count."""
    n = x.shape[1]
    counts = np.arange(1, n + 1)[missing:]
    if len(counts) == 0:
        return np.zeros(len(x)), 0
    hidden = fires(x, np.ones((n, len(counts))), 0.5 - counts)
    signs = np.where(counts % 2 == 1, 1.0, -1.0)[:, None]
    return fires(hidden, signs, -0.5)[:, 0], len(counts)


def tree(x: Any) -> tuple[Any, int, int]:
    """Pairs of bits are joined by XOR, then pairs of these, until one is left."""
    columns = [x[:, i] for i in range(x.shape[1])]
    units = depth = 0
    while len(columns) > 1:
        pairs = list(zip(columns[0::2], columns[1::2], strict=False))
        rest = [columns[-1]] if len(columns) % 2 else []
        columns = [xor(np.stack(pair, axis=1)) for pair in pairs] + rest
        units += 3 * len(pairs)
        depth += 2
    return columns[0], units, depth


def xor(pair: Any) -> Any:
    """OR and NAND, and an AND of both: three units in two layers."""
    hidden = fires(pair, np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-0.5, 1.5]))
    return fires(hidden, np.ones((2, 1)), -1.5)[:, 0]


def figure(series: Series) -> Any:
    """Units over bits, and the depth of the tree."""
    drawn, (units, depth) = panels(1, 2)
    draw_units(units, series)
    draw_depth(depth, series)
    for panel in (units, depth):
        panel.locator_params(axis="x", integer=True)
    return drawn


def draw_units(axes: Any, series: Series) -> None:
    """Units over bits."""
    bits = series["bits"]
    axes.plot(bits, series["units_gates"], "o-", label=said("AND gates, one layer"))
    axes.plot(bits, series["units_tree"], "s--", label=said("tree of XOR gates"))
    axes.plot(bits, series["units_counters"], "^-.", label=said("counting units, one layer"))
    axes.set(yscale="log", xlabel=said("bits"), ylabel=said("units"))
    axes.legend(loc="upper left")


def draw_depth(axes: Any, series: Series) -> None:
    """The depth of the tree over bits."""
    bits = series["bits"]
    axes.plot(bits, series["depth_tree"], "s--", color="C1", label=said("tree"))
    axes.axhline(2.0, color="C0", label=said("one hidden layer"))
    axes.plot(bits, 2.0 * np.log2(bits), ":", color="C5", label="2 log2 n")
    axes.set(xlabel=said("bits"), ylabel=said("depth (layers)"), ylim=(0.0, 11.0))
    axes.legend(loc="upper left")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """All circuits are right on all inputs; nothing here is random, and seeds change nothing."""
    found = run(settings)
    wrong = sum(int(found[f"wrong_{name}"].sum()) for name in ("gates", "counters", "tree"))
    ratio = found["units_gates"][-1] / found["units_tree"][-1]
    depth = found["depth_tree"][-1] / (2.0 * np.ceil(np.log2(settings.most)))
    return (
        at_most("wrong answers of all circuits", wrong, 0),
        at_least("AND gates in the place of one gate of the tree", ratio, 10.0),
        at_most("depth of the tree, in units of 2 log2 n, rounded up", depth, 1.0),
        at_most("counting units for each bit", found["units_counters"][-1] / settings.most, 1.0),
    )
