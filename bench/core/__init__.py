"""How long the pure core takes for a step, whatever the size of the centre. No network, no disk, no Asterisk."""
