"""Prediction in other systems: a network's outputs for one batch a call.

Peers get arrays of their own kind, made beforehand, and may answer with such: what a call gives
back is complete and in the host's memory.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import peer_jax
import peer_numpy
import peer_onnxruntime
import peer_torch

from pellucid.bench.contender import Contender, with_threads
from pellucid.bench.prediction import in_turn
from pellucid.bench.workloads import Problem

Array = np.ndarray[Any, Any]


def contenders(problem: Problem, peers: Sequence[str], threads: Sequence[int]) -> list[Contender]:
    """The given peers; those that predict nothing here are left out.

    scikit-learn has no convolutions, and by hand nobody writes them in NumPy.
    """
    makers = {"torch": _torch, "jax": _jax, "onnxruntime": peer_onnxruntime.contenders}
    if not problem.workload.network:
        makers |= {"sklearn": _sklearn, "numpy": _numpy}
    return [c for peer in peers if peer in makers for c in makers[peer](problem, threads)]


def _torch(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """Eager, and compiled where that works: both without a record for gradients."""
    import torch

    model = peer_torch.model_of(problem).eval()

    def runner(predict: Any) -> Callable[[int], float]:
        # The mode is entered once for all calls: that, too, takes a microsecond.
        run = in_turn(problem, predict, torch.from_numpy)
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

    del threads
    parameters = peer_jax.start(problem)["w"]
    jitted = jax.jit(lambda x: peer_jax.forward(problem, parameters, x))
    run = in_turn(problem, lambda x: jitted(x).block_until_ready(), jnp.asarray)
    return [Contender("jax", "jit", run)]


def _sklearn(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """Its classifier answers with probabilities; their logarithms serve as logits."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(problem.workload.sizes[1:-1])
    classes = np.arange(problem.workload.sizes[-1])
    model.partial_fit(problem.features, problem.labels, classes=classes)
    model.coefs_ = [w for w, _ in problem.weights]
    model.intercepts_ = [b for _, b in problem.weights]
    run = in_turn(problem, model.predict_proba, logits=np.log)
    return peer_numpy.with_blas_threads("sklearn", "predict_proba", run, threads)


def _numpy(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    *hidden, (last, shift) = problem.weights

    def predict(x: Array) -> Array:
        for w, b in hidden:
            x = x @ w
            x += b
            np.maximum(x, 0, out=x)
        x = x @ last
        x += shift
        return x

    run = in_turn(problem, predict)
    return peer_numpy.with_blas_threads("numpy", "by hand", run, threads)
