"""One neuron, and gradient descent."""

from types import ModuleType

EXPERIMENTS: tuple[ModuleType, ...] = ()
