"""From the samples of a data set to updates: the compiled step, and who runs it again and again.

Enters: a model, its loss, its optimizer, and the order of the samples
Leaves: variables that are a step further, and the numbers of each step

Batches         feed, window, reading_threads, cropped, mixed
One update      compiled_step, checked_outputs, micro_batches, weighing
Many            stepper, pace
What goes wrong nonfinite, snapshot, skipped_steps
"""
