"""A picture as text, as a file, in a notebook."""

import pellucid as pc
from pellucid.languages import language


def picture():
    return pc.explain(lambda apples, price, tax: apples * price * tax, 2, 100, 1.1).graph()


def test_a_picture_as_lines():
    lines = [line.split() for line in str(picture()).splitlines()]
    assert lines[0] == ["from", "to", "forward", "backward"]
    assert ["apples", "×", "2", "110"] in lines
    assert ["×", "=", "220", "220", "1"] in lines


def test_a_picture_as_a_file_and_in_a_notebook(tmp_path):
    drawn = picture()
    drawn.save(tmp_path / "apples.svg")
    text = (tmp_path / "apples.svg").read_text(encoding="utf-8")
    assert text == drawn._repr_svg_()
    assert 'aria-label="Graph of 6 boxes and 5 arrows"' in text


def test_a_picture_speaks_the_language_chosen():
    with language("zh"):
        assert "6 个" in picture().svg
