"""Pages in a real browser, offline: what it measured, what it fetched, what its console says.

needs_browser   marks tests that are skipped where there is none
opened          a page as text, which needs nothing beside itself
opened_file     a page of a site, with the files beside it
LIGHT, DARK     the paper of our own pages, and the option that makes it dark
"""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason=f"none of {', '.join(NAMES)} is there")

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(13, 17, 23)"
MAKE_DARK = "--force-dark-mode"
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
  broken: all("img").filter(each => each.complete && !each.naturalWidth).map(each => each.src),
  shown: all("img").map(each => each.currentSrc),
  summaries: all("summary").length, frames: all(".scroll").length,
  unreached: all("summary, .scroll, pre:not(.scroll pre)").filter(part => !reached(part)).length,
  unnamed: all(".scroll:not([aria-label]), img:not([alt]), svg[role=img]:not([aria-label])").length,
  heads: all("th:not([scope])").length,
}).replaceAll("<", "") + "END");
</script>"""
# Windows have a least width, frames have not.
FRAME = (
    '<!doctype html><meta name="color-scheme" content="light dark">'
    '<iframe style="border: 0; width: {width}px; height: 900px" {source}></iframe>'
)


def opened(page: str, folder: Path, width: int, *options: str) -> tuple[dict[str, Any], list[str]]:
    """What the browser measured of a page, and what it wrote on its console."""
    inner = html.escape(page.replace("</body>", f"{MEASURE}</body>"), quote=True)
    return _framed(folder / "page.html", f'srcdoc="{inner}"', width, options)


def opened_file(page: Path, width: int, *options: str) -> tuple[dict[str, Any], list[str]]:
    """The same of a file of a site; two files of its own are left beside it."""
    measured = page.with_name(f"measured-{page.name}")
    text = page.read_text(encoding="utf-8")
    measured.write_text(text.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    options = ("--allow-file-access-from-files", *options)
    return _framed(page.with_name("frame.html"), f'src="{measured.name}"', width, options)


def _framed(
    file: Path, source: str, width: int, options: tuple[str, ...]
) -> tuple[dict[str, Any], list[str]]:
    file.write_text(FRAME.format(width=width, source=source), encoding="utf-8")
    own = f"--user-data-dir={file.parent / 'browser'}", "--window-size=1400,900"
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, *OPTIONS, *own, *options, file.as_uri()],
        capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip
    found = re.search(r"<title>MEASURED(.*?)END</title>", done.stdout)
    assert found, done.stderr[-2000:]
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(html.unescape(found[1])), console
