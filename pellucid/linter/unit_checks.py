"""Checks of units that all begin alike.

equal_units     a layer whose units are the same, and get the same gradient
"""

from collections.abc import Iterator

from pellucid.languages import said
from pellucid.linter.findings import Finding, told
from pellucid.linter.subject import Subject


def equal_units(subject: Subject) -> Iterator[Finding]:
    """Units that compute the same and learn the same: many do no more than one."""
    reached = subject.look.reached if subject.look else {}
    for path in subject.measured.alike:
        shape = reached[path].shape
        units = shape[-1] if len(shape) == 2 else shape[0]
        yield told(
            said("all units of a layer are the same: {path} {shape}.", path=path, shape=shape),
            subject.layer(path.rpartition(".")[0]),
            said(
                "The weights of its {units} units are equal, and so are the gradients: each step "
                "leaves them equal, and {units} do no more than one.",
                units=units,
            ),
            said(
                "Draw the starting weights, such as by HeNormal before relu; zeros or one number "
                "are for biases."
            ),
        )
