#!/usr/bin/env bash
# "Lower the rate on a plateau": patience and cooldown of three libraries, which all mean another count.
#
# Guessed before: the same numbers do the same, or at most differ by one everywhere.
# Seen with PyTorch 2.13.0, Keras 3.15.1 and optax 0.2.8, of a measure that never changes, in
# measurements after the first until the rate is lowered, and from then until it is lowered again:
#     patience 2: torch 3, keras 2, optax 2
#     patience 1, cooldown 2: torch 4, keras 2, optax 3
# In Keras the last measurement of the cooldown counts for patience already, so that a cooldown of 1
# changes nothing.
# Needs Python 3.11 or newer and a package index. Fails if what is seen changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 torch==2.13.0 optax==0.2.8 jax==0.10.2
KERAS_BACKEND=torch "$work/venv/bin/python" - <<'PYTHON'
import sys
import types

import jax.numpy as jnp
import keras
import optax.contrib
import torch


def of_torch(**options):
    sgd = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(sgd, **options)
    while True:
        plateau.step(1.0)
        yield sgd.param_groups[0]["lr"]


def of_keras(**options):
    model = types.SimpleNamespace(optimizer=keras.optimizers.SGD(1.0))
    plateau = keras.callbacks.ReduceLROnPlateau(**options)
    plateau.set_model(model)
    plateau.on_train_begin()
    while True:
        plateau.on_epoch_end(0, {"val_loss": 1.0})
        yield float(model.optimizer.learning_rate)


def of_optax(**options):
    plateau = optax.contrib.reduce_on_plateau(**options)
    state = plateau.init(jnp.zeros(()))
    while True:
        _, state = plateau.update(jnp.ones(()), state, value=jnp.ones(()))
        yield float(state.scale)


def lowered(rates):
    """At which measurements, counted after the first, the rate is lowered."""
    before = next(rates)
    for count in range(1, 30):
        rate = next(rates)
        if rate < before:
            yield count
        before = rate


libraries = {"torch": of_torch, "keras": of_keras, "optax": of_optax}
first = {name: next(lowered(of(patience=2))) for name, of in libraries.items()}
again = {}
for name, of in libraries.items():
    one, other, *_ = lowered(of(patience=1, cooldown=2))
    again[name] = other - one
print("patience 2:", ", ".join(f"{name} {count}" for name, count in first.items()))
print("patience 1, cooldown 2:", ", ".join(f"{name} {count}" for name, count in again.items()))
if list(first.values()) != [3, 2, 2] or list(again.values()) != [4, 2, 3]:
    sys.exit("This has changed.")
PYTHON
