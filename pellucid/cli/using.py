"""`pellucid evaluate` and `pellucid predict`: a trained run at work.

evaluate_run      loss and accuracy on every set
predict_images    classes and probabilities of pictures
"""

from pathlib import Path

import numpy as np
from rich.table import Table
from rich.text import Text

from pellucid.cli.present import plain_console
from pellucid.cli.recipe import IMAGES, load_data, read_recipe, trained_model
from pellucid.data import read_digit
from pellucid.functional import cross_entropy, softmax
from pellucid.train import RunFolder, evaluate


def evaluate_run(folder: Path) -> int:
    """Print loss and accuracy of the model on training, validation and test set."""
    run = RunFolder.open(folder)
    recipe = read_recipe(run)
    parts = load_data(recipe)
    model = trained_model(run, recipe)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("set", "samples", "loss", "accuracy"):
        table.add_column(heading, justify="left" if heading == "set" else "right")
    for name, data in (
        ("training", parts.train),
        ("validation", parts.validation),
        ("test", parts.test),
    ):
        values = evaluate(model, cross_entropy, data)
        table.add_row(name, f"{len(data):,}", f"{values['loss']:.4f}", f"{values['accuracy']:.4f}")
    plain_console().print(table)
    return 0


def predict_images(folder: Path, images: tuple[Path, ...]) -> int:
    """Print the class of each picture, and all probabilities."""
    run = RunFolder.open(folder)
    recipe = read_recipe(run)
    size = IMAGES[recipe.data]
    model = trained_model(run, recipe)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("picture", overflow="fold")
    table.add_column("digit", justify="right", style="bold")
    for digit in range(10):
        table.add_column(f"p({digit})", justify="right")
    # All pictures are read first: a wrong one ends the command before anything is printed.
    pixels = np.stack([read_digit(path, size).reshape(-1) for path in images])
    with model.mode(training=False):
        probabilities = softmax(model(pixels)).numpy()
    for path, row in zip(images, probabilities, strict=True):
        table.add_row(Text(str(path)), str(int(row.argmax())), *(f"{p:.3f}" for p in row))
    plain_console().print(table)
    return 0
