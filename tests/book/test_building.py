"""What both languages have in common is kept once."""

from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is made by Sphinx: the extra dev")
from building import share


def test_pictures_that_are_the_same_are_kept_once(tmp_path: Path) -> None:
    for folder, text in (("", "same"), ("zh", "same")):
        pictures = tmp_path / folder / "_images"
        pictures.mkdir(parents=True)
        (pictures / "film.webp").write_text(text)
        (pictures / "figure.webp").write_text(folder)
    page = tmp_path / "zh" / "book" / "a.html"
    page.parent.mkdir()
    page.write_text('<img src="../_images/film.webp"><img src="../_images/figure.webp">')
    share(tmp_path, tmp_path / "zh")
    assert not (tmp_path / "zh" / "_images" / "film.webp").exists()
    assert page.read_text() == (
        '<img src="../../_images/film.webp"><img src="../_images/figure.webp">'
    )
