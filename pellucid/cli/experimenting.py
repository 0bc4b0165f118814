"""`pellucid lab`: listing experiments, telling of one, running one or all.

list_experiments    all by topic
show_experiment     what one asks, and what may be set
run_one, run_all    running them
Asking              what was asked for
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.cli.output import Output
from pellucid.cli.present import plain_console, write_json
from pellucid.errors import OptionError
from pellucid.lab import EXPERIMENTS, TOPICS, Experiment, Outcome, experiment
from pellucid.lab import run as run_experiment
from pellucid.lab.gallery import Gallery
from pellucid.lab.records import save
from pellucid.lab.settings import Field, fields_of
from pellucid.lab.verdict import sign
from pellucid.languages import said
from pellucid.tables import aligned

Watch = Callable[[int, int], None]


@dataclass(frozen=True)
class Asking:
    """The options of `pellucid lab run`."""

    changes: tuple[str, ...]
    seed: int | None
    data_dir: Path | None
    out: Path

    def settings(self, found: Experiment, *, strict: bool) -> dict[str, Any]:
        """The settings that are changed. `strict`: real data are refused where none are read."""
        values: dict[str, Any] = {}
        for change in self.changes:
            key, sign, value = change.partition("=")
            if not sign:
                raise OptionError(f"--set {change}: no value. Write it as key=value.")
            values[key.replace("-", "_")] = value
        if self.seed is not None:
            values["seed"] = self.seed
        if self.data_dir is not None:
            if "data_dir" in fields_of(found.settings):
                values["data_dir"] = self.data_dir
            elif strict:
                raise OptionError(f"{found.name}: --data-dir. It reads no real data: leave it out.")
        return values


def list_experiments(*, as_json: bool) -> int:
    """Print all experiments by topic, one line each."""
    if as_json:
        write_json([_described(each) for each in EXPERIMENTS.values()])
        return 0
    console = plain_console()
    width = max(map(len, EXPERIMENTS))
    for topic in TOPICS:
        if topic.experiments:
            console.print(f"\n{said(topic.title)}")
        for each in topic.experiments:
            console.print(f"  {each.name:{width}}  {each.said().title}")
    return 0


def show_experiment(name: str, *, code: bool, as_json: bool) -> int:
    """Print what an experiment asks and what may be set, or its program."""
    found = experiment(name)
    if as_json:
        write_json(_described(found))
        return 0
    console = plain_console()
    if code:
        console.print(found.code.rstrip())
        return 0
    words = found.said()
    parts = {
        said("Question"): words.question,
        said("Do"): words.do,
        said("See"): words.see,
        said("Learn"): words.learn,
        said("Source"): words.source,
    }
    console.print(words.title)
    for title, text in parts.items():
        console.print(f"\n{title}\n{text}")
    console.print(f"\n{said('Settings, for --set key=value:')}")
    settings = fields_of(found.settings).values()
    rows = [(f"{each.name}={each.default}", _range(each), said(each.meaning)) for each in settings]
    console.print("\n".join(f"  {line}" for line in aligned(rows, texts=3)))
    return 0


def _range(field: Field) -> str:
    return f"{field.span} {said(field.unit)}" if field.unit else field.span


def run_one(name: str, asking: Asking, output: Output) -> int:
    """Run one experiment, write its files, and tell the verdict."""
    settings = asking.settings(experiment(name), strict=True)
    with _progress(output) as watch:
        outcome = run_experiment(name, watch=watch(name), **settings)
        files = save(outcome, asking.out / name)
    if output.as_json:
        write_json(_told(outcome) | {"files": [str(path) for path in files]})
    else:
        console = plain_console()
        console.print(str(outcome) if output.is_full else outcome.verdict())
        if output.is_full:
            console.print("\n" + "\n".join(str(path) for path in files))
    return 0 if outcome.holds else 1


def run_all(asking: Asking, output: Output) -> int:
    """Run all experiments, one after the other, into a gallery."""
    if asking.changes:
        raise OptionError("--set: of which experiment? With --all none is changed: leave it out.")
    gallery = Gallery(asking.out)
    console = plain_console()
    width = max(map(len, EXPERIMENTS))
    with _progress(output) as watch:
        for name, found in EXPERIMENTS.items():
            settings = asking.settings(found, strict=False)
            outcome = run_experiment(name, watch=watch(name), **settings)
            gallery.add(outcome)
            if not output.as_json:
                for verdict in outcome.verdicts:
                    console.print(f"{sign(verdict.holds)} {name:{width}}  {verdict}")
    if output.as_json:
        write_json([_told(outcome) for outcome in gallery.outcomes.values()])
    elif output.is_full:
        console.print(str(asking.out / "index.html"))
    return 0 if all(outcome.holds for outcome in gallery.outcomes.values()) else 1


@contextmanager
def _progress(output: Output) -> Iterator[Callable[[str], Watch | None]]:
    """What makes, for an experiment, a function that shows how far it is."""
    if not output.has_bar:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.status import Status

    with Status("", console=Console(stderr=True)) as status:

        def watch(name: str) -> Watch:
            status.update(name)
            return lambda done, all_: status.update(f"{name}: seed {done + 1} of {all_}")

        yield watch


def _described(found: Experiment) -> dict[str, Any]:
    words = vars(found.said())
    settings = [
        {
            "name": each.name,
            "default": str(each.default) if isinstance(each.default, Path) else each.default,
            "unit": each.unit,
            "meaning": said(each.meaning),
            "range": each.span,
        }
        for each in fields_of(found.settings).values()
    ]
    return {"name": found.name, "topic": found.topic, **words, "settings": settings}


def _told(outcome: Outcome) -> dict[str, Any]:
    settings = {name: _plain(value) for name, value in vars(outcome.settings).items()}
    verdicts = [verdict.as_dict() for verdict in outcome.verdicts]
    return {
        "name": outcome.experiment.name,
        "settings": settings,
        "holds": outcome.holds,
        "verdicts": verdicts,
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
