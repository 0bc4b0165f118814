"""Test accuracy on real MNIST in float32 and in bfloat16, seed by seed.

    python benchmarks/bfloat16_accuracy.py FOLDER [--model simple_convnet] [--epochs 5] [--seeds 5]

FOLDER holds the four files of MNIST. Without a model: 784-50-10, Adam, batches of 100.
"""

import argparse

import numpy as np

from pellucid import data, functional, nn, optim
from pellucid.models import SimpleConvNet
from pellucid.precision import PRECISIONS
from pellucid.random import Generator
from pellucid.train import Options, Trainer

IMAGE = (1, 28, 28)


def network(model: str, seed: int) -> nn.Module:
    """A network at its start."""
    rng = Generator(seed)
    if model == "simple_convnet":
        return SimpleConvNet(IMAGE, 10, rng=rng)
    return nn.Sequential(nn.Linear(784, 50, rng=rng), nn.ReLU(), nn.Linear(50, 10, rng=rng))


def accuracy(sets: tuple[data.Dataset, data.Dataset], precision: str, asked: argparse.Namespace,
             seed: int) -> float:  # fmt: skip
    """Of the test set, after training on the other."""
    train, test = sets
    model = network(asked.model, seed)
    options = Options(batch_size=100, seed=seed, precision=precision, keep="last", lint=False)
    optimizer = optim.Adam(model.parameters(), 0.001)
    trainer = Trainer(model, functional.cross_entropy, optimizer, train, None, options)
    trainer.fit(asked.epochs, show=False)
    return float(trainer.evaluate(test)["accuracy"])


def main() -> None:
    """Print a line for each seed, then the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--model", default="mlp", choices=("mlp", "simple_convnet"))
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    sets = data.mnist(asked.folder)
    if asked.model == "simple_convnet":
        sets = sets[0].with_shape(*IMAGE), sets[1].with_shape(*IMAGE)
    found = []
    print("seed", *PRECISIONS)
    for seed in range(asked.seeds):
        found.append([accuracy(sets, precision, asked, seed) for precision in PRECISIONS])
        print(seed, *(f"{one:.4f}" for one in found[-1]), flush=True)
    print("mean", *(f"{one:.5f}" for one in np.mean(found, axis=0)))


if __name__ == "__main__":
    main()
