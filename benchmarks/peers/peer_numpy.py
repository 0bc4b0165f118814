"""NumPy as a contender: the same step written by hand, in float32 and in place."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.bench.contender import Contender, with_threads
from pellucid.bench.workloads import Problem

Array = np.ndarray[Any, Any]


def contenders(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """One form; its matrix products take the threads of NumPy's BLAS where that can be set."""
    if problem.workload.network:
        return []  # nobody writes convolutions of this speed by hand
    run = _Trainer(problem).run
    if problem.workload.batch_norm:
        return [Contender("numpy", "by hand", run)]
    return with_blas_threads("numpy", "by hand", run, threads)


def with_blas_threads(
    system: str, form: str, run: Callable[[int], float], threads: Sequence[int]
) -> list[Contender]:
    """One contender for each number of threads of the BLAS; one alone where none can be set."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return [Contender(system, form, run)]
    controller = ThreadpoolController()

    def limited(count: int) -> None:
        controller.limit(limits=count)

    return with_threads(system, form, run, threads, limited)


class _Trainer:
    """A dense network with its optimizer."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.workload = problem, problem.workload
        self.parameters = [a.copy() for pair in problem.weights for a in pair]
        self.norms: list[Array] = []
        if self.workload.batch_norm:
            for w, _ in problem.weights[:-1]:
                self.norms += [np.ones(w.shape[1], np.float32), np.zeros(w.shape[1], np.float32)]
        everything = self.parameters + self.norms
        self.m = [np.zeros_like(p) for p in everything]
        self.v = [np.zeros_like(p) for p in everything]
        self.step = 0

    def run(self, steps: int) -> float:
        """Train some steps."""
        rows, loss = self.problem.batches(steps), 0.0
        for i in range(steps):
            x, t = self.problem.features, self.problem.labels
            if rows is not None:
                x, t = x[rows[i]], t[rows[i]]
            loss = self._train(x, t)
        return loss

    def _train(self, x: Array, t: Array) -> float:
        inputs, outputs, norms = self._forward(x)
        loss, dy = self._loss(outputs[-1], t)
        weights, shifts = self._backward(inputs, outputs, norms, dy)
        self._update(weights + shifts)
        return loss

    def _forward(self, x: Array) -> tuple[list[Array], list[Array], list[Any]]:
        inputs, outputs, norms = [x], [], []
        last = len(self.parameters) // 2 - 1
        for i in range(last + 1):
            z = inputs[-1] @ self.parameters[2 * i]
            z += self.parameters[2 * i + 1]
            outputs.append(z)
            if i == last:
                break
            if self.norms:
                centred = z - z.mean(axis=0)
                inverse = 1 / np.sqrt((centred * centred).mean(axis=0) + 1e-5)
                scaled = centred * inverse
                norms.append((scaled, inverse))
                z = scaled * self.norms[2 * i] + self.norms[2 * i + 1]
                outputs[-1] = z
            relu = self.workload.activation == "relu"
            inputs.append(np.maximum(z, 0) if relu else np.tanh(z))
        return inputs, outputs, norms

    def _loss(self, y: Array, t: Array) -> tuple[float, Array]:
        """The mean loss, and its gradient by the outputs."""
        if self.workload.loss == "binary":
            loss = np.logaddexp(0, y) - t * y
            return float(loss.mean()), (1 / (1 + np.exp(-y)) - t) / np.float32(y.size)
        y = y - y.max(axis=1, keepdims=True)
        exponentials = np.exp(y)
        total = exponentials.sum(axis=1, keepdims=True)
        rows = np.arange(len(t))
        loss = np.log(total[:, 0]) - y[rows, t]
        exponentials /= total
        exponentials[rows, t] -= 1
        exponentials *= np.float32(1 / len(t))
        return float(loss.mean()), exponentials

    def _backward(
        self, inputs: list[Array], outputs: list[Array], norms: list[Any], dy: Array
    ) -> tuple[list[Array], list[Array]]:
        weights: list[Array] = []
        shifts: list[Array] = []
        for i in range(len(inputs) - 1, -1, -1):
            if i < len(inputs) - 1:
                relu = self.workload.activation == "relu"
                dy = dy * ((outputs[i] > 0) if relu else 1 - inputs[i + 1] ** 2)
                if self.norms:
                    scaled, inverse = norms[i]
                    shifts[:0] = [(dy * scaled).sum(axis=0), dy.sum(axis=0)]
                    dx = dy * self.norms[2 * i]
                    mean = (dx * scaled).mean(axis=0)
                    dy = (dx - dx.mean(axis=0) - scaled * mean) * inverse
            weights[:0] = [inputs[i].T @ dy, dy.sum(axis=0)]
            if i:
                dy = dy @ self.parameters[2 * i].T
        return weights, shifts

    def _update(self, gradients: list[Array]) -> None:
        self.step += 1
        rate = self.workload.learning_rate
        for i, w in enumerate(self.parameters + self.norms):
            if self.workload.optimizer == "sgd":
                w -= np.float32(rate) * gradients[i]  # noqa: PLW2901 (updated in place)
            else:
                self._adam(w, gradients[i], self.m[i], self.v[i])

    def _adam(self, w: Array, g: Array, m: Array, v: Array) -> None:
        """Adam's update, in place."""
        m += np.float32(0.1) * (g - m)
        v += np.float32(0.001) * (g * g - v)
        step = np.float32(self.workload.learning_rate / (1 - 0.9**self.step))
        spread = np.sqrt(v * np.float32(1 / (1 - 0.999**self.step)))
        spread += np.float32(1e-8)
        w -= step * m / spread
