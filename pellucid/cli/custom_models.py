"""At the command line: runs whose model is a user's own class, trained by a Trainer in Python.

is_custom        whether a run is one
refuse_custom    says what is missing for a command, and how it is done in Python

What `predict` answers stands in `custom_model_answers`.
"""

from pellucid.errors import DataError
from pellucid.train import RunFolder

REMEDIES = {
    "evaluate": (
        "its data, {data}, were given to a Trainer in Python, and are not in the folder. In "
        "Python: pellucid.load({run!r}).evaluate(data). On data that `pellucid data` lists: "
        "pellucid evaluate {run} --data NAME"
    ),
    "explain": (
        "its data, {data}, were given to a Trainer in Python, and are not in the folder. In "
        "Python: pellucid.explain(pellucid.load({run!r}).model, x, t, loss=loss)"
    ),
    "resume": (
        "a Trainer in Python made it; the command line knows neither the class of its model nor "
        "its data, {data}. In Python: make the Trainer again, with a model of its class, the "
        "same data and Options(saving=Saving({run!r})), and call its resume() and fit(). The "
        "weights alone: pellucid.load({run!r}, model=Net())"
    ),
    "train --like": (
        "a Trainer in Python made it; the command line knows neither the class of its model nor "
        "its data, {data}. In Python: make a Trainer with other options again"
    ),
    "generate": (
        "a Trainer in Python made it; the characters that its numbers stand for are not in the "
        "folder. In Python: pellucid.models.generate(pellucid.load({run!r}).model, vocabulary, "
        "prompt, context=..., rng=...)"
    ),
}


def is_custom(run: RunFolder) -> bool:
    """Whether a Trainer in Python made a run."""
    return "recipe" not in run.config and "trainer" in run.config


def refuse_custom(command: str, run: RunFolder) -> None:
    """Raise DataError where a run of a Trainer in Python lacks what a command needs."""
    if is_custom(run):
        known = run.config["trainer"]
        data = repr(known.get("data")) if isinstance(known, dict) else "whatever they were"
        said = REMEDIES[command].format(run=str(run.path), data=data)
        raise DataError(f"{command} {run.path}: {said}")
