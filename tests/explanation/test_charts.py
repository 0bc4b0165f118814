"""Small charts: well-formed, escaped, to scale."""

import re
import xml.etree.ElementTree as ET

import numpy as np

from pellucid.explanation.charts import COLOURS, SIDE, bars, scatter


def svg(text):
    return ET.fromstring(re.search(r"<svg.*</svg>", text, re.DOTALL).group())


def test_bars_are_as_high_as_counts():
    text = bars([0.0, 1.0, 2.0, 3.0], [2, 0, 4], "x")
    heights = re.findall(r"v-([\d.]+)h", text)
    assert heights == ["30.0", "60.0"]
    assert "0 … 3" in text


def test_no_numbers_are_no_chart():
    assert "<svg" not in bars([0.0], [], "nothing")


def test_points_keep_their_shape_and_have_the_colour_of_their_class():
    points = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0]])
    text = scatter(points, [0, 1, 1], ["cat", "dog"], "pets")
    circles = list(ET.fromstring(text.split("<figcaption>")[0] + "</figure>").iter("circle"))
    xy = [(float(c.get("cx")), float(c.get("cy"))) for c in circles]
    assert xy[1][0] - xy[0][0] == 2 * (xy[0][1] - xy[2][1])
    assert all(0 <= value <= SIDE for point in xy for value in point)
    assert [c.get("fill") for c in circles] == [COLOURS[0], COLOURS[1], COLOURS[1]]
    assert "cat" in text
    assert "dog" in text


def test_more_classes_than_colours_have_other_shapes():
    text = scatter(
        np.random.default_rng(0).normal(size=(20, 2)), range(20), [str(i) for i in range(20)], "x"
    )
    assert {"<circle", "<rect", "<path"} <= set(re.findall("<[a-z]+", text))


def test_labels_cannot_become_markup():
    evil = '"><script>'
    for text in (bars([0.0, 1.0], [1], evil), scatter(np.eye(2), [0, 0], [evil], evil)):
        assert "<script" not in text
