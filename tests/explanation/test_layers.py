"""The table of layers: numbers by hand, both notations, what layers do to the data."""

import json
import math

import numpy as np
import pytest
from explanation.networks import network

import pellucid as pc
from pellucid import nn
from pellucid.explanation.layers import layers, turned
from pellucid.explanation.trace import trace


def of(model, x):
    return layers(trace(model, x), model)


def test_shapes_parameters_and_work_of_dense_layers():
    model = nn.Sequential(
        nn.Linear(3, 4, rng=pc.Generator(1)), nn.Tanh(), nn.Linear(4, 1, rng=pc.Generator(2))
    )
    table = of(model, np.ones((5, 3), np.float32))
    first, _, last = table.rows
    assert (first.path, first.kind, first.output) == ("0", "Linear", (5, 4))
    assert first.parameters == {"weight": (3, 4), "bias": (4,)}
    assert (first.numbers, first.flops, first.bytes) == (16, 2 * 5 * 3 * 4 + 20, 2 * 5 * 4 * 4)
    assert last.output == (5, 1)
    # The 3-4-1 net of the course: W[1] (4, 3), b[1] (4, 1), A[1] (4, m).
    assert table.shapes()[1][3:] == (
        "(5, 4)", "weight (3, 4), bias (4,)", "(4, 5)", "weight (4, 3), bias (4, 1)",
    )  # fmt: skip
    assert table.numbers()[-1][:2] == ("total", "21")


def test_what_a_layer_does_to_the_data():
    x = np.array([[0.0, 2.0, -2.0, 8.0]], np.float32)
    model = nn.Sequential(nn.Tanh())
    (row,) = of(model, x).rows
    y = np.tanh(np.float64(x))
    assert row.mean == pytest.approx(y.mean(), rel=1e-6)
    assert row.spread == pytest.approx(y.std(), rel=1e-6)
    assert row.zeros == 0.25
    assert row.saturated == 0.75  # 1 - tanh(2)^2 = 0.07 is below a tenth


def test_shapes_that_are_turned():
    assert turned((5, 1, 28, 28)) == (1, 28, 28, 5)
    assert turned((6, 1, 3, 3), is_parameter=True) == (6, 1, 3, 3)
    assert turned(()) == ()


def test_a_shared_layer_stands_once_with_all_its_work():
    net = network("drawn-1")
    rows = [row for row in layers(trace(net, *net.batch), net.model).rows if row.path == "shared"]
    assert len(rows) == 1
    calls = net.model.depth
    assert rows[0].flops == calls * (2 * 4 * 5 * 5 + 20)


def test_work_inside_loops_counts_for_every_step():
    model = nn.RNN(3, 4, rng=pc.Generator(1))
    both = (trace(lambda x: model(x)[0], np.ones((2, n, 3), np.float32)) for n in (5, 10))
    short, long = (layers(each, model) for each in both)
    work = [sum(row.flops for row in table.rows) for table in (short, long)]
    assert work[1] > 1.8 * work[0]


def test_the_table_as_text_html_and_json():
    net = network("simple-convnet")
    table = layers(trace(net, *net.batch), net.model)
    lines = str(table).splitlines()
    assert lines[0].startswith("layer ")
    assert lines[1].startswith("layers.0")
    assert lines[-1].startswith("total")
    assert "<table>" in table._repr_html_()
    assert json.loads(json.dumps(table.as_dict()))[0]["path"] == "layers.0"


def test_a_part_of_another_model_is_told_by_its_path_there():
    inner = nn.Sequential(nn.Linear(3, 2, rng=pc.Generator(1)), nn.ReLU())
    nn.Sequential(nn.Flatten(), inner)
    rows = pc.explain(inner, np.ones((4, 3), np.float32)).layers.rows
    assert [(row.path, row.kind, row.numbers) for row in rows] == [
        ("1.0", "Linear", 8),
        ("1.1", "ReLU", 0),
    ]


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_weights_of_the_cells_of_a_loop_are_those_of_its_layer(kind):
    class Recurrent(nn.Module):
        def __init__(self):
            rng = pc.Generator(0)
            self.loop = kind(3, 4, layers=2, bidirectional=True, rng=rng.child())
            self.out = nn.Linear(8, 2, rng=rng.child())

        def forward(self, x):
            return self.out(self.loop(x)[0])

    net = Recurrent()
    table = pc.explain(net, np.ones((2, 5, 3), np.float32)).layers
    used = {path: v.shape for path, v in net.parameters().items()}
    assert sum(row.numbers for row in table.rows) == sum(map(math.prod, used.values()))
    loop = next(row for row in table.rows if row.path == "loop")
    inner = {path.removeprefix("loop."): s for path, s in used.items() if path[:5] == "loop."}
    assert loop.parameters == inner
    line = next(row for row in table.shapes() if row[0] == "loop")
    assert line[4].endswith(", ...")
    assert len(line[4]) < 150


def test_every_activation_pooling_and_recurrent_layer_has_its_formula():
    from pellucid.nn import activations, pooling, recurrent

    kinds = [
        kind
        for module in (activations, pooling, recurrent)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and kind.__module__ == module.__name__ and name[0] != "_"
    ]
    without = [kind.__name__ for kind in kinds if not kind.formula]
    assert without == ["Recurrent", "LastState"]  # what it is of says the formula


def test_the_formula_of_an_activation_is_what_it_computes():
    names = {"exp": math.exp, "tanh": math.tanh, "log": math.log, "erf": math.erf}
    x = 0.7
    for kind in (nn.Sigmoid, nn.Tanh, nn.Softplus, nn.SiLU):
        formula = kind.formula.removeprefix("y = ")
        y = kind()(np.array([[x]], np.float32)).numpy().item()
        assert eval(formula, {"x": x, **names}) == pytest.approx(y, abs=1e-6)
