"""What a process of W10 does in another system: read MNIST, train, predict.

    main            `python peer_whole_run.py SYSTEM FOLDER` prints what it returns

Nothing is imported that this system does not need: it would count. Keras runs on JAX where that
is installed, otherwise on PyTorch, with no settings of its user.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.bench.whole_run import BATCH, EPOCHS, HIDDEN, RATE, accuracy_of, rows_of


def main(system: str, folder: str) -> float:
    """Train with one system; the accuracy on the test images."""
    work: dict[str, Callable[..., Any]] = {
        "torch": _torch,
        "jax": _jax,
        "sklearn": _sklearn,
        "keras": _keras,
    }
    return accuracy_of(work[system], folder)


def _torch(x: Any, t: Any, unseen: Any) -> Any:
    import torch

    features, labels = torch.from_numpy(x.copy()), torch.from_numpy(t.copy())
    model = torch.nn.Sequential(
        torch.nn.Linear(784, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 10)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    criterion = torch.nn.CrossEntropyLoss()
    for epoch in range(EPOCHS):
        for row in torch.from_numpy(rows_of(len(x), epoch)):
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(features[row]), labels[row])
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return model(torch.from_numpy(unseen.copy())).argmax(dim=1).numpy()


def _jax(x: Any, t: Any, unseen: Any) -> Any:
    import jax
    import jax.numpy as jnp
    import peer_jax

    from pellucid.bench.workloads import WORKLOADS, Problem

    rng = np.random.default_rng(0)
    sizes = ((784, HIDDEN), (HIDDEN, 10))
    weights = tuple(
        (
            rng.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32),
            np.zeros(b, np.float32),
        )
        for a, b in sizes
    )
    made = Problem(WORKLOADS["W2adam"], x, t, weights)
    step, state = peer_jax.step_of(made), peer_jax.start(made)
    features, labels = jnp.asarray(x), jnp.asarray(t)

    @jax.jit
    def epoch_of(state: Any, rows: Any) -> Any:
        return jax.lax.scan(lambda s, row: step(s, features[row], labels[row]), state, rows)

    for epoch in range(EPOCHS):
        state, _ = epoch_of(state, jnp.asarray(rows_of(len(x), epoch)))
    return peer_jax.forward(made, state["w"], jnp.asarray(unseen)).argmax(axis=1)


def _sklearn(x: Any, t: Any, unseen: Any) -> Any:
    import warnings

    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore")
    model = MLPClassifier(
        (HIDDEN,), batch_size=BATCH, learning_rate_init=RATE, alpha=0.0, max_iter=EPOCHS
    )
    return model.fit(x, t).predict(unseen)


def _keras(x: Any, t: Any, unseen: Any) -> Any:
    from available import keras_backend

    # Read once, when Keras is imported.
    os.environ["KERAS_BACKEND"] = str(keras_backend())
    import keras

    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(HIDDEN, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(RATE), loss)
    model.fit(x, t, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return model.predict(unseen, batch_size=1000, verbose=0).argmax(axis=1)


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
