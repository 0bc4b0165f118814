"""Films: every picture is drawn, in order, and read back by Pillow."""

import io

from PIL import Image

from pellucid.lab.films import LAST, Film
from pellucid.lab.themes import panels, themed


def test_a_film_has_its_pictures_in_order_and_repeats():
    drawn = []
    with themed("light"):
        figure, (axes,) = panels()

    def draw(i):
        drawn.append(i)
        axes.clear()
        axes.plot([0, i], [0, 1])

    content = Film(figure, draw, 3, pause=40).webp()
    assert drawn == [0, 1, 2]
    with Image.open(io.BytesIO(content)) as film:
        assert (film.format, film.n_frames, film.info["loop"]) == ("WEBP", 3, 0)
        film.seek(2)
        film.load()
        assert film.info["duration"] == LAST
