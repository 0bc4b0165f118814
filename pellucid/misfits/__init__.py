"""Sizes that do not fit together, told in the notation of the network.

    explain         an error that has left a model
    explain_outside one of what is given to a function, as outputs and targets are to a loss
    layers          what a layer says of itself: its formula, the axes that it takes
    chains          where a tensor comes from: the layers that made it, and their shapes
    remedies        what mends a layer that is given the wrong shape; they are tried first
    operands        what mends an operation on two arrays
    outputs         what mends a loss: its outputs, or the targets
    states          weights saved from a model of other sizes
    texts           all of that as sentences and a diagram, in the language chosen

All of it is imported and done when an error is on its way: what fits pays nothing.
"""

from pellucid.misfits.texts import explain, explain_outside

__all__ = ["explain", "explain_outside"]
