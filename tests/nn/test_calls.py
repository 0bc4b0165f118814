"""Calls of modules: inputs by name, inputs that do not fit, outputs that are missing."""

from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid import Generator, Tensor, nn, ones, tensor
from pellucid.errors import CallError, GraphError

RNG = Generator(seed=0)


class Shift(nn.Module):
    def forward(self, x: Tensor, by: Tensor | None = None, times: Tensor | None = None) -> Tensor:
        y = x if by is None else x + by
        return y if times is None else y * times


@pytest.mark.parametrize("executor", [None, "reference", "native"])
def test_inputs_may_be_given_by_name(executor: str | None) -> None:
    layer = Shift()
    x, two = np.ones(3, np.float32), tensor(2.0)

    def named(x: Any, two: Any) -> Any:
        return layer(x, times=two), layer(x=x, by=two), layer(x)

    function = named if executor is None else pc.compile(named, executor=executor)
    given = [y.tolist() for y in function(x, two)]
    assert given == [[2.0] * 3, [3.0] * 3, [1.0] * 3]


def test_a_mask_by_name_is_the_mask_by_place() -> None:
    layer = nn.MultiHeadAttention(4, 2, rng=RNG)
    x = RNG.normal(0.0, 1.0, (1, 3, 4))
    mask = tensor([[True, True, False]])
    assert layer(x, mask=mask).tolist() == layer(x, None, mask).tolist()


def test_calls_are_noted_with_inputs_in_their_places() -> None:
    with nn.calls() as made:
        Shift()(ones(2), times=ones(2))
    assert [x if x is None else x.shape for x in made[0].inputs] == [(2,), None, (2,)]


class OnlyNamed(nn.Module):
    def forward(self, x: Tensor, *, by: Tensor) -> Tensor:
        return x + by


def test_inputs_that_forward_does_not_take_are_told_what_it_takes() -> None:
    layer = nn.Linear(2, 2, rng=RNG)
    x = ones((1, 2))
    for call, message in (
        (
            lambda: layer(x, mask=x),
            "Linear: got an unexpected keyword argument 'mask'. Its forward",
        ),
        (lambda: layer(x, x), "Linear: called with 2 inputs. Its forward takes x."),
        (layer, "Linear: called with 0 inputs. Its forward takes x."),
        (lambda: OnlyNamed()(x, by=x), "OnlyNamed: by can only be given by name"),
    ):
        with pytest.raises(CallError) as told:
            call()
        assert str(told.value).startswith(message)


def test_a_mistake_inside_forward_stays_what_it_is() -> None:
    class Wrong(nn.Module):
        def forward(self, x: Tensor) -> Any:
            return len(3)

    with pytest.raises(TypeError, match=r"has no len") as told:
        Wrong()(ones(1))
    assert type(told.value) is TypeError


class Forgotten(nn.Module):
    def forward(self, x: Tensor) -> Any:
        x * 2.0


def test_a_forward_that_returns_nothing_is_refused() -> None:
    with pytest.raises(GraphError, match=r"^Forgotten: its forward returned None.* `return` miss"):
        Forgotten()(ones(2))
    with pytest.raises(GraphError, match=r"^Forgotten: its forward returned None"):
        nn.Sequential(nn.ReLU(), Forgotten(), nn.ReLU())(ones(2))


def test_a_module_without_forward_is_told_to_define_it() -> None:
    class Nothing(nn.Module):
        pass

    class Keras(nn.Module):
        def call(self, x: Tensor) -> Tensor:
            return x

    with pytest.raises(AttributeError, match=r"^Nothing defines no `forward`.*Write def forward"):
        Nothing()(ones(1))
    with pytest.raises(AttributeError, match=r"Keras's `call` is `forward` here"):
        Keras()(ones(1))
