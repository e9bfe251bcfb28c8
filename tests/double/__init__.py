"""A double of Asterisk as its REST interface shows it: pure, without a clock of its own, held against the real one."""
