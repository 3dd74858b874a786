"""The desk: what a reader works with, on the way through the course."""
