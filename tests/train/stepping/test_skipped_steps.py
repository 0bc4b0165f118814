"""Which steps were not made is said, where the line of the caller stands, and in the report."""

from pathlib import Path

import numpy as np
import pytest
from train.policies.test_recovery import failing

from pellucid.train import GoBack, History, Saving, SkipStep, Steps
from pellucid.train.stepping.skipped_steps import tell


def test_what_is_told_of_such_steps() -> None:
    trainer = failing(GoBack(every=2), "reference")
    message = r"not finite, and not made: step \d+ \(loss (nan|inf)\)\. All is as at the last mark"
    with pytest.warns(UserWarning, match=message) as told:
        trainer.fit(1)
    assert told[0].filename == __file__


def test_many_steps_are_counted() -> None:
    steps = Steps(3, 1, {"loss": np.full(8, np.nan), "made": np.array([0.0, 1.0] + [0.0] * 6)})
    with pytest.warns(UserWarning, match=r"step 3 \(loss nan\), step 5 .*step 8 .* and 2 more\.$"):
        tell(steps, SkipStep())
    history = History()
    history.add_steps(steps)
    assert history.skipped == [3, 5, 6, 7, 8, 9, 10]
    assert history.unmade == 6
    assert History().unmade == len(History().skipped) == 0


@pytest.mark.filterwarnings("ignore:Trainer. not finite")
def test_the_report_counts_them(tmp_path: Path) -> None:
    trainer = failing(SkipStep(), "reference", saving=Saving(tmp_path / "run"))
    history = trainer.fit(4)
    page = (tmp_path / "run" / "report.html").read_text()
    first = ", ".join(map(str, history.skipped[:5]))
    assert f"<dt>steps not made</dt><dd>{len(history.skipped)}: {first}, ...</dd>" in page
