"""Single numbers that inputs alone decide are computed before all else."""

from executors.native.examples import procedure

from pellucid.executors.native.schedule.numbers_first import numbers_first


def test_numbers_of_inputs_alone_come_first_and_others_keep_their_order():
    graph = procedure(
        """graph(x: float32[4], t: float32[])
      %0: float32[4] = exp() of (x)
      %1: float32[] = sqrt() of (t)
      %2: float32[1] = sum(axis=(0,)) of (%0)
      %3: float32[] = negative() of (%1)
      %4: float32[4] = multiply() of (%0, %3)
      return %2, %4"""
    ).graph
    names = [node.output.name for node in numbers_first(graph)]
    assert names == ["%1", "%3", "%0", "%2", "%4"]
