"""The convolutional autoencoder: one small filter for every place of the image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from aelib import inputs
from aelib.autoencoders.layers import ACTIVATIONS, check_reach, dense_layer

STRIDE = 2
UPSAMPLINGS = ("transposed", "resize")


class ConvAutoencoder(nn.Module):
    """Convolutions that halve the image, a code, and the way back (lecture F1).

    Each convolution moves on by two pixels at a time, so that height and width are
    halved; a dense layer turns what is left into the code.  The decoder mirrors all
    of it, and doubles heights and widths in one of two ways.

    Parameters
    ----------
    image_shape
        ``(height, width)``, or ``(channels, height, width)`` for colour; any sizes.
    channels
        Number of filters of each convolution, from the image to the code.
    code_size
        Number of code units.
    activation
        Activation of the convolutions: a name in `aelib.autoencoders.ACTIVATIONS`.
    code
        Activation of the code itself.
    upsampling
        How the decoder enlarges: ``"transposed"``, by transposed convolutions, or
        ``"resize"``, where each pixel becomes 2 x 2 pixels and a convolution follows.
    kernel
        Height and width of the filters, at least 2; odd for ``"resize"``.
    output
        Activation of the output: ``"sigmoid"`` for pixels in [0, 1].
    seed
        Seed of the initial weights.

    Attributes
    ----------
    map_shapes
        ``(channels, height, width)`` of the image and after each convolution.

    Raises
    ------
    ValueError
        If a size is not a positive whole number, the kernel doesn't fit, a name is
        unknown, or the image is too small for that many convolutions.

    Notes
    -----
    Filters start as He et al. (2015, arXiv:1502.01852) propose: normal, with variance
    2 / (weights that an output pixel meets); dense weights as Glorot and Bengio (2010)
    do; biases at zero.

    Where the strides of a transposed convolution overlap unevenly it draws
    checkerboards, which resizing avoids: A. Odena et al., "Deconvolution and
    checkerboard artifacts", Distill (2016), doi:10.23915/distill.00003.

    Examples
    --------
    >>> model = ConvAutoencoder((28, 28), channels=(16, 32), code_size=32)
    >>> model.map_shapes
    [(1, 28, 28), (16, 14, 14), (32, 7, 7)]
    >>> images = torch.rand(5, 28, 28)
    >>> model.encode(images).shape, model(images).shape
    (torch.Size([5, 32]), torch.Size([5, 28, 28]))
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28),
        *,
        channels: Sequence[int] = (16, 32),
        code_size: int = 32,
        activation: str = "relu",
        code: str = "linear",
        upsampling: str = "transposed",
        kernel: int = 3,
        output: str = "sigmoid",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.image_shape = _check_image_shape(image_shape)
        channels = _check_counts("channels", channels)
        code_size = inputs.whole("code_size", code_size)
        kernel = _check_kernel(kernel, upsampling)
        self.activation, self.code_activation, self.output_activation = (
            inputs.activation_names([activation, code, output], None, 3, ACTIVATIONS)
        )
        self.code_size, self.upsampling = code_size, upsampling
        self.map_shapes = _map_shapes(self.image_shape, channels, kernel)

        generator = torch.Generator().manual_seed(inputs.seed(seed))
        values = math.prod(self.map_shapes[-1])
        steps = list(pairwise(shape[0] for shape in self.map_shapes))
        up = nn.ConvTranspose2d if upsampling == "transposed" else nn.Conv2d
        up_stride = STRIDE if upsampling == "transposed" else 1
        self.convolutions = nn.ModuleList(
            _filters(nn.Conv2d, below, above, kernel, STRIDE, generator)
            for below, above in steps
        )
        self.to_code = dense_layer(values, self.code_size, generator)
        self.from_code = dense_layer(self.code_size, values, generator)
        self.deconvolutions = nn.ModuleList(
            _filters(up, above, below, kernel, up_stride, generator)
            for below, above in reversed(steps)
        )

    def feature_maps(self, x: Tensor | np.ndarray) -> list[Tensor]:
        """Return what each convolution makes of the images: (n, channels, h, w) each.

        Raises
        ------
        ValueError
            If the images do not have the shape that the model was made for.
        """
        maps = [self._as_images(x)]
        for layer in self.convolutions:
            maps.append(ACTIVATIONS[self.activation](layer(maps[-1])))
        return maps[1:]

    def encode(self, x: Tensor | np.ndarray) -> Tensor:
        """Turn images, or flat vectors (n, values), into codes (n, code_size).

        Raises
        ------
        ValueError
            If the images do not have the shape that the model was made for.
        """
        h = self.feature_maps(x)[-1].flatten(start_dim=1)
        return ACTIVATIONS[self.code_activation](self.to_code(h))

    def decode(self, code: Tensor | np.ndarray) -> Tensor:
        """Turn codes (n, code_size) back into images, n times `image_shape`.

        Raises
        ------
        ValueError
            If a code does not have `code_size` values.
        """
        code = self._as_tensor(code)
        if code.ndim != 2 or code.shape[1] != self.code_size:
            raise ValueError(
                f"Codes of shape {tuple(code.shape)} do not fit: this model decodes "
                f"codes of shape (n, {self.code_size})."
            )
        h = self.from_code(code).reshape(len(code), *self.map_shapes[-1])
        sizes = [shape[1:] for shape in reversed(self.map_shapes[:-1])]
        for layer, size in zip(self.deconvolutions, sizes, strict=True):
            h = _enlarge(layer, ACTIVATIONS[self.activation](h), size)
        y_hat = ACTIVATIONS[self.output_activation](h)
        return y_hat.reshape(len(code), *self.image_shape)

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Reconstruct `x`: encode, then decode; the result has the shape of `x`."""
        x = self._as_tensor(x)
        return self.decode(self.encode(x)).reshape(x.shape)

    def check_targets(self, y: Tensor | np.ndarray) -> None:
        """Refuse targets that the output's activation can't reach.

        Raises
        ------
        ValueError
            As `Autoencoder.check_targets`.
        """
        check_reach(self._as_tensor(y), self.output_activation)

    def features(self) -> np.ndarray:
        """Return the filters of the first layer: (filters, channels, h, w), float32."""
        return self.convolutions[0].weight.detach().cpu().numpy().copy()

    def _as_tensor(self, x: Tensor | np.ndarray) -> Tensor:
        bias = self.to_code.bias
        return inputs.tensor("inputs", x, bias.dtype, bias.device)

    def _as_images(self, x: Tensor | np.ndarray) -> Tensor:
        x, shape = self._as_tensor(x), self.map_shapes[0]
        given = tuple(x.shape[1:])
        grey = (*shape[1:], 1) if shape[0] == 1 else shape  # a channel axis at the end
        if given not in {self.image_shape, shape, grey, (math.prod(shape),)}:
            last = len(given) == 3 and (given[2], *given[:2]) == shape
            raise ValueError(
                f"Inputs of shape {tuple(x.shape)} do not fit: this model reads images "
                f"(n, {', '.join(map(str, self.image_shape))}), or "
                f"(n, {math.prod(shape)})."
                + (" Move the channels to the front: x.transpose(0, 3, 1, 2)." * last)
            )
        return x.reshape(len(x), *shape)


def checkerboard(images: np.ndarray) -> float:
    """Return the share of the images' energy that alternates from pixel to pixel.

    Along rows, along columns, or along both: the three spatial frequencies of a
    checkerboard that repeats every two pixels, the stride.

    Parameters
    ----------
    images
        Images (n, height, width), not all zero.

    Returns
    -------
    float
        From 0 (every pixel has its share) to 1 (nothing but a checkerboard).

    Raises
    ------
    ValueError
        If `images` has another shape or no energy.

    Examples
    --------
    >>> checkerboard(np.tile([[1.0, -1.0], [-1.0, 1.0]], (1, 4, 4)))
    1.0
    """
    images = inputs.array("images", images)
    if images.ndim != 3 or not images.any():
        raise ValueError(
            f"Images of shape {images.shape} do not fit: give (n, height, width), with "
            "values that are not all zero."
        )
    row, column = np.indices(images.shape[1:])
    waves = (-1.0) ** np.stack([row, column, row + column])
    alternating = np.square(np.tensordot(images, waves, ([1, 2], [1, 2]))).sum()
    return float(alternating / (row.size * np.square(images).sum()))


def _filters(
    kind: type[nn.Module],
    n_in: int,
    n_out: int,
    kernel: int,
    stride: int,
    generator: torch.Generator,
) -> nn.Module:
    padding = (kernel - 1) // 2
    layer = nn.utils.skip_init(
        kind, n_in, n_out, kernel, stride=stride, padding=padding
    )
    # Of a transposed convolution's filter, each output pixel meets a part only.
    meets = STRIDE**2 if kind is nn.ConvTranspose2d else 1
    spread = math.sqrt(2 * meets / (n_in * kernel**2))
    nn.init.normal_(layer.weight, std=spread, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer


def _enlarge(layer: nn.Module, h: Tensor, size: tuple[int, ...]) -> Tensor:
    if not isinstance(layer, nn.ConvTranspose2d):
        return layer(functional.interpolate(h, size=size, mode="nearest"))
    if layer.out_channels == 1 and len(h):
        return _lay_filters(layer, h, size)
    # Two sizes are halved to the same one; the layer has to be told which it was.
    return layer(h, output_size=list(size))


def _lay_filters(layer: nn.ConvTranspose2d, h: Tensor, size: tuple[int, ...]) -> Tensor:
    """Convolve transposed, by definition: lay a scaled filter at each place, add up.

    For a single channel, that of a grey image, torch's own way takes twice as long.
    """
    filters = layer.weight.flatten(1).T.expand(len(h), -1, -1)
    patches = filters.bmm(h.flatten(2))
    sums = functional.fold(
        patches, size, layer.kernel_size, padding=layer.padding, stride=layer.stride
    )
    return sums + layer.bias[:, None, None]


def _map_shapes(
    image_shape: tuple[int, ...], channels: Sequence[int], kernel: int
) -> list[tuple[int, ...]]:
    colours = image_shape[0] if len(image_shape) == 3 else 1
    shapes = [(colours, *image_shape[-2:])]
    for count in channels:
        # An odd kernel rounds half of an odd size up, an even one down.
        sizes = [(size + kernel % 2) // STRIDE for size in shapes[-1][1:]]
        if min(sizes) < 1:
            raise ValueError(
                f"Images of {image_shape[-2]} x {image_shape[-1]} pixels are too small "
                f"for {len(channels)} convolutions with kernel={kernel}: each halves "
                "them. Take fewer channels, or an odd kernel."
            )
        shapes.append((count, *sizes))
    return shapes


def _check_image_shape(image_shape: Sequence[int]) -> tuple[int, ...]:
    counts = _check_counts("image_shape", image_shape)
    if len(image_shape) not in (2, 3):
        raise ValueError(
            f"image_shape={image_shape!r} must be (height, width), or "
            "(channels, height, width) for colour."
        )
    if len(counts) == 3 and counts[0] == counts[1] > 3 and counts[2] in (1, 3):
        raise ValueError(
            f"image_shape={image_shape!r} has its channels last, and torch wants them "
            f"first: pass {(counts[2], *counts[:2])}."
        )
    return counts


def _check_counts(name: str, counts: Sequence[int]) -> tuple[int, ...]:
    try:
        whole = tuple(inputs.whole(name, count) for count in counts)
    except (TypeError, ValueError):
        whole = ()
    if not whole:
        raise ValueError(
            f"{name} must consist of positive whole numbers; got {counts!r}."
        )
    return whole


def _check_kernel(kernel: int, upsampling: str) -> int:
    inputs.choice("upsampling", upsampling, UPSAMPLINGS)
    kernel = inputs.whole("kernel", kernel)
    if kernel < STRIDE or (upsampling == "resize" and kernel % 2 == 0):
        raise ValueError(
            f"kernel={kernel} does not fit: it must be at least {STRIDE}, the stride, "
            "or there are pixels that nothing reaches; with 'resize' also odd."
        )
    return kernel
