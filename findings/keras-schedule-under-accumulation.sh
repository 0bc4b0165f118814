#!/usr/bin/env bash
# Keras, gradient_accumulation_steps: a schedule counts micro-batches, not updates, and an update has
# the rate of its last micro-batch. `optimizer.iterations` counts updates.
#
# Guessed before: the schedule is asked for `iterations`, so that it does not change what it means
# when a batch is taken in parts. (optax.MultiSteps does so: its inner optimizer counts updates.)
# Seen with Keras 3.15.1 on NumPy arrays and PyTorch 2.13.0, a schedule 0.5^count, two micro-batches:
#     keras: rates 0.5 0.125, iterations 2    optax: rates 1.0 0.5
# So a schedule that is written for updates runs out after half of them.
# Needs Python 3.11 or newer and a package index. Fails if what is seen changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 torch==2.13.0 optax==0.2.8 jax==0.10.2
KERAS_BACKEND=torch "$work/venv/bin/python" - <<'PYTHON'
import sys

import jax.numpy as jnp
import keras
import numpy as np
import optax


class Halved(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.5 ** keras.ops.cast(step, "float32")

    def get_config(self):
        return {}


w = keras.Variable(np.zeros(1))
sgd = keras.optimizers.SGD(Halved(), gradient_accumulation_steps=2)
places = [0.0]
for i in range(4):
    sgd.apply([keras.ops.ones(1)], [w])
    if i % 2:
        places.append(float(w.value.detach()[0]))
rates = [a - b for a, b in zip(places, places[1:])]
count = int(sgd.iterations)

many = optax.MultiSteps(optax.sgd(lambda count: 0.5 ** count.astype("float32")), 2)
state, theirs = many.init(jnp.zeros(1)), []
for i in range(4):
    step, state = many.update(jnp.ones(1), state, jnp.zeros(1))
    if i % 2:
        theirs.append(-float(step[0]))
print(f"keras: rates {rates[0]} {rates[1]}, iterations {count}    optax: rates {theirs[0]} {theirs[1]}")
if (rates, count, theirs) != ([0.5, 0.125], 2, [1.0, 0.5]):
    sys.exit("This has changed.")
PYTHON
