"""What a desk phone has to be told: its account, and keys for the star codes, in the words of its make. Pure.

Nothing is sent to a phone here; an operator puts the files where his phones look for theirs.
"""

from acd.phones.files import MAKES, Make
from acd.phones.keys import Key, keys_of
from acd.phones.phone import PhoneAccount, ServerError, server_at

__all__ = ["MAKES", "Key", "Make", "PhoneAccount", "ServerError", "keys_of", "server_at"]
