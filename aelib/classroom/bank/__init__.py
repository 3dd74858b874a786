"""A question bank: the course's questions for Moodle and other learning platforms."""
