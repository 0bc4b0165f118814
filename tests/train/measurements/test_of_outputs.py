"""Measures of one of several outputs."""

from typing import Any

import numpy as np
import pytest
from train.several_outputs import boxes, losses, make_two

from pellucid.data import from_arrays
from pellucid.errors import OptionError
from pellucid.functional import binary_cross_entropy, cross_entropy
from pellucid.tensor import tensor
from pellucid.train import AbsoluteError, Accuracy, Losses, Options, RocAuc, evaluate
from pellucid.train.measurements.of_outputs import metrics_for


def names(metrics: Any, loss: Any = None) -> list[str]:
    return [
        m.name for m in metrics_for(loss or losses(), boxes(6), Options(metrics=metrics).metrics)
    ]


def test_each_output_has_its_loss_and_its_measures() -> None:
    given = {"kind": (Accuracy(),), "box": (AbsoluteError(),)}
    both = ["kind_loss", "box_loss", "kind_accuracy", "box_absolute_error"]
    assert names(given) == both


def test_accuracy_is_measured_where_there_are_classes() -> None:
    assert names((Accuracy(),)) == ["kind_loss", "box_loss", "kind_accuracy"]


def test_measures_that_suit_stay_as_they_are() -> None:
    once = metrics_for(losses(), boxes(6), (Accuracy(),))
    assert metrics_for(losses(), boxes(6), once) == once


def test_a_measure_of_a_set_is_of_its_output() -> None:
    x = np.eye(4)
    data = from_arrays(x, {"yes": [0, 1, 1, 0], "right": [1, 0, 1, 0]})
    loss = Losses({"yes": binary_cross_entropy, "right": binary_cross_entropy})
    from pellucid.nn import Module

    class Given(Module):
        def forward(self, x: Any) -> Any:
            return {"yes": x[:, :1], "right": x @ tensor([[0.9], [0.4], [0.6], [0.1]])}

    metrics: Any = {"yes": (Accuracy(),), "right": (RocAuc(), Accuracy())}
    found = evaluate(Given(), loss, data, metrics, "reference")
    assert found["right_roc_auc"] == 1.0
    assert found["yes_accuracy"] == 0.25  # of logits 1 0 0 0
    assert list(found)[-1] == "right_roc_auc"


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        ({"kid": (Accuracy(),)}, r"metrics of the output 'kid'. .*'kind'"),
        ((AbsoluteError(),), r"metric 'absolute_error', and the outputs are kind, box. Say of"),
        ({"kind": (3,)}, r"Options, output 'kind': metrics\[0\] is 3"),
    ],
    ids=["no output", "of none", "no metric"],
)
def test_other_measures_are_refused(metrics: Any, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        make_two(metrics=metrics)


def test_measures_by_output_need_several() -> None:
    given = Options(metrics={"kind": (Accuracy(),)}).metrics
    with pytest.raises(OptionError, match="metrics of the output 'kind', and there is one output"):
        metrics_for(cross_entropy, boxes(6), given)
