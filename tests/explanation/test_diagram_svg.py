"""The picture of a diagram: well-formed, escaped, everything in its frame, the same each time."""

import re
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from explanation.networks import network

import pellucid as pc
from pellucid import nn
from pellucid.errors import OptionError
from pellucid.explanation.diagram import Arrow, Box, Diagram, diagram
from pellucid.explanation.diagram_svg import svg
from pellucid.explanation.trace import trace

SVG = "{http://www.w3.org/2000/svg}"


def drawn(name="drawn-0", **options):
    net = network(name)
    return diagram(trace(net, *net.batch), **options)


def test_every_box_and_value_is_there_and_inside_the_frame():
    picture = drawn(opened=None)
    root = ET.fromstring(svg(picture, "a network"))
    left, top, width, height = map(float, root.get("viewBox").split())
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts.count("tanh") == sum(box.label == "tanh" for box in picture.boxes)
    assert sorted(t for t in texts if t.startswith("rms")) == sorted(
        a.below for a in picture.arrows if a.below.startswith("rms")
    )
    for text in root.iter(f"{SVG}text"):
        assert left <= float(text.get("x")) <= left + width
        assert top <= float(text.get("y")) <= top + height
    assert len(list(root.iter(f"{SVG}path"))) == len(picture.arrows) + 2  # and two heads


def test_texts_cannot_become_markup():
    evil = '"><script>alert(1)</script>'
    picture = Diagram(
        (Box("a", "given", evil, evil), Box("b", "layer", evil, note=evil)),
        (Arrow("a", "b", evil, evil, evil),),
    )
    text = svg(picture, evil)
    ET.fromstring(text)
    assert "<script" not in text


def test_the_same_diagram_is_the_same_picture():
    assert svg(drawn(), "x") == svg(drawn(), "x")


def test_boxes_do_not_overlap_and_values_stand_off_them():
    root = ET.fromstring(svg(drawn("simple-convnet"), "x"))
    frames = [
        [float(box.get(side)) for side in ("x", "y", "width", "height")]
        for box in root.iter(f"{SVG}rect")
    ]
    for i, (x, y, w, h) in enumerate(frames):
        for x2, y2, w2, h2 in frames[:i]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def test_ids_are_of_the_name_that_was_given():
    text = svg(drawn(), "x", name="first")
    assert 'id="first-head"' in text
    assert "url(#first-head)" in text


def test_without_the_library_it_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphlay", None)
    with pytest.raises(OptionError, match=r"graphlay.*pip install 'pellucid\[explain\]'"):
        svg(drawn(), "x")


def test_a_graph_of_a_thousand_nodes_is_drawn():
    def residual(x, w):
        before = [x]
        for i in range(340):
            before.append((before[-1] * w + before[max(0, i - 3)]).tanh())
        return before[-1].sum()

    found = trace(residual, np.ones(3, np.float32), np.ones(3, np.float32))
    assert len(found.graph.nodes) > 1000
    picture = diagram(found, opened=None)
    root = ET.fromstring(svg(picture, "x"))
    assert len(list(root.iter(f"{SVG}rect"))) == len(picture.boxes)


def test_a_long_row_is_drawn_downwards():
    layers = [layer for _ in range(12) for layer in (nn.Linear(3, 3), nn.Tanh())]
    picture = pc.explain(nn.Sequential(*layers), np.ones((2, 3), np.float32)).graph().svg
    width, height = (float(n) for n in re.findall(r'(?:width|height)="(\d+)"', picture)[:2])
    assert width < height
    picture = pc.explain(nn.Sequential(*layers[:2]), np.ones((2, 3), np.float32)).graph().svg
    width, height = (float(n) for n in re.findall(r'(?:width|height)="(\d+)"', picture)[:2])
    assert width > height
