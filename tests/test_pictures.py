"""Pictures of the documents are what their scripts draw, but for digits that machines round."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pictures" / "explain.svg"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "picture", ROOT / "tools" / "readme" / "picture.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def masked(text: str) -> str:
    """The picture without its numbers, its colours, and how far texts are padded."""
    without = re.sub(r"#[0-9a-f]{6}", "COLOUR", text)
    return re.sub(r" +", " ", re.sub(r"-?\d[\d.]*(e[+-]?\d+)?", "N", without))


def test_the_picture_of_the_readme_is_what_its_script_draws() -> None:
    pytest.importorskip("graphlay", reason="graphs are placed by graphlay: the extra explain")
    module = script()
    drawn = module.picture(module.explained())
    assert masked(drawn) == masked(PICTURE.read_text(encoding="utf-8")), (
        "python tools/readme/picture.py draws it again"
    )


def test_the_picture_stands_alone_and_has_its_own_paper() -> None:
    text = PICTURE.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root[1].get("fill") == "#ffffff"
    assert not re.search(r"""(src|href)=["'](?!#)""", text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(text) < 50_000


def test_the_readme_shows_it_on_its_first_screen() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert any("docs/pictures/explain.svg" in line for line in lines[:12])
