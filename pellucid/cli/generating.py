"""`pellucid generate`: a trained model of text goes on with a text."""

import sys
from itertools import islice
from pathlib import Path

from pellucid.cli.custom_models import refuse_custom
from pellucid.cli.data_facts import read_facts
from pellucid.cli.present import write_json
from pellucid.cli.recipe import read_recipe, trained_model
from pellucid.data import Vocabulary
from pellucid.errors import OptionError
from pellucid.models import generate
from pellucid.random import Generator
from pellucid.tables import printable
from pellucid.train import RunFolder


def generate_run(
    folder: Path, prompt: str, length: int, temperature: float, seed: int, as_json: bool
) -> int:
    """Print the prompt and what comes after it, character by character or as JSON."""
    run = RunFolder.open(folder)
    refuse_custom("generate", run)
    recipe = read_recipe(run)
    facts = read_facts(run)
    if not facts.characters:
        raise OptionError(
            f"generate: the model in {folder} learned from {recipe.data!r}, not from text. Train "
            "one: pellucid train text --file FILE"
        )
    model, weights = trained_model(run, recipe, facts.form)
    characters = generate(
        model,
        Vocabulary(facts.characters),
        prompt,
        context=facts.form.shape[0],
        temperature=temperature,
        rng=Generator(seed),
    )
    text = islice(characters, length)
    if as_json:
        document = {"run": str(folder), "weights": weights, "prompt": prompt}
        write_json(document | {"text": "".join(text)})
        return 0
    _write(prompt)
    for character in text:
        _write(character)
    _write("\n")
    return 0


def _write(text: str) -> None:
    """Print at once, so that one can watch it being written."""
    if sys.stdout.isatty():
        text = printable(text, keep="\n\t")
    # A terminal that does not know a character shows a question mark.
    code = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(code, "replace").decode(code))
    sys.stdout.flush()
