"""`pc.explain`: models, functions, modes, what is refused."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, nn
from pellucid.errors import CallError, GraphError, OptionError

X = np.ones((5, 3), np.float32)
T = np.array([0, 1, 0, 1, 1])


def model():
    return nn.Sequential(
        nn.Linear(3, 4, rng=pc.Generator(1)),
        nn.BatchNorm(4),
        nn.Dropout(0.5, rng=pc.Generator(3)),
        nn.Linear(4, 2, rng=pc.Generator(2)),
    )


def test_a_model_with_its_loss():
    net = model().inference()
    shown = pc.explain(net, X, T, loss=functional.cross_entropy)
    loss = functional.cross_entropy(net(X), T)
    assert shown.trace.array(shown.trace.result.name) == loss.array
    assert [row.path for row in shown.layers.rows] == ["0", "1", "3", "loss.cross_entropy"]
    assert [v.name for v in shown.trace.graph.inputs[:2]] == ["x", "t"]
    assert "loss.cross_entropy" in str(shown)
    assert f"result: {shown.result}" in str(shown)


def test_the_inputs_have_the_names_of_forward():
    class Two(nn.Module):
        def forward(self, left, right):
            return left * right

    shown = pc.explain(Two(), X, X, np.float32(T), loss=lambda y, t: (y.sum(axis=1) - t).mean())
    assert [v.name for v in shown.trace.graph.inputs] == ["left", "right", "t"]


def test_the_mode_is_that_of_the_model_or_the_one_asked_for():
    net = model().inference()
    text = str(pc.explain(net, X, T, loss=functional.cross_entropy).trace.graph)
    trained = pc.explain(net, X, T, loss=functional.cross_entropy, training=True)
    assert "random_bits" not in text
    assert "random_bits" in str(trained.trace.graph)
    before = {path: v.array.copy() for path, v in net.variables().items()}
    pc.explain(net, X, T, loss=functional.cross_entropy, training=True)
    assert all(np.array_equal(v.array, before[path]) for path, v in net.variables().items())
    assert not net._training


def test_a_model_without_a_loss_shows_its_outputs():
    shown = pc.explain(model().inference(), X)
    assert shown.result == "(5, 2)"
    assert shown.trace.gradients["3.bias"].tolist() == [5.0, 5.0]


def test_a_function_of_numbers():
    shown = pc.explain(lambda a, b, c: 3.0 * (a + b * c), 5, 3, 2)
    assert shown.result == "33"
    assert shown.derivation("b").gradient == 6.0
    assert shown.routes("c").count == 1
    assert str(shown.graph()).splitlines()[1].split() == ["b", "×", "3", "6"]


def test_what_is_lit_and_opened_reaches_the_picture():
    shown = pc.explain(model().inference(), X, T, loss=functional.cross_entropy)
    lit = shown.graph(lit="0.weight").diagram
    assert any(arrow.lit for arrow in lit.arrows)
    closed, opened = shown.graph().diagram, shown.graph(opened=["0"]).diagram
    assert len(opened.boxes) > len(closed.boxes)


def test_what_cannot_be_explained_is_told():
    with pytest.raises(OptionError, match=r"the subject is 3\.0\. Give a model or a function"):
        pc.explain(3.0)
    with pytest.raises(OptionError, match=r"the subject is the class Linear itself\. Give a model"):
        pc.explain(nn.Linear, X)
    with pytest.raises(OptionError, match=r"a loss, and no targets"):
        pc.explain(model(), X, loss=functional.cross_entropy)
    with pytest.raises(OptionError, match=r"loss=, training= and optimizer= are for models"):
        pc.explain(lambda x: x * x, 2.0, loss=functional.cross_entropy)
    with pytest.raises(GraphError, match=r"no value '0\.wait'.*mean '0\.weight'"):
        pc.explain(model(), X).derivation("0.wait")


def test_the_backward_pass_is_written_out_in_both_notations():
    shown = pc.explain(model().inference(), X, T, loss=functional.cross_entropy)
    rows, columns = (shown.backward_pass(each).text() for each in ("rows", "columns"))
    assert "dz3 = (y - t) / m" in rows or "= (y - t) / m" in rows
    assert "] - Y" in columns
    assert shown.as_dict()["lines"]["rows"] == rows.splitlines()
    function = pc.explain(lambda a, b: a * b, 2.0, 3.0).backward_pass().text()
    assert "da = b" in function


def test_what_is_no_function_is_not_written_out():
    from pellucid.explanation.explanation import Explanation
    from pellucid.explanation.trace import trace

    with pytest.raises(OptionError, match="Explain the model with its loss"):
        Explanation(trace(lambda x: x * x, 2.0), None).backward_pass()


def test_the_next_update_of_an_optimizer_stands_beside_the_weights():
    net = model().inference()
    optimizer = pc.optim.SGD(net.parameters(), learning_rate=0.5)
    shown = pc.explain(net, X, T, loss=functional.cross_entropy, optimizer=optimizer)
    told = {h.path: h for h in shown.histograms() if h.of == "updates"}
    assert set(told) == set(net.parameters())
    assert told["0.weight"].ratio > 0.0


def test_what_is_inside_prints_and_shows_itself():
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3, rng=pc.Generator(1)), nn.ReLU(), nn.Flatten()
    ).inference()
    shown = pc.explain(net, np.ones((2, 1, 5, 5), np.float32))
    for part, told in (
        (shown.histograms()[0], "0 activations: mean "),
        (shown.filters()[0], "0.weight filters (2, 1, 3, 3): from "),
        (shown.attribution("gradient"), "gradient (2, 1, 5, 5), for classes "),
        (shown.attribution(), "missing at most "),
    ):
        assert told in repr(part)
        assert "<" in part._repr_html_()
    flat = pc.explain(nn.Sequential(nn.Linear(3, 2, rng=pc.Generator(1))).inference(), X)
    assert flat.attribution("gradient")._repr_html_().startswith("<pre>gradient (5, 3)")


def test_wrong_calls_of_the_parts_are_refused_in_words():
    net = model().inference()
    shown = pc.explain(net, X, T, loss=functional.cross_entropy)
    with pytest.raises(CallError, match=r"projection: path is missing"):
        shown.projection()
    with pytest.raises(OptionError, match=r"beside 3\. It takes another explanation"):
        shown.beside(3)
    with pytest.raises(OptionError, match=r"loss is 'cross_entropy', a str\. It is a function"):
        pc.explain(net, X, T, loss="cross_entropy")
    with pytest.raises(OptionError, match=r"optimizer is 3\. It is made for the model"):
        shown.histograms(3)


def test_a_projection_prints_in_short():
    shown = pc.explain(model().inference(), X, T, loss=functional.cross_entropy)
    text = repr(shown.projection("0"))
    assert text.startswith(f"Projection(points ({len(X)}, 2), shares ")
    assert text.endswith("%)")


def test_the_lines_of_outputs_alone_have_the_names_of_forward():
    lines = pc.explain(nn.Sequential(nn.Linear(3, 2)), X).backward_pass().text().splitlines()
    assert lines[0] == "y = x W + b"
    assert "dW = x^T dy" in lines
