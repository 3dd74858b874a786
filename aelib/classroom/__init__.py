"""What only an instructor or a maintainer needs: the course, homework, the book."""
