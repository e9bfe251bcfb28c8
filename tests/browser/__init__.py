"""The portal in a real browser, in front of the real engine in this process."""
