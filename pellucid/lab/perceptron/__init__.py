"""The perceptron."""

from pellucid.lab.perceptron import logic_gates

EXPERIMENTS = (logic_gates,)
