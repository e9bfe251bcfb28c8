"""What the doctor makes of what was looked at."""
