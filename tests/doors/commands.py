"""The door of the command line: commands, options and names of all kinds.

called      a command called in this process: a fault of pellucid's own is raised
"""

import contextlib
import importlib
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from doors.case import Case, Door
from doors.damage import NUMBERS
from pellucid.cli import main
from pellucid.cli.datasets import DATA
from pellucid.cli.settings import settings_of
from pellucid.errors import DataError
from pellucid.models import MODELS

SECONDS = 2.0  # then Ctrl-C is pressed: a command may rightly take long
MISTAKE = "this is a mistake in pellucid itself"
COMMANDS = ["train", "tune", "evaluate", "predict", "generate", "resume", "data", "models", "about"]
FLAGS = ["--model", "--epochs", "--optimizer", "--learning-rate", "--batch-size", "--l1", "--l2"]
FLAGS += ["--weight-decay", "--seed", "--early-stopping", "--balanced", "--executor", "--threads"]
FLAGS += ["--out", "--prompt", "--length", "--temperature", "--try", "--tries", "--strategy"]
FLAGS += ["--help", "--traceback", "--version", "--", "-h", "--json", "--peers", "--rounds"]
WORDS = ["", "a\0b", "x" * 300, "a/" * 3000, "../../..", "/dev/null", "/dev/full", "/proc/self/mem"]
WORDS += ["é", "\ud800", "\x1b[31m", "a\nb", "-", "--", "%s%n", "{0}", "native", "reference", "mlp"]
WORDS += [
    "sgd",
    "1,2,3",
    "1e-4..1e-1",
    "hidden=1..4",
    "learning_rate=0..inf",
    "a=b",
    "100000",
    "runs",
]
SMALL = ["1", "2", "3", "4", "8", "0.1", "0", "-1"]


def begin() -> None:
    """Load what is loaded on use."""
    os.environ["PELLUCID_CACHE"] = os.devnull
    words = "train moons --samples 90 --epochs 1 --executor"
    with tempfile.TemporaryDirectory() as folder:
        for name in ("reference", "native"):
            called([*words.split(), name], Path(folder), seconds=0.0)
    # An import that Ctrl-C cuts off stays half done in this process.
    importlib.import_module("sklearn.datasets")


def make(rng: random.Random, folder: Path) -> Case:
    """A command line, most of it right; one in 200 is called as a process of its own."""
    _files(folder)
    arguments = _arguments(rng, folder)
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        if arguments:
            at = rng.randrange(len(arguments))
            arguments[at : at + rng.randint(0, 1)] = [_word(rng, folder)]
    real = rng.random() < 0.005 and not any("\0" in a or "\ud800" in a for a in arguments)
    enter = (lambda: _process(arguments, folder)) if real else (lambda: called(arguments, folder))
    return Case(enter, 2 * 10**8, repr(arguments)[:2000])


def _files(folder: Path) -> None:
    for name in ("cat", "dog"):
        (folder / "pets" / name).mkdir(parents=True)
        for i in range(4):
            Image.new("RGB", (8, 8), (i * 40, 9, 9)).save(folder / "pets" / name / f"{i}.png")
    (folder / "text").write_text("to be or not to be, that is the question " * 8)


def _arguments(rng: random.Random, folder: Path) -> list[str]:
    command = rng.choice([*COMMANDS, "train", "train", "train", "tune"])
    if command in ("data", "models", "about"):
        return [command]
    if command not in ("train", "tune"):
        words = [command, rng.choice(("run", "pets", ".", "no", "text"))]
        return [*words, *rng.sample(["1,2", "pets/cat/0.png", "--epochs", "--length", "3"], 2)]
    data = rng.choice(list(DATA))
    found = [command, data, "--executor", rng.choice(("reference", "reference", "native"))]
    found += ["--epochs", rng.choice(("1", "2", "1000000")), "--batch-size", rng.choice(SMALL[:5])]
    found += ["--out", str(folder / "run")]
    if data in ("folder", "mnist", "cats"):
        found += ["--data-dir", str(folder / rng.choice(("pets", "no", "text")))]
    if data == "text":
        found += ["--file", str(folder / "text"), "--length", "8"]
    if command == "tune":
        found += ["--try", rng.choice(("learning_rate=1e-4..1e-1", "epochs=1..2", "hidden=2/3"))]
        found += ["--tries", "2"]
    settings = {**settings_of(DATA[data].options)}
    model = rng.choice(list(MODELS))
    if rng.random() < 0.5:
        found += ["--model", model]
        settings |= settings_of(MODELS[model].options)
    for setting in rng.sample(list(settings.values()), min(len(settings), rng.randint(0, 3))):
        found.append(setting.flag)
        if setting.kind is not bool:
            found.append(rng.choice([*SMALL * 5, *setting.choices * 9, *NUMBERS]))
    return found


def _word(rng: random.Random, folder: Path) -> str:
    paths = [str(folder / "run"), str(folder / "pets")]
    pools: list[list[str]] = [WORDS, NUMBERS, FLAGS, SMALL, paths]
    return rng.choice(rng.choice(pools))


def called(arguments: list[str], folder: Path | None = None, seconds: float = SECONDS) -> None:
    """Call a command. Errors: DataError with what it said, where it failed in order."""
    said, before = io.StringIO(), Path.cwd()
    if folder is not None:
        os.chdir(folder)
    signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            code = main([*arguments])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.chdir(before)
    _judge(code, said.getvalue())


def _interrupt(*_: Any) -> None:
    """Press Ctrl-C, and again where that does not help."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    os.kill(os.getpid(), signal.SIGINT)


def _process(arguments: list[str], folder: Path) -> None:
    command = [sys.executable, "-m", "pellucid", *arguments]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _, said = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    _judge(process.returncode, said)


def _judge(code: int, said: str) -> None:
    if MISTAKE in said or code < 0 or code not in (0, 1, 2, 130, 143):
        raise AssertionError(f"exit code {code}: {said}")
    if code in (1, 2):
        raise DataError(said)


DOOR = Door("commands", make, begin)
