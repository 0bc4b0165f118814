"""Computation graphs: the claim, ways to break it, and the numbers of the notes."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.backpropagation.computation_graph import Settings, diagram, run
from pellucid.models import MultiplyLayer


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("computation-graph")


def test_the_claim_breaks_with_a_nudge_that_rounding_swallows():
    breaks("computation-graph", nudge=1e-14)


def test_the_claim_breaks_where_a_product_does_not_exchange_its_inputs(monkeypatch):
    swapped = MultiplyLayer.backward

    def unswapped(self, dout):
        return swapped(self, dout)[::-1]

    monkeypatch.setattr(MultiplyLayer, "backward", unswapped)
    breaks("computation-graph")


def test_the_apples_are_those_of_the_notes(series):
    assert series["bill"] == pytest.approx(220.0)
    assert series["derivatives_bill"][0] == pytest.approx([2.2, 110.0, 200.0])


def test_the_cost_is_that_of_the_notes(series):
    assert series["cost"] == 33.0
    assert np.array_equal(series["derivatives_cost"][0], [3.0, 6.0, 9.0])


def test_the_diagram_has_the_numbers_of_both_graphs(series):
    drawn = ET.fromstring(diagram(series))
    texts = {text.strip() for text in drawn.itertext()}
    assert {"220", "2.2", "110", "33", "11", "6", "9"} <= texts
