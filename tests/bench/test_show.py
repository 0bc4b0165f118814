"""The forms of the results: table, JSON, figure, and contenders that do other work."""

import io
import json
from dataclasses import replace

from rich.console import Console

from pellucid.bench import show
from pellucid.bench.contender import Contender
from pellucid.bench.interval import Interval
from pellucid.bench.measure import Timing
from pellucid.bench.workloads import WORKLOADS


def result(name="W2sgd", losses=(0.5, 0.5)):
    times = [
        Timing(Contender("pellucid", "loop", float), 100.0, 90.0, 15, losses[0], losses[0]),
        Timing(Contender("numpy", "by hand", float), 250.0, 240.0, 15, losses[1], losses[1]),
        Timing(Contender("numpy", "slow", float), 350.0, 340.0, 15, losses[1], losses[1]),
    ]
    return show.Result(WORKLOADS[name], tuple(times))


def test_the_table_shows_ratios_and_the_distance_to_the_peak():
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(show.table(result(), peak=200.0))
    text = console.export_text()
    assert "2.50 x" in text
    assert "80%" in text  # 16 MFLOP in 100 us are 160 GFLOP/s


def timed(system, *times):
    return Timing(Contender(system, "loop", float), sorted(times)[3], 1.0, 6, 0.5, 0.5, times)


def test_ratios_are_of_times_in_the_same_round_with_their_interval():
    # A machine that is four times slower in half of the rounds leaves the ratios as they are.
    own = timed("pellucid", 10.0, 10.0, 10.0, 40.0, 40.0, 40.0)
    other = timed("numpy", 20.0, 21.0, 22.0, 88.0, 92.0, 96.0)
    found = show.Result(WORKLOADS["W2sgd"], (own, other))
    assert found.against(other) == Interval(median=2.2, low=2.0, high=2.4)
    assert found.against(own) is None
    assert show.as_json([found], {})["workloads"]["W2sgd"]["numpy"]["against_pellucid"] == {
        "median": 2.2,
        "low": 2.0,
        "high": 2.4,
    }
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(show.table(found, peak=200.0))
    assert "2.20 x    2.00 to 2.40" in console.export_text()


def test_fewer_rounds_than_an_interval_takes_show_none():
    own = replace(timed("pellucid", 1, 1, 1, 1, 1, 1), times=(1.0,) * 5)
    other = replace(own, contender=Contender("numpy", "by hand", float))
    assert show.Result(WORKLOADS["W2sgd"], (own, other)).against(other) is None


def test_json_holds_the_best_configuration_of_each_system():
    found = json.loads(json.dumps(show.as_json([result()], {"cpus": 2})))
    own = found["workloads"]["W2sgd"]
    assert found["machine"] == {"cpus": 2}
    assert own["pellucid"]["median_us"] == 100.0
    assert (own["numpy"]["config"], own["numpy"]["min_us"]) == ("by hand", 240.0)


def test_other_losses_are_told_except_where_dropout_makes_them():
    (first, _) = result(losses=(0.5, 0.6)).disagreements()
    assert first == "numpy (by hand): loss 0.6, pellucid 0.5"
    assert result("W6", losses=(0.5, 0.6)).disagreements() == []
    assert result().disagreements() == []


def test_the_figure_is_drawn(tmp_path):
    show.figure([result(), result("W9")], tmp_path / "bars.png")
    assert (tmp_path / "bars.png").read_bytes()[:4] == b"\x89PNG"
