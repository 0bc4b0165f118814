"""Functions of floats on lanes, without library calls, and the namespace that rules compute in.

In: lanes. Out: lanes. `docs/numerics.md` says how exact each is.

    namespace           the names of the Array API standard, on lanes
    exponentials, powers, sine_and_cosine       the functions
    float_bits          floats as bits and back; coefficients: of the polynomials
"""
