"""The gallery: all experiments that ran as pages that need nothing but their folder.

Gallery    pages are added one by one; the first page shows all
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pellucid.io.files import write_atomic
from pellucid.lab.experiment import Topic
from pellucid.lab.outcome import Outcome
from pellucid.lab.records import save
from pellucid.lab.settings import fields_of
from pellucid.lab.topics import TOPICS
from pellucid.lab.verdict import sign
from pellucid.languages import chosen, said
from pellucid.train.pages.page import escape, framed, scrolled, section, table

STYLE = """
.cards { display: grid; gap: 1rem; margin: .5rem 0;
  grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }
.cards a { color: inherit; text-decoration: none; background: var(--card);
  border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; display: block; }
.cards a:hover, .cards a:focus-visible { border-color: var(--soft); }
.cards img { width: 100%; display: block; aspect-ratio: 16 / 9; object-fit: contain;
  background: var(--paper); border-bottom: 1px solid var(--line); }
.cards div { padding: .5rem .75rem .75rem; }
.cards strong { display: block; margin-bottom: .25rem; }
.seen { width: 100%; max-width: 45rem; display: block; border: 1px solid var(--line);
  border-radius: .5rem; margin: .5rem 0; }
.verdict { white-space: pre-wrap; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; padding: .5rem .75rem; color: var(--ink); }
pre { margin: 0; padding: .5rem .75rem; background: var(--card); font-size: .8125rem; }
p { color: var(--ink); max-width: 45rem; }
td.text { white-space: normal; }
nav { margin: 0 0 1rem; }
nav a, p a { color: inherit; }
"""


@dataclass
class Gallery:
    """A static site in a folder, in the language chosen."""

    folder: Path
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Write the files and the page of an experiment, and the first page anew."""
        name = outcome.experiment.name
        place = self.folder / name
        files = [path.name for path in save(outcome, place)]
        self.outcomes[name] = outcome
        write_atomic(place / "index.html", _page(outcome, files).encode())
        write_atomic(self.folder / "index.html", self._first_page().encode())

    def _first_page(self) -> str:
        parts = [f"<h1>{escape(said('The lab'))}</h1>", f"<p>{escape(self._summary())}</p>"]
        parts += [section(said(topic.title), self._cards(topic)) for topic in self._topics()]
        return framed(said("The lab"), parts, STYLE, chosen())

    def _summary(self) -> str:
        held = sum(outcome.holds for outcome in self.outcomes.values())
        return said(
            "{count} experiments, each a claim that was checked; {held} of them hold.",
            count=len(self.outcomes),
            held=held,
        )

    def _topics(self) -> Iterator[Topic]:
        for topic in TOPICS:
            if any(each.name in self.outcomes for each in topic.experiments):
                yield topic

    def _cards(self, topic: Topic) -> str:
        found = [self.outcomes.get(each.name) for each in topic.experiments]
        cards = "\n".join(_card(outcome) for outcome in found if outcome)
        return f'<div class="cards">\n{cards}\n</div>'


def _card(outcome: Outcome) -> str:
    words = outcome.experiment.said()
    name = outcome.experiment.name
    picture = _picture(f"{name}/{name}.png", f"{name}/{name}-dark.png", "", "")
    told = f"<strong>{sign(outcome.holds)} {escape(words.title)}</strong>{escape(words.question)}"
    return f'<a href="{name}/index.html">{picture}<div>{told}</div></a>'


def _page(outcome: Outcome, files: list[str]) -> str:
    words = outcome.experiment.said()
    name = outcome.experiment.name
    back = f'<nav><a href="../index.html">← {escape(said("The lab"))}</a></nav>'
    command = scrolled(said("Command"), f"<pre>pellucid lab run {name}</pre>")
    parts = [
        back,
        f"<h1>{escape(words.title)}</h1>",
        section(said("Question"), f"<p>{escape(words.question)}</p>"),
        section(said("Do"), f"<p>{escape(words.do)}</p>\n{command}"),
        section(said("See"), f"<p>{escape(words.see)}</p>\n{_pictures(outcome, files)}"),
        section(said("Verdict"), f'<p class="verdict">{escape(outcome.verdict())}</p>'),
        section(said("Learn"), f"<p>{escape(words.learn)}</p>"),
        section(said("Source"), f"<p>{escape(words.source)}</p>"),
        section(said("Settings"), _settings(outcome)),
        section(said("Numbers"), f'<p><a href="{name}.csv">{name}.csv</a></p>'),
        _code(outcome),
    ]
    return framed(words.title, parts, STYLE, chosen())


def _settings(outcome: Outcome) -> str:
    """What was set, and what may be."""
    heads = [said("setting"), said("meaning"), said("range")]
    rows = []
    for each in fields_of(outcome.experiment.settings).values():
        value = getattr(outcome.settings, each.name)
        unit = said(each.unit) if each.unit else ""
        rows.append((f"{each.name}={value}", said(each.meaning), f"{each.span} {unit}".strip()))
    return table(said("Settings"), heads, rows, texts=3)


def _pictures(outcome: Outcome, files: list[str]) -> str:
    name = outcome.experiment.name
    words = outcome.experiment.said()
    shown = [_picture(f"{name}.png", f"{name}-dark.png", words.see, "seen")]
    if f"{name}.webp" in files:
        shown.append(_picture(f"{name}.webp", f"{name}-dark.webp", words.see, "seen"))
    diagram = outcome.diagram()
    if diagram:
        shown.append(scrolled(words.title, diagram, wide=True))
    return "\n".join(shown)


def _picture(light: str, dark: str, told: str, kind: str) -> str:
    return (
        f'<picture><source srcset="{dark}" media="(prefers-color-scheme: dark)">'
        f'<img class="{kind}" src="{light}" alt="{escape(told)}"></picture>'
    )


def _code(outcome: Outcome) -> str:
    title = escape(said("The program"))
    code = f"<pre>{escape(outcome.experiment.code)}</pre>"
    return f"<details><summary>{title}</summary>\n{scrolled(title, code, wide=True)}\n</details>"
