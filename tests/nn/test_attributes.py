"""Attributes of modules: members that would not be seen are refused, changes are followed."""

from collections import deque
from dataclasses import dataclass

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import OptionError
from pellucid.executors import EXECUTORS

RNG = pc.Generator(seed=0)
X = np.array([[1.0, -2.0, 3.0]], np.float32)


def linear():
    return nn.Linear(3, 3, rng=RNG)


# ---- what it holds ---------------------------------------------------------------------------


def test_lists_of_lists_belong_to_it_whole():
    block = nn.Module()
    block.rows = [[linear(), linear()], (nn.ReLU(), [linear()])]
    assert list(block.children()) == ["rows.0.0", "rows.0.1", "rows.1.0", "rows.1.1.0"]
    assert len(block.parameters()) == 6
    assert block.rows[0][0].weight.name == "weight"
    block.inference()
    assert not block.rows[1][1][0].training
    with pytest.raises(AttributeError):
        block.rows[0].append(linear())


@dataclass
class Parts:
    first: object
    sizes: tuple = ()


class Several(list):
    pass


UNSEEN = {
    "a dict": (lambda m: {"a": m}, r"x\['a'\] is a Linear in a dict"),
    "a dict of lists": (lambda m: {"a": [m]}, r"x\['a'\]\[0\] is a Linear in a dict"),
    "a key": (lambda m: {m: 1}, r"a key of x is a Linear in a dict"),
    "a set": (lambda m: {m}, r"an element of x is a Linear in a set"),
    "a frozenset": (lambda m: frozenset({m}), r"an element of x is a Linear in a frozenset"),
    "a deque": (lambda m: deque([m]), r"x\[0\] is a Linear in a deque"),
    "a record": (Parts, r"x\.first is a Linear in a Parts"),
    "a list of dicts": (lambda m: [{"a": m}], r"x\[0\]\['a'\] is a Linear in a dict"),
    "a tuple of sets": (lambda m: ({m},), r"an element of x\[0\] is a Linear in a set"),
    "a list of its own kind": (lambda m: Several([m]), r"x\[0\] is a Linear in a Several"),
    "a variable": (lambda m: {"w": m.weight}, r"x\['w'\] is a Variable in a dict"),
}


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_would_not_be_seen_is_refused_with_the_way_to_write_it(kind):
    made, message = UNSEEN[kind]
    block = nn.Module()
    message = rf"Module\.x: {message} which is not kept: it would be neither trained nor saved nor "
    with pytest.raises(OptionError, match=message + r"switched\. Assign them one by one"):
        block.x = made(linear())


FILLED = {
    "a list": ([], lambda x: x.append(linear()), r"x\[0\] is a Linear in a list"),
    "a list of numbers": ([1], lambda x: x.append(linear()), r"x\[1\] is a Linear in a list"),
    "a list of lists": ([], lambda x: x.append([linear()]), r"x\[0\]\[0\] is a Linear in a list"),
    "a dict": ({}, lambda x: x.update(a=linear()), r"x\['a'\] is a Linear in a dict"),
    "a set": (set(), lambda x: x.add(linear()), "an element of x is a Linear in a set"),
    "a dict of lists": (
        {"a": []},
        lambda x: x["a"].append(linear()),
        r"x\['a'\]\[0\] is a Linear in a dict",
    ),
}


@pytest.mark.parametrize("kind", FILLED)
@pytest.mark.parametrize(
    "ask",
    [
        lambda m: m.parameters(),
        lambda m: m.state_dict(),
        lambda m: m.train(),
        lambda m: m.predictor(),
        lambda m: m.modules(),
        repr,
    ],
)
def test_what_was_filled_later_is_refused_when_it_is_asked_for(kind, ask):
    start, fill, message = FILLED[kind]
    block = nn.Module()
    block.x = type(start)(start) if kind != "a dict of lists" else {"a": []}
    fill(block.x)
    with pytest.raises(OptionError, match=f"Module\\.x: {message} that was filled after it had"):
        ask(block)


def test_what_holds_no_members_is_kept_as_it_is():
    block = nn.Module()
    block.sizes, block.names, block.options = [1, 2], {"a": 1}, Parts(3)
    block.sizes.append(3)
    cycle = [1]
    cycle.append(cycle)
    block.cycle = cycle
    assert block.sizes == [1, 2, 3]
    assert block.cycle is cycle
    assert not block.parameters()


def test_members_of_the_class_are_refused_where_it_is_defined():
    with pytest.raises(OptionError, match=r"Shared\.layer: a Linear of the class itself\. All its"):

        class Shared(nn.Module):
            layer = linear()


# ---- compiled functions follow -----------------------------------------------------------------


class Scaled(nn.Module):
    """What it does depends on what Python it holds."""

    def __init__(self):
        self.factor, self.function, self.shape = 2.0, None, (1, 3)
        self.layer = nn.ReLU()
        self.last = None

    def forward(self, x):
        y = self.layer(x.reshape(self.shape) * self.factor)
        self.last = y
        return y if self.function is None else self.function(y)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_changed_attribute_reaches_compiled_functions(executor):
    model = Scaled()
    run = pc.compile(model, executor=executor)
    assert run(X).tolist() == [[2.0, 0.0, 6.0]]
    model.factor = 3.0
    assert run(X).tolist() == [[3.0, 0.0, 9.0]]
    model.function = lambda y: -y
    assert run(X).tolist() == [[-3.0, 0.0, -9.0]]
    model.layer = nn.Tanh()
    np.testing.assert_allclose(run(X).numpy(), -np.tanh(X * 3.0), rtol=1e-6)
    model.shape = (3,)
    assert run(X).shape == (3,)


def test_an_attribute_that_has_its_value_back_finds_its_program_again():
    model, captures = Scaled(), []

    def counted(x):
        captures.append(x)
        return model(x)

    run = pc.compile(counted)
    for factor in (2.0, 3.0, 2.0, 3.0, 2):
        model.factor = float(factor)
        run(X)
        model(X)  # writes what the module itself keeps: no other program
        run(X)
    assert len(captures) == 2


def test_a_changed_ratio_of_dropout_reaches_compiled_steps_and_predictors():
    dropout = nn.Dropout(0.5, rng=RNG)
    run = pc.compile(dropout)
    x = np.ones(1000, np.float32)
    assert set(run(x).tolist()) == {0.0, 2.0}
    dropout.ratio = 0.0
    assert set(run(x).tolist()) == {1.0}
    block = nn.Sequential(nn.Linear(3, 3, rng=RNG), nn.BookDropout(0.5, rng=RNG))
    predict = block.predictor()
    before = predict(X).numpy()
    block[1].ratio = 0.75
    np.testing.assert_allclose(predict(X).numpy(), before / 2.0, rtol=1e-6)


def test_a_layer_that_took_anothers_place_is_in_a_predictors_mode():
    block = Scaled()
    predict = block.predictor()
    predict(X)
    block.layer = nn.BookDropout(0.5, rng=RNG)
    np.testing.assert_allclose(predict(X).numpy(), X)
