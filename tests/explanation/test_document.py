"""The page: whole, small, well-formed, escaped, and without a request to anywhere."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from explanation.networks import network

import pellucid as pc
from pellucid import nn
from pellucid.explanation.document import document
from pellucid.languages import language

VOID = {"meta", "img", "br", "hr", "input"}


class Balanced(HTMLParser):
    """Whether every element is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for key, value in attrs if key == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def page(name):
    net = network(name)
    return document(pc.explain(net.model, *net.batch, loss=net.loss), "A network")


@pytest.mark.parametrize("name", ["simple-convnet", "lstm", "drawn-0"])
def test_a_page_is_whole_and_stands_alone(name):
    text = page(name)
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    assert len(set(parser.ids)) == len(parser.ids)
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", text)
    assert "<script" not in text
    assert len(text) < 5_000_000
    assert {"Layers", "Graph", "Derivations"} <= set(parser.texts)


def test_every_layer_can_be_opened_and_every_parameter_has_its_derivation():
    net = network("drawn-0")
    shown = pc.explain(net.model, *net.batch, loss=net.loss)
    text = document(shown, "x")
    for row in shown.layers.rows:
        if row.path:
            assert f"<summary>{row.path}" in text
    for name, variable in shown.trace.variables.items():
        assert not variable.trainable or f"<summary>{name}: float32" in text


def test_routes_have_arrows_that_no_line_ends_in():
    model = pc.nn.Sequential(pc.nn.Linear(2, 2, rng=pc.Generator(1)), pc.nn.Tanh())
    text = document(pc.explain(model, np.ones((2, 2), np.float32)), "x")
    assert ">0: matmul add → 1: tanh<" in text


def test_titles_cannot_become_markup():
    assert "<b>" not in document(pc.explain(lambda x: x * x, 2.0), "<b>bold</b>")


def test_a_page_in_chinese():
    with language("zh"):
        text = page("drawn-0")
    assert "计算图" in text
    assert '<html lang="zh">' in text


def test_a_note_stands_below_the_title():
    text = document(pc.explain(lambda x: x * x, 2.0), "x", note="weights of <epoch> 3")
    assert "<p>weights of &lt;epoch&gt; 3</p>" in text


def test_a_page_is_saved(tmp_path):
    shown = pc.explain(lambda x: (x * x).sum(), np.ones(3, np.float32))
    shown.save(tmp_path / "x.html")
    assert (tmp_path / "x.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_long_chain_of_small_layers_has_derivations_of_some_parameters():
    rng = pc.Generator(0)
    chain = [nn.Linear(2, 2, rng=rng.child()) for _ in range(150)]
    shown = pc.explain(nn.Sequential(*chain), np.ones((2, 2), np.float32))
    count = int(re.search(r"<p>(\d+) of 300; any other: derivation", document(shown, "x"))[1])
    assert 4 <= count <= 150


def test_of_a_large_network_the_lines_stand_in_rows_alone(monkeypatch):
    seen = pc.explain(nn.Sequential(nn.Linear(3, 2)), np.ones((2, 3), np.float32))
    assert "Samples as columns" in document(seen, "small")
    monkeypatch.setattr("pellucid.explanation.document.MANY_NODES", 1)
    page = document(seen, "large")
    assert "Samples as rows" in page
    assert "Samples as columns" not in page
    assert "--notation columns in a terminal" in page
