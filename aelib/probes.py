"""Do codes know the latent variables?  Linear read-outs, subspaces, dependence.

Arrays in, numbers out.  The two halves belong to two questions of the lecture: which
factors can be read from a code (B2, B5), and which dependence a latent variable
explains (B4).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import subspace_angles
from scipy.special import rel_entr
from scipy.stats import norm
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from aelib import inputs

Array = NDArray[np.float64]

STRENGTHS = (1.0, 10.0, 100.0, 1e3, 1e4)
ENOUGH = 100  # samples by which one sees whether a variable's values recur
MOST_CELLS = 10_000_000  # of a table of counts; one of labels and bins has far fewer

# Reading factors from codes (lecture B2, B5)


def factor_r2(
    train_code: ArrayLike,
    train_factor: ArrayLike,
    test_code: ArrayLike,
    test_factor: ArrayLike,
) -> float:
    """R² with which a linear read-out tells a factor from codes it has never seen.

    Ridge regression on standardized features, fitted on the training codes; of five
    strengths of the ridge, leaving one out among them chooses the best, so that 784
    pixels are read as carefully as 2 units.  Like
    `aelib.evaluation.probe_accuracy` it measures what a code makes easy to read, not
    all that it contains; raw pixels are the control (Alain and Bengio 2016,
    arXiv:1610.01644).

    Parameters
    ----------
    train_code, test_code
        Codes, or images, (n, …) and (m, …).
    train_factor, test_factor
        What is to be read, one number each, (n,) and (m,); not constant.

    Returns
    -------
    float
        1 for a perfect reading, 0 for the best constant of the test data, below 0 for
        a reading worse than that.

    Raises
    ------
    ValueError
        If lengths differ, or a factor is constant: then there is no R².

    Examples
    --------
    >>> h = np.random.default_rng(0).normal(size=(300, 3))
    >>> slant = h @ [2.0, -1.0, 0.0]
    >>> round(factor_r2(h[:200], slant[:200], h[200:], slant[200:]), 2)
    1.0
    """
    seen = _pair("training", train_code, train_factor)
    unseen = _pair("test", test_code, test_factor)
    probe = make_pipeline(StandardScaler(), RidgeCV(STRENGTHS))
    return float(probe.fit(*seen).score(*unseen))


def unit_correlations(code: ArrayLike, factor: ArrayLike) -> Array:
    """Correlation of each single unit with a factor.

    A read-out may add up many units; a unit that *is* the factor, up to scale, has a
    correlation of 1 or −1 with it.

    Parameters
    ----------
    code
        Codes (n, units), or images (n, …).
    factor
        One number per code, (n,); not constant.

    Returns
    -------
    Array
        Pearson's correlation of each unit, (units,); 0 for a unit that never varies.

    Raises
    ------
    ValueError
        If lengths differ, or the factor is constant.

    Examples
    --------
    >>> width = np.arange(5.0)
    >>> unit_correlations(np.stack([3 * width, -width, 0 * width], axis=1), width)
    array([ 1., -1.,  0.])
    """
    code, factor = _pair("given", code, factor)
    code, factor = code - code.mean(axis=0), factor - factor.mean()
    scale = np.linalg.norm(code, axis=0) * np.linalg.norm(factor)
    varies = np.ptp(code, axis=0) > 0
    return np.divide(factor @ code, scale, out=np.zeros_like(scale), where=varies)


def measured_slant(images: ArrayLike) -> Array:
    """Measure how far digits lean, from their pictures alone.

    The slope of the line through the ink's middle that follows its second moments:
    what MNIST, where nobody has recorded a slant, has in its place.

    Parameters
    ----------
    images
        Ink (n, height, width), not negative, and some in each picture.

    Returns
    -------
    Array
        Pixels to the right per pixel upwards, (n,).

    Raises
    ------
    ValueError
        If these are no pictures, ink is negative, or a picture has none or lies in
        one row.

    Examples
    --------
    >>> stroke = np.eye(5)[::-1]  # from the bottom left to the top right
    >>> measured_slant([stroke, stroke.T[::-1]])
    array([ 1., -1.])
    """
    images = inputs.array("images", images)
    if images.ndim != 3:
        raise ValueError(
            f"Shape {images.shape} is not that of images: pass (n, height, width)."
        )
    rows, columns = np.indices(images.shape[1:]).reshape(2, -1)
    ink = images.reshape(len(images), -1)
    total = ink.sum(axis=1, keepdims=True)
    if images.min(initial=0) < 0 or not (total > 0).all():
        raise ValueError("Ink is not negative, and each picture needs some of it.")
    ink = ink / total
    down, right = (place - (ink @ place)[:, None] for place in (rows, columns))
    height = (ink * down**2).sum(axis=1)
    if not (height > 0).all():
        raise ValueError("A picture whose ink lies in one row has no slant: drop it.")
    return -(ink * down * right).sum(axis=1) / height


def principal_angles(a: ArrayLike, b: ArrayLike) -> Array:
    """Angles between the subspaces that the columns of two matrices span.

    The largest is 0 exactly if the one subspace lies within the other.  Bases do not
    matter: any invertible mixture of the columns gives the same angles (Björck and
    Golub 1973, doi:10.1090/S0025-5718-1973-0348991-3).

    Parameters
    ----------
    a, b
        Matrices (d, k) and (d, l), columns not all zero.

    Returns
    -------
    Array
        min(rank a, rank b) angles in degrees, 0 to 90, the largest first.

    Raises
    ------
    ValueError
        If these are not two finite matrices with columns of one length.

    Examples
    --------
    >>> plane = np.eye(3)[:, :2]
    >>> line = np.array([[1.0], [0.0], [1.0]])
    >>> principal_angles(plane, line).round(6)
    array([45.])
    """
    a, b = inputs.array("a", a), inputs.array("b", b)
    if a.ndim != 2 or b.ndim != 2 or len(a) != len(b):
        raise ValueError(
            f"Columns of one length are needed, but the matrices have shapes {a.shape} "
            f"and {b.shape}: pass (d, k) and (d, l); transpose rows of weights."
        )
    return np.degrees(subspace_angles(a, b))


def aggregate_posterior(
    mean: ArrayLike, std: ArrayLike, line: ArrayLike
) -> NDArray[np.float64]:
    """Density of the mean of many Gaussians of the plane, on a grid.

    Parameters
    ----------
    mean, std
        Means and standard deviations (n, 2) of independent code units: q(z|x) of n
        images.
    line
        Places (m,) along each axis.

    Returns
    -------
    numpy.ndarray
        Density (m, m): a row per place of unit 2, a column per place of unit 1.

    Raises
    ------
    ValueError
        If the shapes are others, or a standard deviation is not positive.

    Examples
    --------
    >>> line = np.linspace(-6, 6, 121)
    >>> density = aggregate_posterior([[0, 0], [1, 2]], np.ones((2, 2)), line)
    >>> density.shape, round(float(density.sum()) * 0.1**2, 3)
    ((121, 121), 1.0)
    """
    mean, std = inputs.array("mean", mean), inputs.array("std", std)
    line = inputs.array("line", line)
    if mean.ndim != 2 or mean.shape[1] != 2 or std.shape != mean.shape:
        raise ValueError(
            f"Means of shape {mean.shape} and standard deviations of shape {std.shape}"
            " are no Gaussians of the plane: pass (n, 2) twice."
        )
    if line.ndim != 1 or std.min(initial=1) <= 0:
        raise ValueError(
            f"Pass places along one axis (got shape {line.shape}) and standard "
            f"deviations above 0 (the least is {std.min(initial=1):.3g})."
        )
    across, up = (norm.pdf(line[:, None], mean[:, j], std[:, j]) for j in (0, 1))
    return up @ across.T / len(mean)


# Dependence, and what remains of it given h (lecture B4)


def mutual_information(joint: ArrayLike) -> float:
    """Mutual information of two discrete variables from their joint distribution.

    Σ P(x,y) log₂ P(x,y) / (P(x) P(y)): 0 exactly if x and y are independent (Cover
    and Thomas 2006, doi:10.1002/047174882X, section 2.3).

    Parameters
    ----------
    joint
        P(x, y), a row per value of x and a column per value of y; or counts, which
        are divided by their sum.

    Returns
    -------
    float
        Bits, ≥ 0.

    Raises
    ------
    ValueError
        If the table is not two-dimensional, has negative or infinite entries, or is
        all zero.

    Examples
    --------
    >>> mutual_information([[0.5, 0.0], [0.0, 0.5]])  # y tells all of x, one bit
    1.0
    >>> mutual_information([[0.06, 0.14], [0.24, 0.56]]) < 1e-12  # a product
    True
    """
    joint = _as_distribution(joint, 2)
    return conditional_mutual_information(joint[None])


def conditional_mutual_information(joint: ArrayLike) -> float:
    """Mutual information that x and y have left once h is known.

    Σ_h P(h) I(x; y | h): 0 exactly if P(x,y|h) = P(x|h) P(y|h) for every h that
    occurs, the lecture's B4.

    Parameters
    ----------
    joint
        P(h, x, y), one table (x, y) per value of h; or counts.

    Returns
    -------
    float
        Bits, ≥ 0.  It may exceed the mutual information: knowing h can also *create*
        dependence.

    Raises
    ------
    ValueError
        As `mutual_information`, for three dimensions.

    Examples
    --------
    >>> given_h = np.array([[[0.81, 0.09], [0.09, 0.01]], [[0.01, 0.09], [0.09, 0.81]]])
    >>> round(mutual_information(given_h.sum(axis=0)), 3)
    0.32
    >>> conditional_mutual_information(given_h) < 1e-12
    True
    """
    joint = _as_distribution(joint, 3)
    x_given_h, y, h = (joint.sum(axis=axis, keepdims=True) for axis in (2, 1, (1, 2)))
    x_given_h = np.divide(x_given_h, h, out=np.zeros_like(x_given_h), where=h > 0)
    return max(0.0, float(rel_entr(joint, x_given_h * y).sum() / np.log(2)))


def dependence(x: ArrayLike, y: ArrayLike, given: ArrayLike | None = None) -> float:
    """(Conditional) mutual information of samples of discrete variables.

    The formula applied to counted frequencies.  **It is biased upwards**: also
    independent samples have some, by chance, and the more the finer `given` cuts them
    up.  Compare it with `dependence_by_chance`.

    Parameters
    ----------
    x, y
        Values (n,): numbers, labels or booleans; each different value counts as such.
    given
        Values (n,) of h; None: the plain mutual information.

    Returns
    -------
    float
        Bits, ≥ 0.

    Raises
    ------
    ValueError
        If there are no samples, lengths differ, a value is NaN, or there are so many
        different ones that the variables must be continuous: cut those by `bins`.

    Examples
    --------
    >>> x, y, h = [0, 0, 1, 1], [0, 0, 1, 1], [5, 5, 7, 7]
    >>> dependence(x, y), dependence(x, y, given=h)
    (1.0, 0.0)
    """
    return conditional_mutual_information(_count(*_codes(x, y, given)))


def dependence_by_chance(
    x: ArrayLike,
    y: ArrayLike,
    given: ArrayLike | None = None,
    *,
    repeats: int = 20,
    seed: int = 0,
) -> Array:
    """Shuffle x among samples of equal h: `dependence` where there is none.

    Shuffling keeps P(x|h) and P(y|h) and makes x and y independent given h, so the
    mean is the bias of the estimate and the spread its chance (Runge 2018,
    arXiv:1709.01447, discusses such local permutations).

    Parameters
    ----------
    x, y, given
        As for `dependence`.
    repeats
        Number of shuffles, ≥ 1.
    seed
        Seed of the shuffles.

    Returns
    -------
    Array
        Bits, one value per shuffle, (repeats,).

    Raises
    ------
    ValueError
        As `dependence`, or if `repeats` is below 1.

    Examples
    --------
    >>> x = np.arange(1_000) % 2
    >>> dependence(x, x), bool(dependence_by_chance(x, x).max() < 0.02)
    (1.0, True)
    """
    repeats, seed = inputs.whole("repeats", repeats), inputs.seed(seed)
    x, y, h = _codes(x, y, given)
    rng = np.random.default_rng(seed)
    by_h = np.argsort(h, kind="stable")
    x, y, h = x[by_h], y[by_h], h[by_h]
    # Sorting random numbers within each h is a shuffle within each h.
    shuffles = (np.lexsort((rng.random(len(h)), h)) for _ in range(repeats))
    counts = (_count(x[order], y, h) for order in shuffles)
    return np.array([conditional_mutual_information(table) for table in counts])


def bins(values: ArrayLike, number: int) -> NDArray[np.int64]:
    """Cut continuous values into bins that hold equally many.

    Parameters
    ----------
    values
        Values (n,), or several columns (n, k), each of which is cut; then a bin is a
        box of their product.
    number
        Bins per column, 1 to n.

    Returns
    -------
    NDArray
        A whole number per row, (n,): 0 to number**k − 1.

    Raises
    ------
    ValueError
        If `number` does not fit the values, or a value is NaN or infinite.

    Examples
    --------
    >>> bins([0.1, 30.0, 7.0, 0.2], 2)
    array([0, 1, 1, 0])
    >>> bins([[1, 1], [1, 9], [8, 2], [9, 8]], 2)
    array([0, 1, 2, 3])
    """
    values = inputs.rows("values", values)
    number = inputs.whole("number", number, least=-math.inf)
    if not 1 <= number <= len(values):
        raise ValueError(
            f"number={number} bins of {len(values)} values: choose 1 to {len(values)}."
        )
    inner = np.quantile(values, np.arange(1, number) / number, axis=0)
    columns = zip(values.T, inner.T, strict=True)
    cut = [np.searchsorted(edges, column, side="right") for column, edges in columns]
    return np.ravel_multi_index(cut, (number,) * len(cut))


def _pair(what: str, code: ArrayLike, factor: ArrayLike) -> tuple[Array, Array]:
    """Return codes as rows, and a factor that has one number for each and varies."""
    code, factor = inputs.rows("code", code), inputs.array("factor", factor)
    if factor.shape != (len(code),):
        raise ValueError(
            f"The {what} factor has shape {factor.shape} beside {len(code)} codes: it "
            f"needs one number per code, shape ({len(code)},)."
        )
    if len(factor) == 0 or factor.min() == factor.max():
        raise ValueError(
            f"The {what} factor never varies, so that no share of its variance can be "
            "explained: choose another factor, or more data."
        )
    return code, factor


def _as_distribution(joint: ArrayLike, dimensions: int) -> Array:
    joint = inputs.array("joint", joint, finite=False)
    if joint.ndim != dimensions:
        raise ValueError(
            f"A table of shape {joint.shape} does not fit: {dimensions} dimensions "
            "are needed, one per variable."
        )
    total = joint.sum()
    if not (joint.min(initial=0) >= 0 and 0 < total < np.inf):
        raise ValueError(
            "Probabilities or counts must be finite, not negative, and not all zero."
        )
    return joint / total


def _codes(x: ArrayLike, y: ArrayLike, given: ArrayLike | None) -> list[NDArray]:
    """Replace the different values of each variable by numbers from 0 on."""
    columns = [inputs.column("x", x), inputs.column("y", y)]
    columns.append(
        np.zeros_like(columns[0], dtype=int)
        if given is None
        else inputs.column("given", given)
    )
    shapes = [column.shape for column in columns]
    if len(set(shapes)) != 1 or columns[0].ndim != 1 or columns[0].size == 0:
        raise ValueError(
            f"One value per sample is needed of each variable; got shapes {shapes}."
        )
    columns = [np.unique(column, return_inverse=True)[1] for column in columns]
    _check_discrete(columns)
    return columns


def _check_discrete(columns: list[NDArray]) -> None:
    """Refuse variables that hardly ever take a value twice, and giant tables."""
    samples = len(columns[0])
    different = [int(column.max()) + 1 for column in columns]
    continuous = samples >= ENOUGH and max(different[:2]) > samples / 2
    if continuous or math.prod(different) > MOST_CELLS:
        raise ValueError(
            f"x, y and given have {different} different values in {samples} samples; "
            "that is for discrete variables, whose values recur: cut continuous ones "
            "by bins() first."
        )


def _count(x: NDArray, y: NDArray, h: NDArray) -> Array:
    """Count how often each (h, x, y) occurs."""
    shape = h.max() + 1, x.max() + 1, y.max() + 1
    cells = np.ravel_multi_index((h, x, y), shape)
    return np.bincount(cells, minlength=np.prod(shape)).reshape(shape).astype(float)
