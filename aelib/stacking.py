"""Depth, one layer at a time: stacked pretraining and the deep classifier (D1 to D3).

A stack is a deep `Autoencoder` whose layers were trained one at a time, by `pretrain`;
`stages` and `codes` look into every depth of it.  To train it further as a whole,
unrolled, is ``fit(model, x)``.

The deep classifier takes three steps: `pretrain` the encoder (D2.1), put a
`DeepClassifier` on a copy of it and `train_head` (D2.2), `fine_tune` the whole (D2.3).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from aelib.autoencoders import Autoencoder
from aelib.training import History, choose_device, fit, half_squared_error

HEADS = ("lms", "softmax", "multi-layer")
PART = 2_000  # samples that are encoded at a time


def stages(model: Autoencoder) -> list[Autoencoder]:
    """Cut a deep autoencoder into the single-layer ones that it is a stack of.

    Parameters
    ----------
    model
        A dense autoencoder.

    Returns
    -------
    list of Autoencoder
        One per layer of the encoder, the lowest first: that layer and its mirror in
        the decoder.  They share the model's weights: who trains a stage trains the
        model.

    Raises
    ------
    ValueError
        If the model is no dense `Autoencoder`.

    Examples
    --------
    >>> model = Autoencoder([784, 100, 9])
    >>> [stage.sizes for stage in stages(model)]
    [[784, 100], [100, 9]]
    >>> stages(model)[1].encoder[0] is model.encoder[1]
    True
    """
    if not isinstance(model, Autoencoder) or hasattr(model, "cost"):
        raise ValueError(
            f"A {type(model).__name__} can't be cut into single-layer autoencoders: "
            "stacking needs a dense Autoencoder."
        )
    return [_stage(model, k) for k in range(model.depth)]


def _stage(model: Autoencoder, k: int) -> Autoencoder:
    stage = Autoencoder(
        model.sizes[k : k + 2],
        code=model.encoder_activations[k],
        output=model.decoder_activations[-1 - k],
        tied=model.tied,
        dropout=model.dropout,
    )
    stage.encoder[0], stage.decoder[0] = model.encoder[k], model.decoder[-1 - k]
    return stage.train(model.training)


def codes(model: Autoencoder, x: Tensor | np.ndarray) -> list[Tensor]:
    """Return the code of `x` at every depth of a stack.

    Parameters
    ----------
    model
        A dense autoencoder, used in evaluation mode.
    x
        Images (n, 28, 28) or vectors (n, d).

    Returns
    -------
    list of Tensor
        At place k - 1, the code (n, ``sizes[k]``) that k layers make.
        ``model.decode(code, depth=k)`` leads back to pixels.

    Examples
    --------
    >>> model = Autoencoder([784, 100, 9])
    >>> [tuple(code.shape) for code in codes(model, torch.zeros(3, 28, 28))]
    [(3, 100), (3, 9)]
    """
    found: list[Tensor] = []
    for stage in stages(model):
        found.append(_evaluate(stage, stage.encode, found[-1] if found else x))
    return found


def pretrain(
    model: Autoencoder,
    x: Tensor | np.ndarray,
    *,
    per_stage: Sequence[Mapping[str, Any]] | None = None,
    batch_size: int = 128,
    **settings: Any,
) -> list[History]:
    """Train the layers of a deep autoencoder one at a time, in place (lecture D1).

    Stage 1 learns to reconstruct `x`; stage 2 the codes that stage 1 gives; and so on
    up (Hinton & Salakhutdinov 2006 [1]_ with Boltzmann machines, Bengio et al. 2007
    [2]_ with autoencoders).

    Parameters
    ----------
    model
        A dense autoencoder; afterwards in evaluation mode.
    x
        Images (n, 28, 28) or vectors (n, d).
    per_stage
        For each stage a dictionary of settings that differ from the others'.
    batch_size, **settings
        As in `aelib.training.fit`, which trains every stage: ``penalty=KL(…)`` makes a
        stack of sparse autoencoders, ``corrupt=…`` one of denoising autoencoders, in
        which each stage's *input*, a code above the first, is corrupted.

    Returns
    -------
    list of History
        One per stage.  Ctrl-C ends the stage that it hits, and there are none after.

    Raises
    ------
    ValueError
        If widths don't fit, there are fewer samples than a batch, or `fit` refuses a
        setting of any stage: before the first is trained.

    References
    ----------
    .. [1] Hinton & Salakhutdinov (2006), Reducing the dimensionality of data with
       neural networks, Science 313:504, doi:10.1126/science.1127647.
    .. [2] Bengio, Lamblin, Popovici & Larochelle (2007), Greedy layer-wise training of
       deep networks, NIPS 19.

    Examples
    --------
    >>> model = Autoencoder([16, 8, 4])
    >>> x = torch.rand(64, 16, generator=torch.Generator().manual_seed(0))
    >>> pretrain(model, x, batch_size=16, per_stage=[{"epochs": 3}, {"epochs": 5}])
    [History(3 epochs, finished), History(5 epochs, finished)]
    """
    parts = stages(model)
    settings["batch_size"] = batch_size
    plans = _plan(len(parts), per_stage, settings)
    _check_enough(len(x), max(plan["batch_size"] for plan in plans))
    _rehearse(parts, x, plans)
    histories = []
    for stage, plan in zip(parts, plans, strict=True):
        histories.append(fit(stage, x, **plan))
        if histories[-1].stopped == "interrupted":
            break
        x = _evaluate(stage, stage.encode, x)
    model.eval()
    return histories


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
        return _evaluate(self, self, x).argmax(dim=1).cpu().numpy()

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
    classifier.to(choose_device(settings.get("device")))
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


def _plan(
    depth: int,
    per_stage: Sequence[Mapping[str, Any]] | None,
    settings: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return the settings of each stage."""
    per_stage = [{}] * depth if per_stage is None else per_stage
    if len(per_stage) != depth:
        raise ValueError(
            f"per_stage has {len(per_stage)} dictionaries of settings for {depth} "
            "stages: give one per stage, {} for one without settings of its own."
        )
    plans = [{**settings, **own} for own in per_stage]
    for name in {"target", "validation"} & set().union(*plans):
        raise ValueError(
            f"A stage's data are the codes of the stage below: leave out {name}."
        )
    return plans


@torch.no_grad()
def _rehearse(
    parts: Sequence[Autoencoder],
    x: Tensor | np.ndarray,
    plans: Sequence[Mapping[str, Any]],
) -> None:
    """Try each stage's settings on a copy and two samples, where an error is cheap."""
    x = x[:2]
    for stage, plan in zip(parts, plans, strict=True):
        short = {"epochs": min(plan.get("epochs", 1), 1), "progress": False}
        with torch.enable_grad():
            fit(copy.deepcopy(stage), x, **{**plan, **short})
        x = stage.encode(x)


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


@torch.no_grad()
def _evaluate(
    model: nn.Module, function: Callable[[Tensor], Tensor], x: Tensor | np.ndarray
) -> Tensor:
    """Apply `function` to `x`, a part at a time, with `model` in evaluation mode."""
    was_training = model.training
    model.eval()
    try:
        return torch.cat([function(part) for part in torch.as_tensor(x).split(PART)])
    finally:
        model.train(was_training)


def _code(classifier: DeepClassifier, x: Tensor | np.ndarray) -> Tensor:
    return _evaluate(classifier, classifier.encoder.encode, x)


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
    _check_enough(len(x), batch_size)
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


def _check_enough(n: int, batch_size: int) -> None:
    if n < batch_size:
        raise ValueError(
            f"{n} samples are fewer than a batch of {batch_size}: choose a batch_size "
            f"of at most {n}, or bring more data."
        )
