"""Computation graphs and backpropagation."""

from pellucid.lab.backpropagation import computation_graph, gradient_check, relu_in_place

EXPERIMENTS = (computation_graph, gradient_check, relu_in_place)
