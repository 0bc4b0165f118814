"""A program that runs: its loop over steps, its threads, and Python called from inside.

In: functions in memory, and arrays. Out: results, and what a step cost.

    program         kernels in order, divided among threads
    listing         a program as the step loop reads it
    step_loop       the machine code of the loop over steps; threads at work wait for others there
    waiting         for other threads
    thread_pool     threads that sleep until there is work, and are woken
    scratch         memory for temporary values, which programs lend each other
    accepted        which arrays a program takes
    call_back       rules of primitives that Python runs; what has failed
    report          what each kernel costs (peak: what one thread can do; schedule_text: in words)
"""
