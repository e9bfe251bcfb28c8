"""What stops a start: something that a person can mend, told in words."""


class StartError(Exception):
    """The centre cannot be started; the text says why, and what to do."""
