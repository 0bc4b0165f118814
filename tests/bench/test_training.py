"""Training in pellucid: the described networks, and what a runner trains."""

import pytest

from pellucid.bench import training
from pellucid.bench.workloads import WORKLOADS, problem

NETWORKED = [name for name, workload in WORKLOADS.items() if workload.network]


@pytest.mark.parametrize("name", NETWORKED)
def test_every_described_network_runs_on_its_images(name):
    made = problem(WORKLOADS[name])
    model = training.model_of(made).inference()
    assert model(made.features[:2]).shape == (2, 10)
    assert next(iter(model.parameters().values())).numpy() == pytest.approx(made.network_weights[0])


def test_a_runner_goes_on_from_where_it_was():
    made = problem(WORKLOADS["W9"])
    at_once, in_parts = (training.runner(made, "native") for _ in range(2))
    last = at_once(30)
    assert in_parts(10) > in_parts(10) > last
    assert in_parts(10) == last
