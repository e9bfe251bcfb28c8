"""The live state on its way to open pages: what may have changed, computed once, sent to whoever watches it."""
