"""Diagrams: a course's own graphs, layers closed and opened, what is lit."""

import numpy as np
import pytest
from explanation.networks import names, network

import pellucid as pc
from pellucid import nn
from pellucid.errors import GraphError
from pellucid.explanation.diagram import FAR, diagram
from pellucid.explanation.trace import trace


def two_layers():
    model = nn.Sequential(
        nn.Linear(3, 4, rng=pc.Generator(1)), nn.Tanh(), nn.Linear(4, 1, rng=pc.Generator(2))
    )
    return trace(lambda x: model(x).sum(), np.ones((5, 3), np.float32))


def arrows(drawn):
    labels = {box.name: box.label for box in drawn.boxes}
    return {(labels[a.source], labels[a.target], a.above, a.below) for a in drawn.arrows}


def test_the_apples_of_the_book():
    drawn = diagram(trace(lambda apples, price, tax: apples * price * tax, 2, 100, 1.1))
    assert arrows(drawn) == {
        ("apples", "×", "2", "110"),
        ("price", "×", "100", "2.2"),
        ("×", "×", "200", "1.1"),
        ("tax", "×", "1.1", "200"),
        ("×", "= 220", "220", "1"),
    }


def test_the_graph_of_the_course():
    drawn = diagram(trace(lambda a, b, c: 3.0 * (a + b * c), 5, 3, 2))
    assert arrows(drawn) == {
        ("b", "×", "3", "6"),
        ("c", "×", "2", "9"),
        ("×", "+", "6", "3"),
        ("a", "+", "5", "3"),
        ("+", "3 ×", "11", "3"),
        ("3 ×", "= 33", "33", "1"),
    }


def test_an_arrow_has_what_comes_back_by_it_and_not_the_sum():
    drawn = diagram(trace(lambda a, b, c: 3.0 * (a + b * c) * a, 5, 3, 2))
    assert {(above, below) for source, _, above, below in arrows(drawn) if source == "a"} == {
        ("5", "15"),
        ("5", "33"),
    }


def test_layers_are_closed_with_their_parameters_inside():
    drawn = diagram(two_layers(), kinds={"0": "Linear"})
    boxes = {box.label: box for box in drawn.boxes}
    assert boxes["0 Linear"].note == "weight (3, 4), bias (4,)"
    assert boxes["0 Linear"].kind == "layer"
    assert {"1", "2"} <= set(boxes)
    assert "0.weight" not in boxes


def test_layers_are_opened_one_or_all():
    found = two_layers()
    one = [box.label for box in diagram(found, opened=["0"]).boxes]
    assert {"·", "+", "0.weight", "0.bias", "2"} <= set(one)
    every = [box.label for box in diagram(found, opened=None).boxes]
    assert every.count("·") == 2
    assert "2" not in every


def test_the_way_from_a_parameter_to_the_result_is_lit():
    drawn = diagram(two_layers(), lit="0.weight")
    lit = {box.label for box in drawn.boxes if box.lit}
    assert {"0.weight", "0", "1", "2"} <= lit
    boxes = {box.name: box for box in drawn.boxes}
    for arrow in drawn.arrows:
        from_x = boxes[arrow.source].label == "x"
        assert arrow.lit is not from_x
    with pytest.raises(GraphError, match="no value"):
        diagram(two_layers(), lit="0.wait")


def test_what_is_given_and_used_often_has_a_box_at_each_use():
    def power(x, w):
        for _ in range(6):
            x = (x * w).tanh()
        return x

    drawn = diagram(trace(power, 1.0, 2.0))
    assert [box.label for box in drawn.boxes].count("w") == 6


def test_no_arrow_goes_far():
    def masked(x):
        mask = x.exp()
        for _ in range(40):
            x = x * mask
        return x

    drawn = diagram(trace(masked, 1.0))
    references = [box for box in drawn.boxes if box.kind == "reference"]
    assert len(references) == 40 - FAR


@pytest.mark.parametrize("name", names())
def test_every_arrow_joins_boxes_and_every_operation_is_somewhere(name):
    net = network(name)
    found = trace(net, *net.batch)
    for opened in ((), None):
        drawn = diagram(found, opened=opened)
        known = [box.name for box in drawn.boxes]
        assert len(set(known)) == len(known)
        assert all({a.source, a.target} <= set(known) for a in drawn.arrows)
        if opened is None:
            operations = [box for box in drawn.boxes if box.kind == "operation"]
            assert len(operations) == len(found.graph.nodes)
