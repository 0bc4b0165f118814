"""What the linter says of each planted mistake, word by word, and in Chinese too."""

import re
from collections.abc import Callable
from importlib import import_module

import pytest
from linter.programs import Table
from linter.test_table import FAMILIES

import pellucid as pc
from pellucid.linter import Finding
from pellucid.linter.linting import DOES_NOT_RUN

TABLES: dict[str, Table] = {
    name: import_module(f"linter.test_{name}_checks").TABLE for name in FAMILIES
}
NAMES = [(family, name) for family, table in TABLES.items() for name in table.faults]
CHINESE = re.compile("[\u4e00-\u9fff]")


def finding(family: str, name: str) -> Finding:
    """What is said of the mistake itself."""
    table = TABLES[family]
    code = table.faults[name][0]
    return next(each for each in table.found(name) if each.code == code)


def masked(text: str) -> str:
    """Without what moves: lines of these tests, and measured numbers."""
    text = re.sub(r"\.py:\d+", ".py", text)
    text = re.sub(r"In \d+ steps|reached at [\d.e+-]+|\b\d+%", "#", text)
    return re.sub(r"(?<![\w.])\d+\.\d+(e[+-]?\d+)?", "#", text)


def test_each_mistake_is_told_in_these_words(golden: Callable[[str, str], None]) -> None:
    told = [f"{name}\n{masked(str(finding(family, name)))}\n" for family, name in NAMES]
    golden("linter.txt", "\n".join(told))


@pytest.mark.parametrize(("family", "name"), NAMES)
def test_every_line_of_it_is_said_in_chinese(family: str, name: str) -> None:
    with pc.language("zh"):
        found = finding(family, name)
        lines = str(found).splitlines()
    parts = [found.what, found.remedy]
    if found.code != DOES_NOT_RUN:  # an error of the model is told as it is
        parts += [found.why, *lines]
    assert [part for part in parts if not CHINESE.search(part)] == []
