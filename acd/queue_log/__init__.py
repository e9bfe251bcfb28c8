"""What Asterisk's own queues would have written in their log for the calls of the journal."""
