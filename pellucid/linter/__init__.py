"""The linter: mistakes of training, found before it begins, in the graph of the user's own model.

    lint        look at model, loss, data and optimizer
    Findings    what was found; each a Finding
    CHECKS      all checks

    findings, check          records, and what makes them
    trace, patterns          the graph as something that can be asked, and formulas in it
    subject, looking, lines, sample, measured
                             what is looked at: captured, in the user's lines, drawn, run
    loss_checks, target_checks, layer_checks, parameter_checks, data_checks, class_checks,
    start_checks, rate_checks
                             the checks, by what they look at
    quick, table, linting    those before every training, all, and the function that makes them

Nothing here recognises a model or the name of a layer: a softmax is e^z / sum of e^z, whoever
wrote it.
"""

from typing import TYPE_CHECKING

from pellucid.on_use import on_use

if TYPE_CHECKING:
    from pellucid.linter.check import Check as Check
    from pellucid.linter.findings import (
        Finding as Finding,
        Findings as Findings,
    )
    from pellucid.linter.linting import lint as lint
    from pellucid.linter.table import CHECKS as CHECKS


if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)
