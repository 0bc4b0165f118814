"""Write penalty_values.json: penalized least squares by scikit-learn, for test_rules.py.

Run it:  python tests/optim/make_penalty_values.py
20 samples of 6 features, of which 3 count; no intercept; all in float64. Lasso and ElasticNet
minimize |y - X w|^2 / (2 n) + alpha (ratio |w|_1 + (1 - ratio) |w|^2 / 2), Ridge
|y - X w|^2 + alpha |w|^2, so that its l2 here is alpha / n.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import ElasticNet, Lasso, Ridge

SAMPLES, FEATURES = 20, 6
TRUE = np.array([1.5, 0.0, -2.0, 0.0, 0.7, 0.0])


def main():
    """Write the file beside this one."""
    draw = np.random.default_rng(5)
    x = draw.normal(size=(SAMPLES, FEATURES)).round(3)
    y = (x @ TRUE + draw.normal(0.0, 0.3, SAMPLES)).round(3)
    exact = {"fit_intercept": False, "tol": 1e-14}
    search = exact | {"max_iter": 100_000}
    values = {
        "x": x.tolist(),
        "y": y.tolist(),
        "lasso": Lasso(alpha=0.2, **search).fit(x, y).coef_.tolist(),
        "elastic net": ElasticNet(alpha=0.3, l1_ratio=0.6, **search).fit(x, y).coef_.tolist(),
        "ridge": Ridge(alpha=0.3 * SAMPLES, fit_intercept=False).fit(x, y).coef_.tolist(),
    }
    Path(__file__).with_name("penalty_values.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
