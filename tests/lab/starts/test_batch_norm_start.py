"""Batch norm and the start: the claim, two ways to break it, and the loss before any step."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.starts.batch_norm_start import Settings, figure, losses, share


def test_the_claim_holds():
    holds("batch-norm-start")


@pytest.mark.parametrize(
    "broken", [{"learning_rate": 0.0}, {"smallest": 0.2, "largest": 0.4}], ids=str
)
def test_the_claim_breaks(broken):
    breaks("batch-norm-start", sizes=4, **broken)


def test_from_tiny_weights_the_first_loss_is_that_of_a_guess():
    first = losses(Settings(steps=1), "without", 1e-3)
    assert first == pytest.approx(np.log(10.0), abs=1e-4)


def test_the_share_counts_sizes_that_halved_a_guess():
    runs = [{"loss_with": np.full((4, 6), [[0.1], [1.0], [1.3], [np.nan]])}]
    assert share(runs, "with") == 0.5


def test_a_training_that_breaks_is_told_in_its_panel():
    pytest.importorskip("matplotlib")
    fell, broke = np.full((1, 3), 1.0), np.array([[2.3, 9.0, np.nan]])
    series = {"sizes": np.array([1.0]), "steps": np.arange(1, 4)}
    panel = figure(series | {"loss_with": fell, "loss_without": broke}).axes[0]
    assert [text.get_text() for text in panel.texts] == ["without: nan"]
