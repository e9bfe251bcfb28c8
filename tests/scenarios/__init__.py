"""Text stories of a call centre and their exact transcripts: the documentation of the behaviour."""
