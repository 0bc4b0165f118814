"""Losses and measures of information."""

from pellucid.lab.losses import (
    accuracy_or_loss,
    divergences,
    mean_or_sum,
    moving_clusters,
    softmax_overflow,
)

EXPERIMENTS = (
    softmax_overflow,
    mean_or_sum,
    accuracy_or_loss,
    divergences,
    moving_clusters,
)
