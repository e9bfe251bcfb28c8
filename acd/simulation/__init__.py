"""The core on a virtual clock: what it would make of given calls, in no time at all.

It drives the very engine that runs a centre, and decides nothing itself. Pure like the core: no I/O, no clock.
"""
