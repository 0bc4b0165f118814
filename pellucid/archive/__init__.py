"""Many runs: found below a folder, sorted, chosen, compared.

    listed(folder)     the runs below a folder, as `Runs`
    Runs               runs as a table: where, sort, compare, plot
    Entry              what is known of one run, without opening its model

    listed("runs").where("validation_accuracy > 0.9").sort("validation_loss")

In Python all of it stands in `pellucid.runs`, beside `load`.
"""

from pellucid.archive.entry import Entry as Entry
from pellucid.archive.all_runs import Runs as Runs, listed as listed
