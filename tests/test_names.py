"""One name, one thing: no two classes and no two files of the package are called alike.

Where two are, both being what the field calls so, they are written down below with the reason.
The rooms of the native executor are looked at beside the package, not beside one another.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

HOME = Path(__file__).parents[1] / "pellucid"
NATIVE = HOME / "executors" / "native"
FRONT_DOORS = ("__init__", "__main__")

LAYERS = "a layer, and the primitive that it applies"
RULES = "a function, and the layer that applies it"
OF_TENSORS = "primitives, and what the library makes of them for tensors, functions or layers"
IN_CODE = "primitives, and the code of the native executor for them"
WORDS = "words of other libraries for what the other room holds"
MISFITS = "what is said of them where shapes do not fit, and the things themselves"
LINT = "of the linter, and of the room that it is asked from"

CLASSES = {
    **dict.fromkeys(("Identity", "Sigmoid", "Tanh"), LAYERS),
    "Cache": "of the course, what a layer keeps for the way back; and the one on the disk",
    "Check": "of the linter, and of a derivative beside the central difference",
    "Constant": "an initializer and a schedule: users write nn.init.Constant, optim.Constant",
    "Dropout": "a layer, and its description for the benchmarks of all frameworks",
    "Findings": LINT,
    "Inside": "of a layer, on a page; and of a program, the call that runs there",
    "Interval": "of confidence, and of a counted loop's numbers",
    "Lines": "of a program that is checked, and of a matrix whose numbers come one by one",
    "Measured": LINT,
    "Operation": "in a graph that is simplified, and in a formula with its numbers",
    "Residual": "a layer, and its description for the benchmarks of all frameworks",
    "Settings": "of each experiment of the lab its own, which the lab asks it for",
    "Step": "an activation, an update as rules are told of it: users write both; and of a chain",
    "Steps": "of a run's history, and of a convolution through its input",
    "Trace": "of what ran, for the linter and for explanations; and what a loop keeps",
    "Uniform": "an initializer and a range of search: users write nn.init.Uniform, tune.Uniform",
}
FILES = {
    "activations": "functions, the layers that apply them, and their pictures",
    **dict.fromkeys(("attention", "normalization", "pooling"), RULES),
    **dict.fromkeys(("arithmetic", "logic", "random", "reduction", "windows"), OF_TENSORS),
    **dict.fromkeys(("contraction", "convolution"), IN_CODE),
    **dict.fromkeys(("attributes", "commands", "options", "values"), WORDS),
    **dict.fromkeys(("findings", "measured", "trace"), LINT),
    **dict.fromkeys(("layers", "operands", "texts"), MISFITS),
    "arrays": "from the data of a user, and how explanations write their rules",
    "base": "what the main class of a room is to files that cannot know it",
    "checks": "what a room accepts, and the words it refuses the rest with",
    "datasets": "the class, and those that the command line knows by name",
    "evaluation": "of a graph, and of a model on data: both are called so",
    "images": "as data, for models and in pictures",
    **dict.fromkeys(("logistic_regression", "two_layer_net"), "a model, and the experiment on it"),
    "picture": "of a graph, and of a search",
    "products": "by the names of the standard, and as kernels",
    "report": "of a program, kernel by kernel, and of a run, as a page",
    "settings": "of models on the command line, and of experiments",
    "symbols": "of an object file, and tensors in the body of a loop",
    "tables": "that are read as data, and that are written for people",
    "training": "the command, and the benchmark",
}


def doubled(named: list[tuple[str, Path]]) -> set[str]:
    """The names that several files have, at least one of which is outside the native executor."""
    places = defaultdict(list)
    for name, path in named:
        places[name].append(NATIVE not in path.parents)
    return {name for name, outside in places.items() if len(outside) > 1 and any(outside)}


def public_classes() -> list[tuple[str, Path]]:
    """Of all files of the package, with where they stand."""
    return [
        (name, path)
        for path in sorted(HOME.rglob("*.py"))
        for name in re.findall(r"^class ([A-Za-z]\w*)", path.read_text(encoding="utf-8"), re.M)
    ]


def files() -> list[tuple[str, Path]]:
    """All files of the package by their names, front doors of rooms left out."""
    return [(path.stem, path) for path in HOME.rglob("*.py") if path.stem not in FRONT_DOORS]


@pytest.mark.parametrize(
    ("named", "decided"),
    [(public_classes, CLASSES), (files, FILES)],
    ids=["classes", "files"],
)
def test_two_things_of_one_name_are_written_down_with_the_reason(
    named: Callable[[], list[tuple[str, Path]]], decided: dict[str, str]
) -> None:
    found = doubled(named())
    assert found - {*decided} == set(), "two of that name: call each by what it is"
    assert {*decided} - found == set(), "one of that name is left: take it off the list"
