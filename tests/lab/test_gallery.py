"""The gallery: pages that lead to one another and to nothing outside."""

import re
from pathlib import Path

from pellucid import lab
from pellucid.lab.gallery import Gallery
from pellucid.languages import language


def test_pages_lead_to_files_that_are_there(tmp_path: Path):
    gallery = Gallery(tmp_path)
    gallery.add(lab.run("zero-start", seeds=(0,), learning_rate=0.0))
    pages = [tmp_path / "index.html", tmp_path / "zero-start" / "index.html"]
    for page in pages:
        text = page.read_text()
        for link in re.findall(r'(?:href|src|srcset)="([^"]+)"', text):
            assert (page.parent / link).is_file(), link
        assert "http" not in re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)
    assert "The claim does not hold." in pages[1].read_text()


def test_pages_are_in_the_language_chosen(tmp_path: Path):
    with language("zh"):
        Gallery(tmp_path).add(lab.run("zero-start", seeds=(), steps=1))
    assert '<html lang="zh">' in (tmp_path / "index.html").read_text()
    assert "起点相同的单元永远相同" in (tmp_path / "zero-start" / "index.html").read_text()
