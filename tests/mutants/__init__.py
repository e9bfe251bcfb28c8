"""Bugs planted in the core, to see that the tests would find them."""
