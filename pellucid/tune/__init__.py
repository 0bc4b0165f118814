"""Hyperparameters: `search(objective, space)` tries them, `find_learning_rate(...)` one.

Space        Uniform, LogUniform, Integers, Choice
Strategies   RandomSearch, GridSearch, BayesianSearch, expected_improvement
Search       search, Results, Trial, save_picture
Rates        find_learning_rate, Ramp, RateFinding

The search for a good combination goes in rounds: ranges on logarithmic scales, points at
random, a few epochs each, about a hundred of them; then narrower ranges around the best. The
validation set, some 20 % of the data, decides; the test set only judges what was chosen.
"""

from pellucid.optim.rates import Ramp, RateFinding
from pellucid.tune.learning_rate import find_learning_rate
from pellucid.tune.picture import save_picture
from pellucid.tune.search import search
from pellucid.tune.space import Choice, Integers, LogUniform, Range, Space, Uniform
from pellucid.tune.strategies import (
    BayesianSearch,
    GridSearch,
    RandomSearch,
    Strategy,
    expected_improvement,
)
from pellucid.tune.trials import Results, Trial

__all__ = [
    "BayesianSearch",
    "Choice",
    "GridSearch",
    "Integers",
    "LogUniform",
    "Ramp",
    "RandomSearch",
    "Range",
    "RateFinding",
    "Results",
    "Space",
    "Strategy",
    "Trial",
    "Uniform",
    "expected_improvement",
    "find_learning_rate",
    "save_picture",
    "search",
]
