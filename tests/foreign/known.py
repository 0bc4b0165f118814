"""What the lines of the tables are about, and the tables row by row."""

from typing import Any

import numpy as np

import pellucid as pc


def names() -> dict[str, Any]:
    """What the lines of the tables are about."""
    rng = pc.Generator(seed=0)
    x = pc.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    model = pc.nn.Sequential(pc.nn.Linear(3, 2, rng=rng))
    samples = pc.data.from_arrays(np.eye(120, 3), [0, 1] * 60)
    optimizer = pc.optim.Adam(model.parameters())
    trainer = pc.train.Trainer(model, pc.functional.cross_entropy, optimizer, samples)
    return {
        "pc": pc, "np": np, "rng": rng, "x": x, "y": x + 0.1, "w": pc.Parameter(x.numpy()),
        "mask": x > 0.25, "i": pc.tensor([[0, 1], [1, 0]]), "model": model, "samples": samples,
        "optimizer": optimizer, "trainer": trainer, "scores": x, "labels": pc.tensor([0, 2]),
        "p": x, "t": x, "logs": pc.functional.log_softmax(x), "layer": pc.nn.Linear(3, 4, rng=rng),
        "history": pc.train.History(epochs={"train_loss": [1.0], "validation_loss": [1.0]}),
        "images": pc.ones((1, 3, 4, 4)), "kernels": pc.ones((2, 3, 2, 2)),
        "series": pc.ones((1, 3, 4)),
        "loss": pc.functional.cross_entropy(model(x), pc.tensor([0, 1])),
    }  # fmt: skip


def rows(table: dict[str, dict[str, dict[str, str]]]) -> list[tuple[str, str, str, str]]:
    return [
        (owner, library, word, remedy)
        for owner, libraries in table.items()
        for library, words in libraries.items()
        for word, remedy in words.items()
    ]
