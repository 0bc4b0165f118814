"""What a trained model keeps of its data: names, and what of a file is not whole."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from pellucid.cli.data_facts import LARGEST, DataFacts, read_facts
from pellucid.data import Form
from pellucid.errors import FileError
from pellucid.train import RunFolder

FACTS = DataFacts(Form((4,), 3), ("cat", "dog", "cow"))


def test_classes_are_called_by_name_by_character_or_by_number() -> None:
    form = Form((4,), 3)
    assert DataFacts(form, ("cat", "dog", "cow")).names == ("cat", "dog", "cow")
    assert DataFacts(form, characters="a b\n").names == ("a", "' '", "b", "'\\n'")
    assert DataFacts(form).names == ("0", "1", "2")


def run_with(path: Path, facts: dict[str, Any]) -> RunFolder:
    (path / "config.json").write_text(json.dumps({"data": facts}))
    return RunFolder.open(path)


def test_facts_that_were_written_are_read(tmp_path: Path) -> None:
    assert read_facts(run_with(tmp_path, asdict(FACTS))) == FACTS


@pytest.mark.parametrize(
    "damage",
    [
        lambda facts: facts.pop("form"),
        lambda facts: facts.update(class_names=["cat"]),
        lambda facts: facts["form"].update(classes=LARGEST + 1),
        lambda facts: facts["form"].update(shape=[0]),
        lambda facts: facts.update(characters="abc"),
    ],
)
def test_facts_that_are_not_whole_are_refused(
    tmp_path: Path, damage: Callable[[dict[str, Any]], object]
) -> None:
    facts = asdict(FACTS)
    damage(facts)
    with pytest.raises(FileError, match=r"config\.json says of the data is not whole"):
        read_facts(run_with(tmp_path, facts))
