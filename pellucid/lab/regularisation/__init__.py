"""Regularisation."""

from pellucid.lab.regularisation import (
    augmentation_gallery,
    dropout_odds,
    dropout_or_not,
    early_stopping_curve,
    overfit_decay,
    penalty_balls,
)

EXPERIMENTS = (
    overfit_decay,
    penalty_balls,
    early_stopping_curve,
    dropout_or_not,
    dropout_odds,
    augmentation_gallery,
)
