"""Changing the configuration of an account: one way for every change, with the checks and words of `acd apply`."""
