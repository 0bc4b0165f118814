"""The linter: mistakes of training, found before it begins, in the graph of the user's own model.

    lint        look at model, loss, data and optimizer
    Findings    what was found; each a Finding
    CHECKS      all checks

    findings, words          records and texts
    trace, patterns          the graph as something that can be asked, and formulas in it
    subject, lines, sample, measured
                             what is looked at: captured, in the user's lines, drawn, run
    loss_checks, target_checks, layer_checks, parameter_checks, data_checks, start_checks
                             the checks, by what they look at
    table, linting           all of them, and the function that makes them

Nothing here recognises a model or the name of a layer: a softmax is e^z / sum of e^z, whoever
wrote it.
"""

from pellucid.linter.findings import Finding, Findings
from pellucid.linter.linting import lint
from pellucid.linter.table import CHECKS, Check

__all__ = ["CHECKS", "Check", "Finding", "Findings", "lint"]
