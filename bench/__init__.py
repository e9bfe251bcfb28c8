"""How fast it is: beside Asterisk's own queues and a bare loop on the same Asterisk, and the core alone.

Everything here runs on loopback, is bounded in time and stops by itself. Nothing imports it.
"""
