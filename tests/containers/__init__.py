"""`make compose-check`: the compose file on a Docker of its own, with calls through it."""
