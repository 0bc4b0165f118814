"""Optimizers that are loaded when they are asked for: in each file one family, and nothing else.

    adam_variants    RAdam, NAdam, Adamax and their like: another start, look ahead, or norm
    adadelta         Adadelta: steps in the units of the weights
    lamb             LAMB: steps as long as the parameter is
    lbfgs            LBFGS: steps from the curvature, for problems that are taken whole
    lion             Lion: steps of one size, by a sign
    muon             Muon, MuonAsAdam: orthogonal steps for hidden matrices
    schedule_free    ScheduleFreeSGD, ScheduleFreeAdamW, ScheduleFreeAdamWCorrected: an average
                     in place of a schedule

What `pellucid.optim` imports from here is an optimizer of the command line too.
"""
