"""Findings: what a check has to say, as records that print.

Finding      one: severity, what, where, why, remedy; told, what a check says of one
Findings     all of a look, the gravest first
SEVERITIES   error, warning, note: in this order
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, overload

from pellucid.languages import marked, said

ERROR, WARNING, NOTE = SEVERITIES = marked("error"), marked("warning"), marked("note")
HEADS = {
    ERROR: marked("error: {text}"),
    WARNING: marked("warning: {text}"),
    NOTE: marked("note: {text}"),
}


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
        return f"{said(HEADS[self.severity], text=self.what)}{place} {self.remedy} [{self.code}]"

    def __str__(self) -> str:
        rows = [f"{said(HEADS[self.severity], text=self.what)}  [{self.code}]"]
        if self.where:
            rows.append(said("where: {text}", text=self.where))
        rows += [said("why: {text}", text=self.why), said("remedy: {text}", text=self.remedy)]
        return "\n  ".join(rows)

    def as_dict(self) -> dict[str, str]:
        """The same for a program."""
        return asdict(self)


def told(what: str, where: str, why: str, remedy: str, severity: str = "") -> Finding:
    """What a check says; the check adds its name, and its severity where there is none."""
    return Finding("", severity, what, where, why, remedy)


@dataclass(frozen=True, eq=False, repr=False)
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
        from pellucid.displays import table  # on use: before training nothing is shown so

        heads = [said("severity"), said("check"), said("what"), said("where"), said("why")]
        heads.append(said("remedy"))
        rows = [(said(f.severity), f.code, f.what, f.where, f.why, f.remedy) for f in self.found]
        title = f"{self.title}. {self.seen}".strip()
        return table(
            title,
            heads if rows else [],
            rows,
            texts=len(heads),
            wraps=True,
        )

    def as_dict(self) -> dict[str, Any]:
        """The same for a program."""
        rows = [finding.as_dict() for finding in self.found]
        return {"checks": self.checks, "seen": self.seen, "findings": rows}

    def to_json(self) -> str:
        """The same as a JSON document."""
        import json

        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)
