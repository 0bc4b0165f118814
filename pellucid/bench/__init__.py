"""Benchmarks: pellucid beside its peers, the same work, interleaved in one run.

workloads       what is trained, and what is predicted with
systems         pellucid and its peers, each in several configurations
whole           whole runs of each, in processes of their own
measure         rounds in turn, medians, the machine's limits
show            the table, the figure, the JSON form
"""
