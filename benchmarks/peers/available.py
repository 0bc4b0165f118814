"""The peers, and which of them are here.

PEERS           by name; Keras takes part in whole runs alone, onnxruntime in predictions
installed       those that can be imported
keras_backend   the framework on which Keras is run
"""

import importlib.util
from collections.abc import Sequence

from pellucid.errors import OptionError, closest

PEERS = ("torch", "jax", "sklearn", "numpy", "keras", "onnxruntime")  # names of modules, too
NO_WHOLE_RUNS = ("numpy", "onnxruntime")  # nobody writes one by hand; it trains nothing
BESIDES = {"onnxruntime": ("onnx",)}  # modules that a peer's networks are written with
KERAS_BACKENDS = ("jax", "torch")  # the quicker one first


def installed(peers: Sequence[str]) -> list[str]:
    """The peers that can be imported here.

    Errors: OptionError for an unknown peer.
    """
    for peer in peers:
        if peer not in PEERS:
            raise OptionError(f"bench: peer {peer!r}. {closest(peer, PEERS)}")
    complete = [p for p in peers if all(map(_is_there, (p, *BESIDES.get(p, ()))))]
    return [peer for peer in complete if peer != "keras" or keras_backend()]


def keras_backend() -> str | None:
    """The framework on which Keras is run here."""
    return next((name for name in KERAS_BACKENDS if _is_there(name)), None)


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
