"""Recurrent layers beside PyTorch and JAX: all three cells, one way and both ways.

    python benchmarks/peers/recurrent.py LSTM GRU --threads 2 --rounds 7

A step trains one layer of the size of W7, on all of whose outputs a sum of squares is the loss:
28 steps of 28 features, 128 hidden ones, a batch of 64, gradient descent. All begin with the same
weights and must find the same losses. Printed are milliseconds, medians of interleaved rounds, and
how many times those of pellucid they are. A layer that goes both ways does twice the work.
"""

import argparse
import importlib.util
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import pellucid as pc
from pellucid import nn, optim
from pellucid.bench.contender import Contender, with_threads
from pellucid.bench.measure import Timing, compare

BATCH, STEPS, FEATURES, HIDDEN = 64, 28, 28, 128
RATE = 0.1
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
TOLERANCE = 1e-3

Weights = list[tuple[Any, Any]]  # of each way: for the inputs and for the state


def data(kind: str, ways: int) -> tuple[Any, Weights]:
    """The inputs, and the weights that all begin with; biases are 0."""
    rng = np.random.default_rng(0)

    def drawn(rows: int) -> Any:
        limit = HIDDEN**-0.5
        return rng.uniform(-limit, limit, (rows, GATES[kind] * HIDDEN)).astype(np.float32)

    x = rng.normal(size=(BATCH, STEPS, FEATURES)).astype(np.float32)
    return x, [(drawn(FEATURES), drawn(HIDDEN)) for _ in range(ways)]


def by_pellucid(kind: str, x: Any, weights: Weights) -> Callable[[int], float]:
    """Training with pellucid, the loop over steps inside the program."""
    layer = getattr(nn, kind)(FEATURES, HIDDEN, bidirectional=len(weights) > 1)
    for cell, (w, u) in zip(layer.cells, weights, strict=True):
        cell.weight.assign(w)
        cell.recurrent_weight.assign(u)
        cell.bias.assign(np.zeros(w.shape[1], np.float32))
    optimizer = optim.SGD(layer.parameters(), RATE)
    inputs = pc.Buffer(x)

    def step(_: Any) -> Any:
        loss = (layer(inputs)[0] ** 2).mean()
        optimizer.minimize(loss)
        return loss

    program = pc.compile(step)
    return lambda steps: float(program.loop(np.zeros((steps, 1), np.int64)).numpy()[-1])


def by_torch(kind: str, x: Any, weights: Weights) -> Callable[[int], float]:
    """Training with PyTorch's own layers."""
    import torch

    both = len(weights) > 1
    layer = getattr(torch.nn, kind)(FEATURES, HIDDEN, batch_first=True, bidirectional=both)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        for (w, u), way in zip(weights, ("", "_reverse"), strict=False):
            getattr(layer, f"weight_ih_l0{way}").copy_(torch.from_numpy(w.T.copy()))
            getattr(layer, f"weight_hh_l0{way}").copy_(torch.from_numpy(u.T.copy()))
    # Its layers have a second bias of the same gradient, which pellucid's do not have.
    second = [p for name, p in layer.named_parameters() if "bias_hh" in name]
    trained = [p for p in layer.parameters() if not any(p is s for s in second)]
    if kind == "GRU":  # here it is another number
        trained = list(layer.parameters())
        _leave_first_parts(second)
    optimizer, inputs = torch.optim.SGD(trained, RATE, fused=True), torch.from_numpy(x)

    def run(steps: int) -> float:
        loss = torch.zeros(())
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            loss = (layer(inputs)[0] ** 2).mean()
            loss.backward()
            optimizer.step()
        return float(loss.detach())

    return run


def _leave_first_parts(biases: Sequence[Any]) -> None:
    """Of the second biases of a GRU only the last third differs from the first ones."""

    def last_third(gradient: Any) -> Any:
        kept = gradient.clone()
        kept[: 2 * HIDDEN] = 0
        return kept

    for bias in biases:
        bias.register_hook(last_third)


def by_jax(kind: str, x: Any, weights: Weights) -> Callable[[int], float]:
    """Training with a jitted step of JAX: a scan over time, inputs multiplied before it."""
    import jax
    import jax.numpy as jnp

    def loss_of(parameters: Any) -> Any:
        ways = [_through(kind, own, jnp.asarray(x), i == 1) for i, own in enumerate(parameters)]
        return (jnp.concatenate(ways, axis=2) ** 2).mean()

    def plain(parameters: Any) -> Any:
        loss, gradient = jax.value_and_grad(loss_of)(parameters)
        return jax.tree.map(lambda w, d: w - RATE * d, parameters, gradient), loss

    step = jax.jit(plain)
    held = [
        [jnp.asarray(w), jnp.asarray(u), jnp.zeros(w.shape[1]), jnp.zeros(HIDDEN)]
        for w, u in weights
    ]

    def run(steps: int) -> float:
        nonlocal held
        loss = jnp.zeros(())
        for _ in range(steps):
            held, loss = step(held)
        return float(loss)

    return run


def _through(kind: str, own: Any, x: Any, reverse: bool) -> Any:
    """The outputs of a cell at all steps: (steps, batch, hidden)."""
    import jax
    import jax.numpy as jnp

    w, u, b, d = own
    sigmoid = jax.nn.sigmoid

    def step(state: Any, fed: Any) -> Any:
        h, c = state
        carried = h @ u
        if kind == "RNN":
            h = jnp.tanh(fed + carried)
        elif kind == "LSTM":
            enter, stay, new, leave = jnp.split(fed + carried, 4, axis=1)
            c = sigmoid(stay) * c + sigmoid(enter) * jnp.tanh(new)
            h = sigmoid(leave) * jnp.tanh(c)
        else:
            looks, stays, news = jnp.split(fed, 3, axis=1)
            look, stay, new = jnp.split(carried, 3, axis=1)
            z = sigmoid(stays + stay)
            n = jnp.tanh(news + sigmoid(looks + look) * (new + d))
            h = n + z * (h - n)
        return (h, c), h

    start = jnp.zeros((BATCH, HIDDEN))
    inputs = jnp.swapaxes(x @ w + b, 0, 1)
    return jax.lax.scan(step, (start, start), inputs, reverse=reverse)[1]


def contenders(kind: str, ways: int, threads: int) -> list[Contender]:
    """pellucid, and those of its peers that are here."""
    x, weights = data(kind, ways)
    run = by_pellucid(kind, x, weights)
    found = with_threads("pellucid", "loop", run, (threads,), pc.set_threads)
    if importlib.util.find_spec("torch"):
        import torch

        run = by_torch(kind, x, weights)
        found += with_threads("torch", "fused optimizer", run, (threads,), torch.set_num_threads)
    if importlib.util.find_spec("jax"):
        found.append(Contender("jax", "step", by_jax(kind, x, weights)))
    return found


def table(title: str, timings: Sequence[Timing]) -> str:
    """Milliseconds of each, and how many times the first one's; an error where losses differ."""
    first = timings[0]
    lines = [title]
    for timing in timings:
        if abs(timing.first_loss - first.first_loss) > TOLERANCE * first.first_loss:
            raise ValueError(f"{title}: losses of {timing.first_loss} and {first.first_loss}")
        ratio = timing.median_us / first.median_us
        name = timing.contender.system
        lines.append(f"  {name:10}{timing.median_us / 1e3:9.2f} ms{ratio:7.2f} x")
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {' '.join(GATES)}")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args(words)
    if unknown := set(chosen.kinds) - set(GATES):
        parser.error(f"no cell {', '.join(sorted(unknown))}; there are {' '.join(GATES)}.")
    for kind in chosen.kinds or GATES:
        for ways, name in ((1, "one way"), (2, "both ways")):
            timings = compare(contenders(kind, ways, chosen.threads), chosen.rounds)
            print(table(f"{kind}, {name}", timings), flush=True)


if __name__ == "__main__":
    main()
