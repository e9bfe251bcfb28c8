"""The portal with a real database, a real engine and a real HTTP client. In a browser it is tried in tests/browser."""
