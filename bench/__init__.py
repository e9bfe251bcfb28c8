"""How fast it is, measured: nothing of the program imports anything from here."""
