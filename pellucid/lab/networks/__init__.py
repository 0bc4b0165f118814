"""Networks and activations."""

from pellucid.lab.networks import activation_curves, forward_by_hand, linear_collapse

EXPERIMENTS = (forward_by_hand, activation_curves, linear_collapse)
