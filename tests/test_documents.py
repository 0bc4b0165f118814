"""What the documents show is run: each Python block, in order, with what it prints; and links.

A block with `>>>` is checked like a doctest, any other is run. The blocks of one document
share their names, like the cells of a notebook.
"""

import doctest
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from pellucid.cli import main

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md")
    for path in sorted(ROOT.glob(pattern))
]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|/)pellucid (.*)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def run_blocks(text: str, name: str) -> None:
    """Run the Python blocks of a document; raise with file and line where one fails."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in BLOCK.finditer(text):
        code, before = block[1], text.count("\n", 0, block.start(1))
        if ">>>" not in code:
            exec(compile("\n" * before + code, name, "exec"), names)
            continue
        example = doctest.DocTestParser().get_doctest(code, names, name, name, before)
        example.globs = names  # not a copy: functions of one block see what later ones assign
        report: list[str] = []
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
        runner.run(example, out=report.append, clear_globs=False)
        assert runner.failures == 0, "".join(report)


def anchors(text: str) -> set[str]:
    """The names that links give to the headings of a document."""
    headings = HEADING.findall(FENCED.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> list[str]:
    """The links of a document, to files here, that lead nowhere."""
    broken = []
    for link in LINK.findall(FENCED.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"https?:|mailto:", link):
            continue
        place, _, anchor = link.partition("#")
        target = document.parent / place if place else document
        found = target.exists()
        if found and anchor:
            found = anchor in anchors(target.read_text(encoding="utf-8"))
        if not found:
            broken.append(link)
    return broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_blocks_of_a_document_run_and_print_what_they_show(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_blocks((ROOT / document).read_text(encoding="utf-8"), str(document))


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    assert broken_links(ROOT / document) == []


def commands(text: str) -> list[list[str]]:
    """The arguments of every call of the command line in the shell blocks of a document."""
    found = COMMAND.findall("\n".join(SHELL.findall(text)))
    return [shlex.split(arguments, comments=True) for arguments in found]


def is_known(arguments: list[str]) -> bool:
    """Whether the command line has this command and its options; nothing is run."""
    return main([*arguments, "--help"]) == 0


@pytest.mark.parametrize(
    ("document", "among"),
    [("README.md", "train digits"), ("docs/command-line.md", "train digits --epochs 3")],
)
def test_command_lines_have_known_commands_and_options(document: str, among: str) -> None:
    shown = commands((ROOT / document).read_text(encoding="utf-8"))
    assert among.split() in shown
    assert len(shown) >= 4
    assert [arguments for arguments in shown if not is_known(arguments)] == []


def test_an_option_that_is_not_known_is_noticed() -> None:
    assert commands("```bash\npellucid train digits --hiden 5  # no\n```\n") == [
        ["train", "digits", "--hiden", "5"]
    ]
    assert not is_known(["train", "digits", "--hiden", "5"])


def test_a_block_that_prints_something_else_is_noticed() -> None:
    with pytest.raises(AssertionError, match="Expected"):
        run_blocks("```python\n>>> 1 + 1\n3\n```\n", "example.md")


def test_a_block_that_fails_is_noticed_with_its_line() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run_blocks("One\n\n```python\nx = 1\nx / 0\n```\n", "example.md")
    assert caught.traceback[-1].lineno + 1 == 5


def test_blocks_share_their_names() -> None:
    run_blocks("```python\nx = 1\n```\n\n```python\n>>> x + 1\n2\n```\n", "example.md")


def test_a_link_to_nowhere_is_noticed(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# A b\n[1](#a-b) [2](a.md#a-b) [3](b.md) [4](#c) [5](https://x.org)\n")
    assert broken_links(document) == ["b.md", "#c"]


def test_readme_tour_and_decisions_are_among_the_documents() -> None:
    names = {str(document) for document in DOCUMENTS}
    assert {"README.md", "docs/tour.md", "docs/decisions/0001-dependencies.md"} <= names
