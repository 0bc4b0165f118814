"""`pellucid.lint`: what it is given, and what it leaves as it was."""

import re
from typing import Any

import numpy as np
import pytest
from linter.programs import adam, line, net, points

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.errors import OptionError


def test_a_sound_program_has_no_findings() -> None:
    model = net()
    found = pc.lint(model, f.cross_entropy, points(), adam(model))
    assert len(found) == 0
    assert re.match(r"nothing found in \d\d checks\nLooked at: one batch of \d+ sam", str(found))


def test_nothing_changes() -> None:
    model = nn.Sequential(
        nn.Linear(6, 16), nn.BatchNorm(16), nn.Dropout(0.5), nn.ReLU(), nn.Linear(16, 3)
    )
    optimizer = adam(model)
    before = model.state_dict() | optimizer.state_dict()
    pc.lint(model, f.cross_entropy, points(), optimizer)
    after = model.state_dict() | optimizer.state_dict()
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name], err_msg=name)
    assert model.training
    assert all(layer.training for layer in model)


def test_a_pair_of_arrays_is_data_too() -> None:
    data = points()
    found = pc.lint(net(nn.Softmax()), f.cross_entropy, (data.features, data.labels))
    assert found.codes[0] == "softmax-before-cross-entropy"


def test_a_network_that_does_not_fit_is_a_finding_with_place_and_sizes() -> None:
    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 3))
    found = pc.lint(model, f.cross_entropy, points())
    assert found.codes == ("does-not-run",)
    assert found[0].severity == "error"
    assert found[0].where == "0"
    assert "(200, 6)" in str(found) or "6" in found[0].why


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda: (nn.Linear, f.cross_entropy, points()), "lint: model is the class Linear itself"),
        (lambda: (net(), None, points()), "lint: loss is None. It is a function of outputs"),
        (lambda: (net(), f.cross_entropy, 3), "lint: data is 3. It is a Dataset, or a pair"),
        (lambda: (net(), f.cross_entropy, points(), 0.1), "lint: optimizer is 0.1. It is made"),
    ],
    ids=["model", "loss", "data", "optimizer"],
)
def test_what_is_none_of_these_is_refused(given: Any, message: str) -> None:
    with pytest.raises(OptionError) as error:
        pc.lint(*given())
    assert str(error.value).startswith(message)


def test_numbers_to_predict_are_looked_at_too() -> None:
    model = net(outputs=1)
    assert len(pc.lint(model, f.mean_squared_error, line(), adam(model))) == 0


def test_the_texts_name_layer_sizes_and_numbers() -> None:
    model = net(nn.Softmax())
    first = pc.lint(model, f.cross_entropy, points(200))[0]
    assert first.where.startswith("layer 3 = Softmax(axis=-1), ")
    assert first.why.startswith(
        "cross_entropy computes -log softmax(z) of its scores z (61, 3). Here these lie between 0 "
        "and 1, so that no class comes above e / (e + 2) = 0.576: the loss never comes below 0.551"
    )
