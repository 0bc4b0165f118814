import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import pellucid
from pellucid.train import EarlyStopping, ExponentialAverage, GoBack, RunFolder, Saving, Trainer

Make = Callable[..., Trainer]

SCRIPT = """
import sys
import time
from pathlib import Path
sys.path.insert(0, str(Path({tests!r})))
import conftest
import pellucid.train.stepping.pace
from pellucid.train import Callback, EarlyStopping, ExponentialAverage, GoBack, Saving

pellucid.train.stepping.pace.TARGET_SECONDS = 0.0

class Slowly(Callback):
    said = False

    def after_steps(self, trainer, steps):
        if not self.said:
            print("ready", flush=True)
            self.said = True
        time.sleep(0.004)

saving = Saving({folder!r}, every_seconds=0.0, report=False)
trainer = conftest.make_trainer(
    executor={executor!r},
    average={average},
    micro_batch={micro_batch},
    not_finite={not_finite},
    saving=saving,
    callbacks=(Slowly(),),
    early_stopping=EarlyStopping(100),
    keep="best",
)
if Path({folder!r}, "config.json").exists():
    trainer.resume()
trainer.fit(12)
print("done", flush=True)
"""


@pytest.mark.parametrize(
    ("executor", "average"),
    [("reference", None), ("native", ExponentialAverage(decay=0.9, every=2))],
    ids=["reference", "native-averaged-in-parts"],
)
def test_a_run_killed_at_random_moments_ends_with_the_same_bits(
    make: Make, tmp_path: Path, executor: str, average: ExponentialAverage | None
) -> None:
    micro_batch, not_finite = (None, None) if average is None else (5, GoBack(every=4))
    whole = make(
        executor=executor,
        average=average,
        micro_batch=micro_batch,
        not_finite=not_finite,
        saving=Saving(tmp_path / "whole", report=False),
        early_stopping=EarlyStopping(100),
        keep="best",
    )
    whole.fit(12)
    folder = tmp_path / "killed"
    tests = str(Path(__file__).parent)
    script = SCRIPT.format(
        executor=executor,
        average=average,
        micro_batch=micro_batch,
        not_finite=not_finite,
        tests=tests,
        folder=str(folder),
    )
    root = Path(pellucid.__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": str(root)}
    moments = random.Random(20261123)
    kills, seen = 0, set()
    for _ in range(40):
        with subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            if kills < 4:
                time.sleep(moments.uniform(0.03, 0.12))
                process.send_signal(signal.SIGKILL)
            done = process.stdout.read()
        if process.returncode == 0:
            assert done == "done\n"
            break
        kills += process.returncode == -signal.SIGKILL
        checkpoint = RunFolder.open(folder).newest_checkpoint()
        seen.add(checkpoint.position.step if checkpoint else 0)
    assert kills >= 2
    assert any(step % 5 for step in seen), f"killed only between epochs: {seen}"
    for name in ("metrics.jsonl", "model.safetensors"):
        assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    ends = [RunFolder.open(tmp_path / run).newest_checkpoint() for run in ("whole", "killed")]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0].position == ends[1].position
    for name, array in ends[0].arrays.items():
        np.testing.assert_array_equal(array, ends[1].arrays[name], err_msg=name, strict=True)
