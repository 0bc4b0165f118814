"""Convolution."""

from types import ModuleType

EXPERIMENTS: tuple[ModuleType, ...] = ()
