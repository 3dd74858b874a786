"""What one would try against noise before training a network: the opponents.

A *denoiser* is a function from noisy images (n, height, width) to cleaned ones.
Filters know nothing of the images but that neighbours are alike; principal components
know clean images; linear regression has seen pairs of noisy and clean ones, as a
denoising autoencoder has (lecture E1), and so is its fairest opponent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, Ridge

from aelib import inputs
from aelib.evaluation import psnr

Array = NDArray[np.floating[Any]]
Denoiser = Callable[[Array], Array]

SIZES = (3, 5, 7)
SIGMAS = (0.6, 0.8, 1.0, 1.3, 1.6, 2.0)
COMPONENTS = (10, 20, 35, 60, 100, 150, 200)
ALPHAS = (1.0, 30.0, 1000.0)
DRAWS = 3
ENOUGH = 500


@dataclass(frozen=True)
class Tuned:
    """A denoiser whose setting was chosen on images held back for that.

    Attributes
    ----------
    setting
        The value chosen.
    psnr
        Mean PSNR that it reached on the images held back, in dB.
    denoiser
        The denoiser itself; calling the `Tuned` calls it.
    """

    setting: float
    psnr: float
    denoiser: Denoiser

    def __call__(self, noisy: Array) -> Array:
        """Clean `noisy`."""
        return self.denoiser(noisy)


def median_filter(size: int) -> Denoiser:
    """Denoiser: each pixel becomes the median of the `size` × `size` around it.

    Examples
    --------
    >>> speck = np.zeros((1, 5, 5))
    >>> speck[0, 2, 2] = 1
    >>> median_filter(3)(speck).any()
    np.False_
    """
    size = inputs.whole("size", size)
    return lambda noisy: ndimage.median_filter(_images(noisy), size=(1, size, size))


def gaussian_filter(sigma: float) -> Denoiser:
    """Denoiser: each pixel becomes a mean over its neighbourhood, `sigma` pixels wide.

    Examples
    --------
    >>> gaussian_filter(1.0)(np.ones((1, 5, 5))).round(6).min()
    np.float64(1.0)
    """
    sigma = inputs.positive("sigma", sigma)
    return lambda noisy: ndimage.gaussian_filter(
        _images(noisy), sigma=(0, sigma, sigma)
    )


def principal_components(clean: Array, k: int) -> Denoiser:
    """Denoiser: projection on the first `k` principal components of clean images.

    Parameters
    ----------
    clean
        Clean images (n, height, width) that determine mean and components.
    k
        Number of components.

    Examples
    --------
    >>> images = np.outer(np.arange(6.0), np.ones(4)).reshape(6, 2, 2)
    >>> noisy = np.array([[[1.0, 3.0], [2.0, 2.0]]])
    >>> principal_components(images, 1)(noisy).round(6).tolist()
    [[[2.0, 2.0], [2.0, 2.0]]]
    """
    known, k = inputs.rows("clean", clean), inputs.whole("k", k)
    pca = PCA(k, svd_solver="covariance_eigh").fit(known)

    def denoise(noisy: Array) -> Array:
        noisy = _images(noisy)
        return pca.inverse_transform(pca.transform(_flat(noisy))).reshape(noisy.shape)

    return denoise


def linear_regression(noisy: Array, clean: Array, alpha: float) -> Denoiser:
    """Denoiser: each clean pixel as a weighted sum of all noisy ones.

    Parameters
    ----------
    noisy, clean
        Pairs of images (n, height, width) to learn the weights from.
    alpha
        Strength of the ridge penalty on the weights.

    Examples
    --------
    >>> clean = np.random.default_rng(0).random((50, 2, 2))
    >>> halve = linear_regression(2 * clean, clean, alpha=1e-9)
    >>> np.allclose(halve(np.ones((1, 2, 2))), 0.5)
    True
    """
    noisy, clean = _pair(noisy, clean)
    alpha = inputs.strength("alpha", alpha)
    ridge = Ridge(alpha).fit(_flat(noisy), _flat(clean))

    def denoise(noisy: Array) -> Array:
        noisy = _images(noisy)
        return ridge.predict(_flat(noisy)).reshape(noisy.shape)

    return denoise


def with_contrast(denoiser: Denoiser, noisy: Array, clean: Array) -> Denoiser:
    """Denoiser that sets brightness and contrast after `denoiser`, and clips to [0, 1].

    Noise does not only roughen: masking takes half of the ink away, and clipped
    Gaussian noise greys the paper.  A filter keeps such shifts.  The straight line
    ``a·z + b`` from its outputs z to clean pixels, with least squares, takes them back.

    Parameters
    ----------
    denoiser
        What comes before.
    noisy, clean
        Pairs of images that determine a and b.

    Examples
    --------
    >>> clean = np.random.default_rng(0).random((9, 2, 2))
    >>> repair = with_contrast(lambda noisy: noisy, 0.2 + clean / 2, clean)
    >>> np.allclose(repair(0.2 + clean / 2), clean)
    True
    """
    noisy, clean = _pair(noisy, clean)
    z = inputs.array("outputs", denoiser(noisy.copy()))
    line = LinearRegression().fit(z.reshape(-1, 1), clean.ravel())
    return lambda noisy: np.clip(
        line.coef_[0] * denoiser(_images(noisy)) + line.intercept_, 0, 1
    )


def choose(candidates: Mapping[float, Denoiser], noisy: Array, clean: Array) -> Tuned:
    """Choose the setting with the highest mean PSNR on these pairs of images.

    Parameters
    ----------
    candidates
        Setting to denoiser.
    noisy, clean
        Pairs of images (n, height, width) that no candidate was made from.

    Raises
    ------
    ValueError
        If there is nothing to choose from, or these are no pairs of finite images.

    Examples
    --------
    >>> clean = np.zeros((2, 5, 5))
    >>> candidates = {c: lambda noisy, c=c: c * noisy for c in (0.1, 0.5)}
    >>> choose(candidates, clean + 1, clean).setting
    0.1
    """
    if not candidates:
        raise ValueError("There are no candidates to choose from.")
    noisy, clean = _pair(noisy, clean)
    tried = [
        Tuned(setting, float(psnr(clean, denoiser(noisy.copy())).mean()), denoiser)
        for setting, denoiser in candidates.items()
    ]
    return max(tried, key=lambda tuned: tuned.psnr)


def opponents(
    clean: Array, corrupt: Callable[..., Array], *, seed: int = 0
) -> dict[str, Tuned]:
    """Tune the four classical opponents of a denoising autoencoder for one noise.

    The last tenth of the images is held back: on it the width of the filters, the
    number of components and the strength of the ridge are chosen.  Filters and
    components are followed by `with_contrast`; the regression sees several draws of
    the noise.

    Parameters
    ----------
    clean
        Clean training images (n, height, width), in [0, 1], at least 20.
    corrupt
        ``corrupt(images, seed=…)``, such as an `aelib.corruption.Corruption`.
    seed
        Seed of the noise.

    Returns
    -------
    dict
        ``"median"``, ``"Gaussian filter"``, ``"PCA"`` and ``"linear regression"``.

    Raises
    ------
    ValueError
        If `clean` is not a stack of at least 20 images with pixels in [0, 1].

    Examples
    --------
    >>> from aelib.corruption import Corruption
    >>> images = np.kron(np.random.default_rng(0).random((60, 2, 2)), np.ones((4, 4)))
    >>> found = opponents(images, Corruption("salt_and_pepper", 0.1))
    >>> found["median"].psnr > 20
    True
    """
    clean = _images(clean)
    if clean.ndim != 3 or len(clean) < 20:
        raise ValueError(
            f"Shape {clean.shape} is not that of at least 20 images (n, height, width)."
        )
    inputs.check_pixels("clean", clean)
    rng = np.random.default_rng(inputs.seed(seed))
    x, held_back = np.split(clean, [len(clean) - len(clean) // 10])
    # A corruption may write over what it is given.
    draws = [corrupt(x.copy(), seed=rng) for _ in range(DRAWS)]
    pairs = np.concatenate(draws), np.concatenate([x] * DRAWS)
    few = draws[0][:ENOUGH], x[:ENOUGH]  # a line has two numbers
    most = min(len(x), x[0].size)
    families: dict[str, dict[float, Denoiser]] = {
        "median": {s: median_filter(s) for s in SIZES},
        "Gaussian filter": {s: gaussian_filter(s) for s in SIGMAS},
        "PCA": {k: principal_components(x, k) for k in COMPONENTS if k <= most},
        "linear regression": {a: linear_regression(*pairs, a) for a in ALPHAS},
    }
    spoilt = corrupt(held_back.copy(), seed=rng)
    return {
        name: choose(
            {s: with_contrast(f, *few) for s, f in family.items()},
            spoilt,
            held_back,
        )
        for name, family in families.items()
    }


def _images(images: Array) -> Array:
    """Return finite images as floats; filters work in the type that they are given."""
    found = inputs.floating("images", inputs.numbers("images", images))
    found = found.astype(np.float32) if found.dtype == np.float16 else found
    inputs.check_finite("images", found)
    if found.ndim < 2:
        raise ValueError(
            f"Images have shape {found.shape}; expected (n, height, width)."
        )
    return found


def _pair(noisy: Array, clean: Array) -> tuple[Array, Array]:
    noisy, clean = _images(noisy), _images(clean)
    inputs.check_same_shape(clean, noisy)
    return noisy, clean


def _flat(images: Array) -> Array:
    return images.reshape(len(images), -1)
