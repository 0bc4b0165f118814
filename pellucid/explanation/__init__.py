"""Seeing: what a network of the user's own computes, and how its gradients come about.

In: a function or a model, and a batch. Out: parts that print, show and can be read by a program.
Nothing is drawn beside the code: everything is read from the graph that trains, and from the one
definition of each primitive.

    trace          the graph run once, every value and gradient kept
    with_loss      a model with its loss as one function
    layers         the table of layers, in both notations
    routes         a gradient as the sum over routes of products of bridges
    differences    central differences in float64 beside it
    diagram        the graph as boxes and arrows, layers closed or opened
    diagram_svg    its picture
    shown          values in a few letters
    derivation     how one gradient comes about; derivation_text, in words
    rule           the gradient rule of a use, traced on symbols
    histograms, maps, attribution, projection: what layers do to the data
    backward_pass  the whole backward pass written out; what it is made of:
        tape           forward and backward as one graph of symbols
        forward_pass   the steps that a course would name; spelling, what they are called
        gradient_lines the gradient of each step, read as briefly as can be
        expressions    formulas as data; reading, graphs as such; algebra, their normal form
        rewrites       the table of what may be written for what; conditions, arrays: more of it
        formulas       the outputs of any small graph, as of a gradient rule
        presented      as a reader expects it; notation, as text and LaTeX; turning, as columns
    explanation    all of it as one object; picture, document: what is shown and written
"""
