"""Hidden half of notebook 11's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np
import torch
from scipy.special import logsumexp
from torch.distributions import Normal, kl_divergence

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(11)


def _kl_case(n: int, k: int, spread: float) -> tuple[tuple, np.ndarray]:
    """Arguments for `gaussian_kl`, and the answer of torch's distributions."""
    arrays = tuple(spread * rng.normal(size=(4, n, k)))
    mean_q, log_var_q, mean_p, log_var_p = map(torch.tensor, arrays)
    q = Normal(mean_q, (log_var_q / 2).exp())
    p = Normal(mean_p, (log_var_p / 2).exp())
    return arrays, kl_divergence(q, p).sum(dim=1).numpy()


def _gradient_case(d: int, draws: int, log_var: float) -> tuple[tuple, np.ndarray]:
    """Arguments for `reparametrized_gradient`, and the answer of autograd."""
    x = rng.integers(2, size=d).astype(float)
    w, b, mean, eps = (
        rng.normal(size=d),
        rng.normal(size=d),
        0.4,
        rng.normal(size=draws),
    )
    point = torch.tensor([mean, log_var], dtype=torch.float64, requires_grad=True)
    z = point[0] + (0.5 * point[1]).exp() * torch.tensor(eps)
    s = z[:, None] * torch.tensor(w) + torch.tensor(b)
    log_p = torch.distributions.Bernoulli(logits=s).log_prob(torch.tensor(x))
    (gradient,) = torch.autograd.grad(log_p.sum(dim=1).mean(), point)
    return (x, w, b, mean, log_var, eps), gradient.numpy()


def _bound_case(draws: int, n: int, level: float) -> tuple[tuple, np.ndarray]:
    """Arguments for `importance_bound`, and scipy's answer."""
    parts = tuple(rng.normal([[[level]], [[-20]], [[-15]]], 2.0, size=(3, draws, n)))
    likelihood, prior, q = parts
    return parts, logsumexp(likelihood + prior - q, axis=0) - np.log(draws)


def _shown_kl() -> tuple[tuple, np.ndarray]:
    """Arguments for `gaussian_kl`, and the answer of torch's distributions."""
    arrays = (
        np.array([[0.5, -1.0], [2.0, 0.0]]),
        np.array([[0.2, -0.4], [-1.0, 0.3]]),
        np.array([[0.0, 1.0], [1.0, -0.5]]),
        np.array([[0.6, -0.8], [0.5, 1.2]]),
    )
    mean_q, log_var_q, mean_p, log_var_p = map(torch.tensor, arrays)
    q = Normal(mean_q, (log_var_q / 2).exp())
    p = Normal(mean_p, (log_var_p / 2).exp())
    return arrays, kl_divergence(q, p).sum(dim=1).numpy()


def _shown_gradient() -> np.ndarray:
    """By hand: two pixels, w = (2, −1), no biases, draws at z = 1 and z = −1."""
    ink = 1 / (1 + np.exp(-np.array([[2.0, -1.0], [-2.0, 1.0]])))  # a row per draw
    slope = 2 * (1 - ink[:, 0]) - (0 - ink[:, 1])
    return np.array([slope.mean(), (slope * [0.5, -0.5]).mean()])


PARTS = np.log([[0.5, 0.2], [0.1, 0.4]])
THREE_DRAWS = np.log([[0.5, 0.2], [0.1, 0.4], [0.3, 0.9]])
PRIORS = np.log([[0.5, 0.25], [0.2, 0.5], [0.4, 0.1]])
DENSITIES = np.log([[0.25, 0.5], [0.8, 0.5], [0.1, 0.2]])
SHOWN_KL = _shown_kl()
SHOWN_GRADIENT = _gradient_case(2, 3, -1.0)

EXERCISES = (
    Exercise(
        grade_id="ex11-1-kl",
        function="gaussian_kl",
        points=4,
        shown=(
            Case(
                "equal Gaussians cost nothing",
                tuple(np.zeros((4, 1, 3))),
                np.zeros(1),
                why="KL is zero exactly where q = p.",
            ),
            Case(
                "three means moved by 2",
                (np.full((1, 3), 2.0), *np.zeros((3, 1, 3))),
                np.array([6.0]),
                why="Half the squared shift, summed over three code units.",
            ),
            Case(
                "p wider than q, and not q than p",
                (*np.zeros((3, 1, 3)), np.full((1, 3), np.log(4))),
                np.array([1.5 * (0.25 - 1 + np.log(4))]),
                why="½ (σ²/s² − 1 − log σ²/s²) each, with σ²/s² = ¼.",
            ),
            Case(
                "everything different, two images",
                *SHOWN_KL,
                why="The shift counts in units of p: (μ − m)² / s².",
            ),
        ),
        cases=(
            Case("five units", *_kl_case(6, 5, 1.0)),
            Case("one unit, nearly the same", *_kl_case(3, 1, 0.1)),
            Case("far apart", *_kl_case(2, 20, 2.0)),
            Case(
                "a standard normal on the left",
                (*np.zeros((2, 1, 2)), *np.ones((2, 1, 2))),
                np.array([2 / np.e]),
            ),
        ),
        wrong={
            "the other way round": """
def gaussian_kl(mean_q, log_var_q, mean_p, log_var_p):
    r = np.exp(log_var_p - log_var_q)
    m = (mean_q - mean_p) ** 2 / np.exp(log_var_q)
    return 0.5 * (r + m - 1 - (log_var_p - log_var_q)).sum(axis=1)
""",
            "the shift not measured in units of p": """
def gaussian_kl(mean_q, log_var_q, mean_p, log_var_p):
    r = np.exp(log_var_q - log_var_p)
    m = (mean_q - mean_p) ** 2
    return 0.5 * (r + m - 1 - (log_var_q - log_var_p)).sum(axis=1)
""",
            "mean over code units": """
def gaussian_kl(mean_q, log_var_q, mean_p, log_var_p):
    r = np.exp(log_var_q - log_var_p)
    m = (mean_q - mean_p) ** 2 / np.exp(log_var_p)
    return 0.5 * (r + m - 1 - (log_var_q - log_var_p)).mean(axis=1)
""",
            "log variance taken for a log standard deviation": """
def gaussian_kl(mean_q, log_var_q, mean_p, log_var_p):
    r = np.exp(2 * (log_var_q - log_var_p))
    m = (mean_q - mean_p) ** 2 / np.exp(2 * log_var_p)
    return 0.5 * (r + m - 1 - 2 * (log_var_q - log_var_p)).sum(axis=1)
""",
        },
    ),
    Exercise(
        grade_id="ex11-2-gradient",
        function="reparametrized_gradient",
        points=4,
        shown=(
            Case(
                "one draw at the mean: μ moves, log σ² does not",
                (np.ones(1), np.ones(1), -np.ones(1), 1.0, 0.0, np.zeros(1)),
                np.array([0.5, 0.0]),
                why="z = μ + σ ε, so that ∂z/∂ℓ = ε σ / 2 is zero.",
            ),
            Case(
                "one draw at ε = 1",
                (np.ones(1), np.ones(1), -2 * np.ones(1), 1.0, 0.0, np.ones(1)),
                np.array([0.5, 0.25]),
                why="∂z/∂ℓ = ε σ / 2 = ½, as σ = exp(ℓ/2).",
            ),
            Case(
                "three draws, two pixels, a narrow q",
                *SHOWN_GRADIENT,
                why="The mean of the products, draw by draw.",
            ),
            Case(
                "a pixel of ink and one of paper, with weights of both signs",
                (
                    np.array([1.0, 0.0]),
                    np.array([2.0, -1.0]),
                    np.zeros(2),
                    0.0,
                    0.0,
                    np.array([1.0, -1.0]),
                ),
                _shown_gradient(),
                why="Each pixel adds w (x − p): its own x counts, and its own w.",
            ),
        ),
        cases=(
            Case("a thousand draws", *_gradient_case(5, 1_000, -0.7)),
            Case("wide q", *_gradient_case(3, 200, 1.5)),
            Case("one draw", *_gradient_case(4, 1, -1.0)),
            Case("nearly a point", *_gradient_case(6, 50, -12.0)),
        ),
        wrong={
            "log variance taken for a log standard deviation": """
def reparametrized_gradient(x, w, b, mean, log_var, eps):
    std = np.exp(log_var)
    s = np.multiply.outer(mean + std * eps, w) + b
    slope = (x - 1 / (1 + np.exp(-s))) @ w
    return np.array([slope.mean(), (slope * eps * std).mean()])
""",
            "slope for the standard deviation, not for its logarithm": """
def reparametrized_gradient(x, w, b, mean, log_var, eps):
    std = np.exp(log_var / 2)
    s = np.multiply.outer(mean + std * eps, w) + b
    slope = (x - 1 / (1 + np.exp(-s))) @ w
    return np.array([slope.mean(), (slope * eps).mean()])
""",
            "a half forgotten": """
def reparametrized_gradient(x, w, b, mean, log_var, eps):
    std = np.exp(log_var / 2)
    s = np.multiply.outer(mean + std * eps, w) + b
    slope = (x - 1 / (1 + np.exp(-s))) @ w
    return np.array([slope.mean(), (slope * eps * std).mean()])
""",
            "score function": """
def reparametrized_gradient(x, w, b, mean, log_var, eps):
    std = np.exp(log_var / 2)
    s = np.multiply.outer(mean + std * eps, w) + b
    f = (x * s - np.logaddexp(0, s)).sum(axis=1)
    return np.array([(f * eps / std).mean(), (f * (eps ** 2 - 1) / 2).mean()])
""",
            "the means multiplied, not the draws": """
def reparametrized_gradient(x, w, b, mean, log_var, eps):
    std = np.exp(log_var / 2)
    s = np.multiply.outer(mean + std * eps, w) + b
    slope = (x - 1 / (1 + np.exp(-s))) @ w
    return np.array([slope.mean(), slope.mean() * eps.mean() * std / 2])
""",
        },
    ),
    Exercise(
        grade_id="ex11-3-bound",
        function="importance_bound",
        points=4,
        shown=(
            Case(
                "two draws: the logarithm of their mean",
                (PARTS, 0 * PARTS, 0 * PARTS),
                np.log([0.3, 0.3]),
                why="The mean is taken of probabilities: (0.5 + 0.1)/2.",
            ),
            Case(
                "one draw: prior and q count",
                (PARTS[:1], PARTS[:1], PARTS[1:]),
                np.log([2.5, 0.1]),
                why="The weight is p(x|z) p(z) / q(z|x).",
            ),
            Case(
                "likelihoods too small for a computer",
                (PARTS - 1000, 0 * PARTS, 0 * PARTS),
                np.log([0.3, 0.3]) - 1000,
                why="Take the largest logarithm out first.",
            ),
            Case(
                "three draws for each of two images",
                (THREE_DRAWS - PRIORS + DENSITIES, PRIORS, DENSITIES),
                np.log([0.3, 0.5]),
                why="Each draw has a weight: (0.5 + 0.1 + 0.3)/3 for the first image.",
            ),
        ),
        cases=(
            Case("ten draws", *_bound_case(10, 4, -5.0)),
            Case("one draw: the plain bound", *_bound_case(1, 3, -100.0)),
            Case("so unlikely that e to it is zero", *_bound_case(50, 3, -1_000.0)),
            Case(
                "a density, so likely that e to it is too large",
                *_bound_case(5, 2, 1_200.0),
            ),
        ),
        wrong={
            "mean of the logarithms: the ELBO": """
def importance_bound(log_likelihood, log_prior, log_q):
    return (log_likelihood + log_prior - log_q).mean(axis=0)
""",
            "sum instead of mean": """
def importance_bound(log_likelihood, log_prior, log_q):
    v = log_likelihood + log_prior - log_q
    m = v.max(axis=0)
    return m + np.log(np.exp(v - m).sum(axis=0))
""",
            "exponentials of large numbers": """
def importance_bound(log_likelihood, log_prior, log_q):
    with np.errstate(all="ignore"):
        return np.log(np.exp(log_likelihood + log_prior - log_q).mean(axis=0))
""",
            "q forgotten": """
def importance_bound(log_likelihood, log_prior, log_q):
    v = log_likelihood + log_prior
    m = v.max(axis=0)
    return m + np.log(np.exp(v - m).mean(axis=0))
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex11-4-words",
        points=4,
        rubric={
            "The numbers can't be compared, so none can be called the best.": 1,
            "Density against probability: B may be negative, and depends on sigma.": 1,
            "Grey pixels: A is no normalized likelihood; C's data are others.": 1,
            "Agree on data and likelihood, or compare errors or draws.": 1,
        },
    ),
)
