"""What is wrong with a site is found."""

from pathlib import Path

from checking import ROOT, faults


def test_dead_links_anchors_requests_and_paths_of_the_machine_are_found(tmp_path: Path) -> None:
    page = (
        '<h1 id="here">x</h1><a href="#here">1</a><a href="#gone">2</a><a href="b.html">3</a>'
        '<a href="https://example.com">4</a><img src="https://example.com/x.png"><img src="y.png">'
    )
    (tmp_path / "a.html").write_text(page)
    (tmp_path / "c.html").write_text(f'<a href="a.html#here">5</a> {ROOT}')
    assert list(faults(tmp_path)) == [
        "a.html: fetches https://example.com/x.png",
        "a.html: loads y.png, which is not there",
        "a.html: #gone leads nowhere",
        "a.html: b.html leads nowhere",
        "c.html: a path of this machine",
    ]
