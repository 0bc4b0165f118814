"""Mixtures, smoothed labels and balanced batches on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pellucid.augment import CutMix, Mixup
from pellucid.cli.batch_rules import BatchRules, read
from pellucid.data import ClassBalanced
from pellucid.errors import OptionError

Run = Callable[..., tuple[int, str, str]]
QUICK = ("--executor", "reference", "--epochs", 1)


def test_words_become_rules() -> None:
    assert read({}).of_trainer() == {"mixing": None, "sampling": None}
    given = read({"mixing": "mixup", "mixing_alpha": 0.4, "balanced_batches": True}).of_trainer()
    assert isinstance(given["mixing"], Mixup)
    assert given["mixing"].alpha == 0.4
    assert given["sampling"] == ClassBalanced()
    cutmix = read({"mixing": "cutmix"}).of_trainer()["mixing"]
    assert isinstance(cutmix, CutMix)
    assert cutmix.alpha == 1.0


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"mixing": "mixpu"}, r"mixing 'mixpu' is not known\. Did you mean 'mixup'"),
        ({"mixing_alpha": 0.3}, "--mixing-alpha: nothing is mixed. Say how: --mixing mixup"),
        ({"balanced_batches": 1}, "balanced_batches is 1"),
        ({"label_smoothing": True}, "label_smoothing is True"),
    ],
)
def test_what_has_no_meaning_is_refused(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        read(entry)


def test_a_run_is_mixed_smoothed_and_gone_on_with(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    rules = ("--mixing", "cutmix", "--label-smoothing", 0.1, "--balanced-batches")
    words = ("--model", "simple-convnet", "--batch-size", 500, *rules, "--out", folder)
    assert run("train", "digits", *QUICK, *words)[0] == 0
    config = json.loads((folder / "config.json").read_text())
    assert config["recipe"]["batches"] == {
        "mixing": "cutmix",
        "label_smoothing": 0.1,
        "balanced_batches": True,
    }
    assert config["trainer"]["loss"] == "cross_entropy(label_smoothing=0.1)"
    assert config["trainer"]["sampling"] == "ClassBalanced()"
    assert run("resume", folder, "--more", 1)[0] == 0
    assert run("evaluate", folder)[0] == 0


def test_what_a_run_cannot_do_is_told(run: Run) -> None:
    code, out, err = run("train", "digits", *QUICK, "--mixing-alpha", 0.3)
    assert (code, out) == (2, "")
    assert "nothing is mixed" in err
    code, _, err = run("train", "sine", *QUICK, "--label-smoothing", 0.1)
    assert code in (1, 2)
    assert "the loss is mean_squared_error. Only labels of several classes" in err
    code, _, err = run("train", "digits", *QUICK, "--balanced", "--balanced-batches")
    assert code in (1, 2)
    assert "Rare classes would count more twice" in err
    assert BatchRules().softened(len) is len
