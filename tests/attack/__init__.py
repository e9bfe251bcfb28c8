"""What an attacker does: forged, broken and mutated SIP, and texts that want to be more than texts."""
