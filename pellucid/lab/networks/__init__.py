"""Networks and activations."""

from types import ModuleType

EXPERIMENTS: tuple[ModuleType, ...] = ()
