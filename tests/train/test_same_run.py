"""What a run that goes on must share, told by name where it differs."""

import warnings

import pytest
from executors.native.emulated_tiles import on_tiles
from train.conftest import make_trainer

from pellucid.errors import OptionError
from pellucid.train.same_run import SUMS, check_identity


def test_what_differs_is_told_and_what_is_equal_is_not():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_identity({"seed": 3, SUMS: None}, {"seed": 3, SUMS: None}, "run")
        check_identity({"seed": 3}, {"seed": 3, SUMS: None}, "run")  # of an earlier version
    with pytest.raises(OptionError, match="resume run: seed is 4 here; the run has 3"):
        check_identity({"seed": 3}, {"seed": 4}, "run")


@pytest.mark.parametrize(("there", "here"), [(None, "tiles"), ("tiles", None)])
def test_another_order_of_sums_is_told_and_the_run_goes_on(there, here):
    with pytest.warns(UserWarning, match="resume run: products of bfloat16 are summed in another"):
        check_identity({SUMS: there}, {SUMS: here}, "run")


@pytest.mark.parametrize(
    ("executor", "precision", "order"),
    [
        ("native", "bfloat16", "tiles"),
        ("native-exact", "bfloat16", None),
        ("reference", "bfloat16", None),
        ("native", "float32", None),
    ],
)
def test_the_order_of_sums_is_written_down(executor, precision, order):
    with on_tiles():
        trainer = make_trainer(executor=executor, precision=precision)
        assert trainer._identity[SUMS] == order
