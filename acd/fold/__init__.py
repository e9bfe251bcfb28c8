"""What each fact changes: one function for one fact. They record what was decided and decide nothing themselves."""
