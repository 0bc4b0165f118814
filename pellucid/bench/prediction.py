"""Prediction: a dense network's outputs for one batch a call, in each system.

contenders      pellucid and the given peers, in all their configurations

pellucid is called with arrays of NumPy. Peers get arrays of their own kind, made beforehand, and
may answer with such: what a call gives back is complete and in the host's memory.
"""

from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np

from pellucid.bench.contender import Contender, with_threads
from pellucid.bench.workloads import Problem

Array = np.ndarray[Any, Any]


def contenders(problem: Problem, peers: Sequence[str], threads: Sequence[int]) -> list[Contender]:
    """pellucid and the given peers; those that predict nothing here are left out."""
    makers = {"torch": _torch, "jax": _jax, "sklearn": _sklearn, "numpy": _numpy}
    found = _ours(problem, threads)
    for peer in peers:
        if peer in makers:
            found += makers[peer](problem, threads)
    return found


def _runner(
    problem: Problem,
    predict: Callable[[Any], Any],
    given: Callable[[Array], Any] = np.asarray,
    logits: Callable[[Any], Array] = np.asarray,
) -> Callable[[int], float]:
    """A function that predicts some batches in turn, and tells the loss of the last.

    `given` makes a system's own array of a batch, `logits` reads its outputs: neither is part
    of a call.
    """
    size = problem.workload.batch
    starts = range(0, problem.workload.samples, size)
    batches = [given(problem.features[i : i + size]) for i in starts]
    labels = [problem.labels[i : i + size] for i in starts]

    def run(steps: int) -> float:
        outputs: Any = None
        for x in islice(cycle(batches), steps):
            outputs = predict(x)
        return _cross_entropy(logits(outputs), labels[(steps - 1) % len(labels)])

    return run


def _cross_entropy(y: Array, t: Array) -> float:
    """The mean loss of logits: one number in which two systems' outputs are compared."""
    return float((np.logaddexp.reduce(y, axis=1) - y[np.arange(len(t)), t]).mean())


def _ours(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    import pellucid as pc
    from pellucid.bench import ours

    model = ours.model_of(problem).inference()

    @pc.compile
    def predict(x: Any) -> Any:
        return model(x)

    run = _runner(problem, predict)
    return with_threads("pellucid", "compiled", run, threads, pc.set_threads)


def _torch(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """Eager, and compiled where that works: both without a record for gradients."""
    import torch

    from pellucid.bench import peer_torch

    model = peer_torch.model_of(problem).eval()

    def runner(predict: Any) -> Callable[[int], float]:
        # The mode is entered once for all calls: that, too, takes a microsecond.
        run = _runner(problem, predict, torch.from_numpy)
        entered: Callable[[int], float] = torch.inference_mode()(run)
        return entered

    found = with_threads("torch", "eager", runner(model), threads, torch.set_num_threads)
    compiled = peer_torch.tried(lambda: runner(torch.compile(model)))
    if compiled is not None:
        found += with_threads("torch", "compiled", compiled, threads, torch.set_num_threads)
    return found


def _jax(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """Jitted with the weights as constants; JAX decides on threads itself."""
    import jax
    import jax.numpy as jnp

    from pellucid.bench import peer_jax

    del threads
    parameters = peer_jax.start(problem)["w"]
    jitted = jax.jit(lambda x: peer_jax.forward(problem, parameters, x))
    run = _runner(problem, lambda x: jitted(x).block_until_ready(), jnp.asarray)
    return [Contender("jax", "jit", run)]


def _sklearn(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """Its classifier answers with probabilities; their logarithms serve as logits."""
    from sklearn.neural_network import MLPClassifier

    from pellucid.bench import peer_numpy

    model = MLPClassifier(problem.workload.sizes[1:-1])
    classes = np.arange(problem.workload.sizes[-1])
    model.partial_fit(problem.features, problem.labels, classes=classes)
    model.coefs_ = [w for w, _ in problem.weights]
    model.intercepts_ = [b for _, b in problem.weights]
    run = _runner(problem, model.predict_proba, logits=np.log)
    return peer_numpy.with_blas_threads("sklearn", "predict_proba", run, threads)


def _numpy(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    from pellucid.bench import peer_numpy

    *hidden, (last, shift) = problem.weights

    def predict(x: Array) -> Array:
        for w, b in hidden:
            x = x @ w
            x += b
            np.maximum(x, 0, out=x)
        x = x @ last
        x += shift
        return x

    run = _runner(problem, predict)
    return peer_numpy.with_blas_threads("numpy", "by hand", run, threads)
