"""The finished book in a real browser, from its folder, without a network.

PELLUCID_BOOK names the folder that `python tools/book --out` wrote; the gate sets it.
"""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from browser import BROWSER, MAKE_DARK, OPTIONS, needs_browser

SITE = os.environ.get("PELLUCID_BOOK", "")
pytestmark = [
    needs_browser,
    pytest.mark.skipif(not SITE, reason="PELLUCID_BOOK names no built book"),
]
LONGER = ("--virtual-time-budget=8000", "--window-size=1400,900")  # a search takes its time
PAGES = ("index", "book/07-starts", "questions", "api/pellucid.nn", "primitives", "lab",
         "lab/zero-start", "glossary")  # fmt: skip
MEASURE = """<script>addEventListener("load", () => setTimeout(() => parent.postMessage({
  page: PAGE, wide: document.documentElement.scrollWidth - innerWidth,
  paper: getComputedStyle(document.body).backgroundColor,
  fetched: performance.getEntriesByType("resource").map(each => each.name),
  found: [...document.querySelectorAll("#search-results li a")].map(a => a.getAttribute("href")),
  switched: [...document.querySelectorAll(".languages a")].map(a => a.href),
  pictures: [...document.images].filter(image => !image.naturalWidth).length,
}, "*"), 1500));</script>"""
COLLECT = """<!doctype html><meta name="color-scheme" content="light dark"><script>
const all = [];
addEventListener("message", event => { all.push(event.data);
  document.title = "MEASURED" + JSON.stringify(all).replaceAll("<", "") + "END"; });
</script>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(SITE, tmp_path_factory.mktemp("book") / "site"))


def opened(
    site: Path, pages: dict[str, str], width: int, *options: str
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What the browser measured on each page, by name, and what it wrote on its console."""
    frames = COLLECT
    for page, query in pages.items():
        file = site / f"{page}.html"
        script = MEASURE.replace("PAGE", json.dumps(page))
        measured = file.with_suffix(".measured.html")
        text = file.read_text(encoding="utf-8").replace("</body>", f"{script}</body>")
        measured.write_text(text, encoding="utf-8")
        source = html.escape(measured.relative_to(site).as_posix() + query)
        frames += f'<iframe style="border: 0; width: {width}px; height: 900px" src="{source}">'
        frames += "</iframe>"
    harness = site / "harness.html"
    harness.write_text(frames, encoding="utf-8")
    assert BROWSER is not None
    own = f"--user-data-dir={site / 'browser'}"
    done = subprocess.run(
        [BROWSER, *OPTIONS, *LONGER, *options, own, harness.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r"<title>MEASURED(.*?)END</title>", done.stdout)
    assert found, done.stderr[-2000:]
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return {each["page"]: each for each in json.loads(html.unescape(found[1]))}, console


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_open_offline_and_fit(site: Path, width: int, theme: str) -> None:
    pages = dict.fromkeys([*PAGES, *(f"zh/{page}" for page in PAGES)], "")
    dark = (MAKE_DARK,) if theme == "dark" else ()
    found, console = opened(site, pages, width, *dark)
    assert console == []
    assert set(found) == set(pages)
    for page, measured in found.items():
        assert measured["wide"] <= 0, page
        assert [name for name in measured["fetched"] if not name.startswith("file:")] == []
        assert measured["pictures"] == 0, page
        red = int(re.findall(r"\d+", measured["paper"])[0])
        assert (red < 80) == (theme == "dark"), page
        name = page.removeprefix("zh/")
        other = name if page.startswith("zh/") else f"zh/{name}"
        assert measured["switched"] == [(site / f"{other}.html").as_uri()]


@pytest.mark.parametrize(
    ("page", "asked", "wanted"),
    [
        ("search", "batch%20norm", "questions"),
        ("search", "BatchNorm", "api/pellucid.nn"),
        ("zh/search", "%E6%89%B9%E5%BD%92%E4%B8%80%E5%8C%96", "glossary"),
        ("zh/search", "batch%20norm", "glossary"),
        ("zh/search", "%E6%A2%AF%E5%BA%A6%E4%B8%8B%E9%99%8D", "book/06-optimizers"),
    ],
    ids=["en batch norm", "en BatchNorm", "zh 批归一化", "zh batch norm", "zh 梯度下降"],
)
def test_search_finds_it(site: Path, page: str, asked: str, wanted: str) -> None:
    found, console = opened(site, {page: f"?q={asked}"}, 1280)
    assert console == []
    assert wanted in {link.partition(".html")[0] for link in found[page]["found"]}


def test_what_is_wrong_would_be_seen(site: Path) -> None:
    bad = (
        "<html><body><div style='width: 2000px'>x</div><img src='https://example.com/x.png'>"
        "<script>console.error('wrong')</script></body></html>"
    )
    (site / "bad.html").write_text(bad)
    found, console = opened(site, {"bad": ""}, 390)
    assert any("wrong" in line for line in console)
    assert found["bad"]["wide"] > 0
    assert found["bad"]["fetched"] == ["https://example.com/x.png"]
    assert found["bad"]["pictures"] == 1
