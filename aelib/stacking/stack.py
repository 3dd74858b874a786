"""A stack: a deep autoencoder whose layers are trained one at a time (lecture D1).

`pretrain` does it; `stages` and `codes` look into every depth.  To train a stack
further as a whole, unrolled, is ``fit(model, x)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike
from torch import Tensor

from aelib import inputs
from aelib.autoencoders import Autoencoder
from aelib.autoencoders.protocol import HasCost
from aelib.compute import in_batches, place
from aelib.training import History, check, fit


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
    if not isinstance(model, Autoencoder) or isinstance(model, HasCost):
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


def codes(model: Autoencoder, x: Tensor | ArrayLike) -> list[Tensor]:
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
    >>> [code.shape[1] for code in codes(model, 3 * [784 * [0.0]])]
    [100, 9]
    """
    found: list[Tensor] = []
    for stage in stages(model):
        found.append(in_batches(stage, stage.encode, found[-1] if found else x))
    return found


def pretrain(
    model: Autoencoder,
    x: Tensor | ArrayLike,
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
    >>> import numpy as np
    >>> model = Autoencoder([16, 8, 4])
    >>> x = np.random.default_rng(0).random((64, 16))
    >>> pretrain(model, x, batch_size=16, per_stage=[{"epochs": 3}, {"epochs": 5}])
    [History(3 epochs, finished), History(5 epochs, finished)]
    """
    parts = stages(model)
    x = inputs.data("training inputs", x, place(model)[1])
    settings["batch_size"] = batch_size
    plans = _plan(len(parts), per_stage, settings)
    check_enough(len(x), max(plan["batch_size"] for plan in plans))
    _check_stages(parts, x[:2], plans)
    histories = []
    for stage, plan in zip(parts, plans, strict=True):
        histories.append(fit(stage, x, **plan))
        if histories[-1].stopped == "interrupted":
            break
        x = in_batches(stage, stage.encode, x)
    model.eval()
    return histories


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


def _check_stages(
    parts: Sequence[Autoencoder],
    x: Tensor,
    plans: Sequence[Mapping[str, Any]],
) -> None:
    """Let every stage refuse its settings before the first one is trained."""
    for stage, plan in zip(parts, plans, strict=True):
        check(stage, x, **plan)
        x = in_batches(stage, stage.encode, x)


def check_enough(n: int, batch_size: int) -> None:
    """Refuse batches larger than the data."""
    batch_size = inputs.whole("batch_size", batch_size)
    if n < batch_size:
        raise ValueError(
            f"{n} samples are fewer than a batch of {batch_size}: choose a batch_size "
            f"of at most {n}, or bring more data."
        )
