"""The catalogues say what the code marks: `tools/languages/extract.py` brings them up to date."""

import importlib.util
import io
import sys
from pathlib import Path

import pytest

pytest.importorskip("babel")  # of the extra `dev`
ROOT = Path(__file__).parents[2]
IMPORT = "from pellucid.languages import"
FILE = ROOT / "tools" / "languages" / "extract.py"


def loaded():
    """The tool as a module."""
    spec = importlib.util.spec_from_file_location("extract", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(monkeypatch, capsys, tool, *arguments):
    """The exit code and what was printed."""
    monkeypatch.setattr(sys, "argv", ["extract.py", *arguments])
    return tool.main(), capsys.readouterr().out


def test_the_catalogues_are_up_to_date(monkeypatch, capsys):
    code, out = run(monkeypatch, capsys, loaded(), "--check")
    assert out == "All catalogues are up to date.\n"
    assert code == 0


SOURCE = """
from pellucid.languages import counted, marked, said

WHY = marked("because "
             "of {x}")

def f(n):
    return said("new: {n}", n=n) + said(WHY, x=1) + counted("{n} row", "{n} rows", n)
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A package with one room, and the tool for it."""
    tool = loaded()
    home = tmp_path / "pellucid"
    (home / "room").mkdir(parents=True)
    (home / "room" / "file.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(tool, "HOME", home)
    return tool, home


def translate(tool, path, words):
    """Fill in translations, as people do in the file."""
    text = path.read_text(encoding="utf-8")
    for before, after in words.items():
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def test_texts_are_found_translated_and_leave(home, monkeypatch, capsys):
    tool, place = home
    path = place / "languages" / "zh" / "LC_MESSAGES" / "room.po"
    (place / "other.py").write_text('counted("other", "things", 2)\n', encoding="utf-8")
    code, out = run(monkeypatch, capsys, tool, "--check")
    assert code == 1
    assert "languages/zh/LC_MESSAGES/room.po: not up to date" in out
    assert not path.exists()

    code, out = run(monkeypatch, capsys, tool)
    assert code == 1
    assert out.splitlines() == [
        f"languages/zh/LC_MESSAGES/room.po: without translation: {text!r}"
        for text in ("because of {x}", "new: {n}", ("{n} row", "{n} rows"))
    ]
    assert "#: pellucid/room/file.py\n" in path.read_text(encoding="utf-8")

    chinese = {
        'msgid "because of {x}"\nmsgstr ""': 'msgid "because of {x}"\nmsgstr "因为 {x}"',
        'msgid "new: {n}"\nmsgstr ""': 'msgid "new: {n}"\nmsgstr "新：{n}"',
        'msgstr[0] ""': 'msgstr[0] "{n} 行"',
    }
    translate(tool, path, chinese)
    assert run(monkeypatch, capsys, tool, "--check")[0] == 1  # the program's file is older
    assert run(monkeypatch, capsys, tool) == (0, "All catalogues are up to date.\n")
    assert run(monkeypatch, capsys, tool, "--check")[0] == 0
    assert len(tool._pairs(path.with_suffix(".mo").read_bytes())) == 3
    translate(tool, path, {'msgid "because': '#, fuzzy\nmsgid "because'})
    code, out = run(monkeypatch, capsys, tool, "--check")
    assert code == 1  # the program would say it in English
    assert "without translation: 'because of {x}'" in out
    translate(tool, path, {"#, fuzzy\n": ""})
    before = path.read_bytes()
    assert run(monkeypatch, capsys, tool)[0] == 0
    assert path.read_bytes() == before

    (place / "room" / "file.py").write_text(
        f'{IMPORT} said\nsaid("new: {{n}}", n=1)\n', encoding="utf-8"
    )
    assert run(monkeypatch, capsys, tool)[0] == 0
    (left,) = (m for m in tool.read_po(io.BytesIO(path.read_bytes())) if m.id)
    assert (left.id, left.string) == ("new: {n}", "新：{n}")

    (place / "room" / "file.py").write_text("", encoding="utf-8")
    assert run(monkeypatch, capsys, tool, "--check")[0] == 1
    assert run(monkeypatch, capsys, tool)[0] == 0
    assert not path.exists()
    assert not path.with_suffix(".mo").exists()
