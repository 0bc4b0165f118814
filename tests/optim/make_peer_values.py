"""Write peer_values.json: what the optimizers of Keras 3.15 and optax 0.2.8 do, in float64.

Run it with Keras, PyTorch, JAX and optax installed, and the tests on the path:
    PYTHONPATH=tests python tests/optim/make_peer_values.py
The surface is that of optimizer_loops, with two of its weights. Stored are the weights after 1, 10
and 30 updates.
"""

import json
import os
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import numpy as np
import optax
from optimizer_loops import RATE, curvature, force, start

KEPT = (1, 10, 30)
NAMES = ("hidden", "bias")

KERAS = {
    "Adam": lambda: keras.optimizers.Adam(RATE),
    "Adadelta": lambda: keras.optimizers.Adadelta(RATE, rho=0.95, epsilon=1e-6),
    "Lamb": lambda: keras.optimizers.Lamb(RATE, epsilon=1e-6),
    "Lion": lambda: keras.optimizers.Lion(RATE),
    "Muon": lambda: keras.optimizers.Muon(RATE, weight_decay=0.0, adam_weight_decay=0.0),
    "Nadam": lambda: keras.optimizers.Nadam(RATE),
}
OPTAX = {
    "adadelta": lambda: optax.adadelta(RATE, rho=0.95),
    "lamb": lambda: optax.lamb(RATE),
    "lion": lambda: optax.lion(RATE, weight_decay=0.0),
    "radam": lambda: optax.radam(RATE),
    "schedule_free_sgd": lambda: optax.contrib.schedule_free_sgd(RATE),
}


def gradients(weights: dict[str, Any], t: int) -> dict[str, Any]:
    """Those of the surface."""
    return {n: curvature(w.shape) * w + force(t, w.shape) for n, w in weights.items()}


def of_keras(make: Any) -> dict[int, Any]:
    """The weights after the kept numbers of updates."""
    variables = {n: keras.Variable(start()[n], dtype="float64", name=n) for n in NAMES}
    optimizer = make()
    optimizer.build(list(variables.values()))
    found = {}
    for t in range(1, max(KEPT) + 1):
        now = {n: keras.ops.convert_to_numpy(v.value) for n, v in variables.items()}
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients(now, t).values()])
        if t in KEPT:
            found[t] = {n: keras.ops.convert_to_numpy(v).tolist() for n, v in variables.items()}
    return found


def of_optax(make: Any) -> dict[int, Any]:
    """The same of optax."""
    weights: Any = {n: jax.numpy.asarray(start()[n]) for n in NAMES}
    optimizer = make()
    state = optimizer.init(weights)
    found = {}
    for t in range(1, max(KEPT) + 1):
        slopes = {n: jax.numpy.asarray(g) for n, g in gradients(weights, t).items()}
        updates, state = optimizer.update(slopes, state, weights)
        weights = optax.apply_updates(weights, updates)
        if t in KEPT:
            found[t] = {n: np.asarray(w).tolist() for n, w in weights.items()}
    return found


def main() -> None:
    """Write the file beside this one."""
    jax.config.update("jax_enable_x64", True)
    keras.backend.set_floatx("float64")
    values = {
        "keras": {"version": keras.__version__} | {n: of_keras(m) for n, m in KERAS.items()},
        "optax": {"version": optax.__version__} | {n: of_optax(m) for n, m in OPTAX.items()},
    }
    Path(__file__).with_name("peer_values.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
