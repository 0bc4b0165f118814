"""`pellucid explain`: a run, or a model before any training, explained on samples of its data.

explain_command     a trained run, or a model by name, at its start
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.cli.custom_models import refuse_custom
from pellucid.cli.data_facts import DataFacts, read_facts
from pellucid.cli.data_parts import DataParts
from pellucid.cli.datasets import DATA
from pellucid.cli.explained_samples import ExplainedSample, explained, judging_set
from pellucid.cli.kept_weights import its_optimizer, told
from pellucid.cli.output import Output
from pellucid.cli.present import plain_console, write_json
from pellucid.cli.recipe import Recipe, build_model, load_data, read_recipe, trained_model
from pellucid.cli.run_data import data_of, moved
from pellucid.cli.suited_loss import judging, loss_of
from pellucid.errors import OptionError
from pellucid.explanation.comparison import SideBySide
from pellucid.explanation.explanation import Explanation
from pellucid.explanation.histograms import UPDATES
from pellucid.languages import said
from pellucid.nn.module import Module
from pellucid.recordings import USUAL
from pellucid.train import RunFolder
from pellucid.train.measurements.judging import judged
from pellucid.train.pages.mistakes import worst_samples

SHARED = "explain {run}: and {option}. A run has a model and data: leave it out."
NOTHING = "explain: nothing to explain. Give the folder of a run, or --model NAME --data NAME."
NO_DATA = (
    "explain: --model {model}, and no data. It is explained on samples: add --data digits, or "
    "other data of `pellucid train --help`."
)
NO_MODEL = (
    "explain: --data {data}, and no model. Say which is explained on them: add --model {usual}, "
    "or another model that `pellucid train {data} --help` has."
)
OF_RUNS = "explain: {option}, and no run. A model before any training has no checkpoints."


@dataclass(frozen=True)
class Shown:
    """What is printed and written: an explanation, of which weights, and what goes with it."""

    found: Explanation
    title: str
    weights: str
    comparison: SideBySide | None = None
    further: tuple[tuple[str, str], ...] = ()


def explain_command(run: Path | None, options: dict[str, Any], output: Output) -> int:
    """Explain a run, or a model by name. Errors: OptionError for neither, or both."""
    name, data, seed = (options.pop(each) for each in ("model", "data", "seed"))
    out = options.pop("out")
    asked = ExplainedSample(**options)
    if run is not None:
        for option, value in (("--model", name), ("--data", data)):
            if value is not None:
                raise OptionError(SHARED.format(run=run, option=option))
        return _show(
            _of_run(run, asked, with_page=out is not None),
            asked,
            out,
            output,
        )
    if name is None or data is None:
        raise OptionError(_missing(name, data))
    for option, step in (("--step", asked.step), ("--beside", asked.beside)):
        if step is not None:
            raise OptionError(OF_RUNS.format(option=option))
    usual = DATA[data].usual.models.get(name, {})
    recipe = Recipe(data=data, model=name, model_options=dict(usual), seed=seed)
    return _show(_of_model(recipe, asked), asked, out, output)


def _missing(name: str | None, data: str | None) -> str:
    """What is said where a model or its data are not named."""
    if name is not None:
        return NO_DATA.format(model=name)
    if data is not None:
        return NO_MODEL.format(data=data, usual=DATA[data].usual.model)
    return NOTHING


def _of_run(folder: Path, asked: ExplainedSample, *, with_page: bool) -> Shown:
    run = RunFolder.open(folder)
    refuse_custom("explain", run)
    recipe = read_recipe(run)
    facts = read_facts(run)
    parts = None if asked.is_given else data_of(moved(recipe, asked.data_dir), facts)
    model, weights = trained_model(run, recipe, facts.form, asked.step)
    found = explained(model, recipe, facts, parts, asked)
    if not asked.is_given:  # an update is one by the gradients of the loss
        found.optimizer = its_optimizer(run, recipe, model)
    title = f"{recipe.model}, {recipe.data}"
    if recipe.of_products != USUAL:
        weights += f"; all in float32 here, the products of the run in {recipe.of_products}"
    if asked.beside is not None:
        other, its = trained_model(run, recipe, facts.form, asked.beside)
        second = explained(other, recipe, facts, parts, asked)
        return Shown(
            found,
            title,
            weights,
            second.beside(found, (told(its), told(weights))),
        )
    further = _mistakes(model, recipe, facts, parts) if with_page and parts is not None else ()
    return Shown(found, title, weights, None, further)


def _mistakes(
    model: Module, recipe: Recipe, facts: DataFacts, parts: DataParts
) -> tuple[tuple[str, str], ...]:
    """The samples that the model gets most wrong, with the probabilities."""
    if not facts.form.classes:
        return ()
    loss = loss_of(recipe, facts.form)
    found = judged(model, loss, judging_set(parts), judging(recipe, facts.form))
    worst = worst_samples(found, facts.names)
    return ((said("Samples that are most wrong"), worst),) if worst else ()


def _of_model(recipe: Recipe, asked: ExplainedSample) -> Shown:
    parts = load_data(moved(recipe, asked.data_dir))
    facts = DataFacts.of(parts)
    model = build_model(recipe, facts.form).inference()
    found = explained(model, recipe, facts, parts, asked)
    weights = f"weights at the start, seed {recipe.seed}"
    return Shown(found, f"{recipe.model}, {recipe.data}", weights)


def _show(shown: Shown, asked: ExplainedSample, out: Path | None, output: Output) -> int:
    found = shown.found
    beside = shown.comparison
    derived = found.derivation(asked.node) if asked.node else None
    if out is not None:
        compared = [(said("Side by side"), beside._repr_html_())] if beside else []
        found.save(
            out,
            shown.title,
            [*compared, *shown.further],
            told(shown.weights),
        )
    if output.as_json:
        document = {"weights": shown.weights, **found.as_dict()}
        document |= {"update_ratios": _ratios(found)} if found.optimizer else {}
        document |= {"derivation": derived.as_dict()} if derived else {}
        write_json(document | ({"beside": beside.as_dict()} if beside else {}))
        return 0
    lines = found.backward_pass(asked.notation) if asked.notation else None
    texts = [str(part) for part in (lines, derived, beside) if part] or [str(found)]
    if output.is_full:
        texts.append(told(shown.weights))
        if out is not None:
            texts.append(said("page: {path}", path=out))
    plain_console().print(
        "\n\n".join(texts),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    return 0


def _ratios(found: Explanation) -> dict[str, float | None]:
    """The length of the optimizer's next update by that of the weights, for each parameter."""
    return {each.path: each.ratio for each in found.histograms() if each.of == UPDATES}
