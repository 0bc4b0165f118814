"""Regularisation."""

from pellucid.lab.regularisation import dropout_odds

EXPERIMENTS = (dropout_odds,)
