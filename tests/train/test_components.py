"""What a Trainer is made of, and what is said where something else is given."""

from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import OptionError, ShapeError
from pellucid.functional import cross_entropy
from pellucid.nn import Linear, Module
from pellucid.nn.init import Zeros
from pellucid.optim import Adam
from pellucid.train import Accuracy, Options, ProgressBar, Trainer, evaluate

DATA = pc.data.from_arrays(np.eye(120, 3), [0, 1] * 60)
MODEL = Linear(3, 2, initializer=Zeros())
OPTIMIZER = Adam(MODEL.parameters())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": "accuracy"}, "metrics is 'accuracy', a str. Write pc.train.Options(metrics="),
        ({"metrics": Accuracy()}, "It is a tuple, also of one: metrics=(pellucid.train.Accuracy"),
        ({"metrics": (Accuracy,)}, "metrics[0] is the class Accuracy itself. Each is an object"),
        ({"metrics": (max,)}, "Each is an object such as pellucid.train.Accuracy()"),
        ({"metrics": None}, "metrics is None. It is a tuple"),
        ({"callbacks": ProgressBar()}, "also of one: callbacks=(pellucid.train.ProgressBar(),)."),
        ({"callbacks": (ProgressBar,)}, "callbacks[0] is the class ProgressBar itself."),
        ({"callbacks": (print,)}, "callbacks[0] is a builtin_function_or_method. Each is an obj"),
        ({"callbacks": "bar"}, "callbacks is 'bar', a str. It is a tuple"),
    ],
)
def test_options_of_another_kind_are_told_theirs(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError) as told:
        Options(**options)
    assert message in str(told.value)


def test_lists_of_measures_and_callbacks_are_taken_as_tuples() -> None:
    bar = ProgressBar()
    options = Options(metrics=[Accuracy()], callbacks=[bar])
    assert (options.metrics, options.callbacks) == ((Accuracy(),), (bar,))


class Net(Module):
    def forward(self, x: Any) -> Any:
        return x


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((Net, cross_entropy, OPTIMIZER), "model is the class Net itself. It is a Module"),
        ((lambda x: x, cross_entropy, OPTIMIZER), "model is a function. It is a Module"),
        ((MODEL, None, OPTIMIZER), "loss is None. It is a function of outputs and targets"),
        ((MODEL, pc.ones(()), OPTIMIZER), "loss is a pellucid.tensor.Tensor. It is a function"),
        ((MODEL, Net, OPTIMIZER), "loss is the class Net itself. It is a function"),
        ((MODEL, cross_entropy, Adam), "optimizer is the class Adam itself. It is made for the"),
        ((MODEL, cross_entropy, 0.1), "optimizer is 0.1. It is made for the model: pellucid.optim"),
    ],
)
def test_parts_of_another_kind_are_told_theirs(parts: tuple[Any, ...], message: str) -> None:
    with pytest.raises(OptionError) as told:
        Trainer(*parts, DATA)
    assert str(told.value).startswith(f"Trainer: {message}")


def test_evaluate_is_told_the_same() -> None:
    with pytest.raises(OptionError, match=r"^evaluate: loss is 'mse', a str. Write pc.functional"):
        evaluate(MODEL, "mse", DATA)
    with pytest.raises(OptionError, match=r"^evaluate: metrics\[0\] is 'accuracy', a str"):
        evaluate(MODEL, cross_entropy, DATA, ("accuracy",))


def test_a_loss_that_returns_nothing_is_refused() -> None:
    def forgotten(outputs: Any, targets: Any) -> Any:
        cross_entropy(outputs, targets)

    with pytest.raises(ShapeError, match=r"Trainer: the loss has come out as None. It must be one"):
        Trainer(MODEL, forgotten, OPTIMIZER, DATA).fit(1)
