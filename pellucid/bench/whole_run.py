"""What a process of W10 does: read MNIST, train, predict.

    main            `python -m pellucid.bench.whole_run FOLDER` prints what it returns
    accuracy_of     the same of any function that trains
    rows_of         the batches of an epoch

Nothing is imported that is not needed: it would count.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

EPOCHS = 5
BATCH = 100
HIDDEN = 50
RATE = 0.001


def main(folder: str) -> float:
    """Train with pellucid; the accuracy on the test images."""
    return accuracy_of(trained, folder)


def accuracy_of(train: Callable[[Any, Any, Any], Any], folder: str) -> float:
    """The accuracy of what train(images, labels, test images) predicts."""
    from pellucid.data import mnist

    seen, test = mnist(Path(folder))
    predicted = train(seen.features, seen.labels, test.features)
    return float((np.asarray(predicted) == test.labels).mean())


def rows_of(count: int, epoch: int) -> Any:
    """The indices of the batches of an epoch, the same in every system."""
    order = np.random.default_rng(epoch).permutation(count)
    return order[: count // BATCH * BATCH].reshape(-1, BATCH)


def trained(x: Any, t: Any, unseen: Any) -> Any:
    """Train, and predict the classes of images not seen."""
    import pellucid as pc
    from pellucid import functional, nn, optim

    rng = pc.Generator(seed=0)
    model = nn.Sequential(
        nn.Linear(784, HIDDEN, rng=rng.child()), nn.ReLU(), nn.Linear(HIDDEN, 10, rng=rng.child())
    )
    optimizer = optim.Adam(model.parameters(), RATE)
    features = pc.Buffer(x)
    labels = pc.Buffer(t)

    @pc.compile
    def step(rows: Any) -> Any:
        logits = model(features.take(rows, axis=0))
        loss = functional.cross_entropy(logits, labels.take(rows, axis=0))
        optimizer.minimize(loss)
        return loss

    for epoch in range(EPOCHS):
        step.loop(rows_of(len(x), epoch))
    with model.mode(training=False):
        return model(pc.tensor(unseen)).argmax(axis=1).numpy()


if __name__ == "__main__":
    print(main(*sys.argv[1:]))  # noqa: T201 (the parent reads it)
