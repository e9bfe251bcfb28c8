"""Tests against real servers of the parts that talk to them."""
