"""The desk: what a reader works with, in a copy of the course that is the reader's."""
