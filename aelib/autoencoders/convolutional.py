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
DOWNSAMPLINGS = ("stride", "pool")
UPSAMPLINGS = ("transposed", "resize")
MIDDLE = (1 / 8, 3 / 8)  # frequencies per pixel, by which sharpness is judged
WIDEST_BLUR = 16.0  # pixels


class ConvAutoencoder(nn.Module):
    """Convolutions that halve the image, a code, and the way back (lecture F1).

    Each convolution moves on by two pixels at a time, so that height and width are
    halved; a dense layer turns what is left into the code.  The decoder mirrors all
    of it, and doubles heights and widths in one of two ways.  Without the dense layers
    the last maps are the code themselves: the network is fully convolutional.

    Parameters
    ----------
    image_shape
        ``(height, width)``, or ``(channels, height, width)`` for colour; any sizes.
    channels
        Number of filters of each convolution, from the image to the code.
    code_size
        Number of code units; None: no dense layers, the last maps are the code.
    activation
        Activation of the convolutions: a name in `aelib.autoencoders.ACTIVATIONS`.
    code
        Activation of the code itself.
    downsampling
        How the encoder halves: ``"stride"``, by moving on two pixels at a time, or
        ``"pool"``, where the convolution moves on one by one, and of 2 x 2 values the
        largest is kept.
    upsampling
        How the decoder enlarges: ``"transposed"``, by transposed convolutions, or
        ``"resize"``, where each pixel becomes 2 x 2 pixels (unpooling without a
        memory of places) and a convolution follows.
    kernel
        Height and width of the filters, at least 2; odd for ``"resize"`` and
        ``"pool"``.
    output
        Activation of the output: ``"sigmoid"`` for pixels in [0, 1].
    seed
        Seed of the initial weights.

    Attributes
    ----------
    map_shapes
        ``(channels, height, width)`` of the image and after each convolution, pooling
        included.
    code_size
        Number of code units, counted also where the code is maps.

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
    >>> ConvAutoencoder((28, 28), channels=(16, 32, 2), code_size=None).code_size
    32
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (28, 28),
        *,
        channels: Sequence[int] = (16, 32),
        code_size: int | None = 32,
        activation: str = "relu",
        code: str = "linear",
        downsampling: str = "stride",
        upsampling: str = "transposed",
        kernel: int = 3,
        output: str = "sigmoid",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.image_shape = _check_image_shape(image_shape)
        channels = _check_counts("channels", channels)
        if code_size is not None:
            code_size = inputs.whole("code_size", code_size)
        kernel = _check_kernel(kernel, downsampling, upsampling)
        self.activation, self.code_activation, self.output_activation = (
            inputs.activation_names([activation, code, output], None, 3, ACTIVATIONS)
        )
        self.downsampling, self.upsampling = downsampling, upsampling
        self.map_shapes = _map_shapes(self.image_shape, channels, kernel)
        values = math.prod(self.map_shapes[-1])
        self.code_size = values if code_size is None else code_size

        generator = torch.Generator().manual_seed(inputs.seed(seed))
        steps = list(pairwise(shape[0] for shape in self.map_shapes))
        up = nn.ConvTranspose2d if upsampling == "transposed" else nn.Conv2d
        down_stride = STRIDE if downsampling == "stride" else 1
        up_stride = STRIDE if upsampling == "transposed" else 1
        self.convolutions = nn.ModuleList(
            _filters(nn.Conv2d, below, above, kernel, down_stride, generator)
            for below, above in steps
        )
        self.to_code = self.from_code = None
        if code_size is not None:
            self.to_code = dense_layer(values, code_size, generator)
            self.from_code = dense_layer(code_size, values, generator)
        self.deconvolutions = nn.ModuleList(
            _filters(up, above, below, kernel, up_stride, generator)
            for below, above in reversed(steps)
        )

    def feature_maps(self, x: Tensor | np.ndarray) -> list[Tensor]:
        """Return what each convolution makes of the images: (n, channels, h, w) each.

        Where there is no dense layer, the last maps are the code.

        Raises
        ------
        ValueError
            If the images do not have the shape that the model was made for.
        """
        names = [self.activation] * len(self.convolutions)
        if self.to_code is None:
            names[-1] = self.code_activation
        maps = [self._as_images(x)]
        for layer, name in zip(self.convolutions, names, strict=True):
            h = ACTIVATIONS[name](layer(maps[-1]))
            if self.downsampling == "pool":
                h = functional.max_pool2d(h, STRIDE, ceil_mode=True)
            maps.append(h)
        return maps[1:]

    def encode(self, x: Tensor | np.ndarray) -> Tensor:
        """Turn images, or flat vectors (n, values), into codes (n, code_size).

        Raises
        ------
        ValueError
            If the images do not have the shape that the model was made for.
        """
        h = self.feature_maps(x)[-1].flatten(start_dim=1)
        if self.to_code is None:
            return h
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
        y_hat = ACTIVATIONS[self.output_activation](self._paint(self._unfold(code)))
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

    def _unfold(self, code: Tensor) -> Tensor:
        """Turn codes into the maps that the decoder begins with."""
        h = code
        if self.from_code is not None:
            h = ACTIVATIONS[self.activation](self.from_code(code))
        return h.reshape(len(code), *self.map_shapes[-1])

    def _paint(self, h: Tensor) -> Tensor:
        """Turn maps into images, before the output's activation."""
        sizes = [shape[1:] for shape in reversed(self.map_shapes[:-1])]
        for layer, size in zip(self.deconvolutions[:-1], sizes[:-1], strict=True):
            h = ACTIVATIONS[self.activation](_enlarge(layer, h, size))
        return _enlarge(self.deconvolutions[-1], h, sizes[-1])

    def _as_tensor(self, x: Tensor | np.ndarray) -> Tensor:
        bias = self.convolutions[0].bias
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
    checkerboard that repeats every two pixels, the stride.  A sharp picture has some of
    this energy, too, a blurred one has less: compare with `blur_alike`.  What repeats
    every four pixels, as stamps on stamps may, is not seen.

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
    images = _sheets(images)
    row, column = np.indices(images.shape[1:])
    waves = (-1.0) ** np.stack([row, column, row + column])
    alternating = np.square(np.tensordot(images, waves, ([1, 2], [1, 2]))).sum()
    return float(alternating / (row.size * np.square(images).sum()))


def blur_alike(images: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Blur images until they are as blurred as a network's outputs.

    The blur is Gaussian, and runs on across the edges.  Its width is chosen so that the
    images have as large a share of their energy at middle frequencies (1/8 to 3/8 per
    pixel) as the outputs.  There a checkerboard has none, so that it doesn't count as
    sharpness.

    Parameters
    ----------
    images
        Images (n, height, width), not all zero.
    outputs
        Images (m, height, width), not all zero.

    Returns
    -------
    np.ndarray
        The images, blurred, (n, height, width); unchanged where the outputs are as
        sharp or sharper.

    Raises
    ------
    ValueError
        If `images` or `outputs` has another shape or no energy, or their sizes differ.

    Examples
    --------
    >>> images = np.random.default_rng(0).random((5, 28, 28))
    >>> smooth = np.ones((1, 28, 28)) + np.sin(np.arange(28) * np.pi / 14)
    >>> blurred = blur_alike(images, smooth)
    >>> bool(checkerboard(blurred) < 1e-3 * checkerboard(images))
    True
    """
    images, outputs = _sheets(images), _sheets(outputs)
    if images.shape[1:] != outputs.shape[1:]:
        raise ValueError(
            f"Images of shape {images.shape} and outputs of shape {outputs.shape} must "
            "have the same height and width."
        )
    frequencies = [np.fft.fftfreq(size) for size in images.shape[1:]]
    row, column = np.meshgrid(*frequencies, indexing="ij")
    faster = np.maximum(np.abs(row), np.abs(column))
    is_middle = (faster >= MIDDLE[0]) & (faster <= MIDDLE[1])
    of_images, of_outputs = (
        np.square(np.abs(np.fft.fft2(sheet))).sum(axis=0) for sheet in (images, outputs)
    )

    def passed(width: float) -> np.ndarray:
        return np.exp(-2 * (np.pi * width) ** 2 * (row**2 + column**2))

    def sharpness(energy: np.ndarray) -> float:
        return energy[is_middle].sum() / energy.sum()

    low, high = 0.0, WIDEST_BLUR
    if sharpness(of_images) <= sharpness(of_outputs):
        return images
    for _ in range(50):
        width = (low + high) / 2
        if sharpness(of_images * passed(width) ** 2) > sharpness(of_outputs):
            low = width
        else:
            high = width
    return np.fft.ifft2(np.fft.fft2(images) * passed(high)).real


def paint_flat(model: ConvAutoencoder, images: Tensor | np.ndarray) -> np.ndarray:
    """Return what a decoder paints on flat maps: a pattern is its own, not an image's.

    The maps that the decoder begins with are replaced by their mean over images and
    places, so that none of them changes from place to place.

    Parameters
    ----------
    model
        A convolutional autoencoder.
    images
        What the maps are averaged over, (n, …).

    Returns
    -------
    np.ndarray
        Sums before the output's activation, (height, width), or (channels, height,
        width) where the images have colours; near the border, the border shows.

    Examples
    --------
    >>> model = ConvAutoencoder((28, 28), upsampling="resize", seed=0)
    >>> inside = paint_flat(model, np.ones((3, 28, 28)))[8:-8, 8:-8]
    >>> bool(inside.std() < 1e-6)
    True
    """
    with torch.no_grad():
        means = model._unfold(model.encode(images)).mean(dim=(0, 2, 3))
        flat = means.reshape(1, -1, 1, 1).expand(1, *model.map_shapes[-1]).contiguous()
        return model._paint(flat).reshape(model.image_shape).cpu().numpy()


def _sheets(images: np.ndarray) -> np.ndarray:
    images = inputs.array("images", images)
    if images.ndim != 3 or not images.any():
        raise ValueError(
            f"Images of shape {images.shape} do not fit: give (n, height, width), with "
            "values that are not all zero."
        )
    return images


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


def _check_kernel(kernel: int, downsampling: str, upsampling: str) -> int:
    inputs.choice("downsampling", downsampling, DOWNSAMPLINGS)
    inputs.choice("upsampling", upsampling, UPSAMPLINGS)
    kernel = inputs.whole("kernel", kernel)
    must_be_odd = downsampling == "pool" or upsampling == "resize"
    if kernel < STRIDE or (must_be_odd and kernel % 2 == 0):
        raise ValueError(
            f"kernel={kernel} does not fit: it must be at least {STRIDE}, the stride, "
            "or there are pixels that nothing reaches; with 'resize' or 'pool' also "
            "odd."
        )
    return kernel
