"""A centre as the database stores it: its rows, and how to make them equal to what they should be."""
