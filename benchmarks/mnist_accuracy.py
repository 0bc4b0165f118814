"""Test accuracy on real MNIST of the two convnets by the recipe of docs/command-line.md.

    python benchmarks/mnist_accuracy.py FOLDER [--seeds 3] [--models deep-convnet ...]

FOLDER holds the four files of MNIST. Each model is trained by the command line, as a user does it;
printed are the accuracies seed by seed, their median, and the goal.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile

RECIPE = (
    "--epochs 5 --learning-rate 0.002 --schedule warm-up:steps=200+cosine-decay "
    "--average exponential"
)
GOALS = {"simple-convnet": 0.989, "deep-convnet": 0.993}
FURTHER = {"deep-convnet": " --dropout 0.25"}  # options of a model


def recipe(model: str) -> str:
    """The options that a model is trained with."""
    return RECIPE + FURTHER.get(model, "")


def accuracies(folder: str, model: str, seeds: int) -> list[float]:
    """Of the test set, seed by seed."""
    command = [sys.executable, "-m", "pellucid", "train", "mnist", "--data-dir", folder]
    command += ["--model", model, *recipe(model).split(), "--seeds", str(seeds), "--json", "--out"]
    with tempfile.TemporaryDirectory() as runs:
        done = subprocess.run([*command, f"{runs}/{model}"], stdout=subprocess.PIPE, check=True)
    found: list[float] = json.loads(done.stdout)["measures"]["test accuracy"]["values"]
    return found


def main() -> None:
    """Print a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--models", nargs="+", default=list(GOALS), choices=list(GOALS))
    asked = parser.parse_args()
    for model in asked.models:
        found = accuracies(asked.folder, model, asked.seeds)
        each = " ".join(f"{one:.4f}" for one in found)
        median = statistics.median(found)
        print(f"{model}: {each}, median {median:.4f}, goal {GOALS[model]}", flush=True)


if __name__ == "__main__":
    main()
