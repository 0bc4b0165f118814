import json
import shutil
from pathlib import Path

import pytest
from cli.conftest import Run, done, said

import pellucid
from pellucid.cli.long_runs import LongRun, read
from pellucid.errors import OptionError
from pellucid.train import RunFolder
from pellucid.train.run_files import resuming

OLD = Path(__file__).resolve().parents[1] / "train" / "run_files" / "folders" / "command"
WORDS = ("train", "moons", "--executor", "reference", "--samples", 40)


@pytest.mark.filterwarnings("default")
def test_a_time_limit_is_kept_and_can_be_raised(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    out = done(run(*WORDS, "--epochs", 1000000, "--max-time", "0.1s", "--out", folder))
    assert "ended: time limit of 0.10 s reached" in out
    assert out.splitlines()[-1] == f"go on with: pellucid resume {folder} --max-time 0.2s"
    code, _, err = run("resume", folder)
    assert code == 0
    assert "nothing was trained, as time limit of 0.10 s reached" in err
    out = done(run("resume", folder, "--max-time", "3h", "--more", 1))
    assert "ended: all " in out
    recipe = json.loads((folder / "config.json").read_text())["recipe"]
    assert recipe["long_run"] == {"max_seconds": 10800.0}


@pytest.mark.parametrize(
    ("word", "what"),
    [("2", ": write 2s, 2min or 2h."), ("2x", "."), ("h", "."), ("0s", "."), ("1h-2s", ".")],
)
def test_a_time_without_its_unit_is_refused(run: Run, word: str, what: str) -> None:
    text = f"--max-time: {word!r} is no time with its unit, such as 2h or 90min{what} See"
    assert said(run, *map(str, WORDS), "--max-time", word).startswith(text)


def test_a_run_of_an_earlier_version_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a step computes may be written otherwise today.
    monkeypatch.setattr(resuming, "check_identity", lambda there, here, folder: None)
    shutil.copytree(OLD, tmp_path / "run")
    done(run("evaluate", tmp_path / "run"))
    out = done(run("resume", tmp_path / "run", "--epochs", 3, "--max-time", "1h"))
    assert "ended: all 3 epochs done" in out


@pytest.mark.parametrize("entry", [{"max_seconds": "2h"}, {"max_seconds": True}])
def test_settings_of_a_wrong_kind_are_refused(entry: dict[str, object]) -> None:
    with pytest.raises(OptionError, match="max_seconds is "):
        read(entry)
    assert read({}) == LongRun()


def test_when_a_run_is_saved_and_what_stays_can_be_said(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    told = ("--save-every", "2steps", "--checkpoints", 3, "--best", 2, "--budget", "2MB")
    done(run(*WORDS, "--epochs", 6, *told, "--monitor", "train_accuracy", "--out", folder))
    names = sorted(file.name for file in (folder / "checkpoints").iterdir())
    assert [name[:5] for name in names] == ["best-", "best-", "step-", "step-", "step-"]
    recipe = json.loads((folder / "config.json").read_text())["recipe"]
    settings = {"save_every": "2steps", "checkpoints": 3, "best": 2, "budget": 2_000_000}
    assert recipe["long_run"] == settings | {"monitor": "train_accuracy"}
    done(run("resume", folder, "--more", 1, "--save-every", "1epoch"))
    recipe = json.loads((folder / "config.json").read_text())["recipe"]
    assert recipe["long_run"]["save_every"] == "1epoch"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--save-every", "500"), "'500' is not written as 500steps, 2epochs or 10min."),
        (("--save-every", "0steps"), "'0steps' is not written as 500steps, 2epochs or 10min."),
        (("--budget", "5"), "'5' is no size with its unit, such as 500MB or 2GB."),
        (("--budget", "0MB"), "'0MB' is no size with its unit, such as 500MB or 2GB."),
        (("--best", "0"), "0 is not in the range: from 1 on."),
    ],
)
def test_words_that_say_nothing_are_told_the_rule(
    run: Run, words: tuple[str, str], what: str
) -> None:
    assert said(run, *map(str, WORDS), *words).startswith(f"{words[0]}: {what}")


def test_a_search_saves_no_tries(run: Run) -> None:
    assert "there is no --save-every" in said(run, "tune", "moons", "--save-every", "2steps")


def test_validation_within_epochs_is_measured_and_goes_on(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    words = ("--epochs", 2, "--batch-size", 4, "--validate-every", 4, "--out", folder)
    out = done(run(*WORDS, *words))
    assert out.startswith("step 4: validation loss ")
    done(run("resume", folder, "--more", 1))
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [x["step"] for x in lines if x["kind"] == "validation"] == [4, 8, 16]


def test_the_weights_of_one_of_the_best_epochs_are_evaluated(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done(run(*WORDS, "--epochs", 5, "--best", 2, "--monitor", "validation_loss", "--out", folder))
    known = RunFolder.open(folder).best_epochs()
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    losses = {row["epoch"]: row["validation_loss"] for row in rows if row["kind"] == "epoch"}
    for epoch in known:
        document = json.loads(done(run("evaluate", folder, "--epoch", epoch, "--json")))
        assert document["sets"]["validation"]["loss"] == pytest.approx(losses[epoch], rel=1e-6)
        assert document["weights"] == f"weights of epoch {epoch}, one of the best"
        assert pellucid.load(folder, epoch=epoch).weights == document["weights"]
    code, _, err = run("evaluate", folder, "--epoch", 99)
    assert code == 1
    told = ", ".join(map(str, known))
    assert f"it keeps no weights of epoch 99, but of epochs {told}. More stay with --best 3" in err
