"""What notebooks show: the right cells, escaped, small, and in no colour of its own."""

import re

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.data import from_arrays, split
from pellucid.tables import MOST_ROWS
from pellucid.train import EpochRecord, History


def cells(page, row=None):
    """The texts of all cells, row by row."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in rows]
    return found if row is None else found[row]


def net():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm(8), nn.Dropout(0.5), nn.Linear(8, 3))


def history():
    found = History(best_epoch=2)
    for epoch in range(1, 4):
        found.add_epoch(EpochRecord(epoch * 10, epoch, {"loss": 1 / epoch}, {"loss": 2.0}))
    return found


def report():
    data = from_arrays(np.zeros((10, 1)), ["<b>", "c&d"] * 5, name="ten <script>alert(1)</script>")
    return split(data, (0.6, 0.4), seed=0)[1]


SHOWN = {
    "model": net,
    "summary": lambda: net().summary((5, 4)),
    "split": report,
    "history": history,
    "graph": lambda: pc.capture(net())(np.ones((2, 4), np.float32)),
    "tensor": lambda: pc.ones((3, 4)),
    "deep tensor": lambda: pc.ones((3, 4, 5)),
    "parameter": lambda: net()[0].weight,
}


@pytest.mark.parametrize("kind", SHOWN)
def test_each_is_one_small_block_without_a_colour_of_its_own(kind):
    page = SHOWN[kind]()._repr_html_()
    assert page.startswith('<div class="pellucid">')
    assert page.endswith("</div>")
    assert len(page) < 6000
    assert "#" not in page.partition("</style>")[0]
    assert "<script" not in page
    assert "http" not in page
    for tag in ("div", "table", "tr", "td", "th", "thead", "tbody", "caption", "pre", "p"):
        assert len(re.findall(rf"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag


def test_a_model_shows_its_layers_and_their_parameters():
    page = net()._repr_html_()
    assert "Sequential: 83 parameters, in training mode" in page
    assert cells(page) == [
        ["layer", "form", "parameters"],
        ["0", "Linear(4, 8)", "40"],
        ["1", "BatchNorm(8)", "16"],
        ["2", "Dropout(0.5)", ""],
        ["3", "Linear(8, 3)", "27"],
    ]
    assert cells(nn.Linear(2, 1)._repr_html_(), 1) == ["(model)", "Linear(2, 1)", "3"]


def test_to_show_a_model_draws_no_numbers():
    model = net()
    model._repr_html_()
    model.summary((5, 4))
    assert model[0].weight.start.first is None


def test_of_many_layers_the_first_and_the_last_are_shown():
    rows = cells(nn.Sequential(*[nn.Linear(2, 2) for _ in range(99)])._repr_html_())
    assert len(rows) == 1 + MOST_ROWS + 1
    assert rows[-1] == ["98", "Linear(2, 2)", "6"]


def test_a_summary_ends_with_its_total():
    rows = cells(net().summary((5, 4))._repr_html_())
    assert rows[1] == ["0", "Linear", "(5, 8)", "40", "360"]
    assert rows[-1][:4] == ["total", "", "", "83"]


def test_a_split_is_escaped():
    page = report()._repr_html_()
    assert cells(page, 0) == ["part", "samples", "share", "&lt;b&gt;", "c&amp;d"]
    assert "Split of &#x27;ten &lt;script&gt;alert(1)&lt;/script&gt;&#x27;" in page


def test_a_long_title_makes_no_table_wider():
    style = history()._repr_html_().partition("</style>")[0]
    rule = re.search(r"div\.pellucid caption, div\.pellucid p \{(.*?)\}", style, re.DOTALL)[1]
    assert "white-space: normal" in rule


def test_a_history_marks_its_best_epoch():
    page = history()._repr_html_()
    assert cells(page, 0) == ["epoch", "train loss", "validation loss", ""]
    assert re.findall(r'<tr class="strong"><td>(\d)</td>', page) == ["2"]
    assert cells(History()._repr_html_()) == []


def test_a_graph_is_its_text_and_so_is_what_it_is_on_a_command_line():
    graph = pc.capture(lambda x: x < 1.0)(pc.ones(2))
    assert repr(graph) == str(graph).rstrip()
    assert "%0: bool[2] = less() of (x, %c0)" in graph._repr_html_()
    assert "<p>Graph</p>" in graph._repr_html_()


def test_reports_are_tables_on_a_command_line_too():
    assert repr(report()) == str(report())
    assert repr(net().summary((5, 4))) == str(net().summary((5, 4)))


def test_a_tensor_shows_its_numbers_and_of_many_the_outer_ones():
    page = pc.tensor([[1.5, -2e-9], [3.25, 100000.0]])._repr_html_()
    assert "tensor: float32 (2, 2)" in page
    assert cells(page) == [["", "0", "1"], ["0", "1.5", "-2e-09"], ["1", "3.25", "1e+05"]]
    many = cells(pc.arange(300).reshape(100, 3)._repr_html_())
    assert [row[0] for row in many[1:]] == [
        "0",
        "1",
        "2",
        "3",
        "4",
        "...",
        *map(str, range(95, 100)),
    ]
    assert cells(pc.tensor([True, False])._repr_html_(), 1) == ["", "True", "False"]


def test_a_parameter_is_called_by_its_name():
    assert "parameter &#x27;weight&#x27;: float32 (4, 8)" in net()[0].weight._repr_html_()


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3)])
def test_a_tensor_without_numbers_is_shown_as_text(shape):
    assert "<pre>[]</pre>" in pc.ones(shape)._repr_html_()


def test_a_single_number_and_a_symbol_are_shown_as_text():
    assert pc.tensor(3.0)._repr_html_() is None
    seen = []
    pc.capture(lambda x: (seen.append(x._repr_html_()), x)[1])(pc.ones(2))
    assert seen == [None]
