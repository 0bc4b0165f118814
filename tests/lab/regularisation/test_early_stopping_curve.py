"""Early stopping: the claim, two ways to break it, and the rule that it stops by."""

import pytest
from lab.lessons import breaks, holds

from pellucid.lab.regularisation.early_stopping_curve import Settings, run


def test_the_claim_holds():
    holds("early-stopping-curve")


@pytest.mark.parametrize("broken", [{"patience": 100}, {"learning_rate": 0.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("early-stopping-curve", **broken)


def test_it_stops_as_many_epochs_after_the_best_as_it_has_patience():
    series = run(Settings(patience=3))
    best = int(series["best_epoch"])
    assert int(series["stopped_epoch"]) == best + 3
    # The long run takes the very same steps until then, and its losses tell the same epoch.
    assert series["validation_loss"][: best + 3].argmin() + 1 == best
