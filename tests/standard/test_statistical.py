"""Many numbers made one, and running totals: NumPy's results, and what is refused."""

import pytest
from standard.against_numpy import EXECUTORS, X, of_arrays

import pellucid as pc
from pellucid.errors import OptionError

CASES = {
    "sum": lambda m, x: m.sum(x, axis=(0, 2)),
    "prod": lambda m, x: m.prod(x, axis=1, keepdims=True),
    "max": lambda m, x: m.max(x),
    "min": lambda m, x: m.min(x, axis=-1),
    "mean": lambda m, x: m.mean(x, axis=0),
    "var": lambda m, x: m.var(x, axis=1, correction=1),
    "std": lambda m, x: m.std(x, axis=(1, 2)),
    "cumulative_sum": lambda m, x: m.cumulative_sum(x, axis=1),
    "cumulative_sum from 0": lambda m, x: m.cumulative_sum(x, axis=2, include_initial=True),
    "cumulative_prod": lambda m, x: m.cumulative_prod(x, axis=2),
    "cumulative_prod from 1": lambda m, x: m.cumulative_prod(x, axis=0, include_initial=True),
    "diff": lambda m, x: m.diff(x, axis=1),
    "diff twice": lambda m, x: m.diff(x, n=2),
    "all": lambda m, x: m.all(x > -1.0, axis=1),
    "any": lambda m, x: m.any(x > 2.0, axis=1),
    "count_nonzero": lambda m, x: m.count_nonzero(x > 0, axis=1),
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", CASES)
def test_a_function_of_arrays_is_numpys(name, executor):
    of_arrays(CASES[name], executor)


@pytest.mark.parametrize("name", sorted(set(CASES) - {"all", "any", "count_nonzero"}))
def test_its_gradient_matches_differences(name):
    pc.check_gradients(lambda x: CASES[name](pc, x), X.astype("f8"))


REFUSED = [
    (lambda: pc.cumulative_sum(pc.ones((2, 2))), OptionError, "no axis for shape"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED, ids=lambda part: str(part)[:9])
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
