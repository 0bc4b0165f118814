"""The table of checks: names once, each in the documentation as it stands, each with programs."""

import re
from importlib import import_module
from pathlib import Path

import pellucid
from pellucid.linter import CHECKS
from pellucid.linter.findings import SEVERITIES
from pellucid.linter.linting import DOES_NOT_RUN
from pellucid.linter.quick import QUICK

PAGE = Path(pellucid.__file__).parents[1] / "docs" / "linter.md"
FAMILIES = (
    "class", "data", "layer", "loss", "parameter", "rate", "reduction", "start", "target", "unit",
)  # fmt: skip


def rows() -> list[str]:
    """The rows of the table, as the page has them."""
    return [
        f"| `{c.name}` | {c.severity} | {'yes' if c in QUICK else ''} | {c.sentence} |"
        for c in CHECKS
    ]


def test_names_are_words_and_differ() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names) >= 30
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in names)
    assert all(check.severity in SEVERITIES for check in CHECKS)


def test_the_page_lists_every_check_as_it_is() -> None:
    listed = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    assert listed == rows()


def test_every_check_has_a_program_with_its_mistake() -> None:
    tables = [import_module(f"linter.test_{family}_checks").TABLE for family in FAMILIES]
    planted = {code for table in tables for code, _ in table.faults.values()}
    assert planted == {check.name for check in CHECKS} | {DOES_NOT_RUN}
    assert sum(len(table.faults) for table in tables) >= 40
    assert sum(len(table.rights) for table in tables) >= 40
