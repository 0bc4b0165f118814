"""Training in pellucid: the described networks, and what a runner trains."""

import numpy as np
import pytest

from pellucid.bench import training
from pellucid.bench.workloads import WORKLOADS, problem
from pellucid.models.char_transformer import CharTransformer

NETWORKED = [name for name, workload in WORKLOADS.items() if workload.network]
TEXTS = {"W11": (128, 64)}  # scores of 64 characters at each of 128 positions


@pytest.mark.parametrize("name", NETWORKED)
def test_every_described_network_runs_on_its_samples(name):
    made = problem(WORKLOADS[name])
    model = training.model_of(made).inference()
    assert model(made.features[:2]).shape == (2, *TEXTS.get(name, (10,)))
    assert next(iter(model.parameters().values())).numpy() == pytest.approx(made.network_weights[0])


def test_a_runner_goes_on_from_where_it_was():
    made = problem(WORKLOADS["W9"])
    at_once, in_parts = (training.runner(made, "native") for _ in range(2))
    last = at_once(30)
    assert in_parts(10) > in_parts(10) > last
    assert in_parts(10) == last


def test_the_small_gpt_is_the_one_of_the_catalogue_with_each_weight_in_its_place():
    made = problem(WORKLOADS["W11"])
    model = training.model_of(made)
    given = iter(made.network_weights)
    found = model.parameters()
    assert len(found) == len(made.network_weights) + 2 * (2 * 4 + 1)
    for name, parameter in found.items():
        if "norm." in name:
            assert np.all(parameter.numpy() == name.endswith("weight"))
        else:
            np.testing.assert_array_equal(parameter.numpy(), next(given))
    (gpt,) = [module for module in model.modules().values() if isinstance(module, CharTransformer)]
    assert (gpt.length, len(gpt.blocks), gpt.blocks[0].attention.heads) == (128, 4, 4)
