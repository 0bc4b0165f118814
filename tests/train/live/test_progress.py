"""Whether training is shown while it goes on, and how in a notebook."""

from typing import Any

import pytest
from train.conftest import Open, Saying, fit, make_trainer

from pellucid.errors import CallError, OptionError
from pellucid.train import ProgressBar
from pellucid.train.live import notebook as cells


def test_no_lines_are_shown_where_none_are_wanted(streams: Open) -> None:
    out, err = streams(out=False, err=True)
    fit(2, bar=ProgressBar(lines=False))
    assert out.getvalue() == ""
    assert "epoch 2/2" in err.getvalue()


def test_a_second_fit_goes_on_with_lines_of_its_own(streams: Open) -> None:
    out, _ = streams(out=False, err=False)
    trainer = fit(2)
    trainer.fit(more=1)
    firsts = [line.split()[0] for line in out.getvalue().splitlines()]
    assert firsts == ["epoch", "1", "2", "epoch", "3"]


@pytest.mark.parametrize(
    ("terminal", "show", "shown"),
    [
        (True, None, True), (False, None, False), (False, True, True), (True, False, False),
        (False, 1, True), (True, 0, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("given", [False, True])
def test_fit_shows_itself_where_somebody_looks_on_or_as_it_is_told(
    streams: Open, terminal: bool, show: Any, shown: bool, given: bool
) -> None:
    out, _ = streams(out=terminal, err=False)
    bars = (ProgressBar(),) if given else ()
    trainer = make_trainer(metrics=(), callbacks=bars)
    trainer.fit(2, show=show)
    is_shown = shown or (given and show is None)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == (
        ["epoch", "1", "2"] if is_shown else []
    )


def test_whatever_else_is_called_is_called_whether_it_is_shown_or_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    trainer = make_trainer(metrics=(), callbacks=(Saying(),))
    trainer.fit(1, show=False)
    next(iter(trainer))
    trainer.fit(more=1)
    assert capsys.readouterr().out.splitlines() == ["said 1", "said 2"]


def test_a_notebook_shows_it_unless_told_otherwise(request: pytest.FixtureRequest) -> None:
    handles = request.getfixturevalue("shown")
    make_trainer(metrics=()).fit(1)
    make_trainer(metrics=()).fit(1, show=False)
    assert len(handles) == 1


def test_show_is_true_or_false() -> None:
    with pytest.raises(OptionError, match=r"fit: show is 'auto'. It is True or False; left out"):
        make_trainer().fit(1, show="auto")  # type: ignore[arg-type]
    with pytest.raises(CallError, match=r"'verbose'.*fit\(epochs=5, show=True\)"):
        make_trainer().fit(1, verbose=0)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (65, "1:05"), (3599.6, "1:00:00"), (90_000, "25:00:00")]
)
def test_times_are_told_in_minutes(seconds: float, text: str) -> None:
    assert cells._minutes(seconds) == text
