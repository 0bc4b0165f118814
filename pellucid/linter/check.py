"""What a check of the linter is, and how several are made.

Check    one: name, severity, a sentence, and what looks
made     what several find
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pellucid.languages import said
from pellucid.linter.findings import Finding, Findings
from pellucid.linter.subject import Subject


@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """One check. `severity`: of what it finds, where it does not say another itself."""

    name: str
    severity: str
    sentence: str
    look: Callable[[Subject], Iterator[Finding]]

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """What it finds."""
        for found in self.look(subject):
            yield replace(found, code=self.name, severity=found.severity or self.severity)


def made(checks: Sequence[Check], subject: Subject) -> Findings:
    """What these checks find."""
    found = tuple(finding for check in checks for finding in check(subject))
    seen = said(
        "Looked at: one batch of {batch} samples of {name}, {count:,} samples.",
        batch=subject.trace.batch,
        name=repr(subject.train.name),
        count=len(subject.train),
    )
    return Findings(found, len(checks), seen)
