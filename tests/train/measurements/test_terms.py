"""Terms of a loss, and outputs by their names."""

import re
from typing import Any

import pytest

from pellucid.errors import ShapeError
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.tensor import tensor
from pellucid.train import Losses
from pellucid.train.measurements.terms import named_outputs, terms_of, total

A, B = tensor([[1.0, 2.0]]), tensor([[3.0]])


def two(**weights: float) -> Losses:
    return Losses({"kind": cross_entropy, "box": mean_squared_error}, weights)


def test_a_loss_that_is_no_sum_is_the_one_term() -> None:
    (term,) = terms_of(cross_entropy)
    assert (term.name, term.loss, term.weight, term.column) == ("", cross_entropy, 1.0, "loss")
    assert named_outputs(cross_entropy, A) is A


@pytest.mark.parametrize("outputs", [{"box": B, "kind": A}, (A, B), [A, B]], ids=str)
def test_outputs_stand_by_the_names_of_the_losses(outputs: Any) -> None:
    found = named_outputs(two(), outputs)
    assert list(found) == ["kind", "box"]
    assert (found["kind"], found["box"]) == (A, B)


def test_what_has_no_weight_has_no_part_in_the_sum() -> None:
    terms = two(box=0.0).terms
    assert total(terms, [2.0, float("nan")]) == 2.0
    assert total(two(kind=0.5, box=3.0).terms, [2.0, 1.0]) == 4.0


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        (A, "the model gave one output; there are 2 losses, for kind, box."),
        ((A, B, A), "the model gave 3 outputs in a tuple; there are 2 losses"),
        ({"kind": A}, "the model gave 1 outputs, kind; there are 2 losses"),
        ({"kind": A, "bx": B}, "the model gave 2 outputs, kind, bx; there are 2 losses"),
    ],
    ids=["one", "three", "missing", "other name"],
)
def test_other_outputs_than_losses_are_refused(outputs: Any, told: str) -> None:
    with pytest.raises(ShapeError, match=f"^Trainer: {re.escape(told)}"):
        named_outputs(two(), outputs)


def test_several_outputs_with_one_loss_are_told_what_to_give() -> None:
    with pytest.raises(ShapeError, match=r"2 outputs in a tuple, and there is one loss. Give a"):
        named_outputs(cross_entropy, (A, B))
