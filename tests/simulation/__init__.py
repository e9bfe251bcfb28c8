"""The simulator: its results against published ones, and what it refuses."""
