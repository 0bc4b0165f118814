"""Every door by which something from outside comes in, tried with thousands of damaged inputs.

    python -m doors.run                       (in tests/) all doors, 10,000 inputs each
    python -m doors.run --door idx --only 71  one input again, with its traceback

    case        what a door is, and one input for it
    damage      bytes and texts, damaged by a seed
    bounded     a child process that enters doors within bounds of time and memory
    run         the command; test_doors: its short form

Each other module is one door.
"""
