"""The workloads: networks whose training steps or predictions are timed.

WORKLOADS       by name
problem         data, initial weights and batches of one, the same for every system
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.bench.networks import (
    NETWORKS,
    Dropout,
    SmallGPT,
    first_flops,
    flops,
    weights_of,
)

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Workload:
    """A network and how it is trained. One step: forward, loss, backward, update; float32.

    Where nothing is trained, a step is one call from Python that predicts a batch.
    """

    name: str
    about: str
    sizes: tuple[int, ...]
    batch: int
    optimizer: str  # "sgd", "adam", or "none" where nothing is trained
    learning_rate: float
    samples: int
    batch_norm: bool = False
    activation: str = "relu"
    loss: str = "cross_entropy"  # or "binary": one output, sigmoid
    network: str = ""  # of samples of shape `sizes`: a name of NETWORKS

    @property
    def trains(self) -> bool:
        """Whether a step trains; otherwise it predicts."""
        return self.optimizer != "none"

    @property
    def is_random(self) -> bool:
        """Whether dropout makes the losses of any two systems differ."""
        return any(isinstance(layer, Dropout) for layer in NETWORKS.get(self.network, ()))

    @property
    def text(self) -> SmallGPT | None:
        """What reads a text, where samples are texts: ids of `sizes`, with a label for each."""
        first = NETWORKS.get(self.network, (None,))[0]
        return first if isinstance(first, SmallGPT) else None

    @property
    def flops(self) -> int:
        """Multiply-adds of a step, counted as two: forward, and both gradients where it trains."""
        if self.network:
            layers = NETWORKS[self.network]
            image = self.sizes
            times, times_first = (3, 2) if self.trains else (1, 1)
            work = times * flops(layers, image) + times_first * first_flops(layers, image)
            return self.batch * work
        pairs = zip(self.sizes[:-1], self.sizes[1:], strict=True)
        forward = [2 * self.batch * a * b for a, b in pairs]
        return 3 * sum(forward) - forward[0] if self.trains else sum(forward)


WORKLOADS = {
    w.name: w
    for w in (
        Workload(
            "W1",
            "logistic regression 12288-1, all 209 rows, gradient descent",
            (12288, 1),
            209,
            "sgd",
            0.005,
            209,
            loss="binary",
        ),
        Workload(
            "W2sgd", "784-50-10, ReLU, batch 100, SGD", (784, 50, 10), 100, "sgd", 0.1, 60_000
        ),
        Workload(
            "W2adam", "784-50-10, ReLU, batch 100, Adam", (784, 50, 10), 100, "adam", 0.001, 60_000
        ),
        Workload(
            "W3",
            "784-100x5-10, batch norm, ReLU, batch 128, Adam",
            (784, 100, 100, 100, 100, 100, 10),
            128,
            "adam",
            0.001,
            60_000,
            batch_norm=True,
        ),
        Workload(
            "W4",
            "784-1024x3-10, ReLU, batch 256, Adam",
            (784, 1024, 1024, 1024, 10),
            256,
            "adam",
            0.001,
            60_000,
        ),
        Workload(
            "W5",
            "conv 30 5x5, ReLU, max pool, 100, 10; 28x28, batch 100, Adam",
            (1, 28, 28),
            100,
            "adam",
            0.001,
            6_000,
            network="simple",
        ),
        Workload(
            "W6",
            "3x3 convs 16 16, 32 32, 64 64, pools, 50, dropout, 10; 28x28, batch 100, Adam",
            (1, 28, 28),
            100,
            "adam",
            0.001,
            6_000,
            network="deep",
        ),
        Workload(
            "W7",
            "LSTM, 28 steps of 28, hidden 128, last state to 10; batch 64, Adam",
            (28, 28),
            64,
            "adam",
            0.001,
            6_000,
            network="lstm",
        ),
        Workload(
            "W8",
            "residual net, 3 stages of 2 blocks, batch norm; 32x32x3, batch 64, Adam",
            (3, 32, 32),
            64,
            "adam",
            0.001,
            6_000,
            network="residual",
        ),
        Workload(
            "W9",
            "XOR, 2-4-1, tanh, batch 4, SGD",
            (2, 4, 1),
            4,
            "sgd",
            0.5,
            4,
            activation="tanh",
            loss="binary",
        ),
        Workload(
            "W11",
            "small GPT: 4 blocks, width 128, 4 heads, 128 of 64 characters; batch 16, Adam",
            (128,),
            16,
            "adam",
            0.001,
            2_000,
            network="gpt",
        ),
        *(
            # Four batches take turns, so that no call is for the rows of the call before.
            Workload(
                f"I{batch}",
                f"prediction with 784-50-10, ReLU, batch {batch}",
                (784, 50, 10),
                batch,
                "none",
                0.0,
                4 * batch,
            )
            for batch in (1, 100, 1000)
        ),
        *(
            Workload(
                f"I{batch}{network}",
                f"prediction with the {network} convnet of {trained}, batch {batch}",
                (1, 28, 28),
                batch,
                "none",
                0.0,
                4 * batch,
                network=network,
            )
            for network, trained in (("simple", "W5"), ("deep", "W6"))
            for batch in (1, 32, 1000)
        ),
    )
}


@dataclass(frozen=True)
class Problem:
    """What every system starts from. Batches are rows of indices; all rows where None."""

    workload: Workload
    features: Array
    labels: Array  # class ids, or (n, 1) floats for a binary loss, or next ids of texts
    weights: tuple[tuple[Array, Array], ...]  # of each dense layer
    network_weights: tuple[Array, ...] = ()  # as `weights_of` gives them

    def batches(self, steps: int) -> Array | None:
        """Indices for some steps, always the same ones."""
        if self.workload.batch >= self.workload.samples:
            return None
        rng = np.random.default_rng(1)
        return rng.integers(0, self.workload.samples, (steps, self.workload.batch))


def problem(workload: Workload) -> Problem:
    """Seeded data that can be learned, and weights for a good start."""
    if workload.network:
        return _problem_of_a_network(workload)
    rng = np.random.default_rng(0)
    if workload.name == "W9":
        features = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
        labels: Array = np.array([[0], [1], [1], [0]], np.float32)
    else:
        inputs = workload.sizes[0]
        classes = max(workload.sizes[-1], 2)
        labels = rng.integers(0, classes, workload.samples)
        centres = rng.random((classes, inputs), dtype=np.float32)
        features = rng.random((workload.samples, inputs), dtype=np.float32)
        features = 0.7 * features + 0.3 * centres[labels]
        if workload.loss == "binary":
            labels = labels.astype(np.float32).reshape(-1, 1)
    weights = []
    for inputs, outputs in pairwise(workload.sizes):
        weight = rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
        weights.append((weight.astype(np.float32), _biases(workload, rng, outputs)))
    return Problem(workload, features, labels, tuple(weights))


def _biases(workload: Workload, rng: np.random.Generator, count: int) -> Array:
    """Training starts from 0; for predictions 0 would hide that a system forgets them."""
    drawn = np.zeros(count) if workload.trains else rng.normal(0, 1, count)
    return drawn.astype(np.float32)


def _problem_of_a_network(workload: Workload) -> Problem:
    if workload.text is not None:
        return _problem_of_texts(workload, workload.text)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, workload.samples)
    centres = rng.random((10, *workload.sizes), dtype=np.float32)
    features = rng.random((workload.samples, *workload.sizes), dtype=np.float32)
    features = 0.7 * features + 0.3 * centres[labels]
    weights = weights_of(NETWORKS[workload.network])
    if not workload.trains:
        weights = tuple(_biases(workload, rng, len(w)) if w.ndim == 1 else w for w in weights)
    return Problem(workload, features, labels, (), weights)


def _problem_of_texts(workload: Workload, text: SmallGPT) -> Problem:
    """Texts in which each character is followed by one of four; labels are the next characters."""
    rng = np.random.default_rng(0)
    followers = rng.integers(0, text.vocabulary, (text.vocabulary, 4))
    drawn = rng.integers(0, 4, (text.length, workload.samples))
    ids = [rng.integers(0, text.vocabulary, workload.samples)]
    for choice in drawn:
        ids.append(followers[ids[-1], choice])
    lines = np.stack(ids, axis=1)
    weights = weights_of(NETWORKS[workload.network])
    features, labels = (np.ascontiguousarray(x) for x in (lines[:, :-1], lines[:, 1:]))
    return Problem(workload, features, labels, (), weights)
