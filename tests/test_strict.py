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
# What a compiler makes by the thousand, and a number.
MANY = {"Information", "Node", "Value"}
ABSTRACT = {"Elementwise", "Primitive", "Metric", "SetMetric", "Strategy"}  # for one's own
# Asked for at every operation, by what reads and makes tensors; `forward` by calling a module.
INNER = {
    "alone", "apply", "fresh", "holding", "known", "operand", "positions", "read", "forward",
    "belong", "fitting", "held", "present", "put_under", "settle", "writable",
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


def methods(package: str) -> Iterator[tuple[str, Any]]:
    """Those of its classes, each as it is called."""
    for name, kind in public(package):
        if not isinstance(kind, type) or name in ABSTRACT or issubclass(kind, BaseException):
            continue
        for method in dir(kind):
            function = getattr(kind, method, None)
            ours = getattr(function, "__module__", "") or ""
            is_routine = inspect.isfunction(function) or inspect.ismethod(function)
            if is_routine and method[0] != "_" and method not in INNER and "pellucid" in ours:
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
        is_left = name in MANY | ABSTRACT
        if is_left or (isinstance(thing, type) and issubclass(thing, BaseException)):
            continue
        messages = list(told(thing))
        takes_any = any(
            p.kind is p.VAR_KEYWORD for p in inspect.signature(thing).parameters.values()
        )
        assert takes_any or any("no option 'nonsense'" in text for text in messages), name


@pytest.mark.parametrize("package", PACKAGES)
def test_no_method_answers_a_wrong_call_with_pythons_words(package: str) -> None:
    for name, function in methods(package):
        assert any("no option 'nonsense'" in text for text in told(function)), name


def test_methods_of_every_kind_are_looked_at() -> None:
    found = {name for package in PACKAGES for name, _ in methods(package)}
    assert len(found) > 800
    wanted = {
        "Tensor.exp", "Tensor.sum", "Parameter.assign", "Linear.state_dict", "Adam.update",
        "Trainer.fit", "RunFolder.open", "Vocabulary.of", "WarmUp.rate", "GridSearch.propose",
        "ClassificationReport.worst", "History.plot", "Generator.normal",
    }  # fmt: skip
    assert wanted - found <= {"Parameter.assign"}


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
        ("x.exp(1)", "Tensor.exp: called with 1 argument by place. It takes none by place."),
        ("x.sqrt(dim=1)", "Tensor.sqrt has no option 'dim'. It takes none."),
        ("pc.Tensor([1.0, 2.0])", "Tensor: a tensor is made by the function `tensor`, which looks"),
        ("pc.Tensor(2, 3)", "Tensor: a tensor is made by the function `tensor`, which looks at"),
        ("pc.Variable()", "Variable: data is missing. It takes data, "),
        (
            "model.predictor()(x, batch_size=32)",
            "predictor has no option 'batch_size', a word of Keras. Batches of any size are cut",
        ),
        ("pc.train.RunFolder.open()", "RunFolder.open: path is missing. It takes path."),
        ("pc.data.Vocabulary.of()", "Vocabulary.of: text is missing. It takes text."),
        (
            "pc.train.EpochRecord(1, 2)",
            "EpochRecord: train, validation are missing. It takes step, epoch, train, validation.",
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
    functions += [function for package in PACKAGES for _, function in methods(package)]
    takes = [Takes.of(inspect.unwrap(f)) for f in functions if not isinstance(f, type)]
    classes = [f for f in functions if isinstance(f, type)]
    inits: list[Any] = [inspect.unwrap(f.__init__) for f in classes]
    inits += [inspect.unwrap(f.__call__) for f in classes]
    known = {name for each in takes for name in each.names}
    known |= {name for init in inits for name in Takes.of(init).names}
    for library, words in SYNONYMS.items():
        for word, ours in words.items():
            for name in ours:
                assert name.partition("=")[0] in known, (library, word, name)
            named = [each for each in takes if word in each.names]
            assert not all(set(ours) & set(each.names) for each in named) or not named, word
