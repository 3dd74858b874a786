"""Depth: stacks of autoencoders, trained one layer at a time, and classifiers on them.

`stack` has the lecture's D1, `classifier` its D2 and D3.
"""

from aelib.stacking.classifier import HEADS, DeepClassifier, fine_tune, train_head
from aelib.stacking.stack import codes, pretrain, stages

__all__ = [
    "HEADS",
    "DeepClassifier",
    "codes",
    "fine_tune",
    "pretrain",
    "stages",
    "train_head",
]
