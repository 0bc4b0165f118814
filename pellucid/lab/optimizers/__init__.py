"""Optimizers."""

from pellucid.lab.optimizers import (
    adagrad_plateau,
    adam_decay,
    gradient_field,
    learning_rates,
    optimizer_paths,
)

EXPERIMENTS = (learning_rates, gradient_field, optimizer_paths, adagrad_plateau, adam_decay)
