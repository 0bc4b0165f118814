"""Which peers are here: unknown ones are refused, Keras needs a backend."""

import available
import pytest

from pellucid.errors import OptionError


@pytest.mark.parametrize(
    ("there", "backend"),
    [({"jax", "torch"}, "jax"), ({"torch"}, "torch"), ({"numpy"}, None)],
)
def test_keras_runs_on_jax_or_else_on_pytorch_or_not_at_all(there, backend, monkeypatch):
    monkeypatch.setattr(available, "_is_there", lambda name: name in {"keras", *there})
    assert available.keras_backend() == backend
    assert available.installed(["keras"]) == (["keras"] if backend else [])


def test_an_unknown_peer_is_refused_with_the_closest():
    with pytest.raises(OptionError, match=r"'pytorch'.*torch"):
        available.installed(["pytorch"])
