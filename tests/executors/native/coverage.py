"""What random programs meet, of what there is: pairs, attributes, gradients.

    PYTHONPATH=.:tests python -m executors.native.coverage [COUNT]

prints the table of all pairs of a walk and a reader for the programs of 0, 1, 2 ... COUNT: how
often each was met, which were not, which cannot be, and why; the classes of attributes of each
primitive, and to which order each was differentiated. Without COUNT: for the programs that the
tests run (`selected`).

    features_of     what a program meets
    ALL             what there is to meet
    selected        seeds whose programs meet it all
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from executors.native.attention_growth import ATTENTION, met
from executors.native.attributes import CLASSES, classes_of
from executors.native.builder import Program
from executors.native.cpus import EVERY, on_target
from executors.native.families import FEATURES, LABELS, family_features
from executors.native.pairs import IMPOSSIBLE, PAIRS, RARE
from executors.native.programs import finely, seeded, target_of
from executors.native.readers import READERS, reader_of
from executors.native.walks import WALKS, traits

from pellucid import primitives as p
from pellucid.executors.native.ir.kernels import Fused
from pellucid.executors.native.ir.views import stretched
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule.plan import CopyBack
from pellucid.executors.native.schedule.planned import Planned

# A walk and a reader, a primitive and a class of its attributes, or a family and what it has.
Feature = tuple[str, str]
LOOKED_AT = 1000  # programs among which the best are chosen
MOST_SEEDS = 4000  # where nothing more is looked for

DIFFERENTIABLE = [k for k in CLASSES if k.backward is not p.Primitive.backward]
ALL: tuple[Feature, ...] = (
    *PAIRS,
    *((kind.name, label) for kind in CLASSES for label in CLASSES[kind]),
    *((kind.name, f"differentiated {n}") for kind in DIFFERENTIABLE for n in ("once", "twice")),
    *ATTENTION,
    *FEATURES,
)


def pairs_of(shared: Planned) -> Iterator[Feature]:
    """Each operand that a kernel reads from memory: how it lies there, and what reads it."""
    for kernel in shared.plan.kernels:
        if isinstance(kernel, CopyBack) and kernel.source is not None:
            view = shared.views[kernel.source]
            yield from ((walk, "written back") for walk in traits(view, shared.views, None))
        for node in kernel.nodes:
            for position, value in enumerate(node.inputs):
                view = shared.views[value]
                if isinstance(kernel, Fused) and kernel.has(view.base):
                    continue
                if isinstance(kernel, Fused) and isinstance(node.primitive, p.Elementwise):
                    view = stretched(view, node.output.shape)
                known = shared.numbers.get(view.base.name)
                for reader in reader_of(shared, kernel, node, position):
                    for walk in traits(view, shared.views, known):
                        yield walk, reader


def features_of(made: Program, shared: Planned) -> set[Feature]:
    """What a program meets."""
    return {
        *pairs_of(shared),
        *(each for node in made.procedure.graph.nodes for each in classes_of(node)),
        *made.notes,
        *met(shared),
        *family_features(made.procedure.graph, shared, made.procedure.exact),
    }


def met_by(seeds: Iterable[int]) -> Counter[Feature]:
    """How many programs of some seeds meet each feature."""
    return Counter(feature for seed in seeds for feature in _features(seed))


@cache
def _features(seed: int) -> frozenset[Feature]:
    made = seeded(seed)
    with finely(seed), on_target(target_of(seed)):
        return frozenset(features_of(made, planned(made.procedure)))


@cache
def selected() -> tuple[int, ...]:
    """Seeds whose programs meet, together, all that there is; those that meet most come first."""
    found = {seed: set(_features(seed)) & set(ALL) for seed in range(LOOKED_AT)}
    costs = {seed: _cost(seeded(seed)) for seed in found}
    missing, chosen = set(ALL), []
    while missing & set().union(*found.values()):
        best = max(found, key=lambda seed: len(found[seed] & missing) / costs[seed])
        chosen.append(best)
        missing -= found[best]
    for seed in range(LOOKED_AT, MOST_SEEDS):
        if not missing:
            break
        if missing & _features(seed):
            chosen.append(seed)
            missing -= _features(seed)
    return tuple(chosen)


def _cost(made: Program) -> int:
    """About how long it takes to compile a program: convolutions have much code."""
    kinds = [node.primitive.name for node in made.procedure.graph.nodes]
    return 8 + len(kinds) + 6 * kinds.count("convolution")


def table(met: Counter[Feature]) -> str:
    """All pairs: how often each was met; `-` where it cannot be, in brackets where it is rare."""
    head = [f"{i:2} {walk}" for i, walk in enumerate(WALKS, 1)]
    lines = [*head, "", " " * 32 + "".join(f"{i:6}" for i in range(1, len(WALKS) + 1))]
    for reader in READERS:
        cells = [_cell(met, (walk, reader)) for walk in WALKS]
        lines.append(f"{reader:32}" + "".join(f"{cell:>6}" for cell in cells))
    return "\n".join(lines)


def _cell(met: Counter[Feature], pair: Feature) -> str:
    if pair in IMPOSSIBLE:
        return "-"
    return f"({met[pair]})" if pair in RARE else str(met[pair])


def of_primitives(met: Counter[Feature]) -> str:
    """For each primitive how often each class of its attributes was met."""
    labels: dict[str, list[str]] = {}
    for name, label in ALL[len(PAIRS) :]:
        labels.setdefault(name, []).append(f"{label} {met[name, label]}")
    return "\n".join(f"{name:22} {', '.join(each)}" for name, each in labels.items())


def summary(met: Counter[Feature]) -> str:
    """How much there is, what was met, and what cannot be, with the reasons."""
    lost = [feature for feature in ALL if not met[feature]]
    pairs, others = [f for f in lost if f in PAIRS], [f for f in lost if f not in PAIRS]
    reasons = Counter([*IMPOSSIBLE.values(), *RARE.values()])
    return "\n".join(
        [
            f"{len(WALKS)} walks x {len(READERS)} readers = {len(WALKS) * len(READERS)} pairs: "
            f"{len(IMPOSSIBLE)} cannot be, {len(RARE)} are rare, {len(PAIRS) - len(pairs)} met, "
            f"{len(pairs)} missing",
            *(f"  {count:3} {why}" for why, count in reasons.items()),
            f"{len(ALL) - len(PAIRS)} classes of attributes and orders of derivatives of "
            f"{len(CLASSES)} primitives, and kernels of {len(LABELS)} families: "
            f"{len(others)} missing",
            *(f"missing: {one}, {other}" for one, other in lost),
            *(f"met though it cannot be: {pair}" for pair in IMPOSSIBLE if met[pair]),
        ]
    )


def main(count: int | None = None) -> int:
    """Print all that; whether something is missing."""
    seeds = selected() if count is None else range(count)
    met = met_by(seeds)
    print(table(met), of_primitives(met), summary(met), sep="\n\n")
    print(f"{len(seeds)} programs, for {', '.join(EVERY)} in turn")
    return int(any(not met[feature] for feature in ALL))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
