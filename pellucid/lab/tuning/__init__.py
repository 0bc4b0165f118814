"""Data, fit and the search for hyperparameters."""

from pellucid.lab.tuning import more_data, random_or_grid, three_fits

EXPERIMENTS = (three_fits, more_data, random_or_grid)
