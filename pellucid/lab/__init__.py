"""The lab: every claim of the subject as an experiment that one runs, changes and checks.

    run            run an experiment, and check what it claims
    experiment     one of them by name
    EXPERIMENTS    all of them by name, in the order in which a reader meets them
    TOPICS         the same, by what they are about
    Outcome        what came out: series, figures, verdicts
    Experiment     its words, its settings and what it does
    Verdict        a claim as a number beside its bound

Each is one file, in the folder of its topic, which uses nothing of pellucid but what any program
can: its docstring asks a question, says what to do, what is to be seen and what is learned;
`Settings` is what may be changed; `run` measures; `figure` draws; `lesson` checks the claim for
several seeds. On the command line: `pellucid lab`.

>>> from pellucid import lab
>>> len(lab.run("zero-start", hidden=5, seeds=()).series["steps"])
51
"""

from pellucid.lab.experiment import Experiment
from pellucid.lab.outcome import Outcome, run
from pellucid.lab.topics import EXPERIMENTS, TOPICS, experiment
from pellucid.lab.verdict import Verdict

__all__ = ["EXPERIMENTS", "TOPICS", "Experiment", "Outcome", "Verdict", "experiment", "run"]
