"""`pellucid.lint`: all checks of a model, its loss, its data and its optimizer."""

from collections.abc import Callable
from typing import Any

from pellucid.data import Dataset, from_arrays
from pellucid.errors import OptionError, PellucidError
from pellucid.languages import said
from pellucid.linter.check import made
from pellucid.linter.findings import ERROR, Finding, Findings
from pellucid.linter.looking import Look, captured, rows_of, work_of
from pellucid.linter.subject import Subject
from pellucid.linter.table import CHECKS
from pellucid.refusals import shown
from pellucid.strict import strict

DOES_NOT_RUN = "does-not-run"
MOST_WORK = 3e9  # floating-point operations: about a second in NumPy
FEWEST = 11  # samples: fewer say little


@strict
def lint(  # noqa: PLR0913 (what a program of training is made of)
    model: Any,
    loss: Callable[..., Any],
    data: Any,
    optimizer: Any = None,
    *,
    validation: Dataset | None = None,
    test: Dataset | None = None,
    batch_size: int | None = None,
) -> Findings:
    """Look for mistakes in how a model is trained, before it is.

    Model and loss are captured for one batch of the data; what they compute, the parameters,
    the data and the start of training are checked: `docs/linter.md` lists the checks. Nothing
    is trained and no variable changes. `data`: a Dataset, or a pair of features and targets.
    `optimizer`: one, or a list of several. `batch_size`: of a step, where it matters.

    What comes back prints, shows itself in a notebook, and is a sequence of records: each has a
    severity ("error", "warning", "note"), and says what, where, why, and what helps.

    Errors: OptionError for what is no model, loss or optimizer; DataError for data that cannot
    be learned from. A model that cannot be computed is a finding.

    >>> from pellucid import data, functional, nn
    >>> model = nn.Sequential(nn.Linear(64, 10), nn.Softmax())
    >>> found = lint(model, functional.cross_entropy, data.digits())
    >>> found.codes[0]
    'softmax-before-cross-entropy'
    """
    train = _dataset(data)
    optimizers = _several(optimizer)
    _check(model, loss, optimizers)
    try:
        look = _look(model, loss, train, _parameters(model, optimizers))
    except PellucidError as error:
        return Findings((_does_not_run(error, train),), 1)
    trace, variables = look.trace()
    reached = frozenset(look.reached.values())
    subject = Subject(
        model, loss, optimizers, train, validation, test, trace, variables, reached, batch_size,
        look=look,
    )  # fmt: skip
    return made(CHECKS, subject)


def _look(model: Any, loss: Any, train: Dataset, parameters: Any) -> Look:
    """Model and loss, captured for as many samples as take no more than seconds to run."""
    rows = rows_of(model, train)
    while True:
        arrays = [array[rows] for array in (*train.input_rows, train.labels)]
        look = captured(model, loss, arrays, parameters, training=True)
        work = work_of(look.captured.procedure.graph)
        if work <= MOST_WORK or len(rows) <= FEWEST:
            return look
        rows = rows_of(model, train, max(FEWEST, int(len(rows) * MOST_WORK / work)))


def _dataset(data: Any) -> Dataset:
    if isinstance(data, Dataset):
        return data
    if isinstance(data, tuple | list) and len(data) == 2:
        return from_arrays(*data)
    raise OptionError(
        f"lint: data is {shown(data)}. It is a Dataset, or a pair of features and targets: "
        "lint(model, loss, (x, t))."
    )


def _parameters(model: Any, optimizers: tuple[Any, ...]) -> dict[str, Any]:
    """Those of the model, and what the optimizers hold beside them, each once."""
    found = {v: path for each in optimizers for path, v in each.parameters.items()}
    found |= {v: path for path, v in model.parameters().items()}
    return {path: v for v, path in found.items()}


def _several(optimizer: Any) -> tuple[Any, ...]:
    if optimizer is None:
        return ()
    return tuple(optimizer) if isinstance(optimizer, tuple | list) else (optimizer,)


def _check(model: Any, loss: Any, optimizers: tuple[Any, ...]) -> None:
    """Raise OptionError for what is none of these."""
    if isinstance(model, type) or not hasattr(model, "variables"):
        raise OptionError(
            f"lint: model is {shown(model)}. It is a Module: nn.Sequential(...), or a class of "
            "your own, made by calling it."
        )
    if isinstance(loss, type) or not callable(loss):
        raise OptionError(
            f"lint: loss is {shown(loss)}. It is a function of outputs and targets, such as "
            "pellucid.functional.cross_entropy."
        )
    for each in optimizers:
        if isinstance(each, type) or not hasattr(each, "minimize"):
            raise OptionError(
                f"lint: optimizer is {shown(each)}. It is made for the model: "
                "pellucid.optim.Adam(model.parameters())."
            )


def _does_not_run(error: PellucidError, train: Dataset) -> Finding:
    arrays = (*train.input_rows, train.labels)
    shapes = ", ".join(f"{a.dtype}{list(a.shape)}" for a in arrays)
    return Finding(
        DOES_NOT_RUN,
        ERROR,
        said("model and loss cannot be computed for these data."),
        error.layer or "",
        str(error),
        said("The data have inputs and targets {shapes}, samples first.", shapes=shapes),
    )
