"""New images from a decoder: recipes for random codes, and what the draws are worth.

No single number says that draws are good.  `in_holes` asks whether codes lie where the
decoder was trained, `certainty` whether a classifier recognizes the images,
`coverage` and `frechet_distance` whether they are as varied as the digits,
`nearer_to_training` and `share_copied` whether they are copies.  Each is blind to what
another sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def whiten(
    code: ArrayLike,
) -> tuple[NDArray[np.float32], Callable[[ArrayLike], NDArray[np.float32]]]:
    """Return codes turned and stretched to unit covariance, and the way back.

    Parameters
    ----------
    code
        Codes (n, k), whose covariance is invertible.

    Returns
    -------
    white : numpy.ndarray
        The same codes with mean 0, variance 1 and no correlation (n, k), float32.
    back : callable
        Turns white codes (m, k) into codes again.

    Examples
    --------
    >>> code = np.random.default_rng(0).normal(size=(1_000, 2)) @ [[3, 1], [0, 2]] + 5
    >>> white, back = whiten(code)
    >>> bool(np.allclose(np.cov(white.T), np.eye(2), atol=1e-5))
    True
    >>> bool(np.allclose(back(white), code, atol=1e-4))
    True
    """
    code = inputs.rows("code", code)
    mean, root = code.mean(axis=0), np.linalg.cholesky(np.cov(code.T))
    white = np.linalg.solve(root, (code - mean).T).T.astype(np.float32)
    return white, lambda found: (np.asarray(found) @ root.T + mean).astype(np.float32)


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


def frechet_distance(draws: ArrayLike, real: ArrayLike) -> float:
    """Return how far two sets of features are apart, if each were one Gaussian.

    |m - m'|² + tr(C + C' - 2 (C C')^½), divided by the variance of `real`: 0 where mean
    and covariance agree, 1 where all draws are the mean. It sees neither what lies
    beyond them nor copies: training images are excellent draws to it.

    Parameters
    ----------
    draws, real
        Features (n, d) and (m, d), such as a reader's last hidden layer.

    Returns
    -------
    float
        The distance, as a share of the variance of `real`.

    Raises
    ------
    ValueError
        If the features are of different lengths.

    Notes
    -----
    Source: M. Heusel et al., "GANs trained by a two time-scale update rule converge to
    a local Nash equilibrium" (2017), arXiv:1706.08500, there of Inception's features
    and not divided.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(500, 3))
    >>> round(frechet_distance(real, real), 6)
    0.0
    >>> round(frechet_distance(np.tile(real.mean(axis=0), (10, 1)), real), 6)
    1.0
    """
    draws, real = _rows(draws=draws, real=real)
    apart = np.square(draws.mean(axis=0) - real.mean(axis=0)).sum()
    one, other = (
        np.cov(rows.T, bias=True).reshape(2 * [len(rows[0])]) for rows in (draws, real)
    )
    shared = np.sqrt(np.linalg.eigvals(one @ other).real.clip(0)).sum()
    distance = apart + np.trace(one) + np.trace(other) - 2 * shared
    return float(max(distance, 0.0) / np.trace(other))


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


def share_copied(draws: ArrayLike, train: ArrayLike, *, ratio: float = 1 / 3) -> float:
    """Share of draws that lie much nearer to one training item than to any other.

    A draw counts as a copy if its nearest training item is less than `ratio` times as
    far as the second nearest.  It needs no held-out items, and is blind to copies of
    items that training has twice.

    Parameters
    ----------
    draws, train
        Items (m, …) and (n, …), no two training items alike.
    ratio
        How much nearer, between 0 and 1.

    Notes
    -----
    The measure, with a third, is that of T. Yoon et al., "Diffusion probabilistic
    models generalize when they fail to memorize" (2023).

    Examples
    --------
    >>> share_copied([[0.1], [0.4], [3.0]], [[0.0], [1.0], [5.0]])
    0.3333333333333333
    """
    draws, train = _rows(draws=draws, train=train)
    nearest = NearestNeighbors(n_neighbors=2).fit(train).kneighbors(draws)[0]
    return float((nearest[:, 0] < ratio * nearest[:, 1]).mean())


def sliced_distance(a: ArrayLike, b: ArrayLike, *, directions: int = 200) -> float:
    """Return how far apart two sets of equally many points are, as distributions.

    Sliced Wasserstein distance: along a direction, the points of either set are put
    into order, and the k-th of one is compared with the k-th of the other; the mean
    absolute difference, over the points and over random directions.

    Parameters
    ----------
    a, b
        Points (n, d) and (n, d).
    directions
        Number of random directions, always the same ones.

    Raises
    ------
    ValueError
        If there are not equally many points.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> sliced_distance(square, square[::-1]), sliced_distance(square, square * 0) > 0.4
    (0.0, True)
    """
    a, b = _rows(a=a, b=b)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} points beside {len(b)}: pass equally many.")
    along = np.random.default_rng(0).normal(size=(a.shape[1], directions))
    along /= np.linalg.norm(along, axis=0)
    return float(np.abs(np.sort(a @ along, axis=0) - np.sort(b @ along, axis=0)).mean())


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
