"""Kernels of one outline have one code, and kernels of different code different outlines."""

from itertools import pairwise

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.examples import procedure, same
from executors.native.programs import seeded

import pellucid as pc
from pellucid import nn, optim
from pellucid.captured import capture_call
from pellucid.executors.native.kernels import emission
from pellucid.executors.native.kernels.signature import outline
from pellucid.executors.native.planning import planned
from pellucid.functional import cross_entropy
from pellucid.structure import flatten


def deep_step():
    """A training step in which layers repeat."""
    rng = pc.Generator(seed=0)
    sizes, layers = (30, 20, 20, 20, 20, 5), []
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b, rng=rng), nn.BatchNorm(b), nn.ReLU()]
    model = nn.Sequential(*layers)
    rule = optim.Adam(model.parameters(), 0.01)

    def step(x, t):
        loss = cross_entropy(model(x), t)
        rule.minimize(loss)
        return loss

    leaves = []
    structure = flatten((np.ones((16, 30), np.float32), np.ones(16, np.int64)), leaves)
    return capture_call(step, structure, leaves).procedure


def written_out(shared, monkeypatch):
    """The code with every kernel written for itself."""
    count = iter(range(10**6))

    def alone(shared, kernel):
        return (next(count),), outline(shared, kernel)[1]

    with monkeypatch.context() as patch:
        patch.setattr(emission, "outline", alone)
        return emission.emit(shared)


def test_repeated_layers_are_written_once(monkeypatch):
    shared = planned(deep_step())
    code = emission.emit(shared)
    assert code == written_out(shared, monkeypatch)
    outlines = {outline(shared, k)[0] for k in shared.plan.kernels if hasattr(k, "space")}
    assert len(outlines) < len(code.names) - 10


@pytest.mark.parametrize("seed", range(0, 300, 5))
def test_sharing_an_outline_changes_no_code(seed, monkeypatch):
    shared = planned(seeded(seed).procedure)
    assert emission.emit(shared) == written_out(shared, monkeypatch)


def test_products_of_rounded_numbers_share_no_code_with_others(monkeypatch):
    made = procedure("""graph(x: float32[40,1], y: float32[1,7], z: float32[1,7])
      %0: float32[40,1] = rounded_to_bfloat16() of (x)
      %1: float32[1,7] = rounded_to_bfloat16() of (y)
      %2: float32[40,7] = matmul() of (%0, z)
      %3: float32[40,7] = matmul() of (%0, %1)
      %4: float32[40,7] = matmul() of (x, y)
      return %2, %3, %4""")
    for target in TARGETS:
        with on_target(target):
            shared = planned(made)
            assert emission.emit(shared) == written_out(shared, monkeypatch)
            assert same(made) is None


@pytest.mark.parametrize(
    "movement", ["flip(axis=(0,))", "slice(start=(1,), count=(2,), step=(1,))"]
)
def test_a_key_that_begins_within_a_buffer_is_bound_where_it_begins(movement):
    made = procedure(f"""graph(w: uint32[{2 if "flip" in movement else 3}], d: uint32[5])
      %0: uint32[2] = {movement} of (w)
      %1: uint32[1] = slice(start=(3,), count=(1,), step=(1,)) of (d)
      %2: uint32[] = reshape(to=()) of (%1)
      %3: uint32[40] = random_bits(to=(40,), bits=24) of (%0, %2)
      return %3""")
    assert same(made) is None
