"""The package behind the course: autoencoders, their mathematics, their pictures."""
