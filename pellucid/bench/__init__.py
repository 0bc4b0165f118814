"""Benchmarks: how fast pellucid is on this machine, all configurations interleaved in one run.

workloads       what is trained, and what is predicted with
training, prediction    the same in pellucid
alone           its executors, each in several configurations
whole           whole runs, in processes of their own
measure         rounds in turn, medians, the machine's limits
show            the table, the figure, the JSON form

Other libraries do the same work beside it in `benchmarks/peers`, in a checkout of pellucid.
"""
