"""Figures that show themselves: in notebooks, in windows, and where there is no screen."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from pellucid.plot import figure as figures
from pellucid.plot.figure import new_figure
from pellucid.train import EpochRecord, History

pytest.importorskip("matplotlib")


def test_a_notebook_gets_a_picture_of_its_size_on_the_page():
    picture, size = new_figure(1, 2, (3.0, 1.5))._repr_png_()
    assert picture.startswith(b"\x89PNG")
    assert size == {"width": 300, "height": 150}
    width, height = (int.from_bytes(picture[i : i + 4], "big") for i in (16, 20))
    assert (width, height) == (600, 300)


def test_on_a_command_line_it_says_how_to_see_it():
    text = "Figure, 300 x 150: .show() shows it, .savefig('name.png') writes it"
    assert repr(new_figure(1, 1, (3.0, 1.5))) == text


def test_in_a_notebook_it_is_shown_below_the_cell(monkeypatch):
    shell, display, shown = ModuleType("IPython"), ModuleType("IPython.display"), []
    shell.get_ipython = lambda: SimpleNamespace(kernel=object(), execution_count=1)
    display.display = shown.append
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    figure = new_figure(1, 1, (3.0, 1.5))
    figure.show()
    assert shown == [figure]


@pytest.mark.parametrize("terminal", [None, SimpleNamespace()], ids=["python", "ipython"])
def test_without_a_screen_it_is_a_file_whose_name_is_said(monkeypatch, capsys, tmp_path, terminal):
    if terminal is not None:
        shell = ModuleType("IPython")
        shell.get_ipython = lambda: terminal
        monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setattr(figures.tempfile, "tempdir", str(tmp_path))
    new_figure(1, 1, (3.0, 1.5)).show()
    said = capsys.readouterr().out
    (path,) = tmp_path.iterdir()
    assert said == f"There is no screen here; the picture is {path}\n"
    assert Path(path).read_bytes().startswith(b"\x89PNG")


def test_with_a_screen_it_is_a_window(monkeypatch):
    done = []

    class Canvas:
        required_interactive_framework = "qt"

        @classmethod
        def new_manager(cls, figure, number):
            return SimpleNamespace(
                show=lambda: done.append((figure, number)),
                start_main_loop=lambda: done.append("closed"),
            )

    trial = SimpleNamespace(canvas=Canvas())
    pyplot = SimpleNamespace(figure=lambda: trial, close=done.append)
    figure = new_figure(1, 1, (3.0, 1.5))
    monkeypatch.setattr(figures, "imported", lambda *_: pyplot)
    figure.show()
    assert done == [trial, (figure, 1), "closed"]


def test_a_history_draws_its_curves():
    history = History()
    for epoch in (1, 2, 3):
        measured = {"loss": 1 / epoch, "accuracy": epoch / 4}
        history.add_epoch(EpochRecord(epoch * 10, epoch, measured, measured))
    figure = history.plot()
    assert [axes.get_title() for axes in figure.axes] == ["loss", "accuracy"]
    assert figure.axes[1].lines[0].get_ydata().tolist() == [0.25, 0.5, 0.75]
    assert figure._repr_png_()[1] == {"width": 1100, "height": 340}
