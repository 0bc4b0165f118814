"""Losses and measures of information."""

from types import ModuleType

EXPERIMENTS: tuple[ModuleType, ...] = ()
