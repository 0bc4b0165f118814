"""Executors: the same graph, run several ways.

    reference   NumPy, node by node: the meaning of a graph

Each is a class that takes a Graph and gives an object which is called with input arrays.
"""
