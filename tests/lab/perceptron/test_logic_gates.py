"""Logic gates: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.perceptron import logic_gates
from pellucid.lab.perceptron.logic_gates import GATES, INPUTS, Settings, fires, learn, two_layers


def test_the_claim_holds():
    holds("logic-gates")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"epochs": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("logic-gates", **broken)


def test_the_claim_breaks_where_the_second_layer_joins_otherwise(monkeypatch):
    monkeypatch.setattr(logic_gates, "two_layers", lambda x, nand, either, both: fires(x, either))
    breaks("logic-gates")


def test_the_weights_that_the_notes_set_by_hand_are_the_gates():
    both, nand, either = (0.5, 0.5, -0.7), (-0.5, -0.5, 0.7), (0.5, 0.5, -0.2)
    by_hand = {"AND": both, "NAND": nand, "OR": either}
    for gate, weights in by_hand.items():
        assert np.array_equal(fires(INPUTS, np.array(weights)), GATES[gate])
    layered = two_layers(INPUTS, *map(np.array, (nand, either, both)))
    assert np.array_equal(layered, GATES["XOR"])


def test_a_unit_at_its_threshold_does_not_fire():
    assert fires(np.array([1.0, 1.0]), np.array([0.5, 0.5, -1.0])) == 0.0


def test_one_step_of_the_rule_is_that_worked_by_hand():
    # From zero all inputs of OR are missed but the first; (0, 1) adds itself and 1 to the bias.
    path, mistakes = learn(Settings(learning_rate=0.5, epochs=1, start=0.0), GATES["OR"])
    assert np.array_equal(path[:3], [[0, 0, 0], [0, 0, 0], [0, 0.5, 0.5]])
    assert mistakes[0] == 1


def test_what_one_line_can_the_best_line_does():
    for gate, right in (("AND", 4), ("NAND", 4), ("OR", 4), ("XOR", 3)):
        assert logic_gates.best_line(GATES[gate])[1] == right
