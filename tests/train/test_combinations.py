"""Options of training together: a few combinations; the long form has two thousand.

Each is killed, resumed with another number of threads, and where a plain loop does it, compared
with one. Faults that are planted are seen.
"""

import random
from unittest import mock

import numpy as np
import pytest
from train import combinations, plain_training
from train.combinations import OPTIONS, REFUSED, Combination, drawn, possible

from pellucid import optim
from pellucid.errors import PellucidError
from pellucid.train.policies import averaging, final_weights

PLAIN = {name: values[0] for name, values in OPTIONS.items()}


def of(folder, **options):
    """A combination that differs from what is plain in these options."""
    return Combination(PLAIN | options, seed=3, killed=5, every=2, folder=folder)


@pytest.mark.parametrize("seed", range(8))
def test_drawn_combinations_are_resumed_to_the_bit_and_are_the_plain_loop_s(seed, tmp_path):
    drawn(random.Random(seed), tmp_path).check()


def test_every_value_of_an_option_is_met_with_every_other_but_for_those_refused():
    met = possible()
    for name, values in OPTIONS.items():
        for value in values:
            assert sum((name, value) in pair for pair in met) >= sum(map(len, OPTIONS.values())) / 3


@pytest.mark.parametrize(
    ("given", "beside", "text"),
    [
        ((one, value), (other, its), text)
        for ((one, values), (other, others)), text in REFUSED.items()
        for value in values[:2]
        for its in others
    ],
    ids=str,
)
def test_pairs_without_meaning_are_refused(given, beside, text, tmp_path):
    with pytest.raises(PellucidError, match=text):
        of(tmp_path, **dict((given, beside))).check()


def wrong_count(self, update):
    return update - self.start >= 0


FAULTS = {
    "an average that counts one update more": (
        {"average": "late"}, (averaging.Averaging, "counted", wrong_count)),
    "a penalty left out": (
        {"rule": "l2"}, (optim.Penalty, "gradient", lambda self, w, g, step: g)),
    "clipping each gradient for all together": (
        {"clip": "ByGlobalNorm"}, (optim.ByGlobalNorm, "__call__", optim.ByNorm.__call__)),
    "a schedule that is one update ahead": (
        {"rate": "StepDecay"},
        (optim.StepDecay, "rate", lambda self, n: 0.05 * (n * 0 + 0.5) ** (n / 4 + 0.25).floor())),
    "a factor of a group that is forgotten": (
        {"groups": "factor"}, (optim.Group, "rate_before", lambda self, rate, count, dtype: rate)),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen_beside_the_plain_loop(fault, tmp_path):
    options, (where, name, wrong) = FAULTS[fault]
    with mock.patch.object(where, name, wrong), pytest.raises(AssertionError):
        of(tmp_path, **options).check()


def test_state_that_a_checkpoint_forgets_is_seen(tmp_path):
    last = final_weights.Keeper.last

    def forgetful(self, arrays):
        found = dict(last(self, arrays))
        return {name: np.zeros_like(array) if name.endswith("/v") or ":v" in name else array
                for name, array in found.items()}  # fmt: skip

    combination = of(tmp_path, optimizer="Momentum")
    with mock.patch.object(final_weights.Keeper, "last", forgetful), pytest.raises(AssertionError):
        combination.check()


def test_the_loop_in_numpy_has_every_optimizer_that_it_is_asked_for():
    known = {kind.__name__ for kind in optim.OPTIMIZERS.values()}
    assert set(plain_training.UPDATES) <= known
    assert combinations.BEYOND_THE_LOOP["optimizer"] | set(plain_training.UPDATES) == set(
        OPTIONS["optimizer"]
    )


def test_what_is_frozen_goes_back_to_the_mark_with_the_rest(tmp_path):
    options = {"data": "drop-last", "frozen": "at-last", "not_finite": "go-back-met"}
    Combination(PLAIN | options, seed=1584845280, killed=6, every=1, folder=tmp_path).check()
