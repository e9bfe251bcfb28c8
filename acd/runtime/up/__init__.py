"""`acd up`: one command that brings a whole centre to life on one machine and takes it down again.

Never part of a call: it starts Asterisk, PostgreSQL and the engine, watches over them, and shows how to reach them.
"""
