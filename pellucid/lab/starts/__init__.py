"""Starts and normalisation."""

from pellucid.lab.starts import batch_norm_start, start_histograms, zero_start

EXPERIMENTS = (zero_start, start_histograms, batch_norm_start)
