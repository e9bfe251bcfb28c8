"""The call distributor.

Everything directly in this package is pure: inputs and the time go in, facts and commands come out. Only
`acd.runtime` (the process) and `acd.cli` (the command line) touch the world.
"""
