"""Running an experiment, and what came out of it.

run        run one and check its claim
Outcome    its series, its verdicts, and what is to be seen
SEEDS      how many seeds a claim is checked for
"""

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pellucid.displays import listing
from pellucid.lab.experiment import Experiment, Series
from pellucid.lab.films import Film
from pellucid.lab.settings import changed
from pellucid.lab.themes import png, readable, settled, themed
from pellucid.lab.topics import experiment
from pellucid.lab.verdict import Verdict, sign
from pellucid.languages import language, said

SEEDS = 5


@dataclass(frozen=True)
class Outcome:
    """What an experiment measured with some settings, and whether its claim holds.

    `verdicts` is empty where the claim was not checked. In a notebook it shows itself.
    """

    experiment: Experiment
    settings: Any
    series: Series
    verdicts: tuple[Verdict, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all that the experiment claims holds with these settings."""
        return all(verdict.holds for verdict in self.verdicts)

    def figure(self, theme: str = "light") -> Any:
        """The Matplotlib figure, "light" or "dark"; in English where no font has Chinese signs.

        Errors: OptionError where Matplotlib is not installed.
        """
        with themed(theme), language(readable()):
            return settled(self.experiment.figure(self.series))

    def film(self, theme: str = "light") -> Film | None:
        """What moves, where something does."""
        make = self.experiment.film
        if make is None:
            return None
        with themed(theme), language(readable()):
            film: Film = make(self.series)
            return replace(film, theme=theme)

    def diagram(self) -> str:
        """The graph with its numbers, as SVG; "" where there is none."""
        draw = self.experiment.diagram
        return draw(self.series) if draw else ""

    def verdict(self) -> str:
        """Whether the claim holds, with each number beside its bound."""
        if not self.verdicts:
            return said("The claim was not checked.")
        told = said("The claim holds.") if self.holds else said("The claim does not hold.")
        return "\n".join([told, *(f"  {sign(each.holds)} {each}" for each in self.verdicts)])

    def __str__(self) -> str:
        """The question, what to see, what is learned, and the verdict."""
        words = self.experiment.said()
        parts = [words.title, words.question]
        if self.settings != replace(self.experiment.settings(), seed=self.settings.seed):
            parts.append(said("With the settings as they come, one sees this:"))
        return "\n\n".join([*parts, words.see, self.verdict(), words.learn])

    def _repr_html_(self) -> str:
        """The words, the figure and the verdict."""
        import base64  # on use: a terminal needs none of it

        data = base64.b64encode(png(self.figure())).decode()
        words = self.experiment.said()
        picture = f'<img alt="{html.escape(words.see)}" src="data:image/png;base64,{data}">'
        return listing(words.title, words.question) + picture + listing(words.see, self.verdict())


def run(
    name: str,
    *,
    seeds: Sequence[int] | None = None,
    watch: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> Outcome:
    """Run the experiment of that name, and check its claim for some seeds.

    `settings` are its own, by name, each checked: `pellucid lab show NAME` lists them. `seeds`:
    those that the claim is checked for, five from the experiment's seed on where left out, none
    for `()`. `watch(done, all)` is told how far the check is.
    Errors: OptionError for an unknown name, an unknown setting, or a value that it does not take.
    """
    found = experiment(name)
    chosen = changed(found.settings(), settings, name)
    if seeds is None:
        seeds = range(chosen.seed, chosen.seed + SEEDS)
    series = found.run(chosen)
    verdicts = found.lesson(chosen, Watched(seeds, watch)) if seeds else ()
    return Outcome(found, chosen, series, verdicts)


class Watched(Sequence[int]):
    """Seeds that tell how far whoever goes through them has come."""

    def __init__(self, seeds: Sequence[int], watch: Callable[[int, int], None] | None) -> None:
        self._seeds = seeds
        self._watch = watch

    def __getitem__(self, place: Any) -> Any:
        return self._seeds[place]

    def __len__(self) -> int:
        return len(self._seeds)

    def __iter__(self) -> Iterator[int]:
        for done, seed in enumerate(self._seeds):
            if self._watch is not None:
                self._watch(done, len(self._seeds))
            yield seed
