"""Calls that do not fit are told what is written instead, whichever function is called."""

import importlib
import inspect
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

import pellucid as pc
from pellucid.errors import CallError
from pellucid.foreign.synonyms import SYNONYMS
from pellucid.strict import Takes, strict

PACKAGES = (
    "pellucid", "pellucid.augment", "pellucid.data", "pellucid.functional", "pellucid.io",
    "pellucid.io.safetensors", "pellucid.measures", "pellucid.models", "pellucid.nn",
    "pellucid.nn.init", "pellucid.optim", "pellucid.plot", "pellucid.train", "pellucid.tune",
)  # fmt: skip
# Made by pellucid, and looked at by users.
RESULTS = {
    "Cache", "Calibration", "Call", "Checkpoint", "ClassificationReport", "EpochRecord", "Fit",
    "FitDiagnosis", "Form",
    "Graph", "ImageFolder", "ImageParts", "Information", "Learning", "ModelKind", "Node",
    "PairCounts", "Position", "Predictor", "RateFinding", "Results", "RocCurve", "Row", "Run",
    "RunFolder", "SplitReport", "StepRecord", "Steps", "Summary", "Synthetic", "Tensor",
    "TextParts", "Trial", "Value", "Variable", "Vocabulary",
}  # fmt: skip
ABSTRACT = {"Elementwise", "Primitive", "Step"}  # subclassed, and with fields of one's own
CLASSES = {
    "pellucid": ("Tensor", "Generator", "Run"),
    "pellucid.data": ("Dataset", "Vocabulary"),
    "pellucid.nn": ("Module",),
    "pellucid.optim": ("Optimizer",),
    "pellucid.train": ("History", "Trainer"),
}
# Of a tensor, without an argument, and quick: a call of theirs costs as little as it can. The last
# are asked for at every operation.
BARE = {
    "abs", "cos", "erf", "exp", "expm1", "floor", "log", "log1p", "sigmoid", "sign", "sin", "sqrt",
    "tanh", "apply", "fresh", "known", "operand", "positions", "read",
}  # fmt: skip


def public(package: str) -> Iterator[tuple[str, Any]]:
    """Functions and classes of a package, each where it stands."""
    module = importlib.import_module(package)
    names = {*getattr(module, "__all__", ()), *getattr(module, "_PYTHONS", ())}
    for name in sorted(names or vars(module)):
        thing = getattr(module, name)
        here = names or getattr(thing, "__module__", "") == package
        if (inspect.isfunction(thing) or inspect.isclass(thing)) and name[0] != "_" and here:
            yield name, thing


def methods() -> Iterator[tuple[str, Any]]:
    for package, classes in CLASSES.items():
        for name in classes:
            kind = getattr(importlib.import_module(package), name)
            for method, function in inspect.getmembers(kind, inspect.isfunction):
                if method[0] != "_" and method not in BARE and method != "forward":
                    yield f"{name}.{method}", function


WRONG: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((None,), {"nonsense": 1}),
    ((None,) * 40, {}),
    ((), {}),
)


def told(called: Any) -> Iterator[str]:
    """What wrong calls are answered with; nothing where a call is right, or fails inside."""
    for given, options in WRONG:
        try:
            called(*given, **options)
        except CallError as error:
            yield str(error)
        except TypeError as error:
            trace = error.__traceback__
            if trace is None or trace.tb_next is None or "argument" in str(error):
                pytest.fail(f"{called}: {error}. Give it @strict.")
        except Exception:
            continue


@pytest.mark.parametrize("package", PACKAGES)
def test_no_public_function_or_class_answers_a_wrong_call_with_pythons_words(package: str) -> None:
    for name, thing in public(package):
        is_left = name in RESULTS | ABSTRACT
        if is_left or (isinstance(thing, type) and issubclass(thing, BaseException)):
            continue
        messages = list(told(thing))
        takes_any = any(
            p.kind is p.VAR_KEYWORD for p in inspect.signature(thing).parameters.values()
        )
        assert takes_any or any("no option 'nonsense'" in text for text in messages), name


def test_no_method_answers_a_wrong_call_with_pythons_words() -> None:
    found = dict(methods())
    assert len(found) > 60
    for name, function in found.items():
        assert any("no option 'nonsense'" in text for text in told(function)), name


def test_decorated_functions_are_what_they_were() -> None:
    softmax = pc.functional.softmax
    assert str(inspect.signature(softmax)).startswith("(x: ")
    assert softmax.__name__ == "softmax"
    assert (softmax.__doc__ or "").strip()
    assert softmax.__module__ == "pellucid.functional.activations"
    assert pickle.loads(pickle.dumps(softmax)) is softmax


def test_an_error_inside_a_function_stays_as_it_is() -> None:
    def fails(x: Any) -> Any:
        return x(1, 2, 3)

    with pytest.raises(TypeError, match=r"takes 1 positional argument but 3 were given") as error:
        strict(fails)(lambda x: x)
    assert not isinstance(error.value, CallError)


KNOWN = {"pc": pc, "F": pc.functional, "x": pc.ones((2, 3)), "model": pc.nn.Linear(3, 2)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("F.softmax(x, dim=1)", "softmax has no option 'dim', a word of PyTorch. Write axis=1."),
        ("x.sum(dim=1)", "Tensor.sum has no option 'dim', a word of PyTorch. Write axis=1."),
        (
            "x.mean(keepdim=True)",
            "Tensor.mean has no option 'keepdim', a word of PyTorch. Write keepdims=True.",
        ),
        (
            "pc.zeros(2, 3)",
            "zeros: called with 2 arguments by place. It takes 1 by place: shape. Write "
            "zeros((2, 3)).",
        ),
        (
            "x.permute_dims(1, 0)",
            "Tensor.permute_dims: called with 2 arguments by place. It takes 1 by place: axes. "
            "Write permute_dims((1, 0)).",
        ),
        (
            "pc.concat(x, x)",
            "concat: called with 2 arguments by place. It takes 1 by place: arrays. Write "
            "concat([a, b]): all of them in one list.",
        ),
        (
            "F.softmax(x, 1)",
            "softmax: called with 2 arguments by place. It takes 1 by place: x. Give the others "
            "by name: axis.",
        ),
        ("F.relu()", "relu: x is missing. It takes x."),
        ("pc.nn.Linear()", "Linear: in_features, out_features are missing. It takes in_features,"),
        (
            "pc.data.moons(n_samples=10)",
            "moons has no option 'n_samples', a word of scikit-learn. Write samples=10.",
        ),
        ("pc.exp(x=x)", "exp: x is given by name. It has a place: exp(x)."),
        (
            "pc.exp(input=x)",
            "exp has no option 'input', a word of PyTorch. It has a place: leave `input=` out.",
        ),
        ("pc.zeros(3, shape=3)", "zeros: shape is given twice, by place and by name. Once will"),
        (
            "x.reshape(shape=(3, 2))",
            "Tensor.reshape: shape is given by name. It has a place: reshape(*shape).",
        ),
        (
            "pc.measures.accuracy(y_true=[1], y_pred=[1])",
            "accuracy has no option 'y_true', a word of Keras. It is `true=` here.",
        ),
        (
            "F.relu(x, inplace=True)",
            "relu has no option 'inplace', a word of PyTorch. Tensors never change: leave it out.",
        ),
        ("pc.ones(3, dtyp=1)", "ones has no option 'dtyp'. Did you mean 'dtype'? Known: shape"),
        ("model.load_state_dict()", "Linear.load_state_dict: state is missing. It takes state, st"),
        (
            "pc.Parameter([1.0], requires_grad=False)",
            "Parameter has no option 'requires_grad', a word of PyTorch. Write pc.Buffer([1.0])",
        ),
        (
            "pc.Generator(0).normal(0.0, 1.0, size=(3,))",
            "Generator.normal has no option 'size', a word of NumPy. It is `shape=` here.",
        ),
        (
            "pc.optim.StepDecay(0.1, step_size=10)",
            "StepDecay has no option 'step_size', a word of PyTorch. Write every=10.",
        ),
        (
            "pc.grad(pc.sum, argnums=1)",
            "grad has no option 'argnums', a word of JAX. Write argument=1.",
        ),
        ("pc.value_and_grad(pc.sum)()", "grad: called with 0 arguments, for the gradient by argu"),
        (
            "pc.grad(pc.sum)(x, t=1)",
            "gradient has no option 't'. It takes *arguments, by place alone.",
        ),
        ("pc.train.Accuracy()(x)", "Accuracy: targets is missing. It takes outputs, targets."),
        (
            "pc.train.Accuracy()(y_true=x, y_pred=x)",
            "Accuracy has no option 'y_true', a word of Keras. It is `targets=` here.",
        ),
        (
            "pc.nn.init.HeNormal()(3, seed=1)",
            "HeNormal has no option 'seed', a word of Keras. Write rng=pc.Generator(seed=0).",
        ),
        ("x.item(0)", "Tensor.item: called with 1 argument by place. It takes none by place."),
    ],
)
def test_a_wrong_call_is_told_place_value_rule_and_remedy(line: str, message: str) -> None:
    with pytest.raises(CallError) as error:
        eval(line, KNOWN)
    assert str(error.value).startswith(message)


def test_every_synonym_is_the_name_of_an_argument_here() -> None:
    functions = [thing for package in PACKAGES for _, thing in public(package)]
    functions += [function for _, function in methods()]
    takes = [Takes.of(inspect.unwrap(f)) for f in functions if not isinstance(f, type)]
    classes = [f for f in functions if isinstance(f, type)]
    inits: list[Any] = [f.__init__ for f in classes]  # type: ignore[misc]
    inits += [inspect.unwrap(f.__call__) for f in classes]
    known = {name for each in takes for name in each.names}
    known |= {name for init in inits for name in Takes.of(init).names}
    for library, words in SYNONYMS.items():
        for word, ours in words.items():
            for name in ours:
                assert name.partition("=")[0] in known, (library, word, name)
            named = [each for each in takes if word in each.names]
            assert not all(set(ours) & set(each.names) for each in named) or not named, word
