"""Recurrence."""

from pellucid.lab.recurrence import gradient_through_time

EXPERIMENTS = (gradient_through_time,)
