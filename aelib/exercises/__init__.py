"""What an exercise is: cells, cases, and whether an answer is right."""
