"""Turn the course into homework and back: release, check, grade, feedback."""
