"""The search itself: points are proposed, tried, and written down.

search    try points until the strategy has made its trials
"""

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.disk import AnyPath
from pellucid.errors import OptionError, TrainingError
from pellucid.strict import strict
from pellucid.tune.space import Point, Space, check_space
from pellucid.tune.strategies import RandomSearch, Strategy
from pellucid.tune.trials import Results, Trial, TrialFile


@strict
def search(
    objective: Callable[..., float],
    space: Space,
    strategy: Strategy = RandomSearch(),  # noqa: B008 (frozen)
    *,
    seed: int = 0,
    file: AnyPath | None = None,
    after_trial: Callable[[Trial], None] | None = None,
) -> Results:
    """Look for the hyperparameters with the lowest score.

    `objective(**point)` gives the score of a point, as a rule the loss or the error on a
    validation set; never that of the test set, which is to judge the choice in the end. With
    the same seed the same points are tried, each once: with few to choose from, the search ends
    when all were. With a `file` each trial is written there as it
    ends, and a search that finds it goes on from it. Ctrl-C ends the search; the trials made
    until then are the results.

    A trial whose training breaks off (TrainingError), or whose score is not finite, has no
    score and a reason; the search goes on.

    Errors: OptionError for a space without ranges, a negative seed, or a file with the trials
        of another search; FileError where the file cannot be written.

    >>> from pellucid.tune import LogUniform
    >>> found = search(
    ...     lambda rate: (math.log10(rate) + 2) ** 2,
    ...     {"rate": LogUniform(1e-4, 1.0)},
    ...     RandomSearch(tries=30, rounds=3),
    ... )
    >>> 0.008 < found.best.point["rate"] < 0.0125
    True
    """
    check_space(space)
    if seed < 0:
        raise OptionError(f"search: seed is {seed}. It is a whole number from 0 on.")
    about = {"space": dict(space), "strategy": strategy, "seed": seed}
    store = None if file is None else TrialFile(file, about, space)
    trials = [] if store is None else store.read()
    count = strategy.count(space)
    stopped = f"all {count} trials made"
    while len(trials) < count:
        try:
            rng = np.random.default_rng((seed, len(trials)))
            point = strategy.propose(space, trials, rng)
            if point is None:
                stopped = f"all points tried after {len(trials)} of {count} trials"
                break
            trial = _tried(objective, len(trials), point)
        except KeyboardInterrupt:
            stopped = f"interrupted after {len(trials)} of {count} trials"
            break
        trials.append(trial)
        if store is not None:
            store.append(trial)
        if after_trial is not None:
            after_trial(trial)
    return Results(space, tuple(trials), stopped)


def _tried(objective: Callable[..., Any], number: int, point: Point) -> Trial:
    """What comes of a point."""
    start = time.perf_counter()
    score = math.nan
    failure = ""
    try:
        score = float(objective(**point))
        if not math.isfinite(score):
            score, failure = math.nan, f"the score is {score}"
    except TrainingError as error:
        failure = str(error)
    return Trial(
        number,
        point,
        score,
        round(time.perf_counter() - start, 3),
        failure,
    )
