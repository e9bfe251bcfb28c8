"""The fault simulator: the real engine and bridge against a double of Asterisk, on a clock that never waits."""
