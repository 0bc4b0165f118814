"""The page on numbers has every function, and the bounds that the tests hold."""

import re
from pathlib import Path

from executors.native.math import test_exponentials, test_sine_and_cosine
from functional.exact import BOUNDS, KEPT
from functional.test_accuracy import LOSS, SOFTMAX

import pellucid as pc
from pellucid import functional
from pellucid.executors.native.llvm.vectors import BLOCK
from pellucid.executors.native.passes.long_products import LONGEST
from pellucid.executors.native.schedule.sum_blocks import BLOCK as ADDED
from pellucid.primitives.contraction import DEPTH
from pellucid.primitives.summation import LONG, PART

PAGE = (Path(__file__).parent.parent / "docs" / "numerics.md").read_text(encoding="utf-8")


def table(heading):
    """The rows of the table under a heading, by the name in their first column."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", part, re.MULTILINE)
    return {name: rest.split(" | ") for name, rest in rows}


def test_every_function_and_primitive_is_on_the_page_or_says_itself_how_exact_it_is():
    own = {kind.name for kind in pc.PRIMITIVES if "Accuracy: " in (kind.__doc__ or "")}
    names = {*functional.__all__, *(primitive.name for primitive in pc.PRIMITIVES)}
    missing = {name for name in names - own if f"`{name}`" not in PAGE}
    assert missing == set(), "say how exact they are: docs/numerics.md, or Accuracy: in the class"


def test_bounds_of_functions_are_those_of_the_tests():
    found = table("Functions of one number")
    stated = test_exponentials.PLACES | test_sine_and_cosine.PLACES
    for name, places in stated.items():
        numbers = [n for n in found[name] if re.fullmatch(r"[\d.]+", n)]
        assert [float(n) for n in numbers] == [*places.values()], name


def test_bounds_of_activations_are_those_of_the_tests():
    found = table("Activations and their slopes")
    assert {name: tuple(map(float, row)) for name, row in found.items()} == BOUNDS
    for name, (low, reach) in KEPT.items():
        assert f"`{name}`" in PAGE
        assert f"{reach:g}" in PAGE
        assert low == -float("inf") or f"{low:g}" in PAGE
    assert f"d + n + {SOFTMAX:g} roundings" in PAGE
    assert f"at most {LOSS:g} roundings" in PAGE


def test_bounds_of_sums_follow_from_what_is_added_at_a_time():
    assert f"| {ADDED} + 10 | {PART} for each factor of {PART} in n, at most {LONG}" in PAGE
    assert f"| {ADDED} + 2 | {LONG} for each factor of {LONG} |" in PAGE
    assert f"| n, at most {ADDED}; beyond, 3 | n, at most {LONG}; beyond" in PAGE
    block = BLOCK * 3 // 2
    most = f"{block} + k / {ADDED}, and {block + LONGEST // BLOCK * 4 + ADDED}"
    assert f"| k, at most {most} for any k | k, at most {DEPTH} + log2 k |" in PAGE
