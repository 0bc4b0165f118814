"""Orthogonal steps: which parameters have them, their size, and what the rest follows."""

import copy
import pickle

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, optim
from pellucid.errors import OptionError
from pellucid.optim.further.muon import orthogonal


def matrices(**shapes):
    return {name: pc.Parameter(np.ones(shape)) for name, shape in shapes.items()}


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (1, 5)])
def test_singular_vectors_stay_and_singular_values_come_near_1(shape):
    x = np.random.default_rng(0).normal(size=shape)
    u, _, vt = np.linalg.svd(x, full_matrices=False)
    found = orthogonal(pc.tensor(x)).numpy()
    middle = u.T @ found @ vt.T
    np.testing.assert_allclose(middle, np.diag(np.diag(middle)), atol=1e-10)
    assert np.all((np.diag(middle) > 0.6) & (np.diag(middle) < 1.25))


def test_muon_by_hand():
    # Of a matrix of rank 1, u v^T with |u| = |v| = 1, the rounds move the one singular value.
    value = 1.0 / (1.0 + 1e-7 / 25.0 / 1.95)
    for _ in range(5):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    g = 25.0 * np.outer([0.6, 0.8], [0.8, 0.0, -0.6])
    w = pc.Parameter(np.zeros((2, 3)))
    optim.Muon({"w": w}, 0.1, to=optim.every).apply({"w": pc.tensor(g)})
    expected = -0.1 * 1.5**0.5 * value * g / 25.0  # units / inputs = 3 / 2
    np.testing.assert_allclose(w.value.numpy(), expected, rtol=1e-6, atol=1e-12)


def test_muonasadam_by_hand():
    w, v = (pc.Parameter(np.zeros((2, 3))) for _ in range(2))
    g = pc.tensor(np.arange(6.0).reshape(2, 3))
    optim.Muon({"w": w}, 0.1, to=optim.every).apply({"w": g})
    optim.MuonAsAdam({"w": v}, 0.1, to=optim.every).apply({"w": g})
    np.testing.assert_allclose(v.numpy(), w.numpy() * 0.2 * 3.0**0.5 / 1.5**0.5, rtol=1e-12)


def test_hidden_are_matrices_that_are_neither_first_nor_last_nor_a_table():
    net = nn.Sequential(
        nn.Embedding(9, 4), nn.Linear(4, 5), nn.LayerNorm(5), nn.Linear(5, 5), nn.Linear(5, 2)
    )
    assert optim.Muon(net.parameters()).chosen == {"1.weight", "3.weight"}
    late = {"first": pc.Parameter(np.ones((2, 2))), "table": nn.Embedding(3, 2).weight}
    late |= matrices(kernel=(2, 2, 3, 3), hidden=(2, 2), scale=(2,), last=(2, 2), bias=(2,))
    assert optim.Muon(late).chosen == {"hidden"}


@pytest.mark.parametrize("kind", [optim.Muon, optim.MuonAsAdam])
def test_where_nothing_is_turned_it_says_so_where_it_was_made(kind):
    shallow = matrices(first=(2, 3), b=(3,), last=(3, 2))
    with pytest.warns(UserWarning, match=f"^{kind.__name__}: no parameter is a hidden") as told:
        assert kind(shallow).chosen == frozenset()
    assert told[0].filename == __file__
    with pytest.warns(UserWarning, match="`to` chooses none of the parameters"):
        assert kind(matrices(w=(2, 2)), to=lambda path, w: w.ndim > 2).chosen == frozenset()
    assert kind(matrices(w=(2, 2)), to=optim.every).chosen == {"w"}


def test_copies_of_a_table_are_tables():
    table = nn.Embedding(3, 2).weight
    for again in (copy.deepcopy(table), pickle.loads(pickle.dumps(table))):
        assert again.is_table
    assert not copy.deepcopy(pc.Parameter([1.0])).is_table


def test_the_rest_follows_adamw_with_its_share_of_the_learning_rate_for_decay_too():
    start = np.array([[1.0, -2.0]])
    rest, alone = pc.Parameter(start), pc.Parameter(start)
    with pytest.warns(UserWarning, match="Muon: no parameter is a hidden matrix"):
        muon = optim.Muon({"w": rest}, 0.2, rest=0.5, weight_decay=0.3)
    adamw = optim.AdamW({"w": alone}, 0.1, beta2=0.95, eps=1e-10, weight_decay=0.3)
    for optimizer, w in ((muon, rest), (adamw, alone)):
        for _ in range(3):
            optimizer.minimize((w * w * w).sum())
    np.testing.assert_allclose(rest.numpy(), alone.numpy(), rtol=1e-13)


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_without_a_gradient_a_matrix_stays(executor, dtype):
    w = pc.Parameter(np.ones((2, 3), dtype))
    optimizer = optim.Muon({"w": w}, to=optim.every)
    step = pc.compile(lambda g: optimizer.apply({"w": g}), executor=executor)
    step(pc.zeros((2, 3), dtype=dtype))
    assert w.value.tolist() == np.ones((2, 3)).tolist()


def test_what_has_no_singular_values_is_refused():
    with pytest.raises(OptionError, match=r"Muon: 'b' of shape \(2,\)\. Only a matrix, with two"):
        optim.Muon(matrices(w=(2, 2), b=(2,)), to=optim.every)
    with pytest.raises(OptionError, match=r"MuonAsAdam: rest 0\.0\. It must be above 0"):
        optim.MuonAsAdam(matrices(w=(2, 2)), rest=0.0)


def test_pytorch_takes_the_same_steps_up_to_its_bfloat16():
    torch = pytest.importorskip("torch")
    if not hasattr(torch.optim, "Muon"):
        pytest.skip("this PyTorch has no Muon")
    rng = np.random.default_rng(1)
    start, gradients = rng.normal(size=(6, 4)), rng.normal(size=(5, 6, 4))
    for kind, adjusted in ((optim.Muon, "original"), (optim.MuonAsAdam, "match_rms_adamw")):
        w = pc.Parameter(start)
        theirs = torch.nn.Parameter(torch.tensor(start.T.copy()))
        ours = kind({"w": w}, 0.1, to=optim.every)
        options = {"lr": 0.1, "weight_decay": 0.0, "adjust_lr_fn": adjusted}
        other = torch.optim.Muon([theirs], **options)
        for g in gradients:
            ours.apply({"w": pc.tensor(g)})
            theirs.grad = torch.tensor(g.T.copy())
            other.step()
        moved = theirs.detach().numpy().T - start
        error = np.linalg.norm(w.numpy() - start - moved) / np.linalg.norm(moved)
        assert error < 0.02
