"""What an experiment is: a file of the lab, with its words, its settings and what it does.

Experiment   one of them, read from its module
Docstring    what its docstring says
Topic        some of them, in the order in which a reader meets them
Series       what an experiment measured, by name
SECTIONS     the parts of the docstring
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.typing import NDArray

from pellucid.lab.verdict import Verdict
from pellucid.languages import said

Series = Mapping[str, NDArray[Any]]
SECTIONS = ("Question", "Do", "See", "Learn", "Source")


@dataclass(frozen=True)
class Docstring:
    """What the docstring of an experiment says, in English."""

    title: str
    question: str
    do: str
    see: str
    learn: str
    source: str

    @classmethod
    def read(cls, docstring: str) -> "Docstring":
        r"""The first line is the title; a section begins with its name and goes to the next.

        >>> text = "Even.\n\nQuestion: a\n  b?\nDo: c\nSee: d\nLearn: e\nSource: f"
        >>> Docstring.read(text).question
        'a b?'
        """
        first, _, rest = inspect.cleandoc(docstring).partition("\n")
        parts = re.split(rf"^({'|'.join(SECTIONS)}):", rest, flags=re.MULTILINE)
        found = dict(zip(parts[1::2], parts[2::2], strict=True))
        texts = [" ".join(found[name].split()) for name in SECTIONS]
        return cls(first.rstrip("."), *texts)


@dataclass(frozen=True)
class Experiment:
    """An experiment of the lab: what it asks, what may be set, and what it does.

    `run(settings)` gives its series, `lesson(settings, seeds)` verdicts, `figure(series)` a
    figure; `film(series)`, where something moves, a film; `diagram(series)`, where a graph is to
    be seen, its SVG.
    """

    name: str
    topic: str
    words: Docstring
    module: ModuleType

    @classmethod
    def of(cls, module: ModuleType, topic: str) -> "Experiment":
        """The experiment that a module defines."""
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        return cls(
            name,
            topic,
            Docstring.read(module.__doc__ or ""),
            module,
        )

    @property
    def settings(self) -> Any:
        """The class of its settings."""
        return self.module.Settings

    @property
    def run(self) -> Callable[[Any], Series]:
        """What it measures."""
        return self.module.run  # type: ignore[no-any-return]

    @property
    def lesson(self) -> Callable[[Any, Sequence[int]], tuple[Verdict, ...]]:
        """What it claims."""
        return self.module.lesson  # type: ignore[no-any-return]

    @property
    def figure(self) -> Callable[[Series], Any]:
        """What it shows."""
        return self.module.figure  # type: ignore[no-any-return]

    @property
    def film(self) -> Callable[[Series], Any] | None:
        """What it shows moving, if anything moves."""
        return vars(self.module).get("film")

    @property
    def diagram(self) -> Callable[[Series], str] | None:
        """A graph with its numbers, as SVG, if there is one."""
        return vars(self.module).get("diagram")

    @property
    def code(self) -> str:
        """The file, as it stands."""
        return Path(inspect.getfile(self.module)).read_text(encoding="utf-8")

    def said(self) -> Docstring:
        """Its words in the language chosen; sources as they are."""
        words = vars(self.words)
        texts = {name: said(text) for name, text in words.items() if name != "source"}
        return Docstring(**texts, source=self.words.source)


@dataclass(frozen=True)
class Topic:
    """Experiments that belong together: `title` is what they are about."""

    name: str
    title: str
    experiments: tuple[Experiment, ...]

    @classmethod
    def of(cls, package: ModuleType) -> "Topic":
        """The topic of a package, whose docstring is its title and whose EXPERIMENTS are its."""
        name = package.__name__.rpartition(".")[2]
        title = inspect.cleandoc(package.__doc__ or "").partition("\n")[0].rstrip(".")
        modules = package.EXPERIMENTS
        return cls(name, title, tuple(Experiment.of(module, name) for module in modules))
