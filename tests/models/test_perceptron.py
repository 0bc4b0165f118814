"""The perceptron: gates, Rosenblatt's rule, and what one line cannot do."""

import itertools

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.models.perceptron import Perceptron, Xor, and_gate, nand_gate, or_gate

INPUTS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
TABLES = {
    "and": (and_gate, [0, 0, 0, 1]),
    "nand": (nand_gate, [1, 1, 1, 0]),
    "or": (or_gate, [0, 1, 1, 1]),
    "xor": (Xor, [0, 1, 1, 0]),
}
NAND = nand_gate()


@pytest.mark.parametrize("name", list(TABLES))
def test_gates_set_by_hand_have_their_truth_tables(name):
    gate, expected = TABLES[name]
    assert gate()(INPUTS).tolist() == expected
    assert [gate()(row).item() for row in INPUTS] == expected


@pytest.mark.parametrize("name", ["and", "nand", "or"])
def test_gates_are_learned_from_their_truth_tables(name):
    unit = Perceptron(2)
    learning = unit.learn(INPUTS, TABLES[name][1])
    assert learning.converged
    assert f"All 4 samples are right after {len(learning.mistakes)} passes" in str(learning)
    assert all(learning.mistakes[:-1])
    assert unit(INPUTS).tolist() == TABLES[name][1]


def test_xor_is_never_learned_and_the_reason_is_said():
    unit = Perceptron(2)
    learning = unit.learn(INPUTS, [0, 1, 1, 0], passes=500)
    assert not learning.converged
    assert len(learning.mistakes) == 500
    assert min(learning.mistakes) >= 1
    assert "Not converged in 500 passes" in str(learning)
    assert "no straight border separates the classes" in str(learning)
    assert unit(INPUTS).tolist() != [0, 1, 1, 0]


def test_no_line_of_a_fine_grid_makes_xor():
    steps = np.linspace(-2, 2, 21)
    w, b = np.array(list(itertools.product(steps, steps))), steps[:, None, None]
    answers = (w @ INPUTS.T + b) > 0
    assert not (answers == np.array([0, 1, 1, 0], bool)).all(axis=-1).any()
    assert (answers == np.array([0, 1, 1, 1], bool)).all(axis=-1).any()


def nand(a, b):
    return NAND(np.array([a, b])).item()


def test_an_adder_is_made_of_nand_alone():
    # Full adder of nine NANDs, chained over four bits: what a computer adds with.
    for x, y in [(0, 0), (5, 6), (15, 1), (9, 12), (15, 15)]:
        carry, total = 0.0, 0
        for bit in range(4):
            a, b = x >> bit & 1, y >> bit & 1
            one = nand(a, b)
            half = nand(nand(a, one), nand(b, one))
            two = nand(half, carry)
            total += int(nand(nand(half, two), nand(carry, two))) << bit
            carry = nand(one, two)
        assert total + (int(carry) << 4) == x + y


def test_one_mistake_moves_the_border_by_the_rule():
    unit = Perceptron.by_hand([0.5, -1.0], 0.25)
    learning = unit.learn([[2.0, 3.0]], [1], learning_rate=0.5, passes=1)
    assert learning.mistakes == (1,)
    assert unit.weight.tolist() == [0.5 + 0.5 * 2.0, -1.0 + 0.5 * 3.0]
    assert unit.bias.item() == 0.25 + 0.5
    unit = Perceptron.by_hand([1.0, 0.0], 0.0)
    unit.learn([[2.0, 3.0]], [0], passes=1)
    assert unit.weight.tolist() == [-1.0, -3.0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("learning_rate", [0.1, 1.0])
def test_separable_data_converge_within_novikoffs_bound(seed, learning_rate):
    numbers = np.random.default_rng(seed)
    border = numbers.normal(size=6)
    x = numbers.uniform(-1, 1, (400, 5))
    distance = (x @ border[:5] + border[5] * 0.3) / np.linalg.norm([*border[:5], border[5] * 0.3])
    kept = np.abs(distance) > 0.05
    x, t, margin = x[kept], distance[kept] > 0, np.abs(distance[kept]).min()
    unit = Perceptron(5)
    learning = unit.learn(x, t, learning_rate=learning_rate, passes=5000)
    assert learning.converged
    longest = np.linalg.norm(np.c_[x, np.ones(len(x))], axis=1).max()
    assert sum(learning.mistakes) <= (longest / margin) ** 2
    assert unit(x).numpy().astype(bool).tolist() == t.tolist()


def test_learning_goes_on_from_where_it_was():
    unit, whole = Perceptron(2), Perceptron(2)
    unit.learn(INPUTS, TABLES["nand"][1], passes=3)
    unit.learn(INPUTS, TABLES["nand"][1])
    whole.learn(INPUTS, TABLES["nand"][1])
    assert unit.weight.tolist() == whole.weight.tolist()


def test_the_answer_on_the_border_is_no_and_gradients_are_0():
    unit = Perceptron.by_hand([1.0], -1.0)
    assert unit(np.array([[1.0], [1.0001]])).tolist() == [0.0, 1.0]
    assert pc.grad(lambda x: unit(x).sum())(np.array([[0.5], [2.0]])).tolist() == [[0.0], [0.0]]


def test_it_runs_compiled():
    gate = Xor()
    assert pc.compile(gate)(INPUTS.astype(np.float64)).tolist() == [0, 1, 1, 0]


def test_samples_and_options_that_do_not_fit_are_refused():
    unit = Perceptron(2)
    with pytest.raises(ShapeError, match=r"x of shape \(4, 3\), target of shape \(4,\)"):
        unit.learn(np.ones((4, 3)), [0, 1, 1, 0])
    with pytest.raises(ShapeError, match=r"with one target per sample"):
        unit.learn(INPUTS, [[0], [1], [1], [0]])
    with pytest.raises(DataError, match="target -1 at sample 1"):
        unit.learn(INPUTS, [1, -1, 1, 1])
    with pytest.raises(DataError, match="no samples"):
        unit.learn(np.ones((0, 2)), [])
    with pytest.raises(DataError, match="not finite"):
        unit.learn([[np.nan, 0.0]], [1])
    with pytest.raises(OptionError, match=r"learning_rate 0\.0"):
        unit.learn(INPUTS, [0, 1, 1, 1], learning_rate=0.0)
    with pytest.raises(OptionError, match="0 passes"):
        unit.learn(INPUTS, [0, 1, 1, 1], passes=0)
    with pytest.raises(ShapeError, match=r"Perceptron\(2\): x of shape \(1, 3\)"):
        unit(np.ones((1, 3)))
    with pytest.raises(ShapeError, match=r"weight of shape \(1, 2\)"):
        Perceptron.by_hand([[1.0, 2.0]], 0.0)
    with pytest.raises(OptionError, match="0 features"):
        Perceptron(0)
