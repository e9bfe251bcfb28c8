"""What callers and agents meet: `acd up` on a real Asterisk, with phones that really ring, speak and listen."""
