"""The story of a call, from the journal alone: what happened, and at each offer why this agent and not the others."""
