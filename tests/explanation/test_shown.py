"""Values in a few letters."""

import numpy as np

from pellucid.explanation.shown import extent, felt, shown


def test_a_value_is_its_number_or_its_shape():
    assert shown(np.array(220.00000327)) == "220"
    assert shown(np.array([[0.5]], np.float32)) == "0.5"
    assert shown(np.ones((5, 4))) == "(5, 4)"
    assert shown(np.array(True)) == "1"
    assert shown(np.empty((), [("f0", "f4", (2, 3)), ("f1", "f4", (4,))])) == "(2, 3) (4,)"


def test_a_gradient_is_its_number_or_the_root_of_its_mean_square():
    assert felt(np.array(-2.2)) == "-2.2"
    assert felt(np.array([3.0, -4.0])) == "rms 3.536"
    assert felt(np.ones((0, 3))) == "rms 0"


def test_the_extent_of_numbers():
    assert extent(np.array([3.0, -4.0])) == "from -4 to 3"
    assert extent(np.array(7.0)) == "7"
    assert extent(np.ones((0, 3))) == "shape (0, 3)"


def test_numbers_that_are_all_the_same_are_told_once():
    assert extent(np.zeros(5)) == "0 everywhere"
    assert extent(np.array([0.0, 1.0])) == "from 0 to 1"
