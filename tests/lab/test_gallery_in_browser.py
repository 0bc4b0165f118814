"""The gallery in a real browser, offline: narrow and wide, light and dark, by keyboard."""

from pathlib import Path

import pytest
from browser import DARK, LIGHT, MAKE_DARK, needs_browser, opened_file

from pellucid import lab
from pellucid.lab.gallery import Gallery

pytestmark = needs_browser
NAMES = ("zero-start", "optimizer-paths", "forward-by-hand")  # a figure; a film; a graph


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("graphlay", reason="graphs are placed by graphlay: the extra explain")
    folder = tmp_path_factory.mktemp("gallery")
    made = Gallery(folder)
    for name in NAMES:
        made.add(lab.run(name, seeds=(0,)))
    return folder


@pytest.mark.parametrize("page", ["", *NAMES])
@pytest.mark.parametrize(
    ("width", "options", "paper"),
    [(1280, (), LIGHT), (390, (MAKE_DARK,), DARK)],
    ids=["wide and light", "narrow and dark"],
)
def test_a_page_opens_offline_and_fits(
    gallery: Path, page: str, width: int, options: tuple[str, ...], paper: str
) -> None:
    found, console = opened_file(gallery / page / "index.html", width, *options)
    assert console == []
    assert all(name.startswith("file:") for name in found["fetched"])
    assert (found["inner"], found["broken"]) == (width, [])
    assert found["wide"] <= width
    assert found["paper"] == paper
    assert len(found["shown"]) >= 1
    assert all(("-dark" in name) == (paper == DARK) for name in found["shown"])
    assert (found["unreached"], found["unnamed"], found["heads"]) == (0, 0, 0)
