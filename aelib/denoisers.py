"""What one would try against noise before training a network: the opponents.

A *denoiser* is a function from noisy images (n, height, width) to cleaned ones.
Filters know nothing of the images but that neighbours are alike; principal components
and a weighted mean of known digits know clean images; regressions have seen pairs of
noisy and clean ones, as a denoising autoencoder has (lecture E1), and so are its
fairest opponents: one for all images, or one for each cluster of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import softmax
from sklearn.cluster import KMeans
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
WIDTHS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)
CLUSTERS = (5, 20)
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


def known_images(noisy: Array, clean: Array, width: float) -> Denoiser:
    """Denoiser: a mean of known clean images, each weighted by its likeness.

    A clean image is likened to a noisy one after its pixels have been moved along the
    straight line that the noise moves pixels along on average (masking half of them,
    say, halves them); it counts exp(-distance² / 2 width²).  With Gaussian noise that
    is not clipped, and its standard deviation for the width, this is E[x | noisy] of
    known images that are equally likely.

    Parameters
    ----------
    noisy, clean
        Pairs of images (n, height, width); the clean ones are the known ones.
    width
        The smaller, the more does the nearest image count.

    Examples
    --------
    >>> known = np.array([[[0.0, 1.0]], [[1.0, 0.0]]])
    >>> known_images(known, known, 0.1)(np.array([[[0.2, 0.9]]])).round(3).tolist()
    [[[0.0, 1.0]]]
    """
    noisy, clean = _pair(noisy, clean)
    width = inputs.positive("width", width)
    line = LinearRegression().fit(clean.reshape(-1, 1), noisy.ravel())
    known = _flat(clean)
    expected = line.coef_[0] * known + line.intercept_

    def denoise(noisy: Array) -> Array:
        noisy = _images(noisy)
        # |a - b|² but for |a|², which cancels where weights are divided by their sum.
        nearness = _flat(noisy) @ expected.T - 0.5 * np.square(expected).sum(axis=1)
        return (softmax(nearness / width**2, axis=1) @ known).reshape(noisy.shape)

    return denoise


def regression_by_cluster(
    noisy: Array, clean: Array, k: int, alpha: float, *, seed: int = 0
) -> Denoiser:
    """Denoiser: a linear regression of its own for each of `k` clusters of images.

    A first regression cleans all images; k-means finds clusters in what it makes of
    the noisy ones, and each cluster gets a regression.

    Parameters
    ----------
    noisy, clean
        Pairs of images (n, height, width) to learn from, at least `k`.
    k
        Number of clusters.
    alpha
        Strength of the ridge penalty on the weights of all regressions.
    seed
        Seed of the k-means.

    Examples
    --------
    >>> clean = np.random.default_rng(0).random((50, 2, 2))
    >>> halve = regression_by_cluster(2 * clean, clean, k=2, alpha=1e-9)
    >>> np.allclose(halve(np.ones((1, 2, 2))), 0.5)
    True
    """
    noisy, clean = _pair(noisy, clean)
    k, alpha = inputs.whole("k", k), inputs.strength("alpha", alpha)
    if len(clean) < k:
        raise ValueError(f"{len(clean)} images can't form {k} clusters.")
    pairs = _flat(noisy), _flat(clean)
    first = Ridge(alpha).fit(*pairs)
    guessed = first.predict(pairs[0])
    means = KMeans(k, n_init=1, random_state=inputs.seed(seed)).fit(guessed)
    own = [
        Ridge(alpha).fit(*(half[means.labels_ == cluster] for half in pairs))
        for cluster in range(k)
    ]

    def denoise(noisy: Array) -> Array:
        noisy = _images(noisy)
        rows = _flat(noisy)
        cleaned = first.predict(rows)
        found = means.predict(cleaned)
        for cluster in np.unique(found):
            cleaned[found == cluster] = own[cluster].predict(rows[found == cluster])
        return cleaned.reshape(noisy.shape)

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
    """Tune six classical opponents of a denoising autoencoder for one noise.

    The last tenth of the images is held back: on it the width of the filters, the
    number of components, the weight of near images, the strength of the ridge and the
    number of clusters are chosen.  All are followed by `with_contrast`; the regressions
    see several draws of the noise.

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
        ``"median"``, ``"Gaussian filter"``, ``"PCA"``, ``"known digits"``,
        ``"linear regression"`` and ``"by cluster"``, a regression for each cluster.

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
        "known digits": {w: known_images(draws[0], x, w) for w in WIDTHS},
        "linear regression": {a: linear_regression(*pairs, a) for a in ALPHAS},
    }
    spoilt = corrupt(held_back.copy(), seed=rng)

    def tune(family: dict[float, Denoiser]) -> Tuned:
        contrasted = {s: with_contrast(f, *few) for s, f in family.items()}
        return choose(contrasted, spoilt, held_back)

    tuned = {name: tune(family) for name, family in families.items()}
    alpha, sizes = ALPHAS[1], [k for k in CLUSTERS if k <= len(x) // 4]
    clusters = {k: regression_by_cluster(*pairs, k, alpha) for k in sizes}
    return tuned | {"by cluster": tune(clusters or families["linear regression"])}


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
