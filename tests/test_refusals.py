"""Attributes, options and kinds of arguments that are not there are told what is there."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid import Generator, Parameter, data, nn, ones, optim, tensor, train
from pellucid.errors import CallError, GradientError, GraphError, OptionError
from pellucid.nn import init
from pellucid.refusals import shown

RNG = Generator(seed=0)
NUMPYS = np.random.default_rng(0)
OF_GENERATOR = "It is a Generator, one for all that draws, .*: rng = pellucid.Generator\\(seed=0\\)"
WITH_RNG: dict[str, Callable[[Any], Any]] = {
    "Linear": lambda rng: nn.Linear(3, 4, rng=rng),
    "Conv2d": lambda rng: nn.Conv2d(1, 2, 3, rng=rng),
    "ConvTranspose1d": lambda rng: nn.ConvTranspose1d(1, 2, 3, rng=rng),
    "LSTM": lambda rng: nn.LSTM(3, 4, rng=rng),
    "GRUCell": lambda rng: nn.GRUCell(3, 4, rng=rng),
    "Embedding": lambda rng: nn.Embedding(3, 4, rng=rng),
    "MultiHeadAttention": lambda rng: nn.MultiHeadAttention(4, 2, rng=rng),
    "Dropout": lambda rng: nn.Dropout(0.5, rng=rng),
    "Dropout2d": lambda rng: nn.Dropout2d(0.5, rng=rng),
    "GradientNoise": lambda rng: optim.GradientNoise(rng=rng),
    "HeNormal": lambda rng: init.HeNormal()((3, 4), rng),
    "data by formula": lambda rng: data.moons(10, rng=rng),
}


@pytest.mark.parametrize("name", WITH_RNG)
def test_a_seed_or_numpys_generator_as_rng_is_told_what_an_rng_is(name: str) -> None:
    make = WITH_RNG[name]
    with pytest.raises(OptionError, match=rf"^{name}.*: rng is 0\. {OF_GENERATOR}"):
        make(0)
    with pytest.raises(OptionError, match=rf"^{name}.*: rng is a numpy.random.*{OF_GENERATOR}"):
        make(NUMPYS)
    make(RNG)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Linear("64", 5, rng=RNG), "Linear: in_features is '64', a str. It is a whole"),
        (lambda: nn.Linear(64.0, 5, rng=RNG), "Linear: in_features is 64.0. It is a whole number"),
        (lambda: nn.Linear(4, None, rng=RNG), "Linear: out_features is None. It is a whole"),
        (lambda: nn.Conv2d(1, "8", 3, rng=RNG), "Conv2d: out_channels is '8', a str. It is a"),
        (lambda: nn.Dropout("0.5", rng=RNG), "Dropout: ratio is '0.5', a str. It is a number"),
        (lambda: nn.LSTM(3, [4], rng=RNG), "LSTM: hidden_features is a list. It is a whole"),
        (lambda: nn.BatchNorm((3,)), "BatchNorm: features is a tuple. It is a whole number"),
        (lambda: nn.LeakyReLU("a"), "LeakyReLU: slope is 'a', a str. It is a number, such as 0.5"),
        (lambda: Generator("7"), "Generator: seed is '7', a str. It is a whole number"),
        (lambda: Generator(0.5), "Generator: seed is 0.5. It is a whole number"),
        (lambda: train.Options(batch_size="32"), "Options: batch_size is '32', a str. It is a wh"),
        (lambda: train.Options(batch_size=32.0), "Options: batch_size is 32.0. It is a whole nu"),
        (lambda: train.Options(seed=None), "Options: seed is None. It is a whole number"),
        (lambda: train.Options(saving="run"), "Options: saving is 'run', a str. It is a Saving"),
        (lambda: train.Options(early_stopping=5), "early_stopping is 5. It is an EarlyStopping"),
        (lambda: train.Options(weights=[1, 2]), "Options: weights is a list. It is a Weights"),
        (lambda: train.EarlyStopping("3"), "EarlyStopping: patience is '3', a str. It is a whole"),
        (lambda: optim.StepDecay("0.1", 5), "StepDecay: learning_rate is '0.1', a str. It is a n"),
        (lambda: optim.Adam({"w": Parameter([1.0])}, beta1="0.9"), "Adam: beta1 is '0.9', a str."),
    ],
)
def test_an_argument_of_another_kind_is_told_its_kind(
    make: Callable[[], Any], message: str
) -> None:
    with pytest.raises(OptionError) as told:
        make()
    assert message in str(told.value)


def test_whatever_counts_as_a_number_is_one() -> None:
    assert nn.Linear(np.int64(3), 2, rng=RNG)(ones((4, 3))).shape == (4, 2)
    assert train.Options(batch_size=np.int32(5)).batch_size == 5
    assert nn.Dropout(np.float32(0.5), rng=RNG).ratio == 0.5
    assert optim.StepDecay(1, every=5).learning_rate == 1


def test_a_value_is_named_briefly() -> None:
    assert shown("x" * 100).endswith("', a str") or len(shown("x" * 100)) < 60
    assert shown(nn.Linear) == "the class Linear itself"
    assert (shown(True), shown(None), shown([1])) == ("True", "None", "a list")


# ---- what nothing would read, and what would change nothing ------------------------------


def test_an_attribute_that_nothing_would_read_is_not_set() -> None:
    optimizer = optim.Adam({"w": Parameter([1.0])})
    with pytest.raises(AttributeError, match=r"'lr', a word of PyTorch. Write optimizer.learning"):
        optimizer.lr = 0.1
    optimizer.mine = 1
    x = ones(3)
    with pytest.raises(GradientError, match=r"requires_grad = True: .* tensor\(x, requires_grad"):
        x.requires_grad = True
    with pytest.raises(AttributeError, match=r"Tensor has no attribute 'data', a word of PyTorch"):
        x.data = 1.0
    with pytest.raises(GradientError, match=r"w.grad = ...: gradients are what backward"):
        Parameter([1.0], name="w").grad = None


@pytest.mark.parametrize("operator", ["+=", "-=", "*=", "/=", "**=", "@=", "//=", "%="])
def test_a_parameter_is_not_overwritten_by_an_operator(operator: str) -> None:
    known = {"w": Parameter([1.0], name="w"), "layer": nn.Linear(2, 2, rng=RNG)}
    for name, variable in (("w", "w"), ("layer.weight", "weight")):
        with pytest.raises(CallError, match=rf"^variable '{variable}': .* Write w.assign\(w \+ x"):
            exec(f"{name} {operator} 2.0", known)
    x = tensor([2.0])
    x += 1.0
    assert x.tolist() == [3.0]


def test_copies_and_pickles_ask_for_names_that_are_not_there() -> None:
    for thing in (optim.Adam({"w": Parameter([1.0])}), train.Options(), ones(3), RNG):
        assert type(copy.copy(thing)) is type(thing)
        assert type(copy.deepcopy(thing)) is type(thing)
    assert pickle.loads(pickle.dumps(train.EarlyStopping(3))).patience == 3


# ---- layers in the wrong place -----------------------------------------------------------


class MadeInside(nn.Module):
    def forward(self, x: Any) -> Any:
        return nn.Linear(2, 2, rng=RNG)(x)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_layer_made_inside_a_compiled_forward_is_refused(executor: str) -> None:
    step = pc.compile(MadeInside(), executor=executor)
    with pytest.raises(GraphError, match=r"made inside a function .* in a module's __init__ as"):
        step(ones((3, 2)))
