import math
import random

import pytest

from pellucid.train.policies.ranking import Ranking


@pytest.mark.parametrize("higher", [False, True])
def test_it_is_the_beginning_of_the_sorted_values(higher: bool) -> None:
    numbers = random.Random(3)
    values = [numbers.choice((0.5, 0.25, 1.0, math.nan, -2.0)) for _ in range(60)]
    ranking = Ranking(4, higher=higher)
    known: list[tuple[float, int]] = []
    for epoch, value in enumerate(values, start=1):
        added = ranking.add(value, epoch)
        known += [] if math.isnan(value) else [(-value if higher else value, epoch)]
        wanted = [epoch for _, epoch in sorted(known)[:4]]
        assert list(ranking.epochs) == wanted
        assert added == (epoch in wanted)
    again = Ranking(4, higher=higher)
    again.renew(zip(values, range(1, 61), strict=True))
    assert again.epochs == ranking.epochs
