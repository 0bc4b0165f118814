"""Loops over random bodies give the very bits of their turns run one by one.

    PYTHONPATH=.:tests python -m executors.native.test_bodies 500 [FIRST]

tries as many, and prints those that differ.
"""

import sys
from dataclasses import replace

import numpy as np
import pytest
from executors.native.builder import Seeded
from executors.native.guarded import ARENAS, Guarded
from executors.native.programs import same_bits, seeded, small_chunks

from pellucid import primitives as p
from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.passes.traces import runs_here
from pellucid.graph import Graph, Node, Procedure, Value
from pellucid.primitives.base import FLOATS

STEPS = 3


def loop_of(seed):
    """A random program as the body of a loop, and the inputs of the loop; None for some.

    Some of its inputs are carried: what comes after is a value of the same kind, if there is one.
    """
    made, source = seeded(seed), Seeded(seed + 1_000_000)
    graph = made.procedure.graph
    arrays = [np.array(a) for a in (*made.arguments, *made.state)]
    values = [node.output for node in graph.nodes if node.output.dtype.names is None]
    kinds: tuple[list[int], ...] = ([], [], [])
    for i, value in enumerate(graph.inputs):
        kinds[source.integer(0, 2) if value.dtype in FLOATS else source.integer(0, 1) * 2].append(i)
    fixed, carried, sliced = kinds
    after = []
    for i in carried:
        value = graph.inputs[i]
        fits = [v for v in values if (v.shape, v.dtype) == (value.shape, value.dtype)] or [value]
        after.append(fits[source.integer(0, len(fits) - 1)])
    inputs = tuple(graph.inputs[i] for i in (*fixed, *carried, *sliced))
    body = replace(graph, inputs=inputs, outputs=(*after, *graph.outputs))
    body.check()
    some = [k for k in range(len(carried)) if source.integer(0, 1)]
    kept = tuple(some), tuple(k for k in range(len(carried)) if source.integer(0, 1))
    reverse = bool(source.integer(0, 1))
    scan = p.Scan(body, STEPS, len(fixed), len(carried), reverse, *kept)
    given = [arrays[i] for i in (*fixed, *carried)]
    for i in sliced:
        a = arrays[i]
        growth = np.arange(STEPS).reshape(STEPS, *[1] * a.ndim) / 4 + 1
        with np.errstate(all="ignore"):
            rows = (a * growth).astype(a.dtype) if a.dtype.kind == "f" else [a] * STEPS
        given.append(np.array(rows))
    return scan, given


def program_of(scan, given):
    """The loop alone, with all that it gives as results."""
    inputs = tuple(Value(f"x{i}", a.shape, a.dtype) for i, a in enumerate(given))
    record = Value("all", (), scan.dtype(*(a.dtype for a in given)))
    nodes = [Node(scan, inputs, record)]
    for i, (dtype, shape) in enumerate(scan.gives()):
        nodes.append(Node(p.Part(i, shape), (record,), Value(f"y{i}", shape, dtype)))
    graph = Graph(inputs, (), tuple(nodes), tuple(node.output for node in nodes[1:]))
    graph.check()
    return Procedure(graph, len(inputs))


def turn_by_turn(scan, given):
    """What the loop gives, with its body as a native program that Python calls."""
    body = Native(Procedure(scan.body, len(scan.body.inputs)))
    count, first = scan.carries, scan.constants
    found = [np.zeros(shape, dtype) for dtype, shape in scan.gives()]
    state = given[first : first + count]
    for t in range(STEPS)[:: -1 if scan.reverse else 1]:
        sliced = [np.array(x[t]) for x in given[first + count :]]
        outputs = body([*given[:first], *state, *sliced], [])
        for k in scan.before:
            found[count + k][t] = state[k]
        state = outputs[:count]
        for k in scan.after:
            found[2 * count + k][t] = state[k]
        for j, y in enumerate(outputs[count:], 3 * count):
            found[j][t] = y
    for k, value in enumerate(state):
        found[k][...] = value
    return found


def differing(seed):
    """Which of the arrays that a loop gives differ; None where its body has no native code."""
    scan, given = loop_of(seed)
    if not runs_here(scan):
        return None
    threads.set_threads(1)
    found = Native(program_of(scan, given))(given, [])
    pairs = zip(found, turn_by_turn(scan, given), strict=True)
    return [i for i, (y, wanted) in enumerate(pairs) if not same_bits(y, wanted)]


@pytest.mark.parametrize("seed", range(12))
def test_a_loop_gives_the_bits_of_its_turns(seed):
    assert not differing(seed)


@pytest.mark.parametrize("seed", range(100, 106))
def test_threads_that_share_the_turns_keep_every_bit(seed):
    scan, given = loop_of(seed)
    with small_chunks():
        program = Native(program_of(scan, given))
        threads.set_threads(1)
        expected = program(given, [])
        threads.set_threads(3)
        for y, wanted in zip(program(given, []), expected, strict=True):
            assert same_bits(y, wanted)


@pytest.mark.parametrize("arena", ARENAS)
@pytest.mark.parametrize("seed", [200, 201, 203])  # of these bodies have native code
def test_no_turn_touches_what_is_not_its_own(seed, arena, monkeypatch, tmp_path):
    scan, given = loop_of(seed)
    assert runs_here(scan)
    threads.set_threads(1)
    expected = Native(program_of(scan, given))(given, [])
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))
    program = Guarded(program_of(scan, given), arena)
    for side in ("end", "begin"):
        results, _, _ = program.call(given, [], side)
        for y, wanted in zip(results, expected, strict=True):
            assert same_bits(y, wanted)


def test_most_random_bodies_have_native_code():
    assert sum(runs_here(loop_of(seed)[0]) for seed in range(40)) >= 20


if __name__ == "__main__":
    count, first = (int(word) for word in (*sys.argv[1:], "0", "0")[:2])
    tried = {seed: differing(seed) for seed in range(first, first + count)}
    print(*(f"loop {seed}: {wrong}" for seed, wrong in tried.items() if wrong), sep="\n")
    native = sum(wrong is not None for wrong in tried.values())
    print(f"{sum(map(bool, tried.values()))} of {native} loops differ")
