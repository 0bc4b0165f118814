"""Convolution."""

from pellucid.lab.convolution import convnet_or_dense, edge_filters, padding_sizes

EXPERIMENTS = (edge_filters, padding_sizes, convnet_or_dense)
