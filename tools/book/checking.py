"""What must hold of the finished site, page by page.

faults      links and anchors that lead nowhere, what a browser would fetch, paths of this machine
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
LOADED = {"img": "src", "script": "src", "source": "srcset", "iframe": "src", "link": "href"}
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


@dataclass
class Page(HTMLParser):
    """The links, the anchors and what is loaded, of one page."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag says."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        place = found.get(LOADED.get(tag, ""))
        if place and not place.startswith("data:"):
            self.loaded.append(place)


def faults(site: Path) -> Iterator[str]:
    """What is wrong, one line each."""
    for file in sorted(site.rglob("*.html")):
        name = file.relative_to(site).as_posix()
        text = file.read_text(encoding="utf-8")
        if str(ROOT) in text or "file://" in text:
            yield f"{name}: a path of this machine"
        page = read(file)
        for place in page.loaded:
            if OUTSIDE.match(place):
                yield f"{name}: fetches {place}"
            elif not target(file, place).is_file():
                yield f"{name}: loads {place}, which is not there"
        yield from (f"{name}: {link} leads nowhere" for link in page.links if dead(file, link))


@cache
def read(file: Path) -> Page:
    """A page."""
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def target(file: Path, place: str) -> Path:
    """The file that a relative link means."""
    path = unquote(re.split("[?#]", place)[0])
    return (file.parent / path).resolve() if path else file


def dead(file: Path, link: str) -> bool:
    """Whether a link leads to a page or an anchor that is not there."""
    if OUTSIDE.match(link):
        return False
    goal, anchor = target(file, link), unquote(link.partition("#")[2])
    if not goal.is_file():
        return True
    return bool(anchor) and goal.suffix == ".html" and anchor not in read(goal).anchors
