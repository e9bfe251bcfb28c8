"""Our lines of a queue_log against what they must hold together, against the journal, and against Asterisk's own."""
