"""Computation graphs and backpropagation."""

from types import ModuleType

EXPERIMENTS: tuple[ModuleType, ...] = ()
