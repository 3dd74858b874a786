"""The lecture's network, by hand, in the lecture's symbols (C7).

For one sample q, with `w[i, j]` the weight from unit j to unit i of the next layer::

    s_i = sum_j w_ij h_j + b_i,   h_i = f(s_i)        forward; h of the input is x
    J   = 1/2 sum_i (y_i - y_hat_i)^2                 cost
    delta_i = (y_i - y_hat_i) f'(s_i)                 output layer
    delta_j = f'(s_j) sum_i w_ij delta_i              hidden layers
    dJ/dw_ij = -delta_i h_j,   dJ/db_i = -delta_i
    step: w_ij += eta delta_i h_j,   b_i += eta delta_i

**Sign.**  The lecture's `delta` is -dJ/ds: the way in which `s` should move.  UFLDL's
delta and the gradient that autograd leaves are +dJ/ds.

Everything is float64.  A sample may be one vector (d,), or a batch (n, d) of rows.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Activation(NamedTuple):
    """An activation function, its derivative, and the range of its values.

    Attributes
    ----------
    f, f_prime
        The function and its derivative, elementwise, both of the pre-activation `s`.
    low, high
        The infimum and the supremum of `f`.
    """

    f: Callable[[Array], Array]
    f_prime: Callable[[Array], Array]
    low: float
    high: float


def sigmoid(s: Array) -> Array:
    """Logistic function 1 / (1 + exp(-s)), elementwise.

    Parameters
    ----------
    s
        Pre-activations, any shape, any size of number.

    Returns
    -------
    Array
        Values in [0, 1], same shape.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    # exp(710) overflows; below -700 the value is 0 to 300 decimals anyway.
    return 1 / (1 + np.exp(-np.maximum(s, -700)))


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(sigmoid, lambda s: sigmoid(s) * (1 - sigmoid(s)), 0, 1),
    "tanh": Activation(np.tanh, lambda s: 1 - np.tanh(s) ** 2, -1, 1),
    "relu": Activation(lambda s: np.maximum(s, 0), lambda s: 1.0 * (s > 0), 0, np.inf),
    "linear": Activation(lambda s: s, np.ones_like, -np.inf, np.inf),
}


class Network:
    """A fully connected feed-forward network with hand-derived gradients.

    Parameters
    ----------
    sizes
        Units per layer, input first: `[784, 196, 784]`.
    activation
        `"sigmoid"`, `"tanh"`, `"relu"` or `"linear"` for every layer, or a sequence
        with one name per layer after the input.
    output
        Another activation for the last layer; None: the same.
    seed
        Seed of the initial weights: uniform in ±sqrt(6 / (fan_in + fan_out)) [1]_.
        Biases start at 0.

    Attributes
    ----------
    weights
        One array (units of the next layer, units of this layer) per layer of weights.
    biases
        One array (units of the next layer,) per layer of weights.
    activations
        Name of the activation of each layer after the input.

    Raises
    ------
    ValueError
        For fewer than two layers, sizes that are no positive integers, an unknown
        activation.

    References
    ----------
    .. [1] Glorot & Bengio (2010), Understanding the difficulty of training deep
       feedforward neural networks, AISTATS, PMLR 9:249-256.

    Examples
    --------
    >>> net = Network([2, 3, 1], seed=0)
    >>> [w.shape for w in net.weights]
    [(3, 2), (1, 3)]
    >>> x, y = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([[1.0], [0.0]])
    >>> before = net.cost(x, y)
    >>> net.step(x, y, eta=0.5)
    >>> net.cost(x, y) < before
    True
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Sequence[str] = "sigmoid",
        *,
        output: str | None = None,
        seed: int = 0,
    ) -> None:
        sizes = _layer_sizes(sizes)
        self.activations = _activation_names(activation, output, len(sizes) - 1)
        rng = np.random.default_rng(seed)
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        for fan_in, fan_out in itertools.pairwise(sizes):
            limit = math.sqrt(6 / (fan_in + fan_out))
            self.weights.append(rng.uniform(-limit, limit, (fan_out, fan_in)))
            self.biases.append(np.zeros(fan_out))

    @classmethod
    def from_parameters(
        cls,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike],
        activation: str | Sequence[str] = "sigmoid",
        *,
        output: str | None = None,
    ) -> Network:
        """Build a network from given weights and biases (copied).

        Parameters
        ----------
        weights, biases
            One array (out, in) and one array (out,) per layer of weights.
        activation, output
            As for `Network`.

        Returns
        -------
        Network
            A network with exactly these parameters.

        Raises
        ------
        ValueError
            If shapes do not chain, or a value is NaN or infinite.

        Examples
        --------
        >>> net = Network.from_parameters([[[2.0, -1.0]]], [[0.5]], "linear")
        >>> net.predict([1.0, 1.0]).tolist()
        [1.5]
        """
        ws = [np.array(w, dtype=float) for w in weights]
        bs = [np.array(b, dtype=float) for b in biases]
        if not ws or any(w.ndim != 2 for w in ws):
            raise ValueError(
                "Expected a list of weight matrices (out, in); got shapes "
                f"{[w.shape for w in ws]}."
            )
        sizes = [ws[0].shape[1], *(len(w) for w in ws)]
        net = cls(sizes, activation, output=output)
        for name, given, model in (
            ("Weights", ws, net.weights),
            ("Biases", bs, net.biases),
        ):
            _require_shapes(name, given, [m.shape for m in model])
        net.weights, net.biases = ws, bs
        return net

    @property
    def sizes(self) -> list[int]:
        """Units per layer, input first."""
        return [self.weights[0].shape[1], *(len(b) for b in self.biases)]

    def forward(self, x: ArrayLike) -> tuple[list[Array], list[Array]]:
        """Send `x` through the network and keep everything on the way.

        Parameters
        ----------
        x
            Input: (n, d), one sample (d,), or images (n, height, width).

        Returns
        -------
        s, h
            Pre-activations `s[l]` of each layer after the input, and activities:
            `h[0]` is x, `h[l + 1] = f(s[l])`, `h[-1]` is y_hat.

        Examples
        --------
        >>> s, h = Network([2, 3, 1]).forward([0.0, 1.0])
        >>> [a.shape for a in s], [a.shape for a in h]
        ([(3,), (1,)], [(2,), (3,), (1,)])
        """
        s: list[Array] = []
        h = [_rows("x", x, self.sizes[0])]
        for w, b, name in zip(self.weights, self.biases, self.activations, strict=True):
            s.append(h[-1] @ w.T + b)
            h.append(ACTIVATIONS[name].f(s[-1]))
        return s, h

    def predict(self, x: ArrayLike) -> Array:
        """Output y_hat for input `x`; in the shape of `x` where the sizes agree.

        Parameters
        ----------
        x
            Input: (n, d), one sample (d,), or images (n, height, width).

        Returns
        -------
        Array
            Output: (n, outputs), (outputs,), or images.

        Examples
        --------
        >>> Network([4, 2, 4]).predict(np.zeros((5, 2, 2))).shape
        (5, 2, 2)
        """
        y_hat = self.forward(x)[1][-1]
        return y_hat.reshape(np.shape(x)) if y_hat.size == np.size(x) else y_hat

    def cost(self, x: ArrayLike, y: ArrayLike) -> float:
        """Mean over samples of J^q = 1/2 sum_i (y_i - y_hat_i)^2.

        Parameters
        ----------
        x, y
            Inputs and targets: (n, d) and (n, outputs), or one sample each.

        Returns
        -------
        float
            The cost; the sum over outputs is *not* divided by their number.

        Examples
        --------
        >>> net = Network.from_parameters([[[1.0]]], [[0.0]], "linear")
        >>> net.cost([[1.0], [2.0]], [[0.0], [0.0]])  # (1/2 + 4/2) / 2
        1.25
        """
        x, y = self._pair(x, y)
        y_hat = self.forward(x)[1][-1]
        return float((0.5 * (y - y_hat) ** 2).sum(axis=-1).mean())

    def deltas(self, x: ArrayLike, y: ArrayLike) -> list[Array]:
        """Lecture's delta = -dJ^q/ds of every unit after the input, per sample.

        Parameters
        ----------
        x, y
            Inputs and targets: (n, d) and (n, outputs), or one sample each.

        Returns
        -------
        list of Array
            For each layer after the input an array (n, units), or (units,).

        Examples
        --------
        >>> net = Network.from_parameters([[[1.0]], [[2.0]]], [[0.0], [0.0]], "linear")
        >>> [d.tolist() for d in net.deltas([1.0], [3.0])]  # 2 · (3 - 2), then 3 - 2
        [[2.0], [1.0]]
        """
        x, y = self._pair(x, y)
        return self._deltas(*self.forward(x), y)

    def gradients(self, x: ArrayLike, y: ArrayLike) -> tuple[list[Array], list[Array]]:
        """Gradients of `cost` with respect to every weight and bias.

        Parameters
        ----------
        x, y
            Inputs and targets: (n, d) and (n, outputs), or one sample each.

        Returns
        -------
        weights, biases
            dJ/dW and dJ/db, in the order and the shapes of the parameters.

        Examples
        --------
        >>> net = Network.from_parameters([[[1.0]]], [[0.0]], "linear")
        >>> dw, db = net.gradients([2.0], [0.0])  # -delta x, -delta; delta = 0 - 2
        >>> dw[0].tolist(), db[0].tolist()
        ([[4.0]], [2.0])
        """
        x, y = (np.atleast_2d(a) for a in self._pair(x, y))
        s, h = self.forward(x)
        deltas = self._deltas(s, h, y)
        weights = [-d.T @ h_in / len(x) for d, h_in in zip(deltas, h, strict=False)]
        biases = [-d.mean(axis=0) for d in deltas]
        return weights, biases

    def step(self, x: ArrayLike, y: ArrayLike, eta: float) -> None:
        """Go one step of gradient descent, in place.

        For one sample this is the lecture's online rule, w += eta delta x and
        b += eta delta; for a batch, the mean of that over the samples.

        Parameters
        ----------
        x, y
            Inputs and targets: (n, d) and (n, outputs), or one sample each.
        eta
            Learning rate, > 0.

        Raises
        ------
        ValueError
            If `eta` is not positive, or a target lies where the output's activation
            cannot reach it (grey levels 0 to 255 for a sigmoid, say).

        Examples
        --------
        >>> net = Network.from_parameters([[[1.0]]], [[0.0]], "linear")
        >>> net.step([2.0], [0.0], eta=0.25)  # delta = -2
        >>> net.weights[0].tolist(), net.biases[0].tolist()
        ([[0.0]], [-0.5])
        """
        if not (eta > 0 and math.isfinite(eta)):
            raise ValueError(f"eta must be a positive number; got {eta}.")
        x, y = self._pair(x, y)
        _require_range(y, self.activations[-1])
        for parameters, slopes in zip(
            (self.weights, self.biases), self.gradients(x, y), strict=True
        ):
            for parameter, slope in zip(parameters, slopes, strict=True):
                parameter -= eta * slope

    def sweep(self, x: ArrayLike, y: ArrayLike, eta: float) -> None:
        """Learn online: one `step` for each sample, in the order given.

        Parameters
        ----------
        x, y
            Inputs (n, d) and targets (n, outputs).
        eta
            Learning rate, > 0.

        Examples
        --------
        >>> net = Network([1, 1], "linear", seed=0)
        >>> for _ in range(200):
        ...     net.sweep([[0.0], [1.0]], [[1.0], [3.0]], eta=0.3)
        >>> net.predict([[0.0], [1.0], [2.0]]).round(3).tolist()  # y = 1 + 2x
        [[1.0], [3.0], [5.0]]
        """
        for x_q, y_q in zip(*map(np.atleast_2d, self._pair(x, y)), strict=True):
            self.step(x_q, y_q, eta)

    def _deltas(self, s: list[Array], h: list[Array], y: Array) -> list[Array]:
        """Start with the error of the outputs; pass it back, weight by weight."""
        pull = y - h[-1]
        deltas: list[Array] = []
        for layer in reversed(range(len(s))):
            deltas.insert(
                0, pull * ACTIVATIONS[self.activations[layer]].f_prime(s[layer])
            )
            pull = deltas[0] @ self.weights[layer]
        return deltas

    def _pair(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        x, y = _rows("x", x, self.sizes[0]), _rows("y", y, self.sizes[-1])
        if x.shape[:-1] != y.shape[:-1]:
            raise ValueError(
                "x and y must hold the same samples; got shapes "
                f"{x.shape} and {y.shape}."
            )
        return x, y


def _rows(name: str, values: ArrayLike, width: int) -> Array:
    array = np.asarray(values, dtype=float)
    rows = array.reshape(len(array), -1) if array.ndim > 2 and len(array) else array
    if rows.ndim == 0 or rows.size == 0 or rows.shape[-1] != width:
        raise ValueError(
            f"{name} has shape {array.shape}; expected (n, {width}), or ({width},) for "
            "one sample."
        )
    if not np.isfinite(rows).all():
        raise ValueError(
            f"{name} contains NaN or infinite values; clean the data first."
        )
    return rows


def _layer_sizes(sizes: Sequence[int]) -> list[int]:
    try:
        counts = [operator.index(size) for size in sizes]
    except TypeError:
        counts = []
    if len(counts) < 2 or min(counts) < 1:
        raise ValueError(
            f"sizes must be two or more positive integers, input first; got {sizes!r}."
        )
    return counts


def _activation_names(
    activation: str | Sequence[str], output: str | None, layers: int
) -> list[str]:
    names = [activation] * layers if isinstance(activation, str) else list(activation)
    if len(names) != layers:
        raise ValueError(
            f"Got {len(names)} activations for {layers} layers after the input."
        )
    if output is not None:
        names[-1] = output
    for name in names:
        if name not in ACTIVATIONS:
            raise ValueError(
                f"Unknown activation {name!r}; choose of {[*ACTIVATIONS]}."
            )
    return names


def _require_shapes(name: str, given: list[Array], shapes: list[tuple]) -> None:
    if [a.shape for a in given] != shapes:
        raise ValueError(
            f"{name} have shapes {[a.shape for a in given]}; expected {shapes}."
        )
    if not all(np.isfinite(a).all() for a in given):
        raise ValueError(f"{name} contain NaN or infinite values.")


def _require_range(y: Array, activation: str) -> None:
    low, high = ACTIVATIONS[activation].low, ACTIVATIONS[activation].high
    if y.min() < low or y.max() > high:
        raise ValueError(
            f"Targets reach from {y.min():g} to {y.max():g}, but a {activation} output "
            f"stays within [{low}, {high}]: rescale y, or choose another output."
        )
