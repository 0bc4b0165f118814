"""What is asked of every library: a tiny training, and what each meaning predicts of it.

Row     a question, and the meanings that an answer may have
ROWS    all of them, in the order of the table
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Row:
    """A question; `meanings` has the number, or numbers, that each meaning predicts."""

    key: str
    question: str
    meanings: dict[str, Any]

    def answer(self, measured: Any) -> str:
        """The meaning of what was measured. Errors: ValueError where it has none of them."""
        for meaning, predicted in self.meanings.items():
            if np.shape(measured) != np.shape(predicted):
                continue
            if np.allclose(measured, predicted, rtol=1e-3, atol=1e-12):
                return meaning
        raise ValueError(f"{self.key}: {measured} is none of {self.meanings}")


def _share(value: float) -> str:
    return f"{value:g}"


ROWS = (
    Row("first_rate", "Rates of the first two updates, of a schedule 1, 1/2, 1/4, …",
        {"1, 1/2": (1.0, 0.5), "1/2, 1/4": (0.5, 0.25)}),
    Row("rate_of_accumulated", "The same, with two micro-batches to an update",
        {"1, 1/2: updates count": (1.0, 0.5), "1/2, 1/8: micro-batches count": (0.5, 0.125)}),
    Row("accumulated", "Gradients 1 and 3 of two micro-batches become",
        {"their mean": 2.0, "their sum": 4.0}),
    Row("cosine_after", "A cosine to 0 over ten updates, then",
        {"stays at 0": 0.0, "rises again": (1.0 + math.cos(1.1 * math.pi)) / 2.0}),
    Row("rate_and_momentum", "A lower rate, and the velocity that is under way",
        {"slower at once": 0.09, "as fast as before": 0.9}),
    Row("rate_set_again", "A schedule made anew takes the rate that was",
        {"set last": 0.5, "set first": 0.1}),
    Row("plateau_patience", "Plateau with patience 2: measurements without gain, then lower",
        {"2": 2, "3": 3}),
    Row("plateau_gain", "Plateau: from a best of 1000, what counts as a gain",
        {"0.00005": (True, True, True), "0.05": (False, True, True),
         "0.15": (False, False, True)}),
    Row("plateau_cooldown", "Plateau with patience 1, cooldown 2: measurements from lower to lower",
        {"2": 2, "3": 3, "4": 4}),
    Row("decay_in_momentum", "`weight_decay` of SGD with momentum",
        {"in the gradient": 0.72, "apart from it": 0.81}),
    Row("adamw_decay", "`weight_decay` of AdamW, left out",
        {_share(value): value for value in (0.01, 0.004, 0.0001)}),
    Row("adam_epsilon", "Adam: where epsilon stands",
        {"√v̂ + ε": 0.5, "√v + ε, v not corrected": 1.0 / (1.0 + 1000.0**0.5),
         "√v + ε, nothing corrected": 0.1 / (1.0 + 0.001**0.5)}),
    Row("rmsprop_epsilon", "RMSProp: where epsilon stands",
        {"√v + ε": 1.0 / (1.0 + 0.1**0.5), "√(v + ε)": 1e-4}),
    Row("adagrad_start", "AdaGrad: its sum of squares begins at",
        {"0": 1.0, "0.1": 1.1**-0.5}),
    Row("clip_norm", "Clipping to norm 1e-6, of a gradient twice as long, leaves",
        {"1e-6": 1.0, "0.67e-6: limit / (norm + 1e-6)": 2.0 / 3.0}),
    Row("muon_scale", "Muon: the step of a layer of 64 units after 16, over one of 16 after 64",
        {"2: √max(1, out / in)": 2.0, "1: √max(out, in)": 1.0}),
    Row("weighted_mean", "A mean with weights 3 over one with weights 1",
        {"1: divided by the weights": 1.0, "3: divided by the samples": 3.0}),
    Row("smoothed_by_class", "Label smoothing and class weights: what is smoothed counts with",
        {"the weight of the label": 1.0, "the weight of each class": 1.3}),
    Row("ignored_and_smoothed", "Ignored labels and label smoothing: what is smoothed of them",
        {"does not count": 1.0, "counts": 1.3}),
    Row("ctc_mean", "CTC of one target of two labels: its mean over its sum",
        {"1: over samples": 1.0, "1/2: of each over its labels first": 0.5}),
    Row("ctc_impossible", "CTC of a target that does not fit into its steps",
        {"inf": math.inf, "about 100,000": 1e5}),
    Row("triplet_distance", "Triplets: from a distance of 3 to one of 1, the loss falls by",
        {"2: distances": 2.0, "8: their squares": 8.0}),
    Row("penalty_and_batch", "The pull of a penalty in a batch of 1 over that in one of 2",
        {"1": 1.0, "2: divided by the batch": 2.0}),
    Row("last_batch", "Three samples in batches of two: the last batch",
        {"a step as long as a full one": 2.0, "a step half as long": 1.5, "left out": 1.0}),
    Row("loss_of_epoch", "The loss of an epoch is the mean over",
        {"samples": 2.0, "batches": 2.5}),
    Row("running_statistics", "Batch norm: share of the new mean; variance divided by",
        {"0.1; n - 1": (0.1, 1.1), "0.1; n": (0.1, 1.0), "0.01; n": (0.01, 1.0),
         "0.01; n - 1": (0.01, 1.01)}),
    Row("stopped_early", "Early stopping as it comes leaves",
        {"the best weights": 1.0, "the last weights": 0.0}),
)  # fmt: skip
