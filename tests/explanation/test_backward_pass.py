"""Written backward passes: the textbook's lines, and every line evaluated as it stands.

Golden files are written anew by `PELLUCID_WRITE_GOLDEN=1 pytest tests/explanation/...`; they are
looked at before they are kept.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from explanation.drawn_functions import drawn
from explanation.networks import names, network
from explanation.written_lines import checked

import pellucid as pc
from pellucid import functional, nn
from pellucid.errors import GraphError, OptionError
from pellucid.explanation.backward_pass import backward_pass
from pellucid.explanation.with_loss import with_loss

GOLDEN = Path(__file__).parent.parent / "golden" / "backward_passes"
DRAWN = np.random.default_rng(0)
X, T = DRAWN.normal(size=(5, 3)), DRAWN.uniform(size=(5, 1))
IDS = DRAWN.integers(0, 4, 5)
ROUNDED = 1e-6  # of a line: numbers are printed with seven digits, and networks are float32


def layer(*sizes):
    return nn.Linear(*sizes, rng=pc.Generator(1), dtype="float64")


def two_layers(hidden):
    return nn.Sequential(layer(3, 4), hidden, layer(4, 1), nn.Sigmoid())


def affine(x, W, b):
    return x @ W + b


BINARY = functional.binary_cross_entropy_from_probabilities
CASES = {
    "logistic": (nn.Sequential(layer(3, 1), nn.Sigmoid()), (X, T), BINARY),
    "logits": (layer(3, 1), (X, T), functional.binary_cross_entropy),
    "softmax": (layer(3, 4), (X, IDS), functional.cross_entropy),
    "two_layers_tanh": (two_layers(nn.Tanh()), (X, T), BINARY),
    "two_layers_relu": (two_layers(nn.ReLU()), (X, T), BINARY),
    "batch_norm": (
        nn.Sequential(layer(3, 4), nn.BatchNorm(4, dtype="float64"), nn.ReLU(), layer(4, 1)),
        (X, T),
        functional.mean_squared_error,
    ),
    "affine": (affine, (X, DRAWN.normal(size=(3, 2)), DRAWN.normal(size=2)), None),
}


def written(name, notation, **options):
    function, inputs, loss = CASES[name]
    return backward_pass(function, *inputs, loss=loss, notation=notation, **options)


@pytest.mark.parametrize("notation", ["rows", "columns"])
@pytest.mark.parametrize("name", CASES)
def test_the_lines_are_those_of_a_textbook(name, notation):
    found = written(name, notation)
    text = f"{found.text()}\n\n{found.latex()}\n"
    path = GOLDEN / f"{name}_{notation}.txt"
    if os.environ.get("PELLUCID_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def lines(found):
    return [str(line) for line in found.backward]


def test_logistic_regression_is_the_course_s():
    assert lines(written("logistic", "columns")) == ["dz = a - y", "dw = X dz^T / m",
                                                     "db = sum(dz) / m"]  # fmt: skip
    rows = written("logistic", "rows", averaged="last", names=("x", "y"))
    assert lines(rows) == ["dz = a - y", "dw = x^T dz / m", "db = sum(dz) / m"]


def test_softmax_with_cross_entropy_is_the_book_s():
    found = backward_pass(functional.cross_entropy, X, DRAWN.integers(0, 3, 5), names=("z", "t"))
    assert lines(found) == ["dz = (y - t) / m"]
    assert lines(written("softmax", "rows"))[0] == "dz = (y - t) / m"


SOFT = DRAWN.dirichlet(np.ones(3), 5)


def by_hand_softmax(z, t):
    return -(t * functional.softmax(z).log()).sum() / len(z)


@pytest.mark.parametrize("targets", [SOFT, np.eye(3)[[0, 2, 1, 1, 0]]], ids=["soft", "one-hot"])
@pytest.mark.parametrize("function", [functional.cross_entropy, by_hand_softmax])
def test_targets_that_are_shares_of_one_have_the_plain_line(function, targets):
    found = backward_pass(function, X, targets, names=("z", "t"))
    assert "dz = (y - t) / m" in lines(found)
    assert "The classes of t sum to 1, as here." in found.text()
    assert max(checked(found, function, X, targets).values()) < 1e-10


def test_targets_that_are_no_shares_keep_their_sum():
    found = backward_pass(functional.cross_entropy, X, SOFT * 2.0, names=("z", "t"))
    assert "dz = (y * sum(t, axis=1) - t) / m" in lines(found)
    assert "sum to 1" not in found.text()


def test_parameters_are_no_shares_whatever_their_numbers():
    found = backward_pass(affine, X, np.eye(3), np.zeros(3))
    assert "sum to 1" not in found.text()


def test_an_affine_layer_is_the_book_s():
    assert lines(written("affine", "rows")) == ["dx = dy W^T", "dW = x^T dy", "db = sum(dy)"]


def by_hand(x, w, b, y):
    a = (x @ w + b).sigmoid()
    return -(y * a.log() + (1.0 - y) * (1.0 - a).log()).mean()


def another_order(features, weights, offset, wanted):
    a = 1.0 / (1.0 + (-(offset + features @ weights)).exp())
    losses = (1.0 - a).log() * (wanted - 1.0) - a.log() * wanted
    return losses.sum() / len(wanted)


def with_penalty(x, w, b, y):
    return by_hand(x, w, b, y) * 0.7 + (w * w).sum() * 0.05


INPUTS = (X, DRAWN.normal(size=(3, 1)), DRAWN.normal(size=1), T)


@pytest.mark.parametrize("notation", ["rows", "columns"])
@pytest.mark.parametrize("function", [by_hand, another_order, with_penalty])
def test_the_form_is_found_however_it_was_written(function, notation):
    found = lines(backward_pass(function, *INPUTS, notation=notation))
    assert sum("a - y" in line or "y - wanted" in line for line in found) == 1


def test_a_factor_and_a_penalty_stand_where_they_belong():
    found = lines(backward_pass(with_penalty, *INPUTS, averaged="last"))
    assert "dz = 0.7 * (a - y)" in found
    assert "dw = x^T dz / m + 0.1 * w" in found


@pytest.mark.parametrize("averaged", ["first", "last"])
@pytest.mark.parametrize("notation", ["rows", "columns"])
@pytest.mark.parametrize("name", CASES)
def test_every_line_of_the_textbook_cases_has_the_value_of_a_run(name, notation, averaged):
    function, inputs, loss = CASES[name]

    whole = function if loss is None else with_loss(function, loss, len(inputs))
    errors = checked(written(name, notation, averaged=averaged), whole, *inputs)
    assert max(errors.values()) < 1e-10, errors


@pytest.mark.parametrize("notation", ["rows", "columns"])
@pytest.mark.parametrize("name", names())
def test_every_line_of_a_network_has_the_value_of_a_run(name, notation):
    net = network(name)
    found = backward_pass(net, *net.batch, notation=notation)
    # Gradients that are sums which cancel, as of a bias before softmax, are roundings of float32.
    errors = checked(found, net, *net.batch, floor=1e-3)
    assert max(errors.values()) < ROUNDED, max(errors, key=errors.get)


@pytest.mark.parametrize(("notation", "target"), [("rows", "t"), ("columns", "Y")])
def test_several_inputs_have_the_names_of_forward_and_the_last_is_the_target(notation, target):
    class Two(nn.Module):
        def __init__(self):
            self.a, self.b = layer(3, 2), layer(3, 2)

        def forward(self, left, right):
            return self.a(left) + self.b(right)

    net, t = Two(), DRAWN.uniform(size=(5, 2))

    whole = with_loss(net, functional.mean_squared_error, 3)
    found = backward_pass(
        net, X, X[::-1], t, loss=functional.mean_squared_error, notation=notation
    )  # fmt: skip
    assert {"left", "right", target} <= set(found.inputs), found.text()
    assert "given" not in found.text()
    errors = checked(found, whole, X, X[::-1], t)
    assert max(errors.values()) < 1e-10, errors


@pytest.mark.parametrize("seed", range(100))
def test_every_line_of_a_drawn_function_has_the_value_of_a_run(seed):
    function, inputs = drawn(seed)
    notation = ("rows", "columns")[seed % 2]
    errors = checked(backward_pass(function, *inputs, notation=notation), function, *inputs)
    assert max(errors.values()) < 1e-8, max(errors, key=errors.get)


def test_what_cannot_be_written_out_is_refused():
    with pytest.raises(OptionError, match=r"notation 'row'\. Did you mean 'rows'"):
        backward_pass(affine, X, X.T, T[0], notation="row")  # type: ignore[arg-type]
    with pytest.raises(GraphError, match="depends on no float"):
        backward_pass(lambda i: i + 1, IDS)
    with pytest.raises(GraphError, match="returned 2 results"):
        backward_pass(lambda x: (x, x * 2.0), X)


def test_it_shows_itself_in_notebooks():
    found = written("affine", "rows")
    assert found._repr_latex_().startswith(r"$\displaystyle \begin{aligned}")
    assert str(found) == found.text() == repr(found)
