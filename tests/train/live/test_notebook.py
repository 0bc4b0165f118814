"""Training as a notebook shows it: one bar and one table, updated in place."""

import re
import sys
from types import SimpleNamespace

import pytest
from train.conftest import Handle, make_trainer

from pellucid.train import Callback, ProgressBar, Trainer
from pellucid.train.live import notebook as cells


def fit(epochs: int, *callbacks: Callback, bar: ProgressBar | None = None) -> Trainer:
    trainer = make_trainer(metrics=(), callbacks=(bar or ProgressBar(), *callbacks))
    trainer.fit(epochs)
    return trainer


def test_a_notebook_has_one_bar_and_one_table_in_place(
    shown: list[Handle], capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = fit(30)
    (handle,) = shown
    for page in handle.pages:
        assert page.count("<progress") == 1
        assert page.count("<table>") == 1
        assert len(page) < 6000
    done = [int(re.findall(r'<progress value="(\d+)" max="150"', page)[0]) for page in handle.pages]
    assert done[0] == 0
    assert done == sorted(done)
    assert len(set(done)) > 2
    last = handle.pages[-1]
    assert last.endswith(trainer.history._repr_html_())
    assert "epoch 30 of 30, step 150 of 150" in last
    assert f'<tr class="strong"><td>{trainer.history.best_epoch}</td>' in last
    assert capsys.readouterr() == ("", "")


def test_a_notebook_is_not_flooded(shown: list[Handle], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "SECONDS", 1000.0)
    fit(30)
    assert len(shown[0].pages) == 2  # the begin and the end


def test_a_cell_that_shows_a_history_below_its_bar_does_not_show_it_again(
    shown: list[Handle], monkeypatch: pytest.MonkeyPatch
) -> None:
    history = fit(2).history
    history._ipython_display_()  # nothing, and no NotImplementedError
    shell = SimpleNamespace(kernel=object(), execution_count=8)
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: shell)
    with pytest.raises(NotImplementedError):  # in another cell as ever
        history._ipython_display_()


def test_a_fit_that_goes_on_shows_the_whole_history_once_more(shown: list[Handle]) -> None:
    trainer = fit(2)
    trainer.fit(more=1)
    assert len(shown) == 2
    assert 'value="15" max="15"' in shown[1].pages[-1]
    assert [f"<td>{epoch}</td>" in shown[1].pages[-1] for epoch in (1, 2, 3)] == [True] * 3
    assert repr(trainer.history) in repr(cells.NotebookCell(trainer, 3))
