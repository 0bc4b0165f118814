import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from pellucid.train import EpochRecord, History, Steps, save_report
from pellucid.train.pages.svg import INK


def history(epochs: int = 4, steps: int = 30) -> History:
    made = History()
    for epoch in range(1, epochs + 1):
        losses = np.linspace(2.0, 0.5, steps) / epoch
        columns = {"loss": losses, "accuracy": 1 - losses / 3}
        made.add_steps(Steps((epoch - 1) * steps + 1, epoch, columns))
        train, validation = ({"loss": x / epoch, "accuracy": 1 - x / 9} for x in (1.0, 2.0))
        made.add_epoch(EpochRecord(epoch * steps, epoch, train, validation))
    made.best_epoch = epochs or None
    return made


def page(tmp_path: Path, made: History, **config: object) -> str:
    results = {"test accuracy": "0.97"}
    return save_report(made, config, tmp_path, results).read_text()


class Tags(HTMLParser):
    """The elements of a page; fails where one is closed that is not open."""

    VOID = ("meta", "br", "hr", "wbr", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(tmp_path: Path) -> None:
    tags = Tags(page(tmp_path, history()))
    assert all(link.startswith("#") for link in tags.links)


def test_every_id_in_the_page_is_unique(tmp_path: Path) -> None:
    ids = Tags(page(tmp_path, history())).ids
    assert len(set(ids)) == len(ids)


def test_the_page_shows_results_epochs_and_settings(tmp_path: Path) -> None:
    text = page(tmp_path, history(), model={"hidden": (50, 20), "init": "he"})
    plain = re.sub("<svg.*?</svg>", "", text, flags=re.DOTALL)
    assert "<dt>test accuracy</dt><dd>0.97</dd>" in plain
    assert '<tr class="best"><td>4</td><td>120</td><td>0.2500</td>' in plain
    assert '<th scope="row">model.<wbr>hidden</th><td>50, 20</td>' in plain


def test_of_many_epochs_the_best_is_in_sight_and_all_are_at_hand(tmp_path: Path) -> None:
    made = history(200)
    made.best_epoch = 77
    text = page(tmp_path, made)
    short, whole = text.split("<summary>All 200 epochs</summary>")
    assert short.count('<tr class="best"><td>77</td>') == 1
    for rows, count in ((short, 8 + 1 + 8 + 2), (whole, 200)):
        table = rows[rows.rindex("<table>") if rows is short else 0 :].split("</table>")[0]
        assert table.count("<tr") == count + 1, rows
    assert "<details>" not in page(tmp_path, history(16))


def test_text_from_outside_cannot_become_markup(tmp_path: Path) -> None:
    folder = tmp_path / "<script>alert(1)<"
    folder.mkdir()
    text = page(folder, history(), note="<img src=x onerror=alert(1)>")
    assert "<script" not in text
    assert "<img" not in text


def test_the_page_follows_the_theme_of_the_reader(tmp_path: Path) -> None:
    text = page(tmp_path, history())
    assert "prefers-color-scheme: dark" in text
    assert INK not in text
    assert "currentColor" in text


def test_a_run_without_an_epoch_has_a_page_too(tmp_path: Path) -> None:
    assert "No epoch was completed." in page(tmp_path, History())


def test_without_matplotlib_the_page_has_no_curves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.pages.report.can_draw", lambda: False)
    assert "Matplotlib, which draws them, is not installed." in page(tmp_path, history())


def test_what_is_no_text_is_spelled(tmp_path: Path) -> None:
    assert r"a\ud800b" in page(tmp_path, history(), data="a\ud800b")
