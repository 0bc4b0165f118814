"""Checks of layers: what stands between them, and the mode they are in.

bias_before_norm       a bias that a norm takes away again
linear_chain           two affine layers with nothing between them
modes                  parts of a model in another mode than the whole
always_random          random numbers in inference mode
norm_of_one            statistics of a batch of one sample
weight_of              the parameter that a layer multiplies with
"""

from collections.abc import Iterator

from pellucid.graph import Node, Value
from pellucid.languages import said
from pellucid.linter.findings import ERROR, NOTE, WARNING, Finding, told
from pellucid.linter.patterns import MOVES, centred, moved
from pellucid.linter.subject import Subject
from pellucid.linter.trace import Trace
from pellucid.primitives import (
    Add,
    Cast,
    Convolution,
    Divide,
    Less,
    LessEqual,
    MatMul,
    Multiply,
    Pad,
    RandomBits,
    Subtract,
    Where,
)
from pellucid.variables import Variable


def bias_before_norm(subject: Subject) -> Iterator[Finding]:
    """A bias that is the same for all the numbers whose mean is taken away."""
    trace = subject.trace
    for node in trace.nodes:
        found = centred(trace, node)
        added = found and trace.made_by(found[0], Add)
        if not found or not added:
            continue
        for value in added.inputs:
            bias = subject.parameter(moved(trace, value))
            if bias is None or not _is_level(value.shape, added.output.shape, found[1]):
                continue
            path = subject.paths.get(bias, bias.name)
            yield told(
                said("the bias {path} stands before a norm, which takes it away.", path=path),
                subject.place(added),
                said(
                    "(x + b) - mean(x + b) = x - mean(x): its {n} numbers change nothing and "
                    "have a gradient of 0; the norm's own shift does what they would.",
                    n=bias.size,
                ),
                said("Make the layer before the norm with bias=False, where it takes that."),
            )


def _is_level(shape: tuple[int, ...], whole: tuple[int, ...], axes: tuple[int, ...]) -> bool:
    """Whether numbers of a shape are stretched along each of these axes of the whole."""
    aligned = (1,) * (len(whole) - len(shape)) + shape
    return all(aligned[axis] == 1 for axis in axes)


def linear_chain(subject: Subject) -> Iterator[Finding]:
    """Two layers that are one affine map together."""
    trace = subject.inference or subject.trace  # where dropout is gone, and norms are affine
    for node in trace.nodes:
        second = weight_of(subject, trace, node)
        if second is None:
            continue
        first = _affine_before(subject, trace, node.inputs[0])
        weight = weight_of(subject, trace, first) if first is not None else None
        if first is None or weight is None or _narrows(first, node):
            continue
        a, b = (subject.paths.get(w, w.name) for w in (weight, second))
        yield told(
            said(
                "nothing but affine maps between {a} {first} and {b} {second}.",
                a=a,
                first=weight.shape,
                b=b,
                second=second.shape,
            ),
            subject.place(node),
            said(
                "(x W1 + b1) W2 + b2 = x (W1 W2) + (b1 W2 + b2): both together can do no more "
                "than one such layer."
            ),
            said("Put an activation between them, such as nn.ReLU(); or leave one of them out."),
        )


def weight_of(subject: Subject, trace: Trace, node: Node) -> Variable | None:
    """The parameter that a product or a convolution multiplies its input with."""
    if type(node.primitive) not in (MatMul, Convolution):
        return None
    found = [subject.parameter(moved(trace, value)) for value in node.inputs[::-1]]
    return next((parameter for parameter in found if parameter is not None), None)


def _affine_before(subject: Subject, trace: Trace, value: Value) -> Node | None:
    """The layer before a value, where there are only affine operations in between."""
    while node := trace.made_by(value, *MOVES, Pad, MatMul, Convolution, *_AFFINE):
        if type(node.primitive) in (MatMul, Convolution):
            return node if weight_of(subject, trace, node) is not None else None
        data = [x for x in node.inputs if trace.is_from_data(x)]
        if len(data) != 1 or (type(node.primitive) is Divide and data[0] != node.inputs[0]):
            return None
        value = data[0]
    return None


_AFFINE = (Add, Subtract, Multiply, Divide, Where)  # with what is not computed from data


def _narrows(first: Node, second: Node) -> bool:
    """Whether the middle is narrower than both ends, or in groups: a factorisation, as meant."""
    sizes = []
    for node in (first, second):
        x, w = (value.shape for value in node.inputs)
        if type(node.primitive) is Convolution:
            if x[1] > 1:
                return True
            sizes.append((w[2], w[1]))
        else:
            sizes.append((w[-2], w[-1]))
    return sizes[0][1] < min(sizes[0][0], sizes[1][1])


def modes(subject: Subject) -> Iterator[Finding]:
    """Layers that act otherwise in training, and are not in the mode of the whole."""
    model = subject.model
    own = {path: m for path, m in model.modules().items() if _minds_mode(m)}
    training = bool(model._training)
    odd = [path for path, m in own.items() if bool(m._training) != training]
    for path in odd:
        yield told(
            said("a layer is in inference mode, the model in training mode.")
            if training
            else said("a layer is in training mode, the model in inference mode."),
            subject.layer(path),
            said("In training dropout draws and batch norm takes the batch; in inference not."),
            said("model.train() before steps of your own, model.inference() to measure."),
        )
    if own and not odd and not training and subject.optimizers and subject.look:
        yield told(
            said("the model is in inference mode, and is given with an optimizer."),
            subject.layer(next(iter(own))),
            said(
                "In this mode dropout draws nothing and batch norm takes its running statistics: "
                "steps of your own would train without them. A Trainer sets the mode by itself."
            ),
            said("Call model.train() before steps of your own."),
        )


def _minds_mode(module: object) -> bool:
    """Whether a layer asks for its mode."""
    names = {name for each in type(module).__mro__ for name in _names(each)}
    return "training" in names


def _names(kind: type) -> set[str]:
    """The names that the methods of a class read."""
    if kind.__module__ in ("builtins", "pellucid.nn.module", "pellucid.nn.base"):
        return set()
    codes = [f.__code__ for f in vars(kind).values() if hasattr(f, "__code__")]
    return {name for code in codes for name in code.co_names}


def always_random(subject: Subject) -> Iterator[Finding]:
    """Random numbers in what a model says in inference mode."""
    inference = subject.inference
    draws = [n for n in inference.nodes if type(n.primitive) is RandomBits] if inference else []
    if inference is None or not draws:
        return
    masks = [node for node in draws if _switches(inference, node)]
    node = (masks or draws)[0]
    yield told(
        said("random numbers are drawn in inference mode too."),
        subject.place(node),
        said(
            "y = f(x, draw) {shape}: the same x gives another answer each time, and "
            "dropout lowers what is measured.",
            shape=node.output.shape,
        ),
        said(
            "Draw only while `self.training`; nn.Dropout does. Noise that is meant, as of "
            "a sampled code, stays."
        ),
        WARNING if masks else NOTE,
    )


def _switches(trace: Trace, draw: Node) -> bool:
    """Whether a draw switches numbers on and off, as dropout does: it is compared."""
    value = draw.output
    while uses := trace.uses.get(value.name, ()):
        if type(uses[0].primitive) in (Less, LessEqual):
            return True
        if type(uses[0].primitive) not in (Cast, Multiply, Add):
            return False
        value = uses[0].output
    return False


def norm_of_one(subject: Subject) -> Iterator[Finding]:
    """Statistics over the samples of a batch, where a batch has one."""
    trace = subject.trace
    size = subject.batch_size
    last = len(subject.train) % size if size and not subject.drop_last else 0
    if size != 1 and last != 1:
        return
    for node in trace.nodes:
        found = centred(trace, node)
        if found and 0 in found[1] and node.output.shape[0] == trace.batch:
            yield told(
                said("batch norm in batches of one sample.")
                if size == 1
                else said("batch norm, and the last batch of an epoch has one sample."),
                subject.place(node),
                said(
                    "x - mean(x) = 0 for one sample: nothing of it is left. {samples:,} samples "
                    "in batches of {size}.",
                    samples=len(subject.train),
                    size=size,
                ),
                said("Choose another batch size, or drop_last=True; or use LayerNorm, GroupNorm."),
                ERROR if size == 1 else WARNING,
            )
            return
