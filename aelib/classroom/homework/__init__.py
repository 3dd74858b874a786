"""Homework, along its way: release, check, inbox, grade, gradebook, feedback."""
