"""Sums over routes of products of bridges: against enumeration by hand, and the gradient."""

import itertools
import math

import numpy as np
import pytest
from explanation.networks import names, network

from pellucid.explanation.routes import ALL, routes
from pellucid.explanation.trace import bridge, trace


def test_the_routes_of_the_course_and_their_shares():
    # J = 3 (a + b c) a: by the product 3 (a + b c) = 33, by the sum 3 a = 15.
    found = trace(lambda a, b, c: 3.0 * (a + b * c) * a, 5, 3, 2)
    way = routes(found, found.find("a"))
    assert (way.count, way.complete) == (2, True)
    assert [route.part.item() for route in way.found] == [33.0, 15.0]
    assert [route.share for route in way.found] == pytest.approx([33 / 48, 15 / 48])
    assert way.found[0].names == ("%3",)
    assert way.found[1].names == ("%1", "%2", "%3")


def doubled(steps: int, slope: float):
    """x <- x + slope x^2, again and again: 3 routes a step."""

    def function(x):
        for _ in range(steps):
            x = x + slope * x * x
        return x

    return function


def by_enumeration(x: float, steps: int, slope: float) -> list[float]:
    """Every route of `doubled` as its product of bridges, in float64."""
    bridges = []
    for _ in range(steps):
        bridges.append((1.0, slope * x, slope * x))
        x = x + slope * x * x
    return sorted((math.prod(way) for way in itertools.product(*bridges)), reverse=True)


@pytest.mark.parametrize("steps", [1, 3, 7])
def test_the_largest_of_all_routes_are_found_between_single_numbers(steps):
    found = trace(doubled(steps, 0.3), 0.7)
    way = routes(found, found.find("x"), most=12)
    expected = by_enumeration(0.7, steps, 0.3)
    assert way.count == len(expected)
    assert [r.part.item() for r in way.found] == pytest.approx(expected[:12], rel=1e-5)
    assert way.total == pytest.approx(sum(expected), rel=1e-5)


def test_routes_that_cannot_be_listed_are_counted():
    found = trace(doubled(200, 0.1), 0.01)
    way = routes(found, found.find("x"))
    assert way.count == 3**200
    assert len(way.found) == 8
    assert not way.complete
    # The largest is the one of 200 bridges of 1.
    assert way.found[0].part == 1.0


@pytest.mark.parametrize("name", names())
def test_the_sum_over_all_routes_is_the_gradient(name):
    net = network(name)
    found = trace(net, *net.batch)
    compared = 0
    for key, variable in found.variables.items():
        if not variable.trainable:
            continue
        way = routes(found, found.find(key), most=ALL)
        shares = [abs(route.share) for route in way.found]
        assert shares == sorted(shares, reverse=True)
        if way.complete:
            parts = [np.float64(route.part) for route in way.found]
            scale = max(np.abs(part).max() for part in parts) + 1e-30
            bound = 2.0**-24 * 8 * len(found.graph.nodes) * scale
            assert np.abs(sum(parts) - way.total).max() <= bound
            compared += 1
        else:
            assert way.count > len(way.found) > 0
    assert compared or name in {"char-transformer", "resnet"} or way.count > ALL


def test_where_routes_cancel_both_are_found_and_have_no_share():
    found = trace(lambda x: x * 2.0 - x * 2.0, 3.0)
    way = routes(found, found.find("x"))
    assert (way.count, way.total.item()) == (2, 0.0)
    assert sorted(route.part.item() for route in way.found) == [-2.0, 2.0]
    assert all(math.isnan(route.share) for route in way.found)


def test_what_the_result_does_not_depend_on_has_no_route():
    found = trace(lambda x, y: x + 0.0 * (y > 1.0).astype("float32"), 1.0, 2.0)
    way = routes(found, found.find("y"))
    assert (way.count, way.found, way.total.item()) == (0, (), 0.0)


def test_routes_print_and_show_themselves():
    found = trace(lambda a, b, c: 3.0 * (a + b * c) * a, 5, 3, 2)
    way = routes(found, found.find("a"))
    lines = str(way).splitlines()
    assert lines[0] == "2 routes lead to the result."
    assert lines[1].split() == ["route", "share", "handed", "back"]
    assert lines[2].split() == ["multiply", "68.8%", "33"]
    assert repr(way) == str(way)
    page = way._repr_html_()
    assert all(text in page for text in ("2 routes lead to the result.", "68.8%"))


def test_of_no_routes_it_is_said():
    found = trace(lambda x, y: x + (y > 1.0).astype("float32"), 1.0, 2.0)
    way = routes(found, found.find("y"))
    assert str(way) == "No route leads from it to the result."
    assert "<th" not in way._repr_html_().partition("</style>")[2]


def test_two_routes_through_one_square_are_told_apart():
    found = trace(lambda x: x * x, 3.0)
    ways = [row[0] for row in routes(found, found.find("x")).rows()[1:]]
    assert sorted(ways) == ["multiply(x, \N{BULLET})", "multiply(\N{BULLET}, x)"]


def test_routes_that_end_alike_are_walked_once(monkeypatch):
    walked = []

    def counting(trace, node, position, upstream):
        walked.append(node)
        return bridge(trace, node, position, upstream)

    found = trace(lambda a, b: (a * b).tanh().exp() + a, 2.0, 0.5)
    expected = [str(routes(found, found.find(name))) for name in "ab"]
    found = trace(lambda a, b: (a * b).tanh().exp() + a, 2.0, 0.5)
    monkeypatch.setattr("pellucid.explanation.routes.bridge", counting)
    assert [str(routes(found, found.find(name))) for name in "ab"] == expected
    assert [node.primitive.name for node in walked].count("tanh") == 1


def test_of_routes_against_the_gradient_the_sign_is_explained():
    found = trace(lambda x: 3.0 * x - x, 2.0)
    told = routes(found, found.find("x")).told()
    assert told.endswith("A negative share is against the gradient; all shares add up to 100%.")
    found = trace(lambda x: 3.0 * x + x, 2.0)
    assert routes(found, found.find("x")).told() == "2 routes lead to the result."
