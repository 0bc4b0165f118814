"""The page in a real browser, offline: narrow and wide, light and dark, by keyboard."""

from pathlib import Path

import pytest
from browser import DARK, LIGHT, MAKE_DARK, needs_browser, opened
from explanation.networks import network

import pellucid as pc
from pellucid.explanation.document import document

pytest.importorskip("graphlay", reason="graphs are placed by graphlay: the extra explain")

pytestmark = needs_browser


@pytest.fixture(scope="module", params=["simple-convnet", "lstm", "char-transformer"])
def page(request: pytest.FixtureRequest) -> str:
    net = network(request.param)
    return document(pc.explain(net.model, *net.batch, loss=net.loss), "A network")


@pytest.mark.parametrize(
    ("width", "options", "paper"),
    [
        (1280, (), LIGHT),
        (390, (MAKE_DARK,), DARK),
        (1280, (MAKE_DARK,), DARK),
        (390, (), LIGHT),
    ],
    ids=["wide and light", "narrow and dark", "wide and dark", "narrow and light"],
)
def test_a_page_opens_offline_and_fits(
    page: str, tmp_path: Path, width: int, options: tuple[str, ...], paper: str
) -> None:
    found, console = opened(page, tmp_path, width, *options)
    assert console == []
    assert found["fetched"] == []
    assert found["inner"] == width
    assert found["wide"] <= width
    assert found["paper"] == paper
    assert found["summaries"] > 3
    assert found["frames"] > 3
    assert (found["unreached"], found["unnamed"], found["heads"]) == (0, 0, 0)


def test_what_is_wrong_would_be_seen(tmp_path: Path) -> None:
    bad = (
        "<html><body><div style='width: 2000px'>x</div><img src='https://example.com/x.png'>"
        "<script>console.error('wrong')</script></body></html>"
    )
    found, console = opened(bad, tmp_path, 390)
    assert any("wrong" in line for line in console)
    assert found["wide"] > 390
    assert found["unnamed"] == 1
    assert found["fetched"] == ["https://example.com/x.png"]
