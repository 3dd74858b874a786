"""The dense autoencoder: layers of units, each connected to all of the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice, pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from aelib import inputs
from aelib.autoencoders.layers import ACTIVATIONS, check_reach, dense_layer


class Autoencoder(nn.Module):
    """A dense autoencoder of any depth (lecture A1 to A6).

    Parameters
    ----------
    sizes
        Widths from the input to the code, such as ``[784, 32]``; the decoder mirrors
        them.  The code may be wider than the input (an *overcomplete* autoencoder).
    activation
        Activation of the hidden layers between input and code, and of their mirrors:
        one of ``"sigmoid"``, ``"tanh"``, ``"relu"``, ``"silu"``, ``"linear"``.
    code
        Activation of the code itself; by default, that of the hidden layers.
    output
        Activation of the output: ``"sigmoid"`` for pixels in [0, 1], ``"linear"`` for
        anything else.
    tied
        Whether each decoder layer uses the transpose of its encoder layer's weights.
    dropout
        Probability with which each activity of a hidden layer, code included, is set
        to 0 on its way to the next layer; those that stay are divided by
        ``1 - dropout`` (lecture C11; Srivastava et al. 2014, JMLR 15:1929).  Only in
        training mode, which `aelib.training.fit` switches on and, at its end, off.
    gain
        Factor on the first weights of all layers but linear ones.  1 suits units whose
        slope at 0 is 1, such as tanh; 4 undoes the logistic sigmoid's slope of 1/4.
    seed
        Seed of the initial weights.

    Raises
    ------
    ValueError
        If a width is not a positive whole number, there are fewer than two of them,
        an activation is unknown, `dropout` is outside [0, 1), or `gain` is not
        positive.

    Notes
    -----
    Weights start as Glorot and Bengio (2010) propose, times `gain`; biases at zero.

    Dropout draws from torch's own generator, which `aelib.training.fit` seeds.  The
    code that ``encode`` returns is whole, so that penalties see the true activity: it
    is ``decode`` that does not get to read all of it.

    Examples
    --------
    >>> model = Autoencoder([784, 32], seed=0)
    >>> images = torch.rand(5, 28, 28)
    >>> model.encode(images).shape
    torch.Size([5, 32])
    >>> model(images).shape  # what comes back has the shape that went in
    torch.Size([5, 28, 28])
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str = "sigmoid",
        code: str | None = None,
        output: str = "sigmoid",
        tied: bool = False,
        dropout: float = 0.0,
        gain: float = 1.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.sizes = inputs.layer_sizes(sizes)
        gain = inputs.positive("gain", gain)
        self.tied = tied
        self.dropout = inputs.dropout_rate("dropout", dropout)
        depth = len(self.sizes) - 1
        self.encoder_activations = inputs.activation_names(
            [activation] * depth, code, depth, ACTIVATIONS
        )
        self.decoder_activations = inputs.activation_names(
            [activation] * depth, output, depth, ACTIVATIONS
        )
        generator = torch.Generator().manual_seed(inputs.seed(seed))
        up = list(pairwise(self.sizes))
        down = [(above, below) for below, above in reversed(up)]
        self.encoder, self.decoder = (
            nn.ModuleList(
                dense_layer(*ends, generator, gain=1.0 if name == "linear" else gain)
                for ends, name in zip(steps, names, strict=True)
            )
            for steps, names in (
                (up, self.encoder_activations),
                (down, self.decoder_activations),
            )
        )
        if tied:
            for layer in self.decoder:
                del layer.weight

    @property
    def code_size(self) -> int:
        """Number of code units."""
        return self.sizes[-1]

    @property
    def output_activation(self) -> str:
        """Name of the activation of the output."""
        return self.decoder_activations[-1]

    @property
    def depth(self) -> int:
        """Number of layers from the input to the code."""
        return len(self.encoder)

    def encode(self, x: Tensor | np.ndarray, depth: int | None = None) -> Tensor:
        """Turn images (n, 28, 28) or vectors (n, d) into codes (n, code_size).

        Parameters
        ----------
        x
            Images or vectors.
        depth
            How many layers to go: 1 gives the activity of the first hidden layer, 0
            the vectors themselves; by default all layers, to the code.

        Returns
        -------
        Tensor
            Activities (n, ``sizes[depth]``).

        Raises
        ------
        ValueError
            If an item does not have the number of values that the input layer has, or
            the model has no such depth.

        Examples
        --------
        >>> Autoencoder([784, 100, 9]).encode(torch.zeros(3, 28, 28), depth=1).shape
        torch.Size([3, 100])
        """
        h, depth = self._flatten(x), self._check_depth(depth)
        layers = zip(self.encoder, self.encoder_activations, strict=True)
        for below, (layer, name) in enumerate(islice(layers, depth)):
            h = ACTIVATIONS[name](layer(self._drop(h) if below else h))
        return h

    def decode(self, code: Tensor | np.ndarray, depth: int | None = None) -> Tensor:
        """Turn codes (n, code_size) back into vectors (n, d).

        Parameters
        ----------
        code
            Codes, or activities of another layer.
        depth
            The depth that they are from, as in `encode`; by default the code's.

        Returns
        -------
        Tensor
            Vectors (n, d).

        Raises
        ------
        ValueError
            If an item does not have as many values as the layer at that depth, or the
            model has no such depth.

        Examples
        --------
        >>> Autoencoder([784, 100, 9]).decode(torch.zeros(3, 100), depth=1).shape
        torch.Size([3, 784])
        """
        h, depth = self._as_tensor(code), self._check_depth(depth)
        if h.ndim != 2 or h.shape[1] != self.sizes[depth]:
            raise ValueError(
                f"Codes of shape {tuple(h.shape)} do not fit: from depth {depth}, this "
                f"model decodes codes of shape (n, {self.sizes[depth]})."
            )
        layers = zip(
            self.decoder, self._decoder_weights(), self.decoder_activations, strict=True
        )
        for layer, weight, name in islice(layers, self.depth - depth, None):
            h = ACTIVATIONS[name](functional.linear(self._drop(h), weight, layer.bias))
        return h

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Reconstruct `x`: encode, then decode; the result has the shape of `x`."""
        x = self._as_tensor(x)
        return self.decode(self.encode(x)).reshape(x.shape)

    def check_targets(self, y: Tensor | np.ndarray) -> None:
        """Refuse targets that the output's activation can't reach.

        Raises
        ------
        ValueError
            If a target lies outside the range of the output: grey levels 0 to 255
            where it is a sigmoid, say.

        Examples
        --------
        >>> Autoencoder([4, 2]).check_targets(torch.ones(3, 4))  # nothing to object
        >>> Autoencoder([4, 2]).check_targets(255 * torch.ones(3, 4))
        Traceback (most recent call last):
            ...
        ValueError: Targets reach from 255 to 255, but a sigmoid output stays within...
        """
        check_reach(self._as_tensor(y), self.decoder_activations[-1])

    def start_at_mean(self, x: Tensor | np.ndarray) -> None:
        """Set the output's biases so that they alone give the mean of `x`.

        To be called before training: the weights are then spared the first lesson, on
        which all samples agree.

        Parameters
        ----------
        x
            The training data (n, …), which the output can reach.  Means below 0.01 and
            above 0.99 count as those for a sigmoid output, whose bias would be infinite
            at 0 and 1.

        Raises
        ------
        ValueError
            If the output is neither sigmoid nor linear, or `x` does not fit.

        Examples
        --------
        >>> model = Autoencoder([4, 2])
        >>> model.start_at_mean(np.array([[0, 0.2, 0.4, 1], [0, 0.6, 0.6, 1]]))
        >>> torch.sigmoid(model.decoder[0].bias.detach())
        tensor([0.0100, 0.4000, 0.5000, 0.9900])
        """
        if self.output_activation not in ("sigmoid", "linear"):
            raise ValueError(
                f"Which bias of a {self.output_activation!r} output gives a mean is "
                "not known here: use a sigmoid or a linear output."
            )
        self.check_targets(x)
        mean = self._flatten(x).mean(dim=0)
        is_sigmoid = self.output_activation == "sigmoid"
        with torch.no_grad():
            self.decoder[-1].bias.copy_(
                torch.logit(mean, eps=0.01) if is_sigmoid else mean
            )

    def features(self) -> np.ndarray:
        """Return what each unit of the first layer looks for: (units, d), float32.

        Row j is the weight vector of unit j: up to length, the input of bounded norm
        that drives the unit's pre-activation most (lecture B6).
        """
        return self.encoder[0].weight.detach().cpu().numpy().copy()

    def _decoder_weights(self) -> list[Tensor]:
        if self.tied:
            return [layer.weight.T for layer in reversed(self.encoder)]
        return [layer.weight for layer in self.decoder]

    def _check_depth(self, depth: int | None) -> int:
        depth = self.depth if depth is None else depth
        try:
            return inputs.whole("depth", depth, least=0, most=self.depth)
        except ValueError as error:
            raise ValueError(
                f"This model has no depth {depth!r}: choose from 0, the input, to "
                f"{self.depth}, the code."
            ) from error

    def _drop(self, h: Tensor) -> Tensor:
        return functional.dropout(h, self.dropout, self.training)

    def _as_tensor(self, x: Tensor | np.ndarray) -> Tensor:
        bias = self.decoder[-1].bias
        return inputs.tensor("inputs", x, bias.dtype, bias.device)

    def _flatten(self, x: Tensor | np.ndarray) -> Tensor:
        x = self._as_tensor(x)
        if x.ndim < 2 or math.prod(x.shape[1:]) != self.sizes[0]:
            raise ValueError(
                f"Inputs of shape {tuple(x.shape)} do not fit: this model reads "
                f"(n, {self.sizes[0]}), or images of {self.sizes[0]} pixels each."
            )
        return x.reshape(len(x), self.sizes[0])
