"""What has happened in an account, for other systems: read from the journal, never out of the engine's hands."""
