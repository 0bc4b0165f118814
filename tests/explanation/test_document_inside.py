"""What a page shows of the inside: each part where there is something of its kind."""

import pytest
from explanation.networks import network

import pellucid as pc
from pellucid.explanation.document import document
from pellucid.explanation.document_inside import attributions, inside, projection


def shown(name):
    net = network(name)
    return pc.explain(net.model, *net.batch, loss=net.loss)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("mlp", []),
        ("simple-convnet", ["Filters", "Feature maps of the first sample"]),
        ("lstm", ["Gates through time, for the first sample: steps down"]),
        ("char-transformer", ["Attention of the first sample: a row looks at columns"]),
    ],
)
def test_each_network_shows_what_it_has(name, titles):
    parts = dict(inside(shown(name)))
    assert [*parts] == ["How numbers spread", *titles]
    assert all(parts.values())


def test_every_layer_has_its_numbers_and_every_parameter_its_own():
    found = shown("simple-convnet")
    text = dict(inside(found))["How numbers spread"]
    for path in (*found.trace.innermost, *found.model.parameters()):
        assert (f"<h3>{path}</h3>" in text) == (found.trace.find(path).shape != ()), path
    assert text.count("<svg") >= 2 * len(found.model.parameters())


def test_pictures_stand_beside_what_speaks_for_their_class():
    found = shown("simple-convnet")
    several = [found.attribution(m, samples=2) for m in ("gradient", "Grad-CAM")]
    text = attributions(found.inputs[0][:2], several, ["a", "b", "c"])
    assert text.count("<img") == 6
    assert "gradient, for " in text
    assert "Grad-CAM, for " in text


def test_a_projection_is_told_with_its_share():
    text = projection(shown("mlp").projection("hidden.0"), [0, 1, 2, 0], "abc", "hidden.0")
    assert "hidden.0: two directions with " in text
    assert text.count("<circle") == 4 + 3


def test_a_page_has_them_all():
    text = document(shown("simple-convnet"), "x")
    for title in ("What each layer does to the data", "<summary>Filters", "integrated gradients"):
        assert title in text
