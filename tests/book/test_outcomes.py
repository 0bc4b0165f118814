"""Experiments that documents place are known, and their settings are taken."""

import re
import shlex
from pathlib import Path

import pytest
from outcomes import Placed, placed

from pellucid.errors import OptionError
from pellucid.lab import experiment
from pellucid.lab.settings import changed

ROOT = Path(__file__).parents[2]
DOCUMENTS = [path.relative_to(ROOT) for path in sorted((ROOT / "docs").glob("**/*.md"))]
RUN = re.compile(r"pellucid lab run ([^`\n#]+)")


def tried(text: str) -> list[Placed]:
    """The experiments that a document places or tells to run."""
    found = [*placed(text)]
    for line in RUN.findall(text):
        name, *words = shlex.split(line)
        changes = [words[i + 1] for i, word in enumerate(words[:-1]) if word == "--set"]
        pairs = (change.partition("=") for change in changes)
        found.append(Placed(name, tuple((key, value) for key, _, value in pairs)))
    return [each for each in found if re.fullmatch(r"[a-z0-9-]+", each.name)]


def check(text: str) -> None:
    for each in tried(text):
        changed(experiment(each.name).settings(), dict(each.settings), each.name)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_a_document_tells_to_run_can_be_run(document: Path) -> None:
    check((ROOT / document).read_text(encoding="utf-8"))


def test_settings_of_a_placed_experiment_are_read() -> None:
    text = "```{experiment} zero-start\n:hidden: 8\n:seed: 1\n```\n"
    [each] = placed(text)
    assert each == Placed("zero-start", (("hidden", "8"), ("seed", "1")))
    assert each.command == "pellucid lab run zero-start --set hidden=8 --set seed=1"


@pytest.mark.parametrize(
    "text",
    [
        "```{experiment} zero-strat\n```\n",
        "```{experiment} zero-start\n:hiden: 8\n```\n",
        "`pellucid lab run zero-start --set hidden=1000`",
    ],
)
def test_what_cannot_be_run_is_noticed(text: str) -> None:
    with pytest.raises(OptionError):
        check(text)
