"""The course's data: drawn digits, made here, and MNIST."""
