"""The doors of what runs leave, one file damaged: config.json, metrics.jsonl, trials.jsonl."""

import functools
import json
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from doors.case import Case, Door
from doors.commands import called
from doors.damage import NUMBERS, damaged, tokens
from pellucid.io import append_jsonl, read_jsonl, truncate_jsonl
from pellucid.tune import (
    BayesianSearch,
    Choice,
    GridSearch,
    Integers,
    LogUniform,
    RandomSearch,
    search,
)

SPARE = 10**8  # what training with the settings of a config rightly takes


@functools.cache
def _run() -> Path:
    """A run of a few steps."""
    folder = Path(tempfile.mkdtemp(prefix="door-run-")) / "run"
    words = "train moons --samples 60 --epochs 2 --hidden 4 --executor reference --out"
    called([*words.split(), str(folder)], seconds=0.0)
    return folder


def begin() -> None:
    """Make the run that others are copied from."""
    _run()


def begin_search() -> None:
    """Load what a search loads on use."""
    quick = {"rate": LogUniform(1e-4, 1.0)}
    search(lambda rate: rate, quick, BayesianSearch(4, 2))


def make_config(rng: random.Random, folder: Path) -> Case:
    """The run with a damaged config.json, used by a command."""
    run = Path(shutil.copytree(_run(), folder / "run"))
    text = (run / "config.json").read_text()
    kind = rng.random()
    if kind < 0.5:
        content = _changed(rng, text).encode("utf-8", "surrogatepass")
    elif kind < 0.8:
        content = tokens(rng, text).encode("utf-8", "replace")
    else:
        content = damaged(rng, text.encode())
    (run / "config.json").write_bytes(content)
    commands = (["evaluate", "run"], ["predict", "run", "0.5,-0.5"], ["resume", "run"])
    words = rng.choice((*commands, ["resume", "run", "--epochs", "3"], ["generate", "run"]))
    return Case(lambda: called(words, folder), SPARE, f"{words} {content[:2000]!r}")


def _changed(rng: random.Random, text: str) -> str:
    """The config with one of its values replaced."""
    config = json.loads(text)
    owner: dict[str, object] | list[object] = config
    while True:
        keys = list(owner) if isinstance(owner, dict) else list(range(len(owner)))
        if not keys:
            return json.dumps(config)
        key = rng.choice(keys)
        inner = owner[key]  # type: ignore[index, call-overload]
        if not isinstance(inner, dict | list) or rng.random() < 0.15:
            break
        owner = inner
    words = [*NUMBERS, *NUMBERS, '"x"', '"a\\u0000b"', '"\\ud800"', "[1, 2]", '{"a": 1}', "[[]]"]
    words += ['"mnist"', '"lstm"', '"mlp"', '"native"', "[4611686018427387904]", "[0]", "[-1]"]
    owner[key] = "@"  # type: ignore[index, call-overload]
    return json.dumps(config).replace('"@"', rng.choice(words), 1)


def make_metrics(rng: random.Random, folder: Path) -> Case:
    """The run with a damaged metrics.jsonl, read or gone on with."""
    run = Path(shutil.copytree(_run(), folder / "run"))
    file = run / "metrics.jsonl"
    text = file.read_text()
    if rng.random() < 0.5:
        lines = text.splitlines(keepends=True)
        at = rng.randrange(len(lines))
        lines[at] = rng.choice(
            (tokens(rng, lines[at]), rng.choice(NUMBERS) + "\n", "[" * 9999 + "\n")
        )
        text = "".join(lines)
    content = text.encode("utf-8", "replace")
    if rng.random() < 0.6:
        content = damaged(rng, content)
    file.write_bytes(content)
    ways: list[Callable[[], object]] = [
        lambda: read_jsonl(file),
        lambda: truncate_jsonl(file, rng.randint(0, 5)),
        lambda: append_jsonl(file, [{"step": 9}]),
        lambda: called(["resume", "run", "--epochs", "3"], folder),
    ]
    return Case(rng.choice(ways), SPARE, repr(content[:2000]))


SPACE = {"rate": LogUniform(1e-4, 1.0), "units": Integers(2, 99), "act": Choice(("a", "b"))}


def make_trials(rng: random.Random, folder: Path) -> Case:
    """The trials of a search, damaged; the search goes on from there."""
    file = folder / "trials.jsonl"
    strategy = rng.choices((RandomSearch(6, 2), GridSearch(2), BayesianSearch(4, 2)), (9, 9, 1))[0]

    def go_on() -> str:
        found = search(lambda rate, units, act: rate * units, SPACE, strategy, file=file)
        return str(found)

    go_on()
    lines = file.read_text().splitlines(keepends=True)[: rng.randint(1, 7)]
    at = rng.randrange(len(lines))
    kind = rng.random()
    if kind < 0.4:
        lines[at] = _changed(rng, lines[at]) + "\n"
    elif kind < 0.7:
        lines[at] = tokens(rng, lines[at])
    content = "".join(lines).encode("utf-8", "surrogatepass")
    if kind >= 0.7:
        content = damaged(rng, content)
    file.write_bytes(content)
    return Case(go_on, SPARE, repr(content[:2000]))


CONFIG = Door("config.json", make_config, begin)
METRICS = Door("metrics.jsonl", make_metrics, begin)
TRIALS = Door("trials.jsonl", make_trials, begin_search)
