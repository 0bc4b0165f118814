"""What optax does."""

from typing import Any

import jax
import jax.numpy as jnp
import optax
import optax.contrib
import plateaus

PACKAGE, NAME = "optax", "optax"
jax.config.update("jax_enable_x64", True)


def places(optimizer: Any, gradients: Any, start: float = 0.0) -> list[float]:
    """Where one weight is after each update with these gradients."""
    w, found = jnp.array(start), []
    state = optimizer.init(w)
    for g in gradients:
        updates, state = optimizer.update(jnp.array(g), state, w)
        w = optax.apply_updates(w, updates)
        found.append(float(w))
    return found


def _halved(count: Any) -> Any:
    return 0.5 ** count.astype("float64")


def first_rate() -> tuple[float, ...]:
    a, b = places(optax.sgd(_halved), (1.0, 1.0))
    return -a, a - b


def rate_of_accumulated() -> tuple[float, ...]:
    found = places(optax.MultiSteps(optax.sgd(_halved), 2), [1.0] * 4)
    return -found[1], found[1] - found[3]


def accumulated() -> float:
    return -places(optax.MultiSteps(optax.sgd(1.0), 2), (1.0, 3.0))[-1]


def cosine_after() -> float:
    return float(optax.cosine_decay_schedule(1.0, 10)(11))


def rate_and_momentum() -> float:
    rates = optax.piecewise_constant_schedule(1.0, {1: 0.1})
    a, b = places(optax.sgd(rates, momentum=0.9), (1.0, 0.0))
    return a - b


def _plateau(**options: Any) -> Any:
    plateau = optax.contrib.reduce_on_plateau(accumulation_size=1, **options)
    state = plateau.init(jnp.zeros(()))

    def see(value: float) -> float:
        nonlocal state
        _, state = plateau.update(jnp.ones(()), state, value=jnp.array(value))
        return float(state.scale)

    return see


def plateau_patience() -> int:
    return plateaus.waited(_plateau)


def plateau_gain() -> tuple[bool, ...]:
    return plateaus.gains(_plateau, patience=1)


def plateau_cooldown() -> int:
    return plateaus.between(_plateau)


def adamw_decay() -> float:
    return 1.0 - places(optax.adamw(1.0), [0.0], 1.0)[0]


def adam_epsilon() -> float:
    return -places(optax.adam(1.0, eps=1e-8), [1e-8])[0]


def rmsprop_epsilon() -> float:
    return -places(optax.rmsprop(1.0, decay=0.9, eps=1e-8), [1e-8])[0]


def adagrad_start() -> float:
    return -places(optax.adagrad(1.0), [1.0])[0]


def clip_norm() -> float:
    return places(optax.clip_by_global_norm(1e-6), [2e-6])[0] / 1e-6


def muon_scale() -> float:
    g = jax.random.normal(jax.random.key(0), (16, 64))
    steps = []
    for each in (g, g.T):
        muon = optax.contrib.muon(1.0)
        updates, _ = muon.update({"w": each}, muon.init({"w": each}), {"w": jnp.zeros(each.shape)})
        steps.append(float(jnp.linalg.norm(updates["w"])))
    return steps[0] / steps[1]


def ctc_impossible() -> float:
    ids, none = jnp.array([[1, 1]]), jnp.zeros((1, 2))
    return float(optax.ctc_loss(jnp.zeros((1, 2, 3)), none, ids, none)[0])
