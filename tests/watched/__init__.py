"""A real engine under the eyes of a real Prometheus, to draw the dashboard from."""
