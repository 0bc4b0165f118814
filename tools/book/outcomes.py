"""The experiments that the book shows: run at the build, once for each seed and setting.

Placed      an experiment with settings, as a page places it
Shown       what the build keeps of its outcome in one language
prepare     run all that pages place, two at a time
draft       run none
shown       what was kept of one
"""

import hashlib
import json
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pellucid
from pellucid import lab
from pellucid.io import write_atomic
from pellucid.lab.settings import changed
from pellucid.lab.themes import SHARPNESS, THEMES
from pellucid.languages import LANGUAGES, language

HOME = Path(pellucid.__file__).parent
KEPT = HOME.parent / "build" / "book" / "lab"
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

    words: dict[str, str]
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


def draft(wanted: Sequence[Placed]) -> None:
    """Run nothing: keep the words of those that were not run yet, until they are."""
    for each in dict.fromkeys(wanted):
        if not (each.folder / "done").is_file():
            found = lab.experiment(each.name)
            settings = changed(found.settings(), dict(each.settings), each.name)
            save(each, lab.Outcome(found, settings, {}), drawn=False)


def keep(each: Placed) -> float:
    """Run one, and keep what is shown of it. Its seconds."""
    start = time.perf_counter()
    settings: dict[str, Any] = dict(each.settings)
    seed = int(settings.get("seed", 0))
    save(each, lab.run(each.name, seeds=(seed,), **settings), drawn=True)
    write_atomic(each.folder / "done", b"")
    return time.perf_counter() - start


def save(each: Placed, outcome: lab.Outcome, *, drawn: bool) -> None:
    """Keep the words in all languages, and what is drawn."""
    each.folder.mkdir(parents=True, exist_ok=True)
    films = film_files(each, outcome) if drawn else {}
    for spoken in LANGUAGES:
        with language(spoken):
            figures = figure_files(each, outcome, spoken) if drawn else {}
            diagram = outcome.diagram() if drawn else ""
            told = Shown(
                words_of(outcome), outcome.verdict(), outcome.holds, figures, films, diagram
            )
        text = json.dumps(asdict(told), ensure_ascii=False)
        write_atomic(each.folder / f"{spoken}.json", text.encode())


def words_of(outcome: lab.Outcome) -> dict[str, str]:
    """What the experiment says of itself, in the language chosen."""
    return dict(vars(outcome.experiment.said()))


def figure_files(each: Placed, outcome: lab.Outcome, spoken: str) -> dict[str, str]:
    """The figure by theme, with labels in the language chosen."""
    found = {theme: f"{each.name}-{theme}-{spoken}.webp" for theme in THEMES}
    for theme, name in found.items():
        options = {"dpi": SHARPNESS, "pil_kwargs": {"lossless": True}}
        outcome.figure(theme).savefig(each.folder / name, **options)
    return found


def film_files(each: Placed, outcome: lab.Outcome) -> dict[str, str]:
    """The film by theme, if there is one; in English, since each takes seconds to draw."""
    found = {}
    with language(LANGUAGES[0]):
        for theme in THEMES:
            film = outcome.film(theme)
            if film is not None:
                found[theme] = f"{each.name}-{theme}.webp"
                write_atomic(each.folder / found[theme], film.webp())
    return found


def shown(each: Placed, spoken: str) -> Shown:
    """What was kept of one in a language."""
    kept: dict[str, Any] = json.loads((each.folder / f"{spoken}.json").read_text(encoding="utf-8"))
    return Shown(**kept)
