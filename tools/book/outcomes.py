"""The experiments that the book shows: run at the build, once for each seed and setting.

Placed      an experiment with settings, as a page places it
Shown       what the build keeps of its outcome in one language
prepare     run all that pages place, two at a time
shown       what was kept of one
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pellucid
from pellucid import lab
from pellucid.io import write_atomic
from pellucid.languages import LANGUAGES, language

HOME = Path(pellucid.__file__).parent
KEPT = HOME.parent / "build" / "book" / "lab"
DPI = 144
BLOCK = re.compile(
    r"^```\{experiment\} *(?P<name>\S+)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL
)
OPTION = re.compile(r"^:(\w+): *(.*?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Placed:
    """An experiment by its name, with the settings that are not its own."""

    name: str
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def folder(self) -> Path:
        """Where what it gave is kept: another one when the library or the settings change."""
        text = f"{sources()} {self.name} {sorted(self.settings)}"
        return KEPT / hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def command(self) -> str:
        """How a reader runs it."""
        changes = "".join(f" --set {name}={value}" for name, value in self.settings)
        return f"pellucid lab run {self.name}{changes}"


@dataclass(frozen=True)
class Shown:
    """The words, the verdict, and the files of what is to be seen, by theme."""

    title: str
    question: str
    see: str
    learn: str
    verdict: str
    holds: bool
    figures: dict[str, str]
    films: dict[str, str]
    diagram: str


@cache
def sources() -> str:
    """What the library and this file are, in few signs."""
    digest = hashlib.sha256()
    for file in (Path(__file__), *sorted(HOME.rglob("*.py")), *sorted(HOME.rglob("*.mo"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def placed(text: str) -> Iterator[Placed]:
    """Those that a document places."""
    for block in BLOCK.finditer(text):
        yield Placed(block["name"], tuple(OPTION.findall(block["body"])))


def prepare(wanted: Sequence[Placed], workers: int = 2) -> None:
    """Run those that are not kept yet."""
    missing = [each for each in dict.fromkeys(wanted) if not (each.folder / "done").is_file()]
    with ProcessPoolExecutor(workers) as pool:
        for each, seconds in zip(missing, pool.map(keep, missing), strict=True):
            print(f"{each.command}: {seconds:.1f} s", flush=True)


def keep(each: Placed) -> float:
    """Run one, and keep what is shown of it. Its seconds."""
    import time

    start = time.perf_counter()
    settings: dict[str, Any] = dict(each.settings)
    seed = int(settings.get("seed", 0))
    outcome = lab.run(each.name, seeds=(seed,), **settings)
    each.folder.mkdir(parents=True, exist_ok=True)
    for spoken in LANGUAGES:
        with language(spoken):
            told = json.dumps(asdict(_shown(each, outcome, spoken)), ensure_ascii=False)
        write_atomic(each.folder / f"{spoken}.json", told.encode())
    write_atomic(each.folder / "done", b"")
    return time.perf_counter() - start


def _shown(each: Placed, outcome: lab.Outcome, spoken: str) -> Shown:
    words = outcome.experiment.said()
    figures, films = {}, {}
    for theme in ("light", "dark"):
        file = each.folder / f"{each.name}-{theme}-{spoken}.webp"
        outcome.figure(theme).savefig(file, dpi=DPI, pil_kwargs={"lossless": True})
        figures[theme] = file.name
        film = outcome.film(theme) if spoken == LANGUAGES[0] else None
        if film is not None:
            write_atomic(each.folder / f"{each.name}-{theme}.webp", film.webp())
        if outcome.experiment.film is not None:
            films[theme] = f"{each.name}-{theme}.webp"
    return Shown(
        words.title, words.question, words.see, words.learn, outcome.verdict(), outcome.holds,
        figures, films, outcome.diagram(),
    )  # fmt: skip


def shown(each: Placed, spoken: str) -> Shown:
    """What was kept of one in a language."""
    kept: dict[str, Any] = json.loads((each.folder / f"{spoken}.json").read_text(encoding="utf-8"))
    return Shown(**kept)
