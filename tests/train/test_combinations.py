"""Options of training together: a few combinations; the long form has two thousand.

Each is killed, resumed with another number of threads, and where a plain loop does it, compared
with one. Faults that are planted are seen.
"""

import random
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from train.combination_options import BEYOND_THE_LOOP, OPTIONS, REFUSED, possible, with_meaning
from train.combinations import Combination, drawn, neighbour
from train.plain_updates import UPDATES

from pellucid import optim
from pellucid.data.draws import LOOK, Draws
from pellucid.data.sampling import ByLength
from pellucid.data.unread_rows import UnreadRows
from pellucid.errors import PellucidError
from pellucid.optim import sharpness
from pellucid.train import ReduceOnPlateau, base
from pellucid.train.policies import averaging, final_weights, validation
from pellucid.train.stepping import micro_batches, weighing

PLAIN = {name: values[0] for name, values in OPTIONS.items()}


def of(folder, **options):
    """A combination that differs from what is plain in these options."""
    return Combination(PLAIN | options, seed=3, killed=5, folder=folder)


@pytest.mark.parametrize("seed", range(8))
def test_drawn_combinations_are_resumed_to_the_bit_and_are_the_plain_loop_s(seed, tmp_path):
    drawn(random.Random(seed), tmp_path).check()


def test_a_neighbour_has_the_programs_of_its_neighbour(tmp_path):
    rng = random.Random(1)
    combination = drawn(rng, tmp_path)
    steps = {"optimizer", "rate", "groups", "micro_batch", "clip", "average", "rule", "network"}
    found = neighbour(rng, combination, tmp_path)
    assert {n: found.options[n] for n in steps} == {n: combination.options[n] for n in steps}
    assert found.options["executor"] != "reference"


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
    asked = dict((given, beside))
    # What one of them needs to be there at all.
    needed = {"network": "sequence"} if "by-length" in asked.values() else {}
    with pytest.raises(PellucidError, match=text):
        of(tmp_path, **(needed | asked)).check()


def test_what_is_refused_gives_way_until_all_go_together():
    options = with_meaning(PLAIN | {"source": "shards-1", "data": "by-length", "clip": "ByNorm"})
    assert options == PLAIN | {"source": "shards-1", "clip": "ByNorm"}


def wrong_count(self, update):
    return update - self.start >= 0


def one_step_less(self, data, rows, right=ByLength.steps):
    return np.maximum(right(self, data, rows) - 1, 1)


def next_epoch(self, row, right=Draws.of):
    return right(self._replace(epoch=self.epoch + 1), row)


def last_row_twice(self, places, out, draws=LOOK, right=UnreadRows.fill):
    places = np.array(places)
    right(self, places, out, draws)
    out[-1] = out[0]


def by_samples(model, loss, feed, right=weighing.weighings_of):
    return [weighing.Weighing("samples")] * len(right(model, loss, feed))


def other_first(sets, right=validation.chosen):
    found = right(sets)
    return (found[1]["other"], {"other": found[0]}) if found[1] else found


def last_for_best(self, watch, position, *, restore=True, right=final_weights.Keeper.show):
    return right(self, watch, position, restore=False)


def no_way_uphill(gradients, rho, right=sharpness._share):
    return right(gradients, rho) * 0.0


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
    "sequences cut one step too early": (
        {"network": "sequence", "data": "by-length"}, (ByLength, "steps", one_step_less)),
    "a transform that draws for the next epoch": (
        {"source": "transform-1"}, (Draws, "of", next_epoch)),
    "a row read for another": (
        {"source": "shards-2"}, (UnreadRows, "fill", last_row_twice)),
    "parts that count as many samples as they have, where these have weights": (
        {"micro_batch": "3", "weights": "samples"}, (micro_batches, "weighings_of", by_samples)),
    "another set that chooses": (
        {"validation": "several"}, (base, "chosen", other_first)),
    "the last weights for the best": (
        {"keep": "best", "validation": "one", "optimizer": "Adam", "network": "sequence",
         "weights": "classes"},
        (final_weights.Keeper, "show", last_for_best)),
    "a plateau where there was a gain": (
        {"rate": "on-plateau"}, (ReduceOnPlateau, "_gains", lambda self, best, value: False)),
    "the gradient here for that of the worst weights nearby": (
        {"optimizer": "SAM"}, (sharpness, "_share", no_way_uphill)),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen_beside_the_plain_loop(fault, tmp_path):
    options, (where, name, wrong) = FAULTS[fault]
    with mock.patch.object(where, name, wrong), pytest.raises(AssertionError):
        of(tmp_path, **options).check()


@pytest.mark.parametrize(
    ("options", "forgotten"),
    [
        ({"optimizer": "Momentum"}, ":v"),
        ({"data": "mixup"}, "draws"),
        ({"optimizer": "LBFGS"}, ":y"),
        ({"rate": "on-plateau", "not_finite": "skip-met"}, "learning_rate"),
    ],
    ids=["momentum", "draws of a mixture", "pairs of L-BFGS", "a lowered rate"],
)
def test_state_that_a_checkpoint_forgets_is_seen(options, forgotten, tmp_path):
    last = final_weights.Keeper.last

    def forgetful(self, arrays):
        found = dict(last(self, arrays))
        return {name: np.zeros_like(array) if name.endswith(forgotten) else array
                for name, array in found.items()}  # fmt: skip

    killed = 3 if "LBFGS" in options.values() else 8
    combination = replace(of(tmp_path, **options), seed=0, killed=killed)  # saved at each update
    with mock.patch.object(final_weights.Keeper, "last", forgetful), pytest.raises(AssertionError):
        combination.check()


def test_the_loop_in_numpy_has_every_optimizer_that_it_is_asked_for():
    known = {kind.__name__ for kind in (*optim.OPTIMIZERS.values(), optim.SAM)}
    assert set(UPDATES) <= known
    assert BEYOND_THE_LOOP["optimizer"] | set(UPDATES) == set(OPTIONS["optimizer"])


def test_what_is_frozen_goes_back_to_the_mark_with_the_rest(tmp_path):
    options = {"data": "drop-last", "frozen": "at-last", "not_finite": "go-back-met"}
    Combination(PLAIN | options, seed=1584845280, killed=6, folder=tmp_path).check()
