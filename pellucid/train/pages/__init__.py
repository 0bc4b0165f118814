"""What a run leaves to look at: curves, the report and what it says of the model.

Enters: the history of a run and its model
Leaves: pictures, and one page of HTML that needs nothing else

Frame           page, svg
Curves          curves, bands
The report      report, findings, mistakes, calibrated, each_output
"""
