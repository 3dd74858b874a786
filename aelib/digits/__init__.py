"""The course's digits: the drawn ones that need no download, and MNIST."""

from aelib.digits.dataset import NAMES, Data, Split, load_data

__all__ = ["NAMES", "Data", "Split", "load_data"]
