"""Checks of the start, measured on one batch: loss, signals and gradients layer by layer.

runs_at_all        a loss that is not finite
far_from_guess     a loss far above that of the uniform guess
fading, growing    signals from layer to layer
fading_back        gradients from layer to layer
dead_units         units that are off for every sample
saturated          sigmoids and tanhs where they are flat
looks_sideways     answers that depend on the other samples of a batch
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.evaluation import run
from pellucid.graph import Node, Value
from pellucid.languages import said
from pellucid.linter.findings import Finding, told
from pellucid.linter.layer_checks import weight_of
from pellucid.linter.looking import Look
from pellucid.linter.loss_checks import scores
from pellucid.linter.patterns import relu_of
from pellucid.linter.subject import Subject
from pellucid.primitives import Log1p, Sigmoid, Tanh
from pellucid.tables import significant

GUESS = 5.0  # times the loss of the uniform guess
FADED, GROWN = 1e-3, 1e3  # of the spread of the first layer
BACK = 1e-4  # of gradients, from one layer to another
SIDEWAYS = 1e-3  # of the largest output: rounding alone changes less
MOST_OFF = 0.5  # of the units of a layer


def runs_at_all(subject: Subject) -> Iterator[Finding]:
    """A loss that is nan or inf before the first step."""
    loss = subject.measured.loss
    if math.isfinite(loss):
        return
    first = next(
        (n for n in subject.trace.nodes if not _is_finite(subject, n)), subject.trace.nodes[-1]
    )
    yield told(
        said("the loss is {loss} before the first step.", loss=loss),
        subject.place(first),
        said(
            "{primitive}: {formula} gave the first number that is not finite.",
            primitive=first.primitive.name,
            formula=first.primitive.formula,
        ),
        said("Keep logarithms and quotients away from 0, and exponentials from large numbers."),
    )


def _is_finite(subject: Subject, node: Node) -> bool:
    numbers = subject.measured.numbers.get(node.output.name)
    return numbers is None or math.isfinite(numbers.rms)


def far_from_guess(subject: Subject) -> Iterator[Finding]:
    """A loss far above what the same loss says of equal scores."""
    loss = subject.measured.loss
    found = next(scores(subject), None)
    if found is None or not math.isfinite(loss):
        return
    node, z, made = found
    guess = _of_equal_scores(subject, z)
    if not 0.0 < guess < math.inf or loss <= GUESS * guess:
        return
    classes = 2 if type(node.primitive) is Log1p else z.shape[-1]
    numbers = subject.measured.numbers.get(made.output.name)
    yield told(
        said(
            "the loss starts at {loss}, the uniform guess costs {guess}.",
            loss=significant(loss),
            guess=significant(guess),
        ),
        subject.place(made),
        said(
            "-log(1 / {n}) = {log}: a fresh model knows nothing and should say so. Its scores "
            "{shape} have a root mean square of {rms}: it is sure, and wrong.",
            n=classes,
            log=significant(math.log(classes)),
            shape=z.shape,
            rms=significant(numbers.rms if numbers else math.nan),
        ),
        said("Scale the inputs, or start the last layer with smaller weights."),
    )


def _of_equal_scores(subject: Subject, z: Value) -> float:
    """What the loss would be if all scores were 0."""
    trace = subject.trace
    look = subject.look
    nodes = tuple(node for node in trace.nodes if node.output.name != z.name)
    graph = replace(
        trace.graph, inputs=(*trace.graph.inputs, z), nodes=nodes, outputs=(trace.loss,)
    )
    if look is None:
        return math.nan
    state = [variable.present() for variable in look.captured.variables]
    return float(run(graph, [*look.arrays, *state, np.zeros(z.shape, z.dtype)])[0])


def layers(subject: Subject) -> list[tuple[Node, Any]]:
    """The products and convolutions with weights, in their order, and what they gave.

    Weights that are all 0, as those of a last layer may start, say nothing.
    """
    numbers = subject.measured.numbers
    found = []
    for node in subject.trace.nodes:
        weight = weight_of(subject, subject.trace, node)
        of = numbers.get(node.output.name)
        if weight is None or of is None or math.isnan(of.spread):
            continue
        if weight.present().any():
            found.append((node, of))
    return found


def fading(subject: Subject) -> Iterator[Finding]:
    """Signals that all but vanish on their way through the layers."""
    first, last = _ends(subject)
    if first and last and first[1].spread > 0.0 and last[1].spread < FADED * first[1].spread:
        what = said("signals fade: all samples look alike behind the last layer.")
        yield _of_signals(subject, what, first, last)


def growing(subject: Subject) -> Iterator[Finding]:
    """Signals that explode."""
    first, last = _ends(subject)
    if first and last and last[1].spread > GROWN * max(first[1].spread, 1e-6):
        what = said("signals explode on their way through the layers.")
        yield _of_signals(subject, what, first, last)


Layer = tuple[Node, Any]


def _ends(subject: Subject) -> tuple[Layer | None, Layer | None]:
    """The first and the last layer with weights, of several."""
    there = layers(subject)
    return (there[0], there[-1]) if len(there) > 1 else (None, None)


def _of_signals(subject: Subject, what: str, first: Layer, last: Layer) -> Finding:
    return told(
        what,
        subject.place(last[0]),
        said(
            "Standard deviation over the samples: {a} behind {first}, {b} behind {last}. Each "
            "layer multiplies it by about std(W) sqrt(inputs).",
            a=significant(first[1].spread),
            b=significant(last[1].spread),
            first=first[0].scope or said("the first layer"),
            last=last[0].scope or said("the last layer"),
        ),
        said("Start with HeNormal before relu, XavierUniform before tanh; or put norms in."),
    )


def fading_back(subject: Subject) -> Iterator[Finding]:
    """Gradients of one layer's weights far below those of another."""
    reached = subject.look.reached if subject.look else {}
    found = _sizes_of_matrices(subject)
    least, most = (choose(found, key=lambda path: found[path], default="") for choose in (min, max))
    if len(found) < 2 or found[least] >= BACK * found[most] > 0.0:
        return
    if found[most] == 0.0:  # nothing comes back at all: then it is the first and the last
        most = [path for path in found if path != least][-1]
    # Behind a last layer of zeros, as residual branches start, all is 0 for one step alone.
    if found[least] == 0.0 < found[most] and not reached[most].present().any():
        return
    yield told(
        said("next to no gradient comes back to {path}.", path=least),
        subject.layer(least.rpartition(".")[0]),
        said(
            "Root mean squares: dL/d{least} {a}, dL/d{most} {b}. Backwards each layer multiplies "
            "by W^T and by the activation's slope, at most 1/4 for a sigmoid.",
            least=least,
            most=most,
            a=significant(found[least]),
            b=significant(found[most]),
        ),
        said(
            "Activations of slope 1 such as relu, HeNormal for the start, norms, or residual "
            "connections; all zeros at the start teach nothing."
        ),
    )


def _sizes_of_matrices(subject: Subject) -> dict[str, float]:
    """The root mean square of the gradient of each matrix, where that is a number."""
    reached = subject.look.reached if subject.look else {}
    return {
        path: numbers.rms
        for path, numbers in subject.measured.gradients.items()
        if reached[path].ndim >= 2 and math.isfinite(numbers.rms)
    }


def dead_units(subject: Subject) -> Iterator[Finding]:
    """Relus that are off for every sample."""
    for node in subject.trace.nodes:
        numbers = subject.measured.numbers.get(node.output.name)
        if numbers is None or relu_of(subject.trace, node.output) is None:
            continue
        if numbers.dead > MOST_OFF:
            yield told(
                said(
                    "{share:.0%} of the units of a relu are 0 for every sample.", share=numbers.dead
                ),
                subject.place(node),
                said(
                    "relu(z) = 0 with a slope of 0 where z <= 0: in {n} samples these units get no "
                    "gradient, and may never again.",
                    n=subject.trace.batch,
                ),
                said("Start biases at 0; a smaller learning rate; or LeakyReLU."),
            )


def saturated(subject: Subject) -> Iterator[Finding]:
    """Sigmoids and tanhs far from 0, where their slope is nearly 0."""
    trace = subject.trace
    for node in trace.nodes:
        if type(node.primitive) not in (Sigmoid, Tanh):
            continue
        numbers = subject.measured.numbers.get(node.inputs[0].name)
        if numbers is not None and numbers.far > MOST_OFF:
            yield told(
                said(
                    "{share:.0%} of what a {name} is given lies beyond -4 and 4.",
                    share=numbers.far,
                    name=node.primitive.name,
                ),
                subject.place(node),
                said(
                    "{formula}: at 4 its slope is {slope}, so that next to no gradient comes "
                    "through. The root mean square of z is {rms}.",
                    formula=node.primitive.formula,
                    slope="0.018" if type(node.primitive) is Sigmoid else "0.0013",
                    rms=significant(numbers.rms),
                ),
                said("Smaller starting weights, such as XavierUniform; scaled inputs."),
            )


def looks_sideways(subject: Subject) -> Iterator[Finding]:
    """What is said of a sample changes with the others in the batch, in inference mode."""
    look = subject.inference_look
    if look is None or len(look.arrays[-1]) < 4:
        return
    kept = len(look.arrays[-1]) // 2
    # The first half stays; in the place of the others stand samples of the first half.
    others = [x[np.arange(len(x)) % kept] for x in look.arrays]
    pairs = zip(_outputs(look, look.arrays), _outputs(look, others), strict=True)
    for a, b in pairs:
        if a.shape[:1] != (len(look.arrays[-1]),) or a.dtype.kind != "f":
            continue
        apart = float(np.abs(a[:kept] - b[:kept]).max(initial=0.0))
        if apart > SIDEWAYS * float(np.abs(a[:kept]).max(initial=0.0)):
            yield _of_sideways(kept, apart)
            return


def _outputs(look: Look, arrays: Sequence[Any]) -> list[Any]:
    """What the model gives for a batch."""
    state = [variable.present() for variable in look.captured.variables]
    procedure = look.captured.procedure
    results = run(procedure.graph, [*arrays, *state])
    return results[1 + len(look.reached) : procedure.results]


def _of_sideways(kept: int, apart: float) -> Finding:
    return told(
        said("what the model says of a sample depends on the others in the batch."),
        "",
        said(
            "With other samples behind them, the outputs of the first {kept} change by up "
            "to {apart}, in inference mode.",
            kept=kept,
            apart=significant(apart),
        ),
        said(
            "Means, softmax and norms over axis 0 mix samples: take another axis, or "
            "nn.BatchNorm, which keeps running statistics for inference."
        ),
    )
