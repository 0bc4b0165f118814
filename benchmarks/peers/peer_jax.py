"""JAX as a contender: a jitted step called from Python, and a scan over all batches."""

import math
from collections.abc import Sequence
from typing import Any

import jax_network
import numpy as np

from pellucid.bench.contender import Contender
from pellucid.bench.networks import NETWORKS
from pellucid.bench.workloads import Problem


def contenders(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """The two forms; JAX decides on threads itself."""
    del threads
    return [Contender("jax", form, _trainer(problem, form)) for form in ("step", "scan")]


def forward(problem: Problem, parameters: Any, x: Any, key: Any = None) -> Any:
    """The network's outputs; `key` is for dropout."""
    import jax
    import jax.numpy as jnp

    workload = problem.workload
    if workload.network:
        return jax_network.apply(NETWORKS[workload.network], parameters, x, key)
    for i, layer in enumerate(parameters):
        x = x @ layer["w"] + layer["b"]
        if i < len(parameters) - 1:
            if workload.batch_norm:
                mean, variance = x.mean(axis=0), x.var(axis=0)
                x = (x - mean) / jnp.sqrt(variance + 1e-5) * layer["scale"] + layer["shift"]
            x = jax.nn.relu(x) if workload.activation == "relu" else jnp.tanh(x)
    return x


def step_of(problem: Problem) -> Any:
    """step(state, x, t) -> state, loss: gradients and one update of the optimizer."""
    import jax
    import jax.numpy as jnp

    workload, rate = problem.workload, problem.workload.learning_rate

    def loss_of(parameters: Any, x: Any, t: Any, key: Any) -> Any:
        y = forward(problem, parameters, x, key)
        if workload.loss == "binary":
            return (jax.nn.softplus(y) - t * y).mean()
        log_p = jax.nn.log_softmax(y)
        return -jnp.take_along_axis(log_p, t[..., None], axis=-1).mean()

    def sgd(state: Any, g: Any) -> Any:
        return {"w": jax.tree.map(lambda w, d: w - rate * d, state["w"], g)}

    def adam(state: Any, g: Any) -> Any:
        step = state["step"] + 1
        m = jax.tree.map(lambda m, d: 0.9 * m + 0.1 * d, state["m"], g)
        v = jax.tree.map(lambda v, d: 0.999 * v + 0.001 * d * d, state["v"], g)
        first, second = (-jnp.expm1(step * math.log(beta)) for beta in (0.9, 0.999))
        w = jax.tree.map(
            lambda w, m, v: w - rate * (m / first) / (jnp.sqrt(v / second) + 1e-8),
            state["w"],
            m,
            v,
        )
        return {"w": w, "m": m, "v": v, "step": step}

    update = sgd if workload.optimizer == "sgd" else adam

    def step(state: Any, x: Any, t: Any) -> Any:
        key = jax.random.fold_in(jax.random.key(0), state["step"]) if workload.is_random else None
        loss, gradient = jax.value_and_grad(loss_of)(state["w"], x, t, key)
        return update(state, gradient), loss

    return step


def start(problem: Problem) -> Any:
    """The problem's weights, and what the optimizer remembers."""
    import jax
    import jax.numpy as jnp

    parameters: list[Any] = []
    if problem.workload.network:
        layers = NETWORKS[problem.workload.network]
        parameters = jax_network.start(layers, iter(problem.network_weights))
    for i, (w, b) in enumerate(problem.weights):
        layer = {"w": jnp.asarray(w), "b": jnp.asarray(b)}
        if problem.workload.batch_norm and i < len(problem.weights) - 1:
            layer |= {"scale": jnp.ones_like(b), "shift": jnp.zeros_like(b)}
        parameters.append(layer)
    state: dict[str, Any] = {"w": parameters}
    if problem.workload.optimizer == "adam":
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        state |= {"m": zeros, "v": zeros, "step": jnp.zeros((), jnp.int32)}
    return state


def _trainer(problem: Problem, form: str) -> Any:
    import jax
    import jax.numpy as jnp

    step, state = step_of(problem), start(problem)
    x, t = jnp.asarray(problem.features), jnp.asarray(problem.labels)
    whole = problem.workload.batch >= problem.workload.samples
    held = {"state": state}

    def at(state: Any, indices: Any) -> Any:
        return step(state, x, t) if whole else step(state, x[indices], t[indices])

    single = jax.jit(at)
    many = jax.jit(lambda state, rows: jax.lax.scan(at, state, rows))

    def run(steps: int) -> float:
        rows = problem.batches(steps)
        rows = np.zeros((steps, 1), np.int64) if rows is None else rows
        if form == "scan":
            held["state"], losses = many(held["state"], jnp.asarray(rows))
            return float(losses[-1])
        loss = jnp.zeros(())
        for row in rows:
            held["state"], loss = single(held["state"], row)
        return float(loss)

    return run
