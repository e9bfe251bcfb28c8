"""`python -m acd`."""

from acd.cli import main

main()
