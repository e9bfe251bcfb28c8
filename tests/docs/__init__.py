"""The docs are true: they are current, complete, lead somewhere, and every command in them is run."""
