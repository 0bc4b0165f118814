"""The page in a real browser, offline: narrow and wide, light and dark, by keyboard."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from explanation.networks import network

import pellucid as pc
from pellucid.explanation.document import document

pytest.importorskip("graphlay", reason="graphs are placed by graphlay: the extra explain")

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"none of {', '.join(NAMES)} is there")

SECONDS = 90
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=2000",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--dump-dom",
)  # fmt: skip
# All parts opened, as the widest that there is. A summary or a frame is reached by the keyboard if
# it can take the focus. What is fetched stands in the browser's own list; data: is no request.
MEASURE = """<script>
const all = selector => [...document.querySelectorAll(selector)];
all("details").forEach(part => part.open = true);
const reached = part => (part.focus(), document.activeElement === part);
addEventListener("load", () => parent.document.title = "MEASURED" + JSON.stringify({
  inner: innerWidth, wide: document.documentElement.scrollWidth,
  paper: getComputedStyle(document.body).backgroundColor,
  fetched: performance.getEntriesByType("resource").map(each => each.name),
  summaries: all("summary").length, frames: all(".scroll").length,
  unreached: all("summary, .scroll, pre:not(.scroll pre)").filter(part => !reached(part)).length,
  unnamed: all(".scroll:not([aria-label]), img:not([alt]), svg[role=img]:not([aria-label])").length,
  heads: all("th:not([scope])").length,
}).replaceAll("<", "") + "END");
</script>"""
# Windows have a least width, frames have not.
FRAME = (
    '<!doctype html><meta name="color-scheme" content="light dark">'
    '<iframe style="border: 0; width: {width}px; height: 900px" srcdoc="{page}"></iframe>'
)
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(13, 17, 23)"


@pytest.fixture(scope="module", params=["simple-convnet", "lstm", "char-transformer"])
def page(request: pytest.FixtureRequest) -> str:
    net = network(request.param)
    return document(pc.explain(net.model, *net.batch, loss=net.loss), "A network")


def opened(page: str, folder: Path, width: int, *options: str) -> tuple[dict[str, Any], list[str]]:
    """What the browser measured, and what it wrote on its console."""
    file = folder / "page.html"
    inner = html.escape(page.replace("</body>", f"{MEASURE}</body>"), quote=True)
    file.write_text(FRAME.format(width=width, page=inner), encoding="utf-8")
    own = f"--user-data-dir={folder / 'browser'}", "--window-size=1400,900"
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, *OPTIONS, *own, *options, file.as_uri()],
        capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip
    found = re.search(r"<title>MEASURED(.*?)END</title>", done.stdout)
    assert found, done.stderr[-2000:]
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(html.unescape(found[1])), console


@pytest.mark.parametrize(
    ("width", "options", "paper"),
    [(1280, (), LIGHT), (390, ("--force-dark-mode",), DARK)],
    ids=["wide and light", "narrow and dark"],
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
