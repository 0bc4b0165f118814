"""Findings: what a check has to say, as records that print.

Told       what a check says
Finding    the same as a record, with the check: severity, what, where, why, remedy
Findings   all of a look, the gravest first
SEVERITIES error, warning, note: in this order
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, overload

from pellucid.displays import table
from pellucid.linter.words import said

ERROR, WARNING, NOTE = SEVERITIES = "error", "warning", "note"


class Told(NamedTuple):
    """What a check says, before it has a name; without a severity it has that of its check."""

    what: str
    where: str
    why: str
    remedy: str
    severity: str = ""


@dataclass(frozen=True)
class Finding:
    """What a check found.

    `code`: the name of the check. `where`: the layer's path, or the part of the program, and
    behind it the line of the user's code where it is known. `why`: formula and numbers.
    """

    code: str
    severity: str
    what: str
    where: str
    why: str
    remedy: str

    @property
    def line(self) -> str:
        """It in one line: what is wrong, where, and the remedy."""
        place = f" ({self.where})" if self.where else ""
        return f"{self.severity}: {self.what}{place} {self.remedy} [{self.code}]"

    def __str__(self) -> str:
        rows = [f"{self.severity}: {self.what}  [{self.code}]"]
        parts = (said("where"), self.where), (said("why"), self.why), (said("remedy"), self.remedy)
        rows += [f"  {name}: {text}" for name, text in parts if text]
        return "\n".join(rows)

    def as_dict(self) -> dict[str, str]:
        """The same for a program."""
        return asdict(self)


@dataclass(frozen=True, repr=False)
class Findings(Sequence[Finding]):
    """All findings of a look, the gravest first. `checks`: how many checks were made.

    `seen`: what was looked at, in words.
    """

    found: tuple[Finding, ...]
    checks: int
    seen: str = ""

    def __post_init__(self) -> None:
        order = sorted(self.found, key=lambda each: SEVERITIES.index(each.severity))
        object.__setattr__(self, "found", tuple(order))

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> "Sequence[Finding]": ...
    def __getitem__(self, index: int | slice) -> "Finding | Sequence[Finding]":
        return self.found[index]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)

    def of(self, severity: str) -> tuple[Finding, ...]:
        """Those of one severity."""
        return tuple(each for each in self.found if each.severity == severity)

    @property
    def codes(self) -> tuple[str, ...]:
        """The names of the checks that found something, each once, the gravest first."""
        return tuple(dict.fromkeys(each.code for each in self.found))

    @property
    def title(self) -> str:
        """How many there are of each severity, in words."""
        if not self.found:
            return said("nothing found in {checks} checks", checks=self.checks)
        counts = {each: len(self.of(each)) for each in SEVERITIES}
        return said(
            "{checks} checks: errors {errors}, warnings {warnings}, notes {notes}",
            errors=counts[ERROR],
            warnings=counts[WARNING],
            notes=counts[NOTE],
            checks=self.checks,
        )

    def __str__(self) -> str:
        lines = [*map(str, self.found), self.title]
        return "\n".join([*lines, self.seen] if self.seen else lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        heads = [said("severity"), said("check"), said("what"), said("where"), said("why")]
        heads.append(said("remedy"))
        rows = [(f.severity, f.code, f.what, f.where, f.why, f.remedy) for f in self.found]
        title = f"{self.title}. {self.seen}".strip()
        return table(title, heads if rows else [], rows, texts=len(heads), wraps=True)

    def as_dict(self) -> dict[str, Any]:
        """The same for a program."""
        rows = [finding.as_dict() for finding in self.found]
        return {"checks": self.checks, "seen": self.seen, "findings": rows}

    def to_json(self) -> str:
        """The same as a JSON document."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)
