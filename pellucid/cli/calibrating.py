"""`pellucid predict --calibrated`: the calibration of a run, found where it has none yet.

calibrated_answering    a run's answers, calibrated
"""

from dataclasses import replace

from pellucid.cli.answering import Answering
from pellucid.cli.custom_models import is_custom
from pellucid.cli.data_facts import read_facts
from pellucid.cli.recipe import read_recipe, trained_model
from pellucid.cli.run_data import data_of
from pellucid.cli.suited_loss import judging, loss_of
from pellucid.errors import DataError, OptionError
from pellucid.train import Calibrated, RunFolder
from pellucid.train.measurements.judging import judged
from pellucid.train.pages.calibrated import calibration_of


def calibrated_answering(run: RunFolder, answering: Answering) -> Answering:
    """How a run is asked so that it answers calibrated, with the same weights.

    Errors: OptionError where it gives no probabilities of classes, one answer a sample; DataError
    where there is no validation set to calibrate on; FileError.
    """
    if answering.symbol != "p" or not answering.names:
        raise OptionError(
            "predict: --calibrated, but this run gives no probabilities. Leave it out."
        )
    made = Calibrated.load(run.path)
    if made is None or made.weights != answering.weights:
        made = _found(run, answering.weights)
    return replace(answering, calibrated=made, weights=f"{answering.weights}; {made}")


def _found(run: RunFolder, weights: str) -> Calibrated:
    """From the validation set, which is loaded; kept in the folder for the next time."""
    if is_custom(run):
        raise DataError(
            f"predict {run.path}: --calibrated, but a Trainer in Python made it and its validation "
            "set is not in the folder. Train it with Saving(..., calibrate=True)."
        )
    recipe = read_recipe(run)
    facts = read_facts(run)
    data = data_of(recipe, facts).validation
    if data is None:
        raise DataError(f"predict {run.path}: --calibrated, but it has no validation set.")
    model, _ = trained_model(run, recipe, facts.form)
    form = facts.form
    found = judged(model, loss_of(recipe, form), data, judging(recipe, form))
    made = calibration_of(found, weights)
    made.save(run.path)
    return made
