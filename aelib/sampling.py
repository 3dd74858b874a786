"""New images from a decoder: recipes for random codes, and what the draws are worth.

No single number says that draws are good.  `in_holes` asks whether codes lie where the
decoder was trained, `certainty` whether a classifier recognizes the images,
`coverage` whether they are as varied as the digits, `nearer_to_training` whether they
are copies.  Each is blind to what another sees.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from aelib import inputs
from aelib.autoencoders import Autoencoder
from aelib.compute import in_batches
from aelib.stacking import DeepClassifier, fine_tune

SIZES = (1, 10, 20, 30, 50)
HELD_OUT = 0.2  # of the codes, by which the number of Gaussians is chosen
# Less than a code's variance by orders: it only keeps covariances invertible.
LEAST_VARIANCE = 1e-3
USUAL = 0.99


def fit_mixture(
    code: ArrayLike, sizes: Sequence[int] = SIZES, *, seed: int = 0
) -> tuple[GaussianMixture, dict[int, float]]:
    """Fit a mixture of Gaussians to codes, as many as held-out codes ask for.

    Parameters
    ----------
    code
        Codes (n, k), in random order: the last fifth is held out for the choice.
    sizes
        Numbers of Gaussians to choose from; one size is taken without a choice.
    seed
        Seed of the fit and of the draws.

    Returns
    -------
    GaussianMixture
        The mixture of the best size, fitted to all codes; ``.sample(n)[0]`` draws.
    dict
        Each size's mean log density of held-out codes in nats, where one was chosen.

    Raises
    ------
    ValueError
        If a size is below 1, or there are fewer codes than the largest size needs.

    Notes
    -----
    This is the density that Ghosh et al. (2020), arXiv:1903.12436, fit after training.
    Covariances are full, and 0.001 of the codes' mean variance is added to each of
    their diagonals.

    Examples
    --------
    >>> two = np.random.default_rng(0).normal(size=(1_000, 2))
    >>> two[::2] += 9
    >>> mixture, scores = fit_mixture(two, sizes=(1, 2))
    >>> mixture.n_components, scores[2] > scores[1]
    (2, True)
    """
    code = inputs.rows("code", code)
    sizes = [inputs.whole("sizes", size) for size in sizes]
    cut = round(len(code) * (1 - HELD_OUT))
    if not sizes or max(sizes) > cut:
        raise ValueError(
            f"sizes={sizes} for {len(code)} codes: name one or more sizes, each of at "
            f"most {cut}, the codes left when a fifth is held out."
        )
    settings = {
        "reg_covar": LEAST_VARIANCE * code.var(axis=0).mean(),
        "random_state": inputs.seed(seed),
    }
    scores = {}
    if len(sizes) > 1:
        for size in sizes:
            fitted = GaussianMixture(size, **settings).fit(code[:cut])
            scores[size] = float(fitted.score(code[cut:]))
    best = max(scores, key=scores.__getitem__) if scores else sizes[0]
    return GaussianMixture(best, **settings).fit(code), scores


def in_holes(draws: ArrayLike, train: ArrayLike, test: ArrayLike) -> float:
    """Share of draws that lie farther from training codes than test codes do.

    A draw counts as in a hole if its nearest training code is farther away than for
    99 % of the test codes, so that test codes themselves score 0.01.  It is blind to
    variety: training codes, or one of them many times, score 0.

    Parameters
    ----------
    draws, train, test
        Codes (m, k), (n, k) and (l, k), or images.

    Examples
    --------
    >>> train, test = np.arange(100.0)[:, None], np.arange(100.0)[:, None] + 0.1
    >>> in_holes([[3.05], [7.0], [-50.0], [200.0]], train, test)
    0.5
    """
    draws, train, test = _rows(draws=draws, train=train, test=test)
    usual = np.quantile(_distances(test, train), USUAL)
    return float((_distances(draws, train) > usual).mean())


def coverage(draws: ArrayLike, real: ArrayLike, *, k: int = 5) -> float:
    """Share of real items that have a draw among them: variety.

    A real item is covered if some draw is nearer to it than its k-th nearest fellow
    (Naeem et al. 2020, arXiv:2002.09797).  Draw as many as there are real items: more
    draws cover more.  One perfect digit drawn a thousand times covers next to nothing;
    it is blind to bad draws beside good ones.

    Parameters
    ----------
    draws, real
        Items (m, …) and (n, …), of any kind: codes, images, features.
    k
        Number of the fellow, below n.

    Raises
    ------
    ValueError
        If shapes do not fit, or `k` is not 1 to n − 1.

    Examples
    --------
    >>> real = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    >>> coverage(np.full((6, 1), 1.1), real, k=2)
    0.5
    """
    draws, real = _rows(draws=draws, real=real)
    k = inputs.whole("k", k, 1, max(1, len(real) - 1))
    radius = NearestNeighbors(n_neighbors=k).fit(real).kneighbors()[0][:, -1]
    return float((_distances(real, draws) < radius).mean())


def nearer_to_training(
    draws: ArrayLike, train: ArrayLike, held_out: ArrayLike
) -> float:
    """Share of draws nearer to a training item than to any held-out one: copying.

    Parameters
    ----------
    draws, train, held_out
        Items (m, …), (n, …) and (n, …): as many of the last two.

    Returns
    -------
    float
        About 0.5 for fresh draws of the same distribution; 1 for copies.

    Raises
    ------
    ValueError
        If there are not as many training items as held-out ones, or shapes differ.

    Examples
    --------
    >>> nearer_to_training([[0.1], [0.9]], [[0.0], [5.0]], [[1.0], [6.0]])
    0.5
    """
    draws, train, held_out = _rows(draws=draws, train=train, held_out=held_out)
    if len(train) != len(held_out):
        raise ValueError(
            f"{len(train)} training items beside {len(held_out)} held-out ones: take "
            "equally many, or the larger set is nearer by its number alone."
        )
    return float((_distances(draws, train) < _distances(draws, held_out)).mean())


def train_reader(
    images: ArrayLike, labels: ArrayLike, *, seed: int = 0
) -> DeepClassifier:
    """Train the classifier that judges draws: 784-256-64-10, ReLU, with dropout.

    Parameters
    ----------
    images, labels
        Digits (n, 28, 28) and their classes (n,), 0 to 9, some of each.
    seed
        Seed of weights, batches and masks.

    Returns
    -------
    DeepClassifier
        In evaluation mode; ``.encoder.encode`` gives its 64 features.

    Examples
    --------
    >>> from aelib import load_data
    >>> digits = load_data("drawn", n_train=500, n_test=100)
    >>> reader = train_reader(digits.train.images, digits.train.labels)
    >>> reader.accuracy(digits.test.images, digits.test.labels) > 0.5
    True
    """
    encoder = Autoencoder([784, 256, 64], activation="relu", code="relu", seed=seed)
    reader = DeepClassifier(encoder, pretrained=False, dropout=0.3, seed=seed)
    settings = {"epochs": 15, "batch_size": 100, "learning_rate": 3e-3}
    fine_tune(reader, images, labels, schedule="one-cycle", seed=seed, **settings)
    return reader


def certainty(reader: DeepClassifier, images: ArrayLike) -> NDArray[np.float64]:
    """Probability that a classifier gives to the class it finds likeliest.

    It is blind to variety, and to what a classifier was never taught to doubt.

    Parameters
    ----------
    reader
        A classifier with a softmax.
    images
        Images (n, 28, 28) or vectors (n, d).

    Returns
    -------
    numpy.ndarray
        One probability per image, (n,), from 1/C to 1.

    Examples
    --------
    >>> reader = DeepClassifier(Autoencoder([784, 9]), pretrained=False)
    >>> certainty(reader, np.zeros((2, 784), np.float32)).shape
    (2,)
    """
    scores = in_batches(reader, reader, images)
    return torch.softmax(scores.double(), dim=1).amax(dim=1).numpy()


def _rows(**items: ArrayLike) -> list[NDArray[np.float64]]:
    """Return items as rows of one length."""
    rows = [inputs.rows(name, values) for name, values in items.items()]
    widths = {name: row.shape[1] for name, row in zip(items, rows, strict=True)}
    if len(set(widths.values())) > 1 or min(map(len, rows)) == 0:
        raise ValueError(
            f"Items of different length, or none at all: {widths} values each. Pass "
            "items of one kind, in one shape."
        )
    return rows


def _distances(
    items: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distance of each item from the nearest of the others."""
    nearest = NearestNeighbors(n_neighbors=1).fit(others)
    return nearest.kneighbors(items)[0][:, 0]
