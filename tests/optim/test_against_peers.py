"""Thirty updates agree with Keras and optax, as named below: see make_peer_values.py."""

import json
from pathlib import Path

import numpy as np
import pytest
from optimizer_loops import RATE, force, start, surface

import pellucid as pc
from pellucid import optim

VALUES = json.loads(Path(__file__).with_name("peer_values.json").read_text())
NAMES = ("hidden", "bias")


def hidden(path, w):
    return path == "hidden"


ALIKE = {
    ("keras", "Adam"): lambda p: optim.AdamEpsilonHat(p, RATE),
    ("keras", "Adadelta"): lambda p: optim.Adadelta(p, RATE),
    ("keras", "Lamb"): lambda p: optim.LAMB(p, RATE, weight_decay=0.0),
    ("keras", "Lion"): lambda p: optim.Lion(p, RATE),
    ("keras", "Nadam"): lambda p: optim.NAdamConstant(p, RATE, decay=1.0, eps=1e-7),
    ("optax", "adadelta"): lambda p: optim.Adadelta(p, RATE),
    ("optax", "lamb"): lambda p: optim.LAMB(p, RATE, weight_decay=0.0),
    ("optax", "lion"): lambda p: optim.Lion(p, RATE),
    ("optax", "schedule_free_sgd"): lambda p: optim.ScheduleFreeSGD(p, RATE, start_weight=0.0),
    # Its eps stands beside the corrected root.
    ("optax", "radam"): lambda p: optim.RAdam(p, RATE, threshold=5.0, eps=1e-14),
    # Its rest is Adam with an eps of another place.
    ("keras", "Muon"): lambda p: optim.MuonAsAdam(p, RATE, to=hidden, beta2=0.999, eps=1e-14),
}
LOOSE = {("optax", "radam"): 1e-7, ("keras", "Muon"): 1e-5}


@pytest.mark.parametrize("pair", ALIKE, ids=" ".join)
def test_thirty_updates_are_those_of_the_other_library(pair):
    library, name = pair
    weights = {n: pc.Parameter(start()[n]) for n in NAMES}
    optimizer = ALIKE[pair](weights)
    kept = VALUES[library][name]
    for t in range(1, 31):
        optimizer.minimize(surface(weights, {n: force(t, w.shape) for n, w in weights.items()}))
        for path, expected in kept.get(str(t), {}).items():
            tolerance = LOOSE.get(pair, 1e-10)
            np.testing.assert_allclose(weights[path].numpy(), expected, rtol=0, atol=tolerance)
