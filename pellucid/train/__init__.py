"""Training: `Trainer(model, loss, optimizer, data).fit(epochs=5)`.

Training        Trainer, Options, Saving, Weights, EarlyStopping, Callback, ProgressBar
Rates           ReduceOnPlateau, Plateau; Frozen for parts that rest
Averages        ExponentialAverage, UniformAverage, Averaging; recompute_statistics
Not finite      SkipStep, GoBack, Recovery
Losses          Losses, of several outputs
Measures        evaluate, Metric, SetMetric, Accuracy, RocAuc, AbsoluteError
Several runs    repeated, Repeats
What happened   History, StepRecord, EpochRecord
Run folders     RunFolder, Checkpoint, save_curves, save_report
Beforehand      dry_run, overfit_one_batch, largest_batch

The loss that falls is that of the training set. The validation set chooses: when to stop, and
between options. The test set judges at the end, once. Work goes round in a loop: an idea, its
code, an experiment, and from what that shows the next idea.

Its rooms, in the order of a run: `beforehand` is what one tries first, `stepping` makes the
updates, `measurements` says what they brought, `policies` decide by it, `live` shows it,
`run_files` keeps it, and `pages` are left to look at. `trainer` puts them together: `base` has its
fields, `options` what it is told, `components` and `requirements` what must hold before it begins,
`same_run` what must be the same when it goes on, `epochs_and_steps` how far it goes, `interrupt`
what Ctrl-C does.
"""

from typing import TYPE_CHECKING

from pellucid.on_use import on_use
from pellucid.train.run_files.checkpoint import (
    Checkpoint as Checkpoint,
    Position as Position,
)
from pellucid.train.pages.curves import save_curves as save_curves
from pellucid.train.policies.early_stopping import EarlyStopping as EarlyStopping
from pellucid.train.measurements.evaluation import evaluate as evaluate
from pellucid.train.measurements.history import (
    EpochRecord as EpochRecord,
    History as History,
    StepRecord as StepRecord,
    Steps as Steps,
)
from pellucid.train.measurements.metrics import (
    AbsoluteError as AbsoluteError,
    Accuracy as Accuracy,
    Metric as Metric,
    RocAuc as RocAuc,
    SetMetric as SetMetric,
)
from pellucid.train.options import (
    Callback as Callback,
    Options as Options,
    Weights as Weights,
)
from pellucid.train.live.progress import ProgressBar as ProgressBar
from pellucid.train.pages.report import save_report as save_report
from pellucid.train.run_files.run_folder import RunFolder as RunFolder
from pellucid.train.run_files.saves import Saving as Saving
from pellucid.train.trainer import Trainer as Trainer

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.train.policies.averaging import (
        Averaging as Averaging,
        ExponentialAverage as ExponentialAverage,
        UniformAverage as UniformAverage,
    )
    from pellucid.train.policies.batch_statistics import (
        recompute_statistics as recompute_statistics,
    )
    from pellucid.train.beforehand.batch_size import (
        LargestBatch as LargestBatch,
        largest_batch as largest_batch,
    )
    from pellucid.train.policies.frozen import Frozen as Frozen
    from pellucid.train.pages.calibrated import Calibrated as Calibrated
    from pellucid.train.beforehand.overfitting import (
        OneBatch as OneBatch,
        overfit_one_batch as overfit_one_batch,
    )
    from pellucid.train.beforehand.rehearsal import DryRun as DryRun, dry_run as dry_run
    from pellucid.train.measurements.repeated_runs import Repeats as Repeats, repeated as repeated
    from pellucid.train.measurements.several_losses import Losses as Losses
    from pellucid.train.policies.plateau import (
        Plateau as Plateau,
        ReduceOnPlateau as ReduceOnPlateau,
    )
    from pellucid.train.policies.recovery import (
        GoBack as GoBack,
        Recovery as Recovery,
        SkipStep as SkipStep,
    )

if not TYPE_CHECKING:  # other names are answered with ours
    __getattr__, __dir__ = on_use(__name__)
