"""What a model is worth, in numbers: errors, properties of codes, probes.

Arrays in, numbers out.  `reconstruct` and `encode` are the bridge from torch models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from aelib import inputs
from aelib.autoencoders import Autoencoder
from aelib.compute import in_batches, place


def encode(model: Any, x: ArrayLike) -> np.ndarray:
    """Return the codes of all `x`, an array (n, code_size).

    Parameters
    ----------
    model
        A model with ``encode``.
    x
        Inputs (n, …).

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> encode(Autoencoder([784, 9]), np.zeros((3, 28, 28), np.float32)).shape
    (3, 9)
    """
    if not hasattr(model, "encode"):
        raise TypeError(f"A {type(model).__name__} has no code: it needs encode().")
    return inputs.numbers("codes", in_batches(model, model.encode, x))


def reconstruct(model: nn.Module, x: ArrayLike) -> np.ndarray:
    """Run `model` on all `x`; return its outputs, an array of the same shape.

    Parameters
    ----------
    model
        An autoencoder.
    x
        Inputs (n, …).

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> reconstruct(Autoencoder([784, 9]), np.zeros((3, 28, 28), np.float32)).shape
    (3, 28, 28)
    """
    return inputs.numbers("outputs", in_batches(model, model, x))


def squared_error(y: ArrayLike, y_hat: ArrayLike) -> np.ndarray:
    """Squared error of each item, summed over its pixels.

    This is the measure of Hinton and Salakhutdinov (2006), doi:10.1126/science.1127647,
    and twice the lecture's J (C1).

    Parameters
    ----------
    y, y_hat
        Targets and outputs of the same shape (n, …).

    Returns
    -------
    numpy.ndarray
        One error per item (n,).

    Raises
    ------
    ValueError
        If the shapes differ, or a value is not finite.

    Examples
    --------
    >>> squared_error(np.zeros((2, 28, 28)), np.full((2, 28, 28), 0.5))
    array([196., 196.])
    """
    y, y_hat = inputs.array("y", y), inputs.array("y_hat", y_hat)
    inputs.check_same_shape(y, y_hat)
    return np.square(inputs.rows("y", y) - inputs.rows("y_hat", y_hat)).sum(axis=1)


def psnr(y: ArrayLike, y_hat: ArrayLike) -> np.ndarray:
    """Peak signal-to-noise ratio of each item in dB, for a peak of 1.

    ``-10 log10`` of the mean squared error per pixel: 20 dB is an error of 0.1 in
    each pixel, and every halving of that error adds 6 dB.  Infinite where an item has
    no error.

    Parameters
    ----------
    y, y_hat
        Targets in [0, 1] and outputs of the same shape (n, …).

    Returns
    -------
    numpy.ndarray
        One ratio per item (n,).  Their mean differs from the ratio of the mean error.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, or a target lies outside [0, 1].

    Examples
    --------
    >>> psnr(np.zeros((2, 28, 28)), np.full((2, 28, 28), 0.1)).round(6)
    array([20., 20.])
    """
    y = inputs.array("y", y)
    inputs.check_pixels("y", y)
    error = squared_error(y, y_hat)
    with np.errstate(divide="ignore"):
        return -10 * np.log10(error / y[0].size)


def pca_reconstruct(train: ArrayLike, test: ArrayLike, k: int) -> np.ndarray:
    """Rebuild `test` from its `k` principal components, which `train` determines.

    Of all *linear* codes of `k` numbers, this one loses least of `train` (Baldi and
    Hornik 1989, doi:10.1016/0893-6080(89)90014-2): the yardstick for autoencoders.

    Parameters
    ----------
    train, test
        Items (n, …) and (m, …).
    k
        Number of components, at most the number of values per item.

    Returns
    -------
    numpy.ndarray
        Like `test`.

    Raises
    ------
    ValueError
        If `k` is not between 1 and what the data allow.

    Examples
    --------
    >>> line = np.outer(np.arange(5.0), [1, 2, 3])
    >>> np.allclose(pca_reconstruct(line, line, k=1), line)
    True
    """
    pca, test = _components(train, k), inputs.array("test", test)
    flat = inputs.samples("test", inputs.rows("test", test), pca.n_features_in_)
    return pca.inverse_transform(pca.transform(flat)).reshape(test.shape)


def pca_autoencoder(train: ArrayLike, k: int) -> Autoencoder:
    """Return the autoencoder, linear from end to end, that PCA is.

    Its encoder projects on the `k` principal components of `train`, its decoder is the
    transpose, so that whatever is measured of an autoencoder can be measured of PCA.

    Parameters
    ----------
    train
        Items (n, …).
    k
        Number of components, at most the number of values per item.

    Returns
    -------
    Autoencoder
        With weights of 32 bits: its outputs are those of `pca_reconstruct` to about
        six digits.

    Raises
    ------
    ValueError
        If `k` is not between 1 and what the data allow.

    Examples
    --------
    >>> line = np.outer(np.arange(5.0), [1, 2, 3])
    >>> model = pca_autoencoder(line, k=1)
    >>> np.allclose(reconstruct(model, line), line, atol=1e-5)
    True
    """
    pca = _components(train, k)
    model = Autoencoder(
        [pca.n_features_in_, pca.n_components_], activation="linear", output="linear"
    )
    parameters = {
        "encoder.0.weight": pca.components_,
        "encoder.0.bias": -pca.components_ @ pca.mean_,
        "decoder.0.weight": pca.components_.T,
        "decoder.0.bias": pca.mean_,
    }
    model.load_state_dict(
        {name: torch.tensor(values) for name, values in parameters.items()}
    )
    return model.eval()


def _components(train: ArrayLike, k: int) -> PCA:
    flat, k = inputs.rows("train", train), inputs.whole("k", k, least=-math.inf)
    if not 1 <= k <= min(flat.shape):
        raise ValueError(
            f"k={k} components are not to be had from data of shape {flat.shape}; "
            f"choose 1 to {min(flat.shape)}."
        )
    return PCA(k, svd_solver="covariance_eigh").fit(flat)


def noise_passed(
    model: nn.Module, x: ArrayLike, *, level: float = 0.05, seed: int = 0
) -> float:
    """Share of a little noise on the input that is still there in the output.

    The slope, along the noise, of the change that the noise makes in the output:
    1 for the identity, 0 for a constant, k/d in expectation for a projection on k of d
    dimensions, such as PCA.  It is an estimate of the trace of the Jacobian
    J = ∂y_hat/∂x, divided by d (Hutchinson 1990, doi:10.1080/03610919008812866).

    It is blind to noise that comes out as *another* pattern, at a right angle to the
    one that went in: it is nearly 0 for a network that shuffles the pixels.
    `noise_energy` counts that, too.

    Parameters
    ----------
    model
        An autoencoder.
    x
        Inputs (n, …).
    level
        Standard deviation of the Gaussian noise, in units of `x`; small, so that the
        model is nearly linear over it.
    seed
        Seed of the noise.

    Raises
    ------
    ValueError
        If `level` is not positive, or `x` has no finite numbers.

    Examples
    --------
    >>> round(noise_passed(nn.Identity(), np.zeros((50, 100), np.float32)), 3)
    1.0
    """
    noise, change = _noise_and_change(model, x, level, seed)
    return float((change * noise).sum() / np.square(noise).sum())


def noise_energy(
    model: nn.Module, x: ArrayLike, *, level: float = 0.05, seed: int = 0
) -> float:
    """Energy of the change that a little noise makes, over the energy of the noise.

    1 for the identity and for a network that shuffles the pixels, 0 for a constant,
    k/d in expectation for a projection on k of d dimensions, and above 1 for a network
    that amplifies noise.  It is an estimate of ‖J‖²_F / d, the squared entries of the
    Jacobian J = ∂y_hat/∂x, summed and divided by d; it is never below the square of
    `noise_passed`, which estimates tr(J) / d.

    Parameters
    ----------
    model, x, level, seed
        As for `noise_passed`.

    Raises
    ------
    ValueError
        If `level` is not positive, or `x` has no finite numbers.

    Examples
    --------
    >>> twice = nn.Linear(100, 100, bias=False)
    >>> _ = twice.weight.data.copy_(2 * torch.eye(100).roll(1, 0))
    >>> x = np.zeros((50, 100), np.float32)
    >>> round(noise_energy(twice, x), 3), abs(noise_passed(twice, x)) < 0.05
    (4.0, True)
    """
    noise, change = _noise_and_change(model, x, level, seed)
    return float(np.square(change).sum() / np.square(noise).sum())


def _noise_and_change(
    model: nn.Module, x: ArrayLike, level: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return noise on all inputs, and what it changes in the outputs."""
    x = inputs.numbers("x", inputs.tensor("x", x, place(model)[1]))
    if x.size == 0:
        raise ValueError(f"x has shape {x.shape}; expected (n, …), at least one item.")
    level = inputs.positive("level", level)
    rng = np.random.default_rng(inputs.seed(seed))
    noise = rng.normal(0, level, x.shape).astype(x.dtype)
    return noise, reconstruct(model, x + noise) - reconstruct(model, x)


def redundancy(code: ArrayLike) -> float:
    """How well each feature of a code can be predicted from the others: the mean R².

    Each feature is predicted from all others by linear regression, on the same data;
    R² is the share of its variance that the prediction explains.  Features that
    (almost) never vary are left out.  An invertible mixing of the features changes it.

    Parameters
    ----------
    code
        Codes (n, features) or images, many more than they have features.

    Returns
    -------
    float
        0 (no feature says anything, linearly, about another) to 1 (each is determined
        by the others).

    Raises
    ------
    ValueError
        If fewer than two features vary, or there are fewer codes than features.

    Notes
    -----
    With the correlation matrix C, the R² of feature j is 1 − 1 / (C⁻¹)_jj.  Adding
    1e-6 to its diagonal keeps C invertible where features repeat exactly.

    Examples
    --------
    >>> h = np.random.default_rng(0).normal(size=(10_000, 2))
    >>> round(redundancy(h), 2), round(redundancy(np.hstack([h, h @ [[1], [1]]])), 2)
    (0.0, 1.0)
    """
    code = inputs.rows("code", code)
    spread = code.std(axis=0)
    code = code[:, spread > 1e-3 * spread.max()]
    n, features = code.shape
    if features < 2 or n <= features:
        raise ValueError(
            f"{n} codes with {features} features that vary: redundancy needs at least "
            "two such features, and more codes than features."
        )
    correlation = np.corrcoef(code, rowvar=False) + 1e-6 * np.eye(features)
    shares = 1 - 1 / np.diag(np.linalg.inv(correlation))
    return max(0.0, float(shares.mean()))


def population_sparseness(code: ArrayLike) -> float:
    """How few units carry a code: 0 (all alike) to 1 (a single one), mean over codes.

    The measure of Rolls and Tovee (1995), doi:10.1152/jn.1995.73.2.713, rescaled as
    by Vinje and Gallant (2000), doi:10.1126/science.287.5456.1273.  It reads
    activities, so that they must not be negative; all-zero codes are left out.

    Parameters
    ----------
    code
        Activities (n, units) or images, not negative.

    Raises
    ------
    ValueError
        If an activity is negative, there is one unit only, or all codes are zero.

    Examples
    --------
    >>> population_sparseness(np.eye(4)), population_sparseness(np.ones((2, 4)))
    (1.0, 0.0)
    """
    code = inputs.rows("code", code)
    if not code.any():
        raise ValueError("Sparseness is defined where activities are not all zero.")
    return float(sparseness(code[code.any(axis=1)], axis=1).mean())


def sparseness(code: ArrayLike, axis: int) -> NDArray[np.float64]:
    """How few values along an axis make up their sum: 0 (all alike) to 1 (one alone).

    Parameters
    ----------
    code
        Activities (n, units), not negative.
    axis
        0: over samples, for each unit; 1: over units, for each sample.

    Returns
    -------
    numpy.ndarray
        One number per unit, or per sample; NaN where all values are 0.

    Raises
    ------
    ValueError
        If there are fewer than two values along the axis, one is negative or not
        finite, or there is no such axis.

    Examples
    --------
    >>> sparseness([[1, 0.1, 0], [0, 0.1, 0], [0, 0.1, 0]], axis=0).round(3)
    array([ 1.,  0., nan])
    """
    code, axis = inputs.array("code", code), inputs.whole("axis", axis, 0, 1)
    if code.ndim != 2 or code.size == 0 or code.shape[axis] < 2 or code.min() < 0:
        raise ValueError(
            "Sparseness is defined over two or more samples or units with activities "
            f"that are not negative; got shape {code.shape}, smallest value "
            f"{code.min(initial=math.inf):.3g}."
        )
    square = np.square(code).mean(axis=axis)
    ratio = np.full_like(square, np.nan)
    np.divide(code.mean(axis=axis) ** 2, square, out=ratio, where=square > 0)
    return ((1 - ratio) / (1 - 1 / code.shape[axis])).clip(0, 1)


def probe_accuracy(
    train: ArrayLike,
    train_labels: ArrayLike,
    test: ArrayLike,
    test_labels: ArrayLike,
) -> float:
    """Fraction of `test` that a linear classifier reads correctly from its codes.

    A *linear probe* (Alain and Bengio 2016, arXiv:1610.01644): multinomial logistic
    regression on standardized features.  It measures what a code makes easy to read,
    not all that it contains.

    Parameters
    ----------
    train, test
        Codes, or images, (n, …) and (m, …).
    train_labels, test_labels
        Classes (n,) and (m,): numbers or words, two or more of them.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ValueError
        If there is not one label per code, or a code is not finite.

    Examples
    --------
    >>> x, labels = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1])
    >>> probe_accuracy(x, labels, x, labels)
    1.0
    """
    seen = inputs.rows("train", train), inputs.column("train_labels", train_labels)
    unseen = inputs.rows("test", test), inputs.column("test_labels", test_labels)
    for codes, labels in (seen, unseen):
        if labels.shape != (len(codes),):
            raise ValueError(
                f"Labels of shape {labels.shape} beside {len(codes)} codes: each code "
                f"needs one, shape ({len(codes)},)."
            )
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1_000))
    return float(probe.fit(*seen).score(*unseen))


@dataclass(frozen=True)
class Reliability:
    """Whether a classifier is right as often as it says, in bins of certainty.

    Attributes
    ----------
    count
        Predictions in each bin (bins,); the bins divide [0, 1] equally.
    certainty, accuracy
        Mean certainty and share of right answers in each; NaN where there is none.
    """

    count: NDArray[np.int64]
    certainty: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def error(self) -> float:
        """The expected calibration error: the mean gap, each bin by its count."""
        gap = np.nan_to_num(np.abs(self.accuracy - self.certainty))
        return float((self.count * gap).sum() / self.count.sum())


def reliability(
    certainty: ArrayLike, right: ArrayLike, *, bins: int = 10
) -> Reliability:
    """Compare how certain a classifier is with how often it is right.

    Parameters
    ----------
    certainty
        The probability that it gives to its own answer (n,), in [0, 1].
    right
        For each answer whether it is right (n,): true or false, 1 or 0.
    bins
        How many bins of equal width; a value on an edge belongs to the bin above it,
        and 1 to the last.

    Returns
    -------
    Reliability
        Counts, mean certainties and accuracies by bin, and the calibration error.

    Raises
    ------
    ValueError
        If the shapes differ, a certainty lies outside [0, 1] or is not finite, or
        `right` holds anything but 0 and 1.

    Examples
    --------
    >>> found = reliability([1.0, 1.0, 0.7, 0.8], [1, 0, 1, 1], bins=2)
    >>> found.count, found.certainty, found.accuracy
    (array([0, 4]), array([  nan, 0.875]), array([ nan, 0.75]))
    >>> found.error
    0.125
    """
    certainty = inputs.array("certainty", certainty)
    right, bins = inputs.array("right", right), inputs.whole("bins", bins)
    if certainty.ndim != 1 or certainty.size == 0 or right.shape != certainty.shape:
        raise ValueError(
            f"certainty has shape {certainty.shape} and right {right.shape}; expected "
            "(n,) for both, one per answer."
        )
    # A softmax in float32 may end a little above 1.
    if certainty.min() < 0 or certainty.max() > 1 + 1e-6:
        raise ValueError(
            f"Certainties reach from {certainty.min():.3g} to {certainty.max():.3g}; "
            "they are probabilities, from 0 to 1: pass softmax outputs, not scores."
        )
    if not np.isin(right, (0, 1)).all():
        raise ValueError("right must hold 1 (right) and 0 (wrong) only.")
    place = np.minimum((certainty * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    sums = [np.bincount(place, of, minlength=bins) for of in (certainty, right)]
    means = [np.full(bins, np.nan) for _ in sums]
    for mean, total in zip(means, sums, strict=True):
        np.divide(total, count, out=mean, where=count > 0)
    return Reliability(count, *means)


def fit_temperature(scores: ArrayLike, labels: ArrayLike) -> float:
    """Find the temperature T at which softmax(scores / T) is the least surprised.

    Temperature scaling (Guo et al. 2017, arXiv:1706.04599).  The order of the scores
    stays, so no answer changes; T > 1 makes all answers less certain, T < 1 more.

    Parameters
    ----------
    scores
        A classifier's scores (n, C) of samples that it has not been trained on.
    labels
        Their classes (n,), whole numbers from 0 to C - 1.

    Returns
    -------
    float
        The T between 0.01 and 100 with the lowest mean cross-entropy.

    Raises
    ------
    ValueError
        If there is not one label from 0 to C - 1 per row, or a score is not finite.

    Examples
    --------
    A classifier that says 98 % and is right in three cases of four:

    >>> scores = np.array([[4.0, 0.0]] * 4)
    >>> T = fit_temperature(scores, [0, 0, 0, 1])
    >>> round(float(1 / (1 + np.exp(-4 / T))), 3)
    0.75
    """
    scores, found = inputs.array("scores", scores), inputs.array("labels", labels)
    if scores.ndim != 2 or scores.size == 0 or found.shape != scores.shape[:1]:
        raise ValueError(
            f"Scores of shape {scores.shape} beside labels of shape {found.shape}: "
            "expected (n, C) and (n,)."
        )
    if not np.isin(found, np.arange(scores.shape[1])).all():
        raise ValueError(
            f"Labels must be whole numbers from 0 to {scores.shape[1] - 1}."
        )
    right = scores[np.arange(len(scores)), found.astype(int)]

    def surprise(log_temperature: float) -> float:
        beta = math.exp(-log_temperature)
        return float((logsumexp(beta * scores, axis=1) - beta * right).mean())

    ends = (math.log(0.01), math.log(100))
    return math.exp(minimize_scalar(surprise, bounds=ends, method="bounded").x)
