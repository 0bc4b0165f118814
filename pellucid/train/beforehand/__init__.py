"""What can be asked before a run is worth its time.

Enters: a Trainer that has not begun
Leaves: answers: what it would take, which batch fits, whether the model can learn at all

Trying          one_batch, rehearsal, overfitting
Memory          batch_size
Faults          linted
"""
