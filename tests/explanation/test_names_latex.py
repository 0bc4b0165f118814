"""Names in LaTeX."""

import pytest

from pellucid.explanation.names_latex import name_latex


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dz1", r"\mathrm{d}z_{1}"),
        ("W[2]", "W^{[2]}"),
        ("h_t", "h_{t}"),
        ("h1_{t-1}", "h_{1, t-1}"),
        ("dZ[1]_{t+1}", r"\mathrm{d}Z_{t+1}^{[1]}"),
        ("h_0", r"h_{0}"),
        ("gamma", r"\gamma"),
        ("m", "m"),
        ("[t=6]", r"\left[t=6\right]"),
        ("W_2", r"\mathit{W\_}_{2}"),
    ],
)
def test_layers_stand_above_steps_below(name, expected):
    assert name_latex(name) == expected
