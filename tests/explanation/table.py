"""Sides of rewrites as graphs, as numbers and as expressions.

captured, count     the graph of a side, and how many different primitives it applies
letters             drawn values of the letters, edge values among them
value               the numbers of a side
expression          a side as it is read
"""

import numpy as np

import pellucid as pc
from pellucid import functional
from pellucid.explanation.expressions import symbol
from pellucid.explanation.reading import reader
from pellucid.primitives import LogisticDensity

EDGES = np.array([0.0, -0.0, 1.0, -1.0, 1e-6, -1e-6, 12.0, -12.0])
LETTERS = ("x", "y", "z", "r", "p", "q", "i", "s")


def side(text, **values):
    """A side evaluated over tensors."""
    known = {
        "where": pc.where, "softmax": functional.softmax, "LogisticDensity": LogisticDensity,
        "inf": float("inf"),
        "onehot": lambda i: (i == pc.tensor(np.arange(4))).astype("float64"),
    }  # fmt: skip
    return eval(text, {"__builtins__": {"float": float}}, known | values)


def letters(domain, seed=0):
    """Values for every letter, as the domain says: edges, and numbers from -12 to 12.

    Beyond them 1 - sigmoid has less than ten digits left.
    """
    rng = np.random.default_rng(seed)
    found = {}
    for name in ("x", "y", "z"):
        drawn = np.clip(rng.normal(size=(6, 4)) * 3.0, -12.0, 12.0)
        drawn[: len(EDGES) // 4] = rng.permutation(EDGES).reshape(-1, 4)
        is_positive = domain.get(name) == "above 0"
        found[name] = np.abs(drawn) + 1e-3 if is_positive else drawn
    found["y"][3] = found["x"][3]
    found["r"] = rng.normal(size=(1, 4))
    found["p"], found["q"] = rng.random((2, 6, 4)) < 0.5
    found["i"] = rng.integers(0, 4, (6, 1))
    found["s"] = rng.dirichlet(np.ones(4), 6)
    return found


def captured(text):
    """The graph of a side."""

    def function(x, y, z, r, p, q, i, s):  # noqa: PLR0917
        return side(text, x=x, y=y, z=z, r=r, p=p, q=q, i=i, s=s)

    return pc.capture(function)(*letters({}).values())


def count(graph):
    """How many nodes do different things."""
    same = {}
    for node in graph.nodes:
        inputs = tuple(same.get(v.name, v.name) for v in node.inputs)
        same[node.output.name] = f"{node.primitive}{inputs}"
    return len(set(same.values()))


def value(text, values):
    """The numbers of a side."""
    with np.errstate(all="ignore"):
        return side(text, **{name: pc.tensor(array) for name, array in values.items()}).numpy()


def expression(text, domain=()):
    """A side as it is read."""
    graph = captured(text)
    positive = [v for v in graph.inputs if dict(domain).get(v.name) == "above 0"]
    given = {v.name: symbol(v.name, v.shape, 0.0) for v in positive}
    shares = [name for name, what in dict(domain).items() if what == "shares of one"]
    return reader(graph, shares).expression(graph.outputs[0].name, given)
