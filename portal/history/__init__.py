"""What has been: calls, and the figures of days gone by, read from rows that are kept up from the facts."""
