"""`pellucid lab`: lists, tells, runs; wrong names, keys and values answered with what is right."""

import json
from pathlib import Path

import pytest
from cli.conftest import Run, done, said

from pellucid import lab


def test_all_experiments_are_listed_by_topic(run: Run) -> None:
    out = done(run("lab"))
    assert all(f"  {name}  " in out.replace("  ", "  ") or name in out for name in lab.EXPERIMENTS)
    assert "Starts and normalisation" in out
    listed = json.loads(done(run("lab", "--json")))
    assert [each["name"] for each in listed] == list(lab.EXPERIMENTS)


def test_an_experiment_tells_what_it_asks_and_what_may_be_set(run: Run) -> None:
    out = done(run("lab", "show", "zero-start"))
    assert "Question\nWhy do the weights" in out
    assert ["hidden=4", "2", "..", "64", "units", "width"] in [
        line.split()[:6] for line in out.split("\n")
    ]
    assert "问题\n为什么" in done(run("lab", "show", "zero-start", "--language", "zh"))
    assert done(run("lab", "show", "zero-start", "--code")).startswith('"""Units that begin')


def test_a_run_tells_the_verdict_and_writes_its_files(run: Run, tmp_path: Path) -> None:
    out = done(run("lab", "run", "zero-start", "--out", tmp_path))
    assert "The claim holds.\n  ✓ largest difference" in out
    files = sorted(path.name for path in (tmp_path / "zero-start").iterdir())
    assert files == ["zero-start-dark.png", "zero-start.csv", "zero-start.png"]


def test_a_claim_that_does_not_hold_is_an_exit_code(run: Run, tmp_path: Path) -> None:
    asked = ("--set", "steps=1", "--seed", "3", "--out", tmp_path, "--json")
    code, out, err = run("lab", "run", "zero-start", *asked)
    told = json.loads(out)
    assert (code, err, told["holds"], told["settings"]["seed"]) == (1, "", False, 3)
    assert [verdict["holds"] for verdict in told["verdicts"]] == [True, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("zero-strat",), "lab: there is no experiment 'zero-strat'. Did you mean 'zero-start'?"),
        (("zero-start", "--set", "hiden=3"), "zero-start: there is no setting 'hiden'. Did you "
         "mean 'hidden'?"),
        (("zero-start", "--set", "hidden=0"), "zero-start: hidden: 0 is not between 2 and 64. "
         "hidden is a whole number from 2 to 64 units."),
        (("zero-start", "--set", "hidden"), "--set hidden: no value. Write it as key=value."),
        (("zero-start", "--data-dir", "."), "zero-start: --data-dir. It reads no real data: "
         "leave it out."),
        ((), "give the NAME of one experiment, or --all. See `pellucid lab run --help`."),
        (("zero-start", "--all"), "give the NAME of one experiment, or --all. See `pellucid lab "
         "run --help`."),
        (("--all", "--set", "hidden=3"), "--set: of which experiment? With --all none is "
         "changed: leave it out."),
    ],
    ids=str,
)  # fmt: skip
def test_wrong_use_is_answered(run: Run, arguments: tuple[str, ...], message: str) -> None:
    assert said(run, "lab", "run", *arguments).startswith(message)
