"""What a reader works with: verdicts, predictions, progress, a copy of one's own."""
