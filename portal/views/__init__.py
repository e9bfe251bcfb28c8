"""What people see of the live state, as rows: pure functions of the state. They read no clock and change nothing."""
