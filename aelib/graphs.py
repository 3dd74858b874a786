"""A few labels, spread over a graph of neighbours: what images alone can tell.

Join every image to its nearest neighbours. A label known somewhere then says something
about the neighbours, and theirs, and so on: `spread_labels` lets it flow, `harmonic`
asks for the values at which nothing flows any more. New images ask their neighbours.

Sources: X. Zhu, Z. Ghahramani and J. Lafferty, "Semi-supervised learning using Gaussian
fields and harmonic functions", ICML (2003); D. Zhou, O. Bousquet, T. Lal, J. Weston and
B. Schölkopf, "Learning with local and global consistency", NIPS (2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse.linalg import cg
from sklearn.neighbors import NearestNeighbors

from aelib import inputs

Array = NDArray[np.floating[Any]]
ALPHA = 0.99
PRECISE = 1e-10  # of a harmonic solution


@dataclass(frozen=True)
class Graph:
    """Points joined to their nearest neighbours; `join` makes it.

    Attributes
    ----------
    weights
        How strongly two points are joined: sparse, symmetric, (n, n), in [0, 2].
    k
        How many neighbours each point has chosen.
    search
        Finds the neighbours of new points.
    """

    weights: sparse.csr_array
    k: int
    search: NearestNeighbors

    @property
    def degrees(self) -> Array:
        """The sum of each point's weights, (n,)."""
        return self.weights.sum(axis=1)

    def walk(self) -> sparse.csr_array:
        """Return P = D⁻¹W: the chances of a random walk's next step."""
        return sparse.diags_array(1 / self.degrees) @ self.weights

    def reach(self, x: ArrayLike) -> sparse.csr_array:
        """Return the weights from new points (m, d) to their neighbours, (m, n)."""
        distances, places = self.search.kneighbors(np.asarray(x), self.k)
        return _as_weights(distances, places, self.weights.shape[1])

    def vote(self, x: ArrayLike, scores: ArrayLike) -> Array:
        """Return the scores of new points: the weighted mean of their neighbours'."""
        reach = self.reach(x)
        return (reach @ np.asarray(scores)) / reach.sum(axis=1)[:, None]


def join(x: ArrayLike, k: int = 7) -> Graph:
    """Join each point to its `k` nearest neighbours.

    The weight of a neighbour at distance d is exp(-4 d²/d_k²), where d_k is the
    distance of the k-th: the nearest counts most, the last exp(-4) = 0.02. Two points
    that chose each other get the sum of both weights.

    Parameters
    ----------
    x
        Points (n, d): pixels, principal components, codes.
    k
        Number of neighbours, from 1 to n - 1.

    Returns
    -------
    Graph
        The graph.

    Raises
    ------
    ValueError
        If there are too few points.

    Examples
    --------
    >>> graph = join([[0.0], [1.0], [2.0]], k=1)
    >>> (graph.weights.todense() > 0).astype(int).tolist()
    [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    """
    x, k = np.asarray(x), inputs.whole("k", k)
    if len(x) <= k:
        raise ValueError(f"{k} neighbours take at least {k + 1} points; got {len(x)}.")
    search = NearestNeighbors(n_neighbors=k).fit(x)
    weights = _as_weights(*search.kneighbors(), len(x))  # nobody is its own neighbour
    return Graph((weights + weights.T).tocsr(), k, search)


def _as_weights(distances: Array, places: Array, n: int) -> sparse.csr_array:
    widths = np.maximum(distances[:, -1:], np.finfo(float).tiny)
    values = np.exp(-4 * (distances / widths) ** 2).ravel()
    rows = np.repeat(np.arange(len(places)), places.shape[1])
    return sparse.csr_array((values, (rows, places.ravel())), shape=(len(places), n))


def spread_labels(
    graph: Graph,
    rows: ArrayLike,
    labels: ArrayLike,
    *,
    alpha: float = ALPHA,
    steps: int = 100,
) -> Array:
    """Let known labels flow along the graph: F ← αSF + (1 - α)Y.

    S = D^(-1/2) W D^(-1/2), and Y holds a 1 where a label is known. For α < 1 the steps
    come to rest at (1 - α)(I - αS)⁻¹Y. In the end each class's column is divided by its
    sum, or a class with more labels would win on borders, and each row by its own.

    Parameters
    ----------
    graph
        From `join`.
    rows, labels
        Which points have known labels, and their classes 0, 1, …
    alpha
        How much comes from the neighbours, in [0, 1).
    steps
        How often.

    Returns
    -------
    ndarray
        Shares of the classes (n, classes); rows sum to 1, or to 0 where nothing came.

    Raises
    ------
    ValueError
        If rows and labels are not equally many, or alpha is outside [0, 1).

    Examples
    --------
    >>> two_heaps = join([[0.0], [0.1], [0.3], [5.0], [5.1], [5.3]], k=2)
    >>> spread_labels(two_heaps, [0, 3], [0, 1]).argmax(axis=1).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    known = _as_columns(graph, rows, labels)
    if not 0 <= alpha < 1:
        raise ValueError(f"alpha must be at least 0 and less than 1; got {alpha}.")
    half = sparse.diags_array(graph.degrees**-0.5)
    passed = (half @ graph.weights @ half).tocsr()
    held = known.copy()
    for _ in range(inputs.whole("steps", steps)):
        held = alpha * (passed @ held) + (1 - alpha) * known
    return shares(held / np.maximum(held.sum(axis=0), np.finfo(float).tiny))


def harmonic(graph: Graph, rows: ArrayLike, labels: ArrayLike) -> Array:
    """Solve for the values at which every unknown point is its neighbours' mean.

    Known points keep their class. Of the others, with L = D - W, the values solve the
    sparse system L_uu F_u = W_uk Y_k, by conjugate gradients. Each value is the chance
    that a random walk from there meets a label of that class first.

    Parameters
    ----------
    graph
        From `join`.
    rows, labels
        Which points have known labels, and their classes 0, 1, …

    Returns
    -------
    ndarray
        Shares of the classes (n, classes), which sum to 1; to 0 for points that no walk
        joins to a label.

    Raises
    ------
    ValueError
        If rows and labels are not equally many.

    Examples
    --------
    >>> two_heaps = join([[0.0], [0.1], [0.3], [5.0], [5.1], [5.3]], k=2)
    >>> harmonic(two_heaps, [0, 3], [0, 1])[:, 1].round(9).tolist()
    [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    """
    known = _as_columns(graph, rows, labels)
    is_known = known.sum(axis=1) > 0
    _, part = sparse.csgraph.connected_components(graph.weights, directed=False)
    reached = np.isin(part, part[is_known]) & ~is_known
    laplacian = sparse.diags_array(graph.degrees) - graph.weights
    to_known = graph.weights[reached][:, is_known] @ known[is_known]
    values = known.copy()
    inner = laplacian.tocsr()[reached][:, reached]
    for column in range(values.shape[1]) if reached.any() else ():
        # Symmetric and positive: conjugate gradients need no more than products.
        values[reached, column], _ = cg(inner, to_known[:, column], rtol=PRECISE)
    return values


def shares(scores: ArrayLike) -> Array:
    """Divide each row by its sum; rows of zeros stay."""
    scores = np.asarray(scores)
    return scores / np.maximum(scores.sum(axis=1, keepdims=True), np.finfo(float).tiny)


def _as_columns(graph: Graph, rows: ArrayLike, labels: ArrayLike) -> Array:
    rows, labels = np.asarray(rows), np.asarray(labels)
    if rows.shape != labels.shape or rows.ndim != 1:
        raise ValueError(
            f"Every known point has one label; got {rows.size} points and "
            f"{labels.size} labels."
        )
    columns = np.zeros((graph.weights.shape[0], int(labels.max()) + 1))
    columns[rows, labels] = 1
    return columns
