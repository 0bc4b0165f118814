"""What is shown while training goes on: in a terminal, in a notebook, or as plain lines.

Enters: the records of steps and epochs as they are made
Leaves: one bar and the lines of the epochs, where the person is

Whoever shows   progress
Where           terminal, notebook
Lines           epoch_lines
"""
