"""Checks of the arguments of a Trainer, made before training begins.

check_parts     model, loss, optimizer; check_measured, without the last
metrics_of      measures as a tuple
callbacks_of    callbacks as a tuple
check_rules     options that are rules, where there are some
check_pairs     options that have no meaning together
check_batch     a batch that the optimizer can use
"""

from collections.abc import Mapping
from typing import Any

from pellucid.errors import OptionError
from pellucid.refusals import shown
from pellucid.train.measurements.terms import LossOfOutput

MODEL = "It is a Module: nn.Sequential(...), or a class of your own, made by calling it."
LOSS = "It is a function of outputs and targets, such as pellucid.functional.cross_entropy."
OPTIMIZER = "It is made for the model: pellucid.optim.Adam(model.parameters())."
METRIC = "Each is an object such as pellucid.train.Accuracy(): see pellucid.train.Metric."
CALLBACK = "Each is an object such as pellucid.train.ProgressBar(): see pellucid.train.Callback."
# Options that are rules, each with an attribute that its rules have.
RULES = {
    "average": (
        "forgets",
        "It is a rule: pellucid.train.ExponentialAverage(0.999), or UniformAverage().",
    ),
    "not_finite": (
        "sound_steps",
        "It is a rule: pellucid.train.SkipStep(), or GoBack(every=100).",
    ),
    "mixing": (
        "mix",
        "It mixes samples and targets: pellucid.augment.Mixup(0.2), or CutMix().",
    ),
    "sampling": (
        "matrix",
        "It is a rule: pellucid.data.ClassBalanced(), or ByLength().",
    ),
}


def check_measured(where: str, model: Any, loss: Any) -> None:
    """Raise OptionError unless they are a module and a function."""
    if isinstance(model, type) or not hasattr(model, "variables"):
        raise _refusal(where, "model", model, MODEL)
    if isinstance(loss, type) or not callable(loss):
        raise _refusal(where, "loss", loss, LOSS)


def check_parts(model: Any, loss: Any, optimizer: Any) -> None:
    """Refuse what is no model, loss or optimizer of a Trainer."""
    check_measured("Trainer", model, loss)
    if isinstance(optimizer, type) or not hasattr(optimizer, "minimize"):
        raise _refusal("Trainer", "optimizer", optimizer, OPTIMIZER)


def metrics_of(given: Any, where: str = "Options") -> tuple[Any, ...]:
    """The measures as a tuple; those of several outputs may stand by name.

    Errors: OptionError for what is no measure.
    """
    if isinstance(given, Mapping):
        from pellucid.train.measurements.of_outputs import of_output  # on use: few models have

        return tuple(
            of_output(str(output), metric)
            for output, metrics in given.items()
            for metric in metrics_of(metrics, f"{where}, output {output!r}")
        )
    found = _listed(where, "metrics", given, METRIC)
    for i, metric in enumerate(found):
        named = isinstance(getattr(metric, "name", None), str)
        measures = callable(metric) or hasattr(metric, "over_set")
        measures = measures or isinstance(metric, LossOfOutput)
        if isinstance(metric, type) or not measures or not named:
            raise _refusal(where, f"metrics[{i}]", metric, METRIC, "metric")
    return found


def callbacks_of(given: Any) -> tuple[Any, ...]:
    """The callbacks as a tuple. Errors: OptionError for what is no callback."""
    found = _listed("Options", "callbacks", given, CALLBACK)
    for i, callback in enumerate(found):
        if isinstance(callback, type) or not hasattr(callback, "after_epoch"):
            raise _refusal("Options", f"callbacks[{i}]", callback, CALLBACK)
    return found


def check_rules(options: Any) -> None:
    """Raise OptionError for options that are no rules of their kind."""
    for name, (mark, rule) in RULES.items():
        given = getattr(options, name)
        if given is not None and (isinstance(given, type) or not hasattr(given, mark)):
            raise _refusal("Options", name, given, rule)


def check_pairs(options: Any) -> None:
    """Raise OptionError for options that have no meaning together."""
    mixing = options.mixing
    sampling = options.sampling
    if mixing is not None and options.micro_batch is not None:
        raise OptionError(
            f"Options: mixing={mixing!r} with micro_batch={options.micro_batch}. Samples would be "
            "mixed with others of their part alone, so that the update would depend on the parts: "
            "leave one out."
        )
    if sampling is not None and not options.shuffle:
        raise OptionError(
            f"Options: sampling={sampling!r} with shuffle=False. Either says in which order "
            "samples come: leave one out."
        )
    if type(sampling).__name__ == "ClassBalanced" and options.weights.classes is not None:
        raise OptionError(
            "Options: sampling=ClassBalanced() with weights of classes. Rare classes would count "
            "more twice, as they come more often: leave one out."
        )


def check_batch(optimizer: Any, options: Any, samples: int) -> None:
    """Raise OptionError for samples that change where the optimizer needs all, at each step."""
    if not getattr(optimizer, "takes_all", False):
        return
    batch = options.batch_of(samples)
    sampling = options.sampling
    mixing = options.mixing
    compares = f"{type(optimizer).__name__}, which compares the gradients of one step with those"
    if batch < samples:
        raise OptionError(
            f"Trainer: batch_size is {batch}, with {compares} of the last: of two mini-batches "
            f"they differ by their samples. Give batch_size={samples}, all of them, or another "
            "optimizer."
        )
    for name, given in (("sampling", sampling), ("mixing", mixing)):
        if given is not None and getattr(given, "changes_samples", True):
            raise OptionError(
                f"Trainer: {name} is {given!r}, with {compares} of the last: both are of all "
                "samples as they are, and here a step has other samples than the last, some "
                "twice or mixed. Leave it out, or use another optimizer."
            )


def _listed(where: str, name: str, given: Any, rule: str) -> tuple[Any, ...]:
    if not isinstance(given, list | tuple):
        example = rule.partition("such as ")[2].partition(":")[0]
        rule = f"It is a tuple, also of one: {name}=({example},)."
        raise _refusal(where, name, given, rule, name.removesuffix("s"))
    return tuple(given)


def _refusal(where: str, name: str, value: Any, rule: str, kind: str = "") -> OptionError:
    """The error for a part; what is given by a name is told ours."""
    if isinstance(value, str):
        from pellucid import foreign  # on use: a program that runs needs none of it

        rule = foreign.value(kind or name, value) or rule
    return OptionError(f"{where}: {name} is {shown(value)}. {rule}")
