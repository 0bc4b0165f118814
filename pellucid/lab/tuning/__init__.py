"""Data, fit and the search for hyperparameters."""

from types import ModuleType

EXPERIMENTS: tuple[ModuleType, ...] = ()
