"""`pellucid explain`: a run, or a model before any training, explained on samples of its data.

explain_command     a trained run, or a model by name, at its start
Asked               what is to be shown of it
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.cli.datasets import DATA, DataParts
from pellucid.cli.moved import data_of, moved
from pellucid.cli.output import Output
from pellucid.cli.own import refuse_own
from pellucid.cli.present import plain_console, write_json
from pellucid.cli.recipe import (
    DataFacts,
    Recipe,
    build_model,
    load_data,
    loss_of,
    read_facts,
    read_recipe,
    trained_model,
)
from pellucid.cli.using import read_sample
from pellucid.data import Dataset
from pellucid.errors import OptionError
from pellucid.explanation.derivation_text import tell
from pellucid.explanation.explanation import Explanation, explain
from pellucid.explanation.trace import trace
from pellucid.languages import said
from pellucid.nn.module import Module
from pellucid.tensor import Tensor
from pellucid.train import RunFolder

PICTURES = ("digit", "ink", "picture")  # what is read where pictures are taken
SAMPLES = 16  # that are explained together where no one is asked for


@dataclass(frozen=True)
class Asked:
    """What is to be explained: one sample, or a picture, or the first samples; and which value.

    `out`: the page that is written, where one is wanted.
    """

    sample: int | None = None
    image: Path | None = None
    node: str | None = None
    out: Path | None = None
    data_dir: Path | None = None


def explain_command(run: Path | None, options: dict[str, Any], output: Output) -> int:
    """Explain a run, or a model by name. Errors: OptionError for neither, or both."""
    name, data, seed = (options.pop(each) for each in ("model", "data", "seed"))
    asked = Asked(**options)
    if run is None and (name is None or data is None):
        raise OptionError(
            "explain: nothing to explain. Give the folder of a run, or --model NAME --data NAME."
        )
    if run is None:
        usual = DATA[data].usual.models.get(name, {})
        recipe = Recipe(data=data, model=name, model_options=dict(usual), seed=seed)
        return _explain_model(recipe, asked, output)
    if name is not None or data is not None:
        raise OptionError(
            f"explain {run}: and --model or --data. A run has a model and data: leave them out."
        )
    return _explain_run(run, asked, output)


def _explain_run(folder: Path, asked: Asked, output: Output) -> int:
    run = RunFolder.open(folder)
    refuse_own("explain", run)
    recipe, facts = read_recipe(run), read_facts(run)
    model, weights = trained_model(run, recipe, facts.form)
    parts = None if asked.image else data_of(moved(recipe, asked.data_dir), facts)
    found = _explained(model, recipe, facts, parts, asked)
    return _show(found, f"{recipe.model}, {recipe.data}", weights, asked, output)


def _explain_model(recipe: Recipe, asked: Asked, output: Output) -> int:
    parts = load_data(moved(recipe, asked.data_dir))
    facts = DataFacts.of(parts)
    model = build_model(recipe, facts.form).inference()
    found = _explained(model, recipe, facts, parts, asked)
    weights = said("weights at the start, seed {seed}", seed=recipe.seed)
    return _show(found, f"{recipe.model}, {recipe.data}", weights, asked, output)


def _explained(
    model: Module, recipe: Recipe, facts: DataFacts, parts: DataParts | None, asked: Asked
) -> Explanation:
    if asked.image is not None:
        return _of_picture(model, recipe, facts, asked.image)
    assert parts is not None, "samples are those of the data"
    inputs, targets = _samples(parts, asked.sample)
    found = explain(model, *inputs, targets, loss=loss_of(recipe, facts.form))
    found.class_names = facts.names
    return found


def _samples(parts: DataParts, sample: int | None) -> tuple[tuple[Any, ...], Any]:
    """The inputs and targets of one sample, or of the first, of the set that judges.

    Errors: OptionError for a sample that it does not have.
    """
    data: Dataset = parts.test or parts.validation or parts.train
    if sample is None:
        chosen = slice(0, SAMPLES)
    elif 0 <= sample < len(data):
        chosen = slice(sample, sample + 1)
    else:
        raise OptionError(f"--sample {sample}: {data.name} has the samples 0 to {len(data) - 1}.")
    return tuple(x[chosen] for x in data.inputs), data.labels[chosen]


def _of_picture(model: Module, recipe: Recipe, facts: DataFacts, path: Path) -> Explanation:
    """The score of the class that is guessed; a picture has no target.

    Errors: DataError, FileError for what is no picture; OptionError where none is taken.
    """
    reads = DATA[recipe.data].reads
    if reads not in PICTURES or not facts.form.classes:
        raise OptionError(
            f"--image {path}: a run on {recipe.data} takes no pictures. Use --sample N, one of its "
            "data."
        )
    pixels = np.asarray(read_sample(reads, str(path), facts.form), np.float32)[None]
    guessed = int(model(pixels).argmax(axis=1).item())

    def score(x: Any) -> Tensor:
        scores: Tensor = model(x)
        return scores[0, guessed]

    return Explanation(trace(score, pixels), model, (pixels,), facts.names)


def _show(found: Explanation, title: str, weights: str, asked: Asked, output: Output) -> int:
    derived = asked.node and found.derivation(asked.node)
    if asked.out is not None:
        found.save(asked.out, title)
    if output.as_json:
        document = {"weights": weights, **found.as_dict()}
        write_json(document | ({"derivation": derived.as_dict()} if derived else {}))
        return 0
    console = plain_console()
    told = str(tell(derived)) if derived else str(found)
    console.print(told, markup=False, highlight=False, soft_wrap=True)
    if output.is_full:
        console.print(weights, markup=False, highlight=False, soft_wrap=True)
        if asked.out is not None:
            console.print(said("page: {path}", path=asked.out), markup=False, highlight=False)
    return 0
