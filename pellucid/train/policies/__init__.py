"""What is decided while a run goes on: rates, averages, what rests, when to stop, what is kept.

Enters: what was measured so far
Leaves: what the next steps are told, and which weights the run ends with

Rates and parts plateau, frozen
Averages        averaging, formula_averages, batch_statistics
The best        validation, ranking, early_stopping, final_weights
Not finite      recovery
"""
