"""The parts of a page: nothing becomes markup, tables scroll by the keyboard, pictures inside."""

import base64
import io

import numpy as np
import pytest

from pellucid.train.pages.page import framed, picture, scrolled, section, table


def test_text_cannot_become_markup():
    wrong = '<script>"x"&'
    rows = table(wrong, [wrong], [[wrong]])
    for part in (section(wrong, ""), framed(wrong, []), scrolled(wrong, ""), rows):
        assert "<script>" not in part
        assert "&lt;script&gt;&quot;x&quot;&amp;" in part


def test_a_table_has_its_rows_under_their_heads():
    text = table("epochs", ["train_loss", "epoch"], [["low", 1], ["high", 2]], texts=1, best=[1])
    assert '<th scope="col" class="text">train loss</th><th scope="col">epoch</th>' in text
    assert '<tr><td class="text">low</td><td>1</td></tr>' in text
    assert '<tr class="best"><td class="text">high</td><td>2</td></tr>' in text
    assert 'tabindex="0" role="region" aria-label="epochs"' in text


def test_parts_that_are_empty_leave_no_line():
    text = framed("a run", ["<p>1</p>", "", "<p>2</p>"], language="zh")
    assert "<p>1</p>\n<p>2</p>" in text
    assert '<html lang="zh">' in text


@pytest.mark.parametrize(
    ("pixels", "light"),
    [
        (np.array([[[0.0, 0.5, 1.0]]]), [[0, 128, 255]]),
        (np.array([[[-3.0, 0.0, 3.0]]]), [[0, 128, 255]]),  # spread over their range
        (np.array([[[0.25, 0.25]]]), [[64, 64]]),
        (np.array([[[-2.0, -1.5, -1.0]]]), [[0, 128, 255]]),
        (np.stack([np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1))]), [[[255, 0, 255]]]),
    ],
)
def test_a_picture_is_light_where_its_numbers_are_large(pixels, light):
    image = pytest.importorskip("PIL.Image")
    text = picture(pixels, 'a "seven"')
    assert 'alt="a &quot;seven&quot;"' in text
    data = base64.b64decode(text.partition("base64,")[2].partition('"')[0])
    np.testing.assert_array_equal(np.asarray(image.open(io.BytesIO(data))), light)


def test_a_large_picture_is_reduced():
    image = pytest.importorskip("PIL.Image")
    data = picture(np.zeros((1, 400, 200)), "dark").partition("base64,")[2].partition('"')[0]
    assert image.open(io.BytesIO(base64.b64decode(data))).size == (80, 160)
