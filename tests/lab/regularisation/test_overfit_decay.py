"""Overfitting and a penalty: the claim, two ways to break it, and what is known beforehand."""

import pytest
from lab.lessons import breaks, holds

from pellucid.lab.mislabelled import few_mislabelled
from pellucid.lab.regularisation.overfit_decay import Settings, run


def test_the_claim_holds():
    holds("overfit-decay")


@pytest.mark.parametrize("broken", [{"moderate": 0.0}, {"learning_rate": 0.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("overfit-decay", epochs=20, **broken)


def test_without_a_penalty_wrong_labels_are_learned_too():
    assert run(Settings(seed=1))["train_none"][-1] > 0.98


def test_as_many_labels_are_wrong_as_was_asked_for():
    right, _ = few_mislabelled(1000, 0.0, 0)
    wrong, _ = few_mislabelled(1000, 0.5, 0)
    share = (right.labels != wrong.labels).mean()
    assert share == pytest.approx(0.45, abs=0.05)  # a tenth of random labels is right
