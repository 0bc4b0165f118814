"""What does not fit names place, sizes, origin and remedy; with the remedy the program works."""

import numpy as np
import pytest
from misfit_programs import PROGRAMS, TARGETS, Flattening, Wrong, WrongTarget, ids, zeros

import pellucid as pc
from pellucid import data, functional, nn, optim
from pellucid.errors import CallError, DTypeError, PellucidError, ShapeError
from pellucid.languages import language
from pellucid.misfits import texts
from pellucid.train import Options, Trainer

MISFITS = (ShapeError, DTypeError, CallError)


@pytest.fixture(autouse=True)
def _english():
    with language("en"):
        yield


def named(cases):
    """Cases with their names as ids."""
    return [pytest.param(case, id=case.name) for case in cases]


def lacking(error, parts):
    """The parts that a message lacks."""
    return [part for part in parts if part not in str(error)]


def test_there_are_thirty_and_more_each_with_its_source():
    cases = [*PROGRAMS, *TARGETS]
    assert len(cases) >= 40
    assert len({case.name for case in cases}) == len(cases)
    assert all(case.source for case in cases)


@pytest.mark.parametrize("case", named(PROGRAMS))
def test_a_wrong_program_is_told_place_sizes_origin_and_remedy(case: Wrong) -> None:
    with pytest.raises(MISFITS) as caught:
        case.model()(*case.inputs)
    assert lacking(caught.value, case.parts) == [], str(caught.value)
    assert len(str(caught.value).splitlines()) > 2  # a diagram


@pytest.mark.parametrize("case", named(PROGRAMS))
def test_compiled_and_in_a_summary_the_same_is_said(case: Wrong) -> None:
    with pytest.raises(MISFITS) as eager:
        case.model()(*case.inputs)
    with pytest.raises(MISFITS) as compiled:
        pc.compile(case.model())(*case.inputs)
    assert str(compiled.value) == str(eager.value)
    shapes = [x.shape for x in case.inputs]
    with pytest.raises(MISFITS) as summarized:
        case.model().summary(*shapes, dtype=case.inputs[0].dtype)
    assert str(summarized.value) == str(eager.value)


@pytest.mark.parametrize("case", named(PROGRAMS))
def test_with_the_remedy_it_works(case: Wrong) -> None:
    assert case.mended().shape == case.shape


@pytest.mark.parametrize("case", named(TARGETS))
def test_targets_that_do_not_fit_are_told_so_too(case: WrongTarget) -> None:
    model = case.model()
    with pytest.raises(ShapeError) as caught:
        case.loss(model(case.x), case.t)
    assert lacking(caught.value, case.parts) == [], str(caught.value)
    assert case.mended().shape == ()


@pytest.mark.parametrize("case", named(TARGETS))
def test_in_a_compiled_step_targets_are_told_the_same(case: WrongTarget) -> None:
    model = case.model()
    step = pc.compile(lambda x, t: case.loss(model(x), t))
    with pytest.raises(ShapeError) as caught:
        step(case.x, case.t)
    assert lacking(caught.value, case.parts) == [], str(caught.value)


def chinese(text):
    """Whether a text has Chinese in it."""
    return any(0x4E00 <= ord(c) < 0xA000 for c in text)


@pytest.mark.parametrize("case", named(PROGRAMS))
def test_in_chinese_the_first_line_and_the_marks_are_chinese(case: Wrong) -> None:
    with language("zh"), pytest.raises(MISFITS) as caught:
        case.model()(*case.inputs)
    first = str(caught.value).splitlines()[0]
    assert chinese(first)
    for english in ("comes from", "Make ", "Give ", "Put ", " axes", "is an input"):
        assert english not in first


def test_the_diagram_has_shapes_on_its_arrows_and_marks_what_does_not_fit():
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Linear(4, 3))
    with pytest.raises(ShapeError) as caught:
        model(zeros(5, 3, 8, 8))
    assert str(caught.value).splitlines()[1:] == [
        "    input",
        "      | (5, 3, 8, 8)",
        "    0 Conv2d(3, 8, 3)",
        "      | (5, 8, 6, 6)",
        "    1 ReLU()",
        "      | (5, 8, 6, 6)   <- 6 != 4",
        "    2 Linear(4, 3)",
    ]


def test_an_inner_model_is_told_by_its_path_in_the_whole():
    class Whole(nn.Module):
        def __init__(self):
            self.body = nn.Sequential(nn.Linear(4, 6), nn.Tanh())
            self.head = nn.Sequential(nn.Linear(5, 2))

        def forward(self, x):
            return self.head(self.body(x))

    with pytest.raises(ShapeError) as caught:
        Whole()(zeros(3, 4))
    assert caught.value.layer == "head.0"
    assert str(caught.value).startswith(
        "head.0: Linear(5, 2): y = x W + b with x (3, 6), W (5, 2): 6 != 5. x comes from "
        "`body.0`, Linear(4, 6). Make it Linear(6, 2). Or: Make `body.0` Linear(4, 5)."
    )


def test_an_error_that_a_forward_catches_is_none():
    class Careful(nn.Module):
        def __init__(self):
            self.inner = nn.Linear(4, 3)

        def forward(self, x):
            try:
                return self.inner(x)
            except ShapeError:
                return self.inner(x[:, :4])

    assert Careful()(zeros(2, 9)).shape == (2, 3)


def test_explaining_changes_nothing():
    model = nn.Sequential(nn.Dropout(0.5, rng=pc.Generator(3)), nn.BatchNorm(4), nn.Linear(9, 2))
    before = model.state_dict()
    with pytest.raises(ShapeError, match="Make it Linear"):
        model(zeros(5, 4))
    after = model.state_dict()
    moved = {"0.draws", "1.running_mean", "1.running_variance"}  # by the call itself
    assert {k for k in before if not np.array_equal(before[k], after[k])} <= moved
    again = nn.Sequential(nn.Dropout(0.5, rng=pc.Generator(3)), nn.BatchNorm(4))
    again(zeros(5, 4))
    for name, array in again.state_dict().items():
        assert np.array_equal(after[name], array)


def test_an_error_keeps_neither_model_nor_arrays():
    with pytest.raises(ShapeError) as caught:
        Flattening(400)(zeros(6, 3, 21, 21))
    assert caught.value.is_told
    assert caught.value.trail == ()
    assert caught.value.operands == ()


def test_what_cannot_be_explained_is_said_as_it_was():
    class Odd(nn.Module):
        def forward(self, x):
            raise ShapeError("something of its own.")

    with pytest.raises(ShapeError, match=r"^Odd\(\): something of its own\.$"):
        Odd()(zeros(2, 3))


def test_a_fault_while_explaining_hides_no_error(monkeypatch):
    monkeypatch.setattr(texts, "maker", None)
    with pytest.raises(PellucidError, match=r"^0: Linear\(4, 3\): matmul: shapes"):
        nn.Sequential(nn.Linear(4, 3))(zeros(2, 5))


def test_another_dtype_is_no_window_that_is_too_large():
    with pytest.raises(DTypeError) as caught:
        nn.Conv2d(3, 8, 3)(pc.tensor(np.zeros((2, 3, 9, 9))))
    assert "window" not in str(caught.value)
    assert "float64" in str(caught.value)
    with pytest.raises(DTypeError) as caught:
        nn.LSTM(6, 2)(ids(2, 2, 3).reshape(1, 2, 6))
    assert "Flatten" not in str(caught.value)


def test_ids_of_an_embedding_are_not_asked_to_be_features():
    model = nn.Sequential(nn.Embedding(9, 4), nn.Linear(5, 2))
    with pytest.raises(
        ShapeError, match=r"x comes from `0`, Embedding\(9, 4\)\. Make it Linear\(4"
    ):
        model(ids(2, 3))


# ---- in a Trainer -------------------------------------------------------------------------


class Mixing(nn.Module):
    """Two rows are made of each sample."""

    def __init__(self):
        self.score = nn.Linear(8, 10)

    def forward(self, x):
        """Ten scores, as two rows of five."""
        return self.score(x).reshape(-1, 5)


IN_A_TRAINER = [
    pytest.param(
        lambda: nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3)),
        ("has 5 classes", "come from `2`, Linear(6, 3). Make `2` Linear(6, 5)."),
        id="too few outputs",
    ),
    pytest.param(
        lambda: nn.Sequential(nn.Linear(9, 5)),
        ("0: Linear(9, 5): y = x W + b with x (50, 8), W (9, 5): 8 != 9.", "Make it Linear(8, 5)."),
        id="data of another width",
    ),
    pytest.param(
        Mixing,
        ("gave (100, 5) for 50 samples", "score Linear(8, 10)", "100 rows came from 50 samples"),
        id="samples mixed",
    ),
]


@pytest.mark.parametrize(("model", "parts"), IN_A_TRAINER)
def test_a_trainer_tells_the_same_before_the_first_step(model, parts):
    x = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    made = model()
    trainer = Trainer(
        made,
        functional.cross_entropy,
        optim.SGD(made.parameters(), learning_rate=0.1),
        data.from_arrays(x, np.arange(50) % 5),
        options=Options(executor="reference"),
    )
    with pytest.raises(ShapeError) as caught:
        trainer.fit(1)
    assert lacking(caught.value, parts) == [], str(caught.value)
    assert "    input\n      | (50, 8)" in str(caught.value)
    assert "Sequential()" not in str(caught.value)
