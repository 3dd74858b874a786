"""The deep classifier: an encoder with a head on top, trained in steps (D2, D3).

Pretrain the encoder (D2.1: `aelib.stacking.pretrain`), put a `DeepClassifier` on a copy
of it and `train_head` (D2.2), `fine_tune` the whole (D2.3).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from aelib.autoencoders import Autoencoder
from aelib.compute import choose_device, in_batches, on_device
from aelib.stacking.stack import check_enough
from aelib.training import History, fit, half_squared_error

HEADS = ("lms", "softmax", "multi-layer")


class DeepClassifier(nn.Module):
    """A classifier on top of a copy of an encoder (lecture D2, D3).

    Parameters
    ----------
    encoder
        An `Autoencoder`, or any model with ``encode`` and ``code_size``.  The
        classifier copies it, to the CPU; the original is left alone.
    n_classes
        Number of classes C; labels are 0 … C-1.
    head
        What reads the code: ``"lms"``, a layer of linear neurons trained on the
        squared error; ``"softmax"``, a layer trained on the cross-entropy;
        ``"multi-layer"``, a hidden layer of ReLU units below such a softmax.
    hidden
        Width of the multi-layer head's hidden layer.
    dropout
        Probability with which each activity of a hidden layer, code included, is set
        to 0 while training; in a dense encoder it replaces the encoder's own.
    pretrained
        Whether the encoder keeps its weights.  If not, they are drawn anew, as dense
        and convolutional models start: the control of every claim about pretraining.
    seed
        Seed of the head's first weights, which are the same for either control, and
        of the encoder's, where those are drawn anew.

    Raises
    ------
    ValueError
        If the encoder has no code, a number is out of range, or `head` is unknown.

    Examples
    --------
    >>> images = torch.rand(20, 28, 28, generator=torch.Generator().manual_seed(0))
    >>> labels = torch.arange(20) % 2
    >>> classifier = DeepClassifier(Autoencoder([784, 9]), n_classes=2)
    >>> train_head(classifier, images, labels, batch_size=10)
    History(10 epochs, finished)
    >>> fine_tune(classifier, images, labels, batch_size=10, epochs=5)
    History(5 epochs, finished)
    >>> classifier.predict(images).shape
    (20,)
    """

    def __init__(
        self,
        encoder: nn.Module,
        n_classes: int = 10,
        *,
        head: str = "softmax",
        hidden: int = 100,
        dropout: float = 0.0,
        pretrained: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        _check_classifier(encoder, n_classes, head, hidden, dropout)
        generator = torch.Generator().manual_seed(seed)
        self.kind, self.n_classes = head, int(n_classes)
        between = [hidden] if head == "multi-layer" else []
        widths = [encoder.code_size, *between, n_classes]
        self.head = _layers(widths, dropout, generator)
        self.encoder = copy.deepcopy(encoder).cpu()
        if isinstance(self.encoder, Autoencoder):
            self.encoder.dropout = float(dropout)
        if not pretrained:
            _draw_weights(self.encoder, generator)

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Return the scores (n, C) of images or vectors: the highest wins."""
        return self.head(self.encoder.encode(x))

    def loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return what the head's training lowers, a mean over samples.

        Parameters
        ----------
        scores
            Outputs of the classifier (n, C).
        labels
            Labels (n,), integers.

        Returns
        -------
        Tensor
            A scalar.  LMS: ½ the squared error against 1 for the label and 0 for the
            other classes.  Softmax and multi-layer: -log of the probability that the
            softmax of the scores gives to the label, in nats.
        """
        if self.kind == "lms":
            wanted = functional.one_hot(labels, self.n_classes)
            return half_squared_error(scores, wanted.to(scores.dtype))
        return functional.cross_entropy(scores, labels)

    def predict(self, x: Tensor | np.ndarray) -> np.ndarray:
        """Return the labels (n,), int64, that score highest, in evaluation mode."""
        return in_batches(self, self, x).argmax(dim=1).cpu().numpy()

    def accuracy(self, x: Tensor | np.ndarray, labels: Tensor | np.ndarray) -> float:
        """Return the share of `x` whose predicted label is the right one, in [0, 1].

        Raises
        ------
        ValueError
            If there is not one label from 0 to C-1 for each of `x`.
        """
        labels = _check_labels(labels, len(x), self.n_classes)
        return float((self.predict(x) == labels.numpy()).mean())


def train_head(
    classifier: DeepClassifier,
    x: Tensor | np.ndarray,
    labels: Tensor | np.ndarray,
    *,
    batch_size: int = 128,
    **settings: Any,
) -> History:
    """Train the head alone, on codes that stay as they are (lecture D2.2), in place.

    The encoder is frozen, so the data are encoded once and each epoch costs no more
    than the head.

    Parameters
    ----------
    classifier
        What to train; afterwards in evaluation mode.
    x, labels
        Images (n, 28, 28) or vectors (n, d), and their labels (n,) from 0 to C-1.
    batch_size, **settings
        As in `aelib.training.fit`; ``validation=(x, labels)`` too.

    Returns
    -------
    History
        Losses per epoch, and how it ended.

    Raises
    ------
    ValueError
        If widths don't fit, labels are not 0 … C-1, a class has no sample, there are
        fewer samples than a batch, or `fit` refuses a setting: before anything is
        trained.
    """
    labels = _check_task(classifier, x, labels, batch_size)
    with on_device(classifier, choose_device(settings.get("device"))):
        if settings.get("validation") is not None:
            x_val, labels_val = settings["validation"]
            settings["validation"] = _code(classifier, x_val), labels_val
        history = fit(
            classifier.head,
            _code(classifier, x),
            labels,
            loss=classifier.loss,
            batch_size=batch_size,
            **settings,
        )
    classifier.eval()
    return history


def fine_tune(
    classifier: DeepClassifier,
    x: Tensor | np.ndarray,
    labels: Tensor | np.ndarray,
    *,
    batch_size: int = 128,
    **settings: Any,
) -> History:
    """Train head and encoder together, by backpropagation (lecture D2.3), in place.

    Parameters
    ----------
    classifier
        What to train; afterwards in evaluation mode.
    x, labels
        Images (n, 28, 28) or vectors (n, d), and their labels (n,) from 0 to C-1.
    batch_size, **settings
        As in `aelib.training.fit`.

    Returns
    -------
    History
        Losses per epoch, and how it ended.

    Raises
    ------
    ValueError
        As `train_head`.
    """
    labels = _check_task(classifier, x, labels, batch_size)
    return fit(
        classifier, x, labels, loss=classifier.loss, batch_size=batch_size, **settings
    )


def _layers(
    widths: Sequence[int], dropout: float, generator: torch.Generator
) -> nn.Sequential:
    """Stack linear layers, dropout before each and ReLU between them."""
    layers: list[nn.Module] = []
    for below, above in pairwise(widths):
        layers += [nn.Dropout(dropout), nn.Linear(below, above), nn.ReLU()]
    head = nn.Sequential(*layers[:-1])
    _draw_weights(head, generator)
    return head


def _draw_weights(model: nn.Module, generator: torch.Generator) -> None:
    """Draw weights as Glorot and Bengio (2010) propose; set biases to zero."""
    for parameter in model.parameters():
        if parameter.ndim > 1:
            nn.init.xavier_uniform_(parameter, generator=generator)
        else:
            nn.init.zeros_(parameter)


def _code(classifier: DeepClassifier, x: Tensor | np.ndarray) -> Tensor:
    return in_batches(classifier, classifier.encoder.encode, x)


def _check_classifier(
    encoder: nn.Module, n_classes: int, head: str, hidden: int, dropout: float
) -> None:
    if not (hasattr(encoder, "encode") and hasattr(encoder, "code_size")):
        raise ValueError(
            f"{type(encoder).__name__} is no encoder: it needs encode() and code_size."
        )
    if head not in HEADS:
        raise ValueError(f"head={head!r} is unknown; choose from {list(HEADS)}.")
    for name, value, least in [("n_classes", n_classes, 2), ("hidden", hidden, 1)]:
        if not (isinstance(value, int | np.integer) and value >= least):
            raise ValueError(
                f"{name}={value!r} must be a whole number of at least {least}."
            )
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout={dropout!r} must be at least 0 and less than 1.")


def _check_task(
    classifier: DeepClassifier,
    x: Tensor | np.ndarray,
    labels: Tensor | np.ndarray,
    batch_size: int,
) -> Tensor:
    """Check the data of a supervised training; return the labels as a tensor."""
    labels = _check_labels(labels, len(x), classifier.n_classes)
    absent = sorted(set(range(classifier.n_classes)) - set(labels.tolist()))
    if absent:
        raise ValueError(
            f"No sample has the label {', '.join(map(str, absent))}, and the "
            f"classifier has {classifier.n_classes} classes: add samples of each, or "
            "choose n_classes smaller and count labels from 0."
        )
    check_enough(len(x), batch_size)
    _code(classifier, x[:1])  # raises an error where the width does not fit
    return labels


def _check_labels(labels: Tensor | np.ndarray, n: int, n_classes: int) -> Tensor:
    labels = torch.as_tensor(labels).cpu()
    if labels.shape != (n,) or labels.is_floating_point():
        raise ValueError(
            f"Labels of shape {tuple(labels.shape)} and type {labels.dtype} do not fit "
            f"{n} samples: expected whole numbers of shape ({n},)."
        )
    if n and not 0 <= labels.min() <= labels.max() < n_classes:
        raise ValueError(
            f"Labels reach from {labels.min()} to {labels.max()}; expected 0 to "
            f"{n_classes - 1}, for {n_classes} classes."
        )
    return labels.long()
