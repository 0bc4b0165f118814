"""The perceptron."""

from types import ModuleType

EXPERIMENTS: tuple[ModuleType, ...] = ()
