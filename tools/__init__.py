"""What is run by hand, or by make: it writes files that are kept in the repository."""
