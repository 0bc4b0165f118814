"""Starts and normalisation."""

from pellucid.lab.starts import zero_start

EXPERIMENTS = (zero_start,)
