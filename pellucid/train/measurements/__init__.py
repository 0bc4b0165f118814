"""What is measured of a model on sets of samples, and the record of it over a run.

Enters: a model and a data set
Leaves: losses and metrics, of steps and of epochs, and a model's outputs for single samples

Losses          terms, several_losses
Measures        metrics, of_outputs, evaluation, judging
When            measuring
Several runs    repeated_runs
Records         history, measured
"""
