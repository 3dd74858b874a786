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
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn import functional

from aelib import inputs
from aelib.autoencoders import Autoencoder
from aelib.autoencoders.protocol import HasEncoder
from aelib.compute import choose_device, in_batches, on_device, place
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
        generator = torch.Generator().manual_seed(inputs.seed(seed))
        self.kind, self.n_classes = head, int(n_classes)
        between = [int(hidden)] if head == "multi-layer" else []
        widths = [encoder.code_size, *between, self.n_classes]
        self.head = _layers(widths, dropout, generator)
        self.encoder = copy.deepcopy(encoder).cpu()
        self.head.to(place(self.encoder)[1])
        if isinstance(self.encoder, Autoencoder):
            self.encoder.dropout = float(dropout)
        if not pretrained:
            _draw_weights(self.encoder, generator)

    def forward(self, x: Tensor | ArrayLike) -> Tensor:
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

        Raises
        ------
        ValueError
            If there is not one label per row of scores.
        """
        inputs.check_tensor("scores", scores)
        inputs.check_tensor("labels", labels)
        if labels.shape != scores.shape[:1]:
            raise ValueError(
                f"Labels of shape {tuple(labels.shape)} beside scores of shape "
                f"{tuple(scores.shape)}: each row of scores needs one."
            )
        if self.kind == "lms":
            wanted = functional.one_hot(labels, self.n_classes)
            return half_squared_error(scores, wanted.to(scores.dtype))
        return functional.cross_entropy(scores, labels)

    def predict(self, x: Tensor | ArrayLike) -> np.ndarray:
        """Return the labels (n,), int64, that score highest, in evaluation mode."""
        return in_batches(self, self, x).argmax(dim=1).cpu().numpy()

    def accuracy(self, x: Tensor | ArrayLike, labels: Tensor | ArrayLike) -> float:
        """Return the share of `x` whose predicted label is the right one, in [0, 1].

        Raises
        ------
        ValueError
            If there is not one label from 0 to C-1 for each of `x`.
        """
        x = inputs.data("inputs", x, place(self)[1])
        labels = _check_labels(labels, len(x), self.n_classes)
        return float((self.predict(x) == labels.numpy()).mean())


def train_head(
    classifier: DeepClassifier,
    x: Tensor | ArrayLike,
    labels: Tensor | ArrayLike,
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

    Examples
    --------
    >>> x, labels = np.eye(4, dtype=np.float32), np.array([0, 1, 0, 1])
    >>> classifier = DeepClassifier(Autoencoder([4, 3], seed=0), n_classes=2)
    >>> code = classifier.encoder.encode(x)
    >>> history = train_head(classifier, x, labels, batch_size=4, epochs=2)
    >>> history.epochs, bool((classifier.encoder.encode(x) == code).all())
    (2, True)
    """
    x, labels = _check_task(classifier, x, labels, batch_size, settings)
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
    x: Tensor | ArrayLike,
    labels: Tensor | ArrayLike,
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

    Examples
    --------
    >>> x, labels = np.eye(4, dtype=np.float32), np.array([0, 1, 0, 1])
    >>> classifier = DeepClassifier(Autoencoder([4, 3], seed=0), n_classes=2)
    >>> history = fine_tune(classifier, x, labels, batch_size=4, epochs=2)
    >>> history.loss[1] < history.loss[0]
    True
    """
    x, labels = _check_task(classifier, x, labels, batch_size, settings)
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


def _code(classifier: DeepClassifier, x: Tensor | ArrayLike) -> Tensor:
    return in_batches(classifier, classifier.encoder.encode, x)


def _check_classifier(
    encoder: nn.Module, n_classes: int, head: str, hidden: int, dropout: float
) -> None:
    if not isinstance(encoder, HasEncoder):
        raise ValueError(
            f"{type(encoder).__name__} is no encoder: it needs encode() and code_size."
        )
    inputs.choice("head", head, HEADS)
    inputs.whole("n_classes", n_classes, least=2)
    inputs.whole("hidden", hidden)
    inputs.dropout_rate("dropout", dropout)


def _check_task(
    classifier: DeepClassifier,
    x: Tensor | ArrayLike,
    labels: Tensor | ArrayLike,
    batch_size: int,
    settings: dict[str, Any],
) -> tuple[Tensor, Tensor]:
    """Return the data of a supervised training as tensors; check its labels, all."""
    x = inputs.data("training inputs", x, place(classifier)[1])
    labels = _check_labels(labels, len(x), classifier.n_classes)
    if settings.get("validation") is not None:
        settings["validation"] = _check_validation(classifier, settings["validation"])
    absent = sorted(set(range(classifier.n_classes)) - set(labels.tolist()))
    if absent:
        raise ValueError(
            f"No sample has the label {', '.join(map(str, absent))}, and the "
            f"classifier has {classifier.n_classes} classes: add samples of each, or "
            "choose n_classes smaller and count labels from 0."
        )
    check_enough(len(x), batch_size)
    _code(classifier, x[:1])  # raises an error where the width does not fit
    return x, labels


def _check_validation(
    classifier: DeepClassifier, validation: Any
) -> tuple[Tensor, Tensor]:
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise ValueError(
            f"validation is a {type(validation).__name__}: pass a pair of inputs and "
            "labels, validation=(x, labels)."
        )
    x = inputs.data("validation inputs", validation[0], place(classifier)[1])
    return x, _check_labels(validation[1], len(x), classifier.n_classes)


def _check_labels(labels: Tensor | ArrayLike, n: int, n_classes: int) -> Tensor:
    found = inputs.numbers("labels", labels)
    if found.shape != (n,) or found.dtype.kind == "f":
        raise ValueError(
            f"Labels of shape {found.shape} and type {found.dtype} do not fit {n} "
            f"samples: expected whole numbers of shape ({n},)."
        )
    labels = inputs.tensor("labels", found, torch.int64)
    if n and not 0 <= labels.min() <= labels.max() < n_classes:
        raise ValueError(
            f"Labels reach from {labels.min()} to {labels.max()}; expected 0 to "
            f"{n_classes - 1}, for {n_classes} classes."
        )
    return labels.long()
