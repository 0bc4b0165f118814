"""Networks and activations."""

from pellucid.lab.networks import (
    activation_curves,
    depth_or_width,
    forward_by_hand,
    linear_collapse,
    two_layer_net,
)

EXPERIMENTS = (
    forward_by_hand,
    activation_curves,
    linear_collapse,
    two_layer_net,
    depth_or_width,
)
