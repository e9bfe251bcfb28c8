"""Random days of a call centre, and the rules that must hold on every one of them."""
