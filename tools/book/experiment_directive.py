"""Directives of chapters: an experiment with its figure and its verdict; the lab's gallery.

    ```{experiment} zero-start
    :hidden: 8
    ```

Options are settings of the experiment. What they show was run before the build (`outcomes`).
"""

import html
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from outcomes import Placed, Shown, shown
from sphinx.util.docutils import SphinxDirective

from pellucid.lab import EXPERIMENTS, TOPICS
from pellucid.lab.verdict import sign
from pellucid.languages import chosen, language, said


class AnyOption(dict[str, Callable[[str], str]]):
    """Any option is a setting, read as it stands; the experiment checks it."""

    def __contains__(self, name: object) -> bool:
        """Whether it is one: always."""
        return True

    def __getitem__(self, name: str) -> Callable[[str], str]:
        """How it is read."""
        return str.strip

    def __bool__(self) -> bool:
        """Whether there are options."""
        return True


class LabDirective(SphinxDirective):
    """What shows outcomes of the lab."""

    builder: ClassVar[Any] = None  # that of this build

    def run(self) -> list[nodes.Node]:
        """What is shown, in the language of the site; nothing of it is in the catalogues."""
        if self.builder.name == "gettext":
            return []
        with language(self.config.language):
            return self.made()

    def made(self) -> list[nodes.Node]:
        """The nodes."""
        raise NotImplementedError

    def pictures(
        self, each: Placed, files: dict[str, str], told: str, *kinds: str
    ) -> list[nodes.Node]:
        """A picture for light and one for dark; `kinds`: what else the style knows them by."""
        found: list[nodes.Node] = []
        for theme, name in files.items():
            place = Path(self.env.srcdir) / "_lab" / each.folder.name / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(each.folder / name, place)
            uri = "/" + place.relative_to(self.env.srcdir).as_posix()
            found.append(nodes.image(uri=uri, alt=told, classes=[f"only-{theme}", *kinds]))
        return found


class ExperimentDirective(LabDirective):
    """An experiment: question, figure, what to see, verdict, command, program."""

    required_arguments = 1
    has_content = False
    option_spec: ClassVar[Any] = AnyOption()

    def made(self) -> list[nodes.Node]:
        """The nodes."""
        each = Placed(self.arguments[0], tuple(self.options.items()))
        kept = shown(each, chosen())
        box = nodes.container(classes=["experiment"])
        if self.env.docname != f"lab/{each.name}":
            box += nodes.paragraph("", kept.words["title"], classes=["name"])
        box += nodes.paragraph("", kept.words["question"])
        box += self.seen(each, kept)
        box += [nodes.paragraph("", text) for text in (kept.words["see"], kept.words["learn"])]
        box += nodes.paragraph("", kept.verdict, classes=["verdict"])
        box += nodes.literal_block(each.command, each.command, language="bash")
        box += self.folded(without_words(EXPERIMENTS[each.name].code))
        box += nodes.paragraph("", kept.words["source"], classes=["source"])
        return [box]

    def seen(self, each: Placed, kept: Shown) -> list[nodes.Node]:
        """Figure, film, graph."""
        found = self.pictures(each, kept.figures, kept.words["see"])
        found += self.pictures(each, kept.films, kept.words["see"], "film")
        if kept.diagram:
            drawn = f'<div class="diagram" tabindex="0">{kept.diagram}</div>'
            found.append(nodes.raw("", drawn, format="html"))
        return found

    def folded(self, code: str) -> list[nodes.Node]:
        """The program, folded."""
        summary = f"<details><summary>{html.escape(said('The program'))}</summary>"
        return [
            nodes.raw("", summary, format="html"),
            nodes.literal_block(code, code, language="python"),
            nodes.raw("", "</details>", format="html"),
        ]


def without_words(code: str) -> str:
    """A program without its docstring, whose words stand beside it."""
    return code.split('"""', 2)[2].strip()


class GalleryDirective(LabDirective):
    """All experiments by topic, as cards."""

    has_content = False

    def made(self) -> list[nodes.Node]:
        """The nodes."""
        found: list[nodes.Node] = []
        for topic in TOPICS:
            if topic.experiments:
                cards = [self.card(each.name) for each in topic.experiments]
                found.append(nodes.rubric("", said(topic.title)))
                found.append(nodes.container("", *cards, classes=["cards"]))
        return found

    def card(self, name: str) -> nodes.Node:
        """One of them: figure, title, question, verdict."""
        each = Placed(name)
        kept = shown(each, chosen())
        box = nodes.container(classes=["card"])
        box += self.linked(name, self.pictures(each, kept.figures, ""))
        title = nodes.strong("", f"{sign(kept.holds)} {kept.words['title']}")
        box += self.linked(name, [title])
        box += nodes.paragraph("", kept.words["question"])
        return box

    def linked(self, name: str, inside: list[nodes.Node]) -> nodes.Node:
        """What leads to the page of an experiment."""
        uri = self.builder.get_relative_uri(self.env.docname, f"lab/{name}")
        return nodes.paragraph("", "", nodes.reference("", "", *inside, internal=True, refuri=uri))


def begin(app: Any) -> None:
    """Note which builder asks."""
    LabDirective.builder = app.builder


def setup(app: Any) -> dict[str, Any]:
    """Give Sphinx the directives."""
    app.add_directive("experiment", ExperimentDirective)
    app.add_directive("gallery", GalleryDirective)
    app.connect("builder-inited", begin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
