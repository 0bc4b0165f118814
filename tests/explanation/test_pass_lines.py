"""How the lines of a pass are laid out: loops set off below their steps, back from the last."""

import numpy as np

import pellucid as pc
from pellucid import functional, nn
from pellucid.explanation.backward_pass import backward_pass


def loop(x, W, h):
    h, _ = pc.scan(lambda h, s: ((s + h @ W).tanh(), None), h, x.permute_dims((1, 0, 2)))
    return (h * h).sum()


INPUTS = (np.ones((5, 6, 3)), np.ones((3, 3)), np.ones((5, 3)))
EXPECTED = """\
u_0 = h
for t = 1, ..., 6:
  z_t = u_{t-1} W
  u_t = tanh(x_t + z_t)
L = sum(u_{6}^2, axis=(0, 1))

for t = 6, ..., 1:
  du_t = dz_{t+1} W^T + 2 * [t=6] * u_{6}
  dz_t = du_t * (1 - u_t^2)
dx = stack_t(dz_t, axis=1)
dW = sum_t(u_{t-1}^T dz_t)
dh = dz_1 W^T

x_t: x[:, t - 1]
du_t and the like are 0 beyond the steps that there are; sum_t and stack_t go over all steps."""


def test_a_loop_of_one_s_own_is_written_as_textbooks_do():
    assert backward_pass(loop, *INPUTS).text() == EXPECTED


def test_slices_are_turned_where_samples_are_columns():
    text = backward_pass(loop, *INPUTS, notation="columns").text()
    assert "X_t: X[:, t - 1]^T" in text or "x_t: x[:, t - 1]^T" in text


def test_targets_are_y_where_t_counts_steps():
    reader = nn.RNN(3, 2, rng=pc.Generator(1))
    targets = np.ones((5, 6, 2), np.float32)
    found = backward_pass(
        lambda x: reader(x)[0],
        INPUTS[0].astype("float32"),
        targets,
        loss=functional.mean_squared_error,
    )
    assert {"x", "y"} <= set(found.inputs)
    assert "y_t" in found.text()


def test_latex_has_the_steps_below():
    tex = backward_pass(loop, *INPUTS).latex()
    assert r"\quad z_{t} &= u_{t-1} \, W" in tex
    assert r"\mathrm{d}W &= \sum_{t}\left(" in tex
    assert r"\left[t=6\right]" in tex
    assert r"\text{for } t = 6, \ldots, 1:" in tex
