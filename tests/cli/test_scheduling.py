"""Schedules in words: what follows from the run, chains, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.cli.scheduling import RunLength, filled, schedule_of
from pellucid.errors import OptionError
from pellucid.optim import (
    Chain,
    Constant,
    CosineDecay,
    CosineRestarts,
    LinearDecay,
    OneCycle,
    Schedule,
    StepDecay,
    WarmUp,
)

Run = Callable[..., tuple[int, str, str]]
RUN = RunLength(0.02, epoch=10, epochs=30)

MEANT: dict[str, Schedule] = {
    "constant": Constant(0.02),
    "cosine-decay": CosineDecay(0.02, 300),
    "cosine-decay:final=0.001,steps=5epochs": CosineDecay(0.02, 50, 0.001),
    "one-cycle": OneCycle(0.02, 300),
    "one-cycle:peak=1,rise=0.5": OneCycle(1.0, 300, 0.5),
    "step-decay:every=1epoch": StepDecay(0.02, 10),
    "cosine-restarts:period=20, factor=2": CosineRestarts(0.02, 20, 2),
    "warm-up:steps=2epochs+constant": WarmUp(20, Constant(0.02)),
    "linear-decay:updates=100+cosine-decay": Chain(
        [LinearDecay(0.02, 100), CosineDecay(0.02, 200)], [100]
    ),
    "constant:updates=1epoch+one-cycle:steps=90+constant:learning-rate=1e-3": Chain(
        [Constant(0.02), OneCycle(0.02, 90), Constant(0.001)], [10, 100]
    ),
    "warm-up:steps=50+linear-decay:updates=100+cosine-decay": WarmUp(
        50, Chain([LinearDecay(0.02, 100), CosineDecay(0.02, 150)], [100])
    ),
}


@pytest.mark.parametrize("words", MEANT)
def test_what_words_mean(words: str) -> None:
    said = filled(words, RUN)
    assert schedule_of(said) == MEANT[words]
    # What is written down means the same in a run of any length.
    assert filled(said, RunLength(0.5, 3, 1000)) == said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("cosin", r"schedule 'cosin' is not known\. Did you mean 'cosine-decay'"),
        ("", "schedule '' is not known"),
        ("constant+warm-up:steps=5", "schedule 'warm-up' is not known"),
        ("step-decay", r"schedule 'step-decay': every is missing\. Write step-decay:every=VALUE"),
        ("step-decay:evry=3", r"schedule 'step-decay' has no option 'evry'\. Did you mean 'every'"),
        ("step-decay:every=2.5", "schedule 'step-decay': --every: '2.5' is not a whole number"),
        ("linear-decay:steps=0", "schedule 'linear-decay': LinearDecay: steps 0. It must be at le"),
        ("constant:x", r"schedule 'constant': 'x' is no option\. Write constant:OPTION=VALUE"),
        (
            "constant+constant",
            r"schedule .constant.: updates is None\. Before another schedule",
        ),
        ("constant:updates=0+constant", "schedule 'constant': updates is 0"),
        ("cosine-decay+constant", r"the run has 300 updates, 10 an epoch; those before the last"),
        ("warm-up:steps=5", r"schedule 'warm-up:steps=5': warm-up has one option, steps, and a s"),
        ("warm-up:steps=5,rate=1+constant", "warm-up has one option, steps"),
        ("on-plateau+constant", "on-plateau sets the rate after epochs, a schedule that of each"),
        ("on-plateau:patience=0", "schedule 'on-plateau': ReduceOnPlateau: patience 0"),
        ("on-plateau:monitor=loss", "schedule 'on-plateau' has no option 'monitor'"),
    ],
    ids=range(16),
)
def test_words_that_mean_nothing_are_refused(words: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        filled(words, RUN)


def test_a_run_goes_on_with_the_schedule_that_it_began_with(run: Run, tmp_path: Path) -> None:
    words = ("train", "moons", "--hidden", 4, "--executor", "reference", "--quiet")
    schedule = ("--schedule", "cosine-restarts:period=1epoch,factor=2")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run(*words, *schedule, "--epochs", 3, "--out", whole)[0] == 0
    assert run(*words, *schedule, "--epochs", 1, "--out", parts)[0] == 0
    assert run("resume", parts, "--epochs", 3, "--quiet")[0] == 0
    for file in ("metrics.jsonl", "model.safetensors"):
        assert (whole / file).read_bytes() == (parts / file).read_bytes()
    recipe = json.loads((parts / "config.json").read_text())["recipe"]
    said = "cosine-restarts:period=8,factor=2,learning_rate=0.01"
    assert recipe["schedule"] == said


def test_a_plateau_lowers_the_rate_and_is_told_at_the_end(run: Run, tmp_path: Path) -> None:
    folder, words = tmp_path / "run", ("--hidden", 4, "--executor", "reference", "--epochs", 5)
    schedule = ("--schedule", "on-plateau:patience=2,min_delta=9,factor=0.5")
    code, out, _ = run("train", "moons", *words, *schedule, "--out", folder)
    assert code == 0
    assert "learning rate lowered after epoch: 3, 5" in out
    code, out, _ = run("resume", folder, "--more", 2)
    assert code == 0
    assert "learning rate lowered after epoch: 3, 5, 7" in out


def test_words_of_a_damaged_run_are_refused(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run("train", "moons", "--hidden", 4, "--epochs", 1, "--out", folder, "--quiet")
    config = json.loads((folder / "config.json").read_text())
    config["recipe"]["schedule"] = "step-decay:every=3"
    (folder / "config.json").write_text(json.dumps(config))
    code, _, err = run("resume", folder)
    assert code != 0
    assert "no recipe that this version knows: schedule 'step-decay': learning_rate is" in err
