"""Training: `Trainer(model, loss, optimizer, data).fit(epochs=5)`.

Training        Trainer, Options, Saving, Weights, EarlyStopping, Callback, ProgressBar
Rates           ReduceOnPlateau, Plateau; Frozen for parts that rest
Averages        ExponentialAverage, UniformAverage, Averaging
Not finite      SkipStep, GoBack, Recovery
Measures        evaluate, Metric, SetMetric, Accuracy, RocAuc, AbsoluteError
What happened   History, StepRecord, EpochRecord
Run folders     RunFolder, Checkpoint, save_curves, save_report
Beforehand      dry_run, overfit_one_batch, largest_batch

The loss that falls is that of the training set. The validation set chooses: when to stop, and
between options. The test set judges at the end, once. Work goes round in a loop: an idea, its
code, an experiment, and from what that shows the next idea.
"""

from typing import TYPE_CHECKING

from pellucid.on_use import on_use
from pellucid.train.checkpoint import (
    Checkpoint as Checkpoint,
    Position as Position,
)
from pellucid.train.curves import save_curves as save_curves
from pellucid.train.early_stopping import EarlyStopping as EarlyStopping
from pellucid.train.evaluation import evaluate as evaluate
from pellucid.train.history import (
    EpochRecord as EpochRecord,
    History as History,
    StepRecord as StepRecord,
    Steps as Steps,
)
from pellucid.train.metrics import (
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
from pellucid.train.progress import ProgressBar as ProgressBar
from pellucid.train.report import save_report as save_report
from pellucid.train.run_folder import RunFolder as RunFolder
from pellucid.train.saves import Saving as Saving
from pellucid.train.trainer import Trainer as Trainer

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.train.averaging import (
        Averaging as Averaging,
        ExponentialAverage as ExponentialAverage,
        UniformAverage as UniformAverage,
    )
    from pellucid.train.batch_size import (
        LargestBatch as LargestBatch,
        largest_batch as largest_batch,
    )
    from pellucid.train.frozen import Frozen as Frozen
    from pellucid.train.calibrated import Calibrated as Calibrated
    from pellucid.train.overfitting import (
        OneBatch as OneBatch,
        overfit_one_batch as overfit_one_batch,
    )
    from pellucid.train.rehearsal import DryRun as DryRun, dry_run as dry_run
    from pellucid.train.plateau import (
        Plateau as Plateau,
        ReduceOnPlateau as ReduceOnPlateau,
    )
    from pellucid.train.recovery import (
        GoBack as GoBack,
        Recovery as Recovery,
        SkipStep as SkipStep,
    )

if not TYPE_CHECKING:  # other names are answered with ours
    __getattr__, __dir__ = on_use(__name__)
