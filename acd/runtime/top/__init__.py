"""`acd top`: a running centre in the terminal, kept up to date. `acd status` prints its lists once."""
