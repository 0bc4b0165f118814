"""`--like RUN` stands in the place of data, where runs are trained."""

from cli.conftest import Run, done, said


def test_its_help_tells_what_can_be_changed(run: Run) -> None:
    assert "--set NAME=VALUE" in done(run("train", "--like", "--help"))
    assert "train --like" in done(run("train", "--help"))


def test_a_search_is_like_no_run(run: Run) -> None:
    assert "there is no --like" in said(run, "tune", "--like", "runs/first")


def test_it_needs_a_run(run: Run) -> None:
    assert "RUN" in said(run, "train", "--like")
