"""Asterisk's side: ARI messages become the core's events, the core's commands become ARI requests."""
