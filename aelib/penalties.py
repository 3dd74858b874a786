"""What a cost may add to the error: small weights, rare activity, distinct features.

The functions take NumPy arrays and torch tensors alike, and what comes back is of the
same kind; on tensors, autograd finds its way through them.  The three classes at the
end are the same penalties in the form that `aelib.training.fit` adds to its loss::

    fit(model, x, penalty=[KL(gamma=1.0, rho_bar=0.05), WeightDecay(lam=3e-3)])

All of them belong to the cost *averaged* over samples (C10): the lecture's gamma = beta
/ N, and lam as it stands.  Beside the cost summed over samples both are N times larger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from array_api_compat import array_namespace, device

from aelib import inputs

Array = TypeVar("Array", bound=Any)
"""A NumPy array or a torch tensor: what goes in comes out."""

FLOOR = 1e-30
"""Added to rho and to 1 - rho before they divide or enter a logarithm.

No digit of a rho above 1e-14 feels it.  A sigmoid's f' falls as fast as its activity,
so that the force on a nearly dead unit, gamma rho_bar f' / rho, stays what it was down
to here: a floor like 1e-8 would switch it off.
"""


def kl_divergence(rho_bar: float, rho: Array) -> Array:
    """Kullback-Leibler divergence of two coins, KL(rho_bar ‖ rho), elementwise (C5).

    ``rho_bar log(rho_bar / rho) + (1 - rho_bar) log((1 - rho_bar) / (1 - rho))``, in
    nats: 0 where both are equal, positive elsewhere.

    Parameters
    ----------
    rho_bar
        Desired mean activity, in (0, 1); or an array that broadcasts with `rho`.
    rho
        Actual mean activities, in [0, 1], any shape: averaged over the data *before*
        they come here.

    Returns
    -------
    array or tensor
        Like `rho`.  At 0 and 1 the divergence is infinite; here it ends at
        rho_bar log(1 / `FLOOR`) and (1 - rho_bar) log(1 / `FLOOR`), 69 times the
        factor, with a finite slope, so that one dead unit doesn't end a training run.

    Raises
    ------
    ValueError
        If `rho_bar` is outside (0, 1), `rho` is outside [0, 1], or either is NaN.

    Examples
    --------
    >>> kl_divergence(0.1, np.array([0.05, 0.1, 0.2])).round(4)
    array([0.0207, 0.    , 0.0367])
    >>> kl_divergence(0.1, np.array([0.0, 1.0])).round(1)
    array([ 6.6, 61.8])
    """
    xp, rho_bar, rho, floor = _coins(rho_bar, rho)
    log = xp.log  # a quotient inside it would overflow in autograd's backward pass
    ones = rho_bar * (log(rho_bar) - log(rho + floor))
    zeros = (1 - rho_bar) * (log(1 - rho_bar) - log(1 - rho + floor))
    return ones + zeros


def kl_gradient(rho_bar: float, rho: Array) -> Array:
    """Slope of `kl_divergence` in rho (C6): (1 - rho_bar)/(1 - rho) - rho_bar/rho.

    Positive above rho_bar, negative below.  At 0 and 1, where it would be infinite, it
    ends at -rho_bar / `FLOOR` and (1 - rho_bar) / `FLOOR`; what a unit feels is the
    product with f', which a sigmoid has at 0 there.

    Parameters
    ----------
    rho_bar
        Desired mean activity, in (0, 1); or an array that broadcasts with `rho`.
    rho
        Actual mean activities, in [0, 1], any shape.

    Returns
    -------
    array or tensor
        Like `rho`, finite.

    Raises
    ------
    ValueError
        If `rho_bar` is outside (0, 1), `rho` is outside [0, 1], or either is NaN.

    Examples
    --------
    >>> kl_gradient(0.1, np.array([0.05, 0.1, 0.2])).round(3)
    array([-1.053,  0.   ,  0.625])
    """
    _, rho_bar, rho, floor = _coins(rho_bar, rho)
    return (1 - rho_bar) / (1 - rho + floor) - rho_bar / (rho + floor)


def mean_activity(h: Array) -> Array:
    """Mean of each unit's activity over the samples (C4): rho_j.

    Parameters
    ----------
    h
        Activities (n, units), at least one sample.

    Returns
    -------
    array or tensor
        Means (units,).

    Raises
    ------
    ValueError
        If `h` is not of shape (n, units) with n > 0, or not finite.

    Examples
    --------
    >>> mean_activity(np.array([[0.0, 1.0], [0.5, 0.5]]))
    array([0.25, 0.75])
    """
    return _mean_activity(_finite_activities(h))


def weight_penalty(weights: Array | Iterable[Array], lam: float) -> Any:
    """Half lam times the sum of the squared weights, of all layers together (C1).

    Parameters
    ----------
    weights
        The weight matrices, or a single one.  Biases don't belong here.
    lam
        At least 0; the lecture's range is 1e-4 to 1e-3.

    Returns
    -------
    number or tensor without dimensions
        lam/2 Σ w².

    Raises
    ------
    ValueError
        If `lam` is negative or not finite.

    Examples
    --------
    >>> round(float(weight_penalty([np.ones((2, 3)), 2 * np.ones((3, 1))], 1e-3)), 6)
    0.009
    """
    lam = inputs.strength("lam", lam)
    found = [inputs.floating("weights", w) for w in _matrices(weights)]
    return lam / 2 * sum(array_namespace(w).sum(w * w) for w in found)


def l1(h: Array) -> Array:
    """Sum over units of the absolute activity, mean over samples.

    Unlike the KL divergence it asks for zeros, sample by sample, and for no particular
    mean; and it can be lowered by shrinking a code that larger decoder weights make up
    for, so that it wants weight decay beside it.

    Parameters
    ----------
    h
        Activities (n, units), at least one sample.

    Returns
    -------
    number or tensor without dimensions
        (1/n) Σ_q Σ_j |h_j^q|.

    Raises
    ------
    ValueError
        If `h` is not of shape (n, units) with n > 0, or not finite.

    Examples
    --------
    >>> float(l1(np.array([[1.0, -2.0], [0.0, 0.0]])))
    1.5
    """
    return _l1(_finite_activities(h))


def top_k(h: Array, k: int) -> Array:
    """Keep the k largest activities of each sample; set all others to 0.

    The k-sparse autoencoder's code [1]_: sparse by construction, where a penalty only
    asks.  The gradient flows through the k that are kept.

    Parameters
    ----------
    h
        Activities (n, units), at least one sample.
    k
        How many to keep, 1 to the number of units.

    Returns
    -------
    array or tensor
        Like `h`, with exactly k entries kept in each row (of equal ones, some).

    Raises
    ------
    ValueError
        If `h` is not of shape (n, units), not finite, or `k` is not such a number.

    References
    ----------
    .. [1] Makhzani & Frey (2014), k-Sparse autoencoders, ICLR, arXiv:1312.5663.

    Examples
    --------
    >>> top_k(np.array([[3.0, 1.0, 2.0], [0.1, 0.3, 0.2]]), k=1)
    array([[3. , 0. , 0. ],
           [0. , 0.3, 0. ]])
    """
    h = _finite_activities(h)
    k = inputs.whole("k", k, most=h.shape[1])
    xp = array_namespace(h)
    order = xp.argsort(h, axis=1, descending=True)
    rank = xp.argsort(order, axis=1)
    return xp.where(rank < k, h, xp.zeros_like(h))


def contractive(h: Array, w: Array) -> Array:
    """Squared norm of a sigmoid code's Jacobian, mean over samples.

    ‖∂h/∂x‖² = Σ_j (h_j (1 - h_j))² Σ_k w_jk²: how much a little change of the input
    moves the code [1]_.

    Parameters
    ----------
    h
        Activities of the sigmoid units (n, units), in [0, 1].
    w
        Weights that lead to them (units, inputs).

    Returns
    -------
    number or tensor without dimensions
        The penalty.

    Raises
    ------
    ValueError
        If the shapes don't fit, or an activity is outside [0, 1].

    References
    ----------
    .. [1] Rifai, Vincent, Muller, Glorot & Bengio (2011), Contractive auto-encoders:
       explicit invariance during feature extraction, ICML, 833-840.

    Examples
    --------
    >>> float(contractive(np.array([[0.5, 1.0]]), np.array([[3.0, 4.0], [9.0, 9.0]])))
    1.5625
    """
    h, w = inputs.of_one_kind(_activities(h), inputs.floating("w", w))
    if w.ndim != 2 or w.shape[0] != h.shape[1]:
        raise ValueError(
            f"w has shape {tuple(w.shape)}; expected ({h.shape[1]}, inputs): one row "
            "per unit."
        )
    _check_unit_interval("h", h)
    xp = array_namespace(h, w)
    f_prime = h * (1 - h)
    return xp.sum(f_prime**2 * xp.sum(w * w, axis=1)) / h.shape[0]


def contraction(model: Callable[[Any], Any], x: Any) -> Any:
    """Half the squared sensitivity of a whole network, ½ ‖dŷ/dx‖², mean over samples.

    It is what a little Gaussian noise on the input adds to a denoising autoencoder's
    cost, for each unit of the noise's variance.  One pass per output: for networks with
    few of them, in which no sample knows of another.  `contractive` is the encoder's.

    Parameters
    ----------
    model
        A network from vectors to vectors.
    x
        Inputs, a tensor (n, d) of floats.

    Returns
    -------
    tensor
        A single number, through which autograd finds its way.

    Raises
    ------
    ValueError
        If `x` is not a tensor (n, d) of floats.

    Examples
    --------
    >>> import torch
    >>> contraction(lambda x: 3 * x, torch.zeros(5, 2)).item()
    9.0
    """
    import torch  # not at the top: the rest of this module does without

    if not (isinstance(x, torch.Tensor) and x.ndim == 2 and x.is_floating_point()):
        raise ValueError("Give inputs as a tensor (n, d) of floats.")
    x = x.detach().requires_grad_()
    outputs = model(x)
    total = x.new_zeros(())
    for output in outputs.sum(dim=0):
        (slope,) = torch.autograd.grad(output, x, create_graph=True)
        total = total + 0.5 * slope.square().sum(dim=1).mean()
    return total


@dataclass(frozen=True)
class KL:
    """Sparse coding for `fit`: gamma Σ_j KL(rho_bar ‖ rho_j) of each batch's code.

    rho_j is the mean over the *batch*, an estimate of the mean over the data with a
    standard error of at most .5/sqrt(batch size).

    Parameters
    ----------
    gamma
        Strength beside the averaged cost, at least 0; the lecture's range is 1 to 5.
    rho_bar
        Desired mean activity, in (0, 1); the lecture's range is .01 to .05.

    Raises
    ------
    ValueError
        If a parameter is out of range; when called, if the code is not one of sigmoid
        units, whose activities lie in (0, 1).

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> model, code = Autoencoder([4, 3], seed=0), np.full((5, 3), 0.2)
    >>> round(float(KL(gamma=2.0, rho_bar=0.1)(model, code)), 3)  # 2 · 3 · .0367
    0.22
    """

    gamma: float
    rho_bar: float

    def __post_init__(self) -> None:
        inputs.strength("gamma", self.gamma)
        inputs.desired_activity(self.rho_bar)

    def __call__(self, model: Any, code: Array) -> Array:
        """Return the penalty of a batch of codes (n, units)."""
        activation = getattr(model, "encoder_activations", ["sigmoid"])[-1]
        if activation != "sigmoid":
            raise ValueError(
                f"KL needs a code in (0, 1), and this one is {activation}: give the "
                'model code="sigmoid", or use L1.'
            )
        divergences = kl_divergence(self.rho_bar, _mean_activity(_activities(code)))
        return float(self.gamma) * array_namespace(divergences).sum(divergences)


@dataclass(frozen=True)
class WeightDecay:
    """Weight penalty for `fit`: lam/2 Σ w² over all weights, never biases (C1).

    Weights are the model's parameters with two dimensions or more; tied ones count
    once.  This is a term of the cost, which Adam rescales like any other; the
    ``weight_decay`` of `fit` is AdamW's and shrinks weights apart from the gradient.

    Parameters
    ----------
    lam
        Strength, at least 0; the lecture's range is 1e-4 to 1e-3.

    Raises
    ------
    ValueError
        If `lam` is negative or not finite.

    Examples
    --------
    >>> import torch
    >>> layer = torch.nn.Linear(3, 2)
    >>> _ = torch.nn.init.ones_(layer.weight)
    >>> round(WeightDecay(lam=0.1)(layer, code=None).item(), 6)
    0.3
    """

    lam: float

    def __post_init__(self) -> None:
        inputs.strength("lam", self.lam)

    def __call__(self, model: Any, code: Array) -> Array:
        """Return the penalty of a torch module; the code doesn't matter."""
        return weight_penalty([w for w in model.parameters() if w.ndim > 1], self.lam)


@dataclass(frozen=True)
class L1:
    """Sparse codes for `fit`: strength times `l1` of each batch's code.

    Parameters
    ----------
    strength
        At least 0.

    Raises
    ------
    ValueError
        If `strength` is negative or not finite.

    Examples
    --------
    >>> float(L1(strength=0.1)(None, np.ones((5, 3))).round(6))
    0.3
    """

    strength: float

    def __post_init__(self) -> None:
        inputs.strength("strength", self.strength)

    def __call__(self, model: Any, code: Array) -> Array:
        """Return the penalty of a batch of codes (n, units)."""
        return float(self.strength) * _l1(_activities(code))


def _coins(rho_bar: Any, rho: Any) -> tuple[Any, Any, Any, float]:
    """Bring both to one kind of array; find the floor that its numbers can hold."""
    rho = inputs.floating("rho", rho)
    xp = array_namespace(rho)
    inputs.desired_activity(rho_bar)
    _check_unit_interval("rho", rho)
    rho_bar = xp.asarray(rho_bar, dtype=rho.dtype, device=device(rho))
    return xp, rho_bar, rho, max(FLOOR, float(xp.finfo(rho.dtype).smallest_normal))


def _activities(h: Any) -> Any:
    h = inputs.floating("Activities", h)
    if h.ndim != 2 or 0 in h.shape:
        raise ValueError(
            f"Activities have shape {tuple(h.shape)}; expected (n, units), with at "
            "least one sample and one unit."
        )
    return h


def _finite_activities(h: Any) -> Any:
    """Refuse NaN, too; `fit` looks at its loss for that, once an epoch."""
    h = _activities(h)
    xp = array_namespace(h)
    if not xp.all(xp.isfinite(h)):
        raise ValueError(
            "Activities contain NaN or infinite values: has the model diverged?"
        )
    return h


def _mean_activity(h: Any) -> Any:
    return array_namespace(h).mean(h, axis=0)


def _l1(h: Any) -> Any:
    xp = array_namespace(h)
    return xp.sum(xp.abs(h)) / h.shape[0]


def _matrices(weights: Any) -> Iterable[Any]:
    """Return a list of matrices as it is, and a matrix alone in a list."""
    if isinstance(weights, Iterator):
        return weights
    rows = isinstance(weights, list | tuple) and len(weights) and np.ndim(weights[0])
    return weights if isinstance(weights, list | tuple) and rows != 1 else [weights]


def _check_unit_interval(name: str, values: Any) -> None:
    low, high = inputs.extremes(values)
    if not (low >= 0 and high <= 1):  # so that NaN fails too
        raise ValueError(
            f"{name} reaches from {inputs.digits(low, 0)} to {inputs.digits(high, 1)}; "
            "it must stay within [0, 1], as the activity of sigmoid units does."
        )
