"""The folder of a run: everything in it, how it is written, and how training goes on from there.

Enters: the state of a run at one instant
Leaves: files that are whole at any time, from which the same bits follow

The folder      run_folder, run_settings, sessions, metric_rows
Checkpoints     checkpoint, saves, budget, resuming, clock
The model       stored, model_description, sample_shapes
Writing         recorder, claim
"""
