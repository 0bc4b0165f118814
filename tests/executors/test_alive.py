"""The memory of values that are alive at a time, from graphs alone."""

from executors.native.examples import procedure

from pellucid.executors.alive import alive_at_most


def test_what_is_asked_for_no_more_takes_no_memory():
    chain = """graph(x: float32[100])
  %0: float32[100] = negative() of (x)
  %1: float32[100] = negative() of (%0)
  %2: float32[100] = negative() of (%1)
  %3: float32[100] = {last}
  return %3"""
    assert alive_at_most(procedure(chain.format(last="negative() of (%2)"))) == 800
    assert alive_at_most(procedure(chain.format(last="add() of (%0, %2)"))) == 1200
