"""What checks are told of a program: names of variables, places of nodes, the inference mode."""

import numpy as np
import pytest
from linter.programs import adam, net, points

from pellucid import functional as f
from pellucid import nn
from pellucid.errors import OptionError
from pellucid.linter.looking import captured
from pellucid.linter.subject import Subject


def subject(model, optimizers=(), *, looked=True):
    data = points(40)
    arrays = (data.features[:7], data.labels[:7])
    look = captured(model, f.cross_entropy, arrays, model.parameters(), training=True)
    trace, variables = look.trace()
    given = (model, f.cross_entropy, optimizers, data, None, None, trace, variables)
    return Subject(*given, frozenset(look.reached.values()), look=look if looked else None)


def test_a_variable_is_called_by_the_model_or_else_by_its_optimizer():
    model, other = net().seeded(0), nn.Linear(2, 2).seeded(0)
    asked = subject(model, (adam(model), adam(other)))
    assert asked.paths[model.parameters()["0.weight"]] == "0.weight"
    assert asked.paths[other.weight] == "weight"
    assert asked.held == {*model.parameters().values(), other.weight, other.bias}


def test_a_place_is_the_layer_and_the_line_of_the_code():
    asked = subject(net().seeded(0))
    product = next(node for node in asked.trace.nodes if node.primitive.name == "matmul")
    assert asked.place(product).startswith("layer 0 = Linear(6, 16")
    assert ".py:" in asked.place(product)
    assert asked.layer("") == "outside any layer"
    assert asked.layer("0.inner").startswith("layer 0 = Linear")
    assert asked.layer("cross_entropy") == "loss cross_entropy"


def test_in_inference_dropout_is_gone():
    asked = subject(net(nn.Dropout(0.5)).seeded(0))
    counts = [len(trace.nodes) for trace in (asked.inference, asked.trace)]
    assert counts[0] < counts[1]


def test_a_step_of_a_trainer_is_not_run():
    asked = subject(net().seeded(0), looked=False)
    assert asked.inference is None
    with pytest.raises(OptionError, match="only a model that is given itself is run"):
        _ = asked.measured


def test_trainable_variables_alone_are_parameters():
    asked = subject(nn.Sequential(nn.Linear(6, 3), nn.BatchNorm(3)).seeded(0))
    names = [value for value in asked.trace.graph.inputs if asked.parameter(value) is not None]
    assert sorted(value.shape for value in names) == [(3,), (3,), (3,), (6, 3)]
    assert np.prod([len(asked.parameters)]) == 4
