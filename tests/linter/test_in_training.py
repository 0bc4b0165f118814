"""The quick checks find the same in the step of a Trainer as in a look at model and loss."""

import warnings
from typing import Any

import pytest
from linter.test_class_checks import TABLE as CLASSES
from linter.test_data_checks import TABLE as DATA
from linter.test_layer_checks import TABLE as LAYERS
from linter.test_loss_checks import TABLE as LOSSES
from linter.test_parameter_checks import TABLE as PARAMETERS
from linter.test_target_checks import TABLE as TARGETS

from pellucid.linter import Findings
from pellucid.linter.quick import QUICK
from pellucid.optim import SGD
from pellucid.train import Options, Trainer

QUICK_CODES = {check.name for check in QUICK}
# What a Trainer refuses, sets right by itself, or is not told of.
ELSEWHERE = {"wrong-mode", "norm-of-one-sample", "test-seen", "foreign-parameter"}
# A norm is affine in inference mode alone, which no step is in.
ONLY_CLOSER = "two_linear_layers_with_norm_and_dropout_between"
TABLES = {
    "class": CLASSES,
    "data": DATA,
    "layer": LAYERS,
    "loss": LOSSES,
    "parameter": PARAMETERS,
    "target": TARGETS,
}
FAULTS = [
    (family, name)
    for family, table in TABLES.items()
    for name, (code, build) in table.faults.items()
    if code in QUICK_CODES - ELSEWHERE and name != ONLY_CLOSER
]
RIGHT = [(family, name) for family, table in TABLES.items() for name in table.rights]


def in_training(given: dict[str, Any]) -> Findings | None:
    """What a Trainer of a program finds; None where it is not one of a Trainer."""
    optimizer = given.get("optimizer")
    if isinstance(optimizer, list):
        return None
    optimizer = optimizer or SGD(given["model"].parameters(), 1e-12)
    options = Options(batch_size=50, executor="reference", metrics=(), drop_last=True)
    parts = given["model"], given["loss"], optimizer, given["data"], given.get("validation")
    trainer = Trainer(*parts, options)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "lint: (error|warning)")
        trainer.fit(1)
    return trainer.findings


@pytest.mark.parametrize(("family", "name"), FAULTS)
def test_a_mistake_is_found_in_the_step(family: str, name: str) -> None:
    code, build = TABLES[family].faults[name]
    found = in_training(build())
    assert found is None or code in found.codes, str(found)


@pytest.mark.parametrize(("family", "name"), RIGHT)
def test_what_is_right_is_not_warned_of_in_the_step(family: str, name: str) -> None:
    found = in_training(TABLES[family].rights[name]())
    assert [each for each in found or () if each.severity != "note"] == [], str(found)
