"""`make install-check`: the install script on a clean Debian that is booted with its own systemd."""
