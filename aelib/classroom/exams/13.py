"""Hidden half of notebook 13's exercises.  It stays with the instructor.

Expected values come by other ways than the solutions': a conditional Gaussian, a solver
of differential equations and roots of matrices, and counting pair by pair.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import solve_ivp

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(13)


def _step(
    x: np.ndarray, guess: np.ndarray, high: float, low: float, noise: np.ndarray
) -> np.ndarray:
    """Draw the lower noise from what is known of it, given the higher one."""
    joint = np.array([[low**2, low**2], [low**2, high**2]])  # of both noises
    slope = np.linalg.solve(joint[1:, 1:], joint[1:, :1])[0, 0]
    left = joint[0, 0] - slope * joint[1, 0]
    return guess + slope * (x - guess) + math.sqrt(max(left, 0.0)) * noise


def _root(matrix: np.ndarray) -> np.ndarray:
    u, values, vt = np.linalg.svd(matrix)
    return (u * np.sqrt(values)) @ vt


def _flow(
    x: np.ndarray, mean: np.ndarray, covariance: np.ndarray, high: float, low: float
) -> np.ndarray:
    """Follow the flow: by a solver, or at σ = 0 by roots of matrices."""
    eye = np.eye(len(mean))
    if low == 0:
        wide = np.linalg.inv(_root(covariance + high**2 * eye))
        return mean + (x - mean) @ wide @ _root(covariance)

    def slope(sigma: float, flat: np.ndarray) -> np.ndarray:
        away = flat.reshape(x.shape) - mean
        guess = mean + away @ np.linalg.solve(covariance + sigma**2 * eye, covariance.T)
        return ((flat.reshape(x.shape) - guess) / sigma).ravel()

    settings = {"method": "DOP853", "rtol": 1e-11, "atol": 1e-12}
    solved = solve_ivp(slope, (high, low), x.ravel().astype(float), **settings)
    return solved.y[:, -1].reshape(x.shape)


def _birthdays(draws: np.ndarray, r: float) -> float:
    pairs = near = 0
    for i, one in enumerate(draws.tolist()):
        for other in draws.tolist()[:i]:
            pairs += 1
            near += math.dist(one, other) < r
    return pairs / near if near else math.inf


def _case(what: str, expected, *arguments, why: str = "", tolerance=1e-7) -> Case:
    return Case(what, arguments, expected(*arguments), tolerance, why)


def _spots(n: int, draws: int, d: int, noise: float) -> np.ndarray:
    """Draws of a machine that copies one of n originals."""
    originals = 10 * rng.normal(size=(n, d))
    return originals[rng.integers(n, size=draws)] + noise * rng.normal(size=(draws, d))


STRETCHED = np.array([[2.0, 1.2], [1.2, 1.0]])
FLAT = np.array([[1.0, 1.0], [1.0, 1.0]])  # a line: one variance is 0
RANDOM = rng.normal(size=(3, 3))

EXERCISES = (
    Exercise(
        grade_id="ex13-1-step",
        function="step_down",
        points=4,
        hints=(
            "Compute what each colleague gets for guess = 0: the factor before x "
            "decides on the covariance, and with the noise on the variance.",
            "The noise that stays is σ_down = σ_low²/σ_high; x − guess has the "
            "strength σ_high; and variances add up, strengths do not.",
            "guess + (down/high)·(x − guess) + √(low² − down²)·noise, with "
            "down = low²/high.",
        ),
        shown=(
            _case(
                "without noise: the part of x − guess that stays",
                _step,
                np.array([[2.0, -4.0]]),
                np.array([[0.0, 1.0]]),
                2.0,
                1.6,
                np.zeros((1, 2)),
                why="σ_down/σ_high = 1.6²/2² = 0.64 of x − guess stays.",
            ),
            _case(
                "at the guess: fresh noise only",
                _step,
                np.array([[1.0, 1.0]]),
                np.array([[1.0, 1.0]]),
                2.0,
                1.6,
                np.array([[1.0, -0.5]]),
                why="Its variance is 1.6² − 1.28² = 0.96².",
            ),
            _case(
                "the last step, to no noise at all",
                _step,
                np.array([[0.7, 0.1]]),
                np.array([[0.5, 0.3]]),
                1.5,
                0.0,
                np.array([[1.0, 1.0]]),
                why="At σ = 0 nothing is left but the guess.",
            ),
            _case(
                "a step of no length",
                _step,
                np.array([[3.0, -1.0]]),
                np.array([[1.0, 0.0]]),
                1.25,
                1.25,
                np.array([[0.3, 2.0]]),
                why="σ_down = σ_low = σ_high: nothing moves, and no noise is added.",
            ),
        ),
        cases=(
            _case(
                "a short step of many points",
                _step,
                3 * rng.normal(size=(6, 3)),
                rng.normal(size=(6, 3)),
                3.0,
                2.5,
                rng.normal(size=(6, 3)),
            ),
            _case(
                "a long step of many points",
                _step,
                5 * rng.normal(size=(5, 2)),
                rng.normal(size=(5, 2)),
                5.0,
                0.5,
                rng.normal(size=(5, 2)),
            ),
            _case(
                "a step from σ = 1",
                _step,
                rng.normal(size=(4, 4)),
                rng.normal(size=(4, 4)),
                1.0,
                0.6,
                rng.normal(size=(4, 4)),
            ),
            _case(
                "from a large σ to a middle one",
                _step,
                20 * rng.normal(size=(4, 2)),
                rng.normal(size=(4, 2)),
                20.0,
                9.0,
                rng.normal(size=(4, 2)),
            ),
        ),
        wrong={
            "as given: all three faults": """
def step_down(x, guess, high, low, noise):
    left = low / high
    return guess + left * (x - guess) + (low - left) * noise
""",
            "σ for σ²: the noise that stays is low/high": """
def step_down(x, guess, high, low, noise):
    left = low / high
    added = np.maximum(low**2 - left**2, 0) ** 0.5
    return guess + left / high * (x - guess) + added * noise
""",
            "the noise that stays is not divided by the noise there is": """
def step_down(x, guess, high, low, noise):
    left = low**2 / high
    return guess + left * (x - guess) + np.sqrt(low**2 - left**2) * noise
""",
            "strengths are subtracted instead of variances": """
def step_down(x, guess, high, low, noise):
    left = low**2 / high
    return guess + left / high * (x - guess) + (low - left) * noise
""",
            "all the noise of the lower level is added": """
def step_down(x, guess, high, low, noise):
    left = low**2 / high
    return guess + left / high * (x - guess) + low * noise
""",
            "goes the share that should stay": """
def step_down(x, guess, high, low, noise):
    left = low**2 / high
    return x + left / high * (guess - x) + np.sqrt(low**2 - left**2) * noise
""",
        },
    ),
    Exercise(
        grade_id="ex13-2-flow",
        function="gaussian_flow",
        points=4,
        hints=(
            "For one Gaussian the best guess is linear. In one dimension it is "
            "μ + s²/(s² + σ²)·(x − μ): what stands for s² when C is a matrix?",
            "D = μ + C(C + σ²I)⁻¹(x − μ). Along an eigenvector of C with the "
            "eigenvalue s², (3) is the equation above (4).",
            "Turn x − μ into the eigenvectors' coordinates, multiply each by "
            "√((s² + σ_low²)/(s² + σ_high²)), and turn back.",
        ),
        shown=(
            _case(
                "one dimension: formula (4), around the mean",
                _flow,
                np.array([[5.0], [1.0], [-3.0]]),
                np.array([1.0]),
                np.array([[4.0]]),
                3.0,
                1.0,
                why="x − μ shrinks by √((4 + 1)/(4 + 9)); the mean stays.",
                tolerance=1e-6,
            ),
            _case(
                "a stretched Gaussian whose axes are oblique",
                _flow,
                np.array([[4.0, 0.0], [0.0, 3.0], [-1.0, -1.0]]),
                np.array([1.0, -1.0]),
                STRETCHED,
                4.0,
                0.5,
                why="Each axis of C shrinks by a factor of its own.",
                tolerance=1e-6,
            ),
            _case(
                "down to σ = 0",
                _flow,
                np.array([[10.0, -5.0]]),
                np.array([0.5, 0.0]),
                STRETCHED,
                8.0,
                0.0,
                why="The end has the covariance C where the start had C + σ²I.",
                tolerance=1e-6,
            ),
            _case(
                "data on a line",
                _flow,
                np.array([[3.0, 1.0], [0.0, 2.0]]),
                np.array([0.0, 0.0]),
                FLAT,
                2.0,
                0.0,
                why="Across the line the variance is 0, and so is the end.",
                tolerance=1e-6,
            ),
        ),
        cases=(
            _case(
                "three dimensions",
                _flow,
                4 * rng.normal(size=(5, 3)),
                rng.normal(size=3),
                RANDOM @ RANDOM.T,
                5.0,
                0.3,
                tolerance=1e-6,
            ),
            _case(
                "a short way",
                _flow,
                rng.normal(size=(4, 2)),
                np.array([2.0, 3.0]),
                np.array([[1.0, -0.7], [-0.7, 2.0]]),
                1.2,
                1.0,
                tolerance=1e-6,
            ),
            _case(
                "from far away to the data",
                _flow,
                50 * rng.normal(size=(4, 3)),
                rng.normal(size=3),
                RANDOM.T @ RANDOM + 0.1 * np.eye(3),
                50.0,
                0.0,
                tolerance=1e-6,
            ),
            _case(
                "a flat direction, not all the way down",
                _flow,
                rng.normal(size=(3, 2)),
                np.array([-1.0, 1.0]),
                2 * FLAT,
                3.0,
                0.4,
                tolerance=1e-6,
            ),
        ),
        wrong={
            "each coordinate by itself": """
def gaussian_flow(x, mean, covariance, high, low):
    s2 = np.diag(covariance)
    return mean + (x - mean) * np.sqrt((s2 + low**2) / (s2 + high**2))
""",
            "without the root": """
def gaussian_flow(x, mean, covariance, high, low):
    s2, axes = np.linalg.eigh(covariance)
    s2 = np.maximum(s2, 0)
    return mean + (x - mean) @ (axes * (s2 + low**2) / (s2 + high**2)) @ axes.T
""",
            "around 0 instead of the mean": """
def gaussian_flow(x, mean, covariance, high, low):
    s2, axes = np.linalg.eigh(covariance)
    s2 = np.maximum(s2, 0)
    return x @ (axes * np.sqrt((s2 + low**2) / (s2 + high**2))) @ axes.T
""",
            "the denoiser's guess": """
def gaussian_flow(x, mean, covariance, high, low):
    noisy = covariance + high**2 * np.eye(len(mean))
    return mean + (x - mean) @ np.linalg.solve(noisy, covariance)
""",
            "one straight step along the slope": """
def gaussian_flow(x, mean, covariance, high, low):
    noisy = covariance + high**2 * np.eye(len(mean))
    guess = mean + (x - mean) @ np.linalg.solve(noisy, covariance)
    return x + (low - high) * (x - guess) / high
""",
            "strengths added instead of variances": """
def gaussian_flow(x, mean, covariance, high, low):
    s2, axes = np.linalg.eigh(covariance)
    s = np.sqrt(np.maximum(s2, 0))
    return mean + (x - mean) @ (axes * (s + low) / (s + high)) @ axes.T
""",
            "not turned back": """
def gaussian_flow(x, mean, covariance, high, low):
    s2, axes = np.linalg.eigh(covariance)
    s2 = np.maximum(s2, 0)
    return mean + (x - mean) @ (axes * np.sqrt((s2 + low**2) / (s2 + high**2)))
""",
        },
    ),
    Exercise(
        grade_id="ex13-3-birthdays",
        function="how_many",
        points=3,
        hints=(
            "How many pairs are there among n draws, if each is counted once?",
            "n(n − 1)/2. A table of all distances has each pair twice, and each draw "
            "with itself, at distance 0.",
            "scipy.spatial.distance.pdist gives each pair once. Divide its length by "
            "the number of distances below r, or return np.inf.",
        ),
        shown=(
            _case(
                "four draws, two of them alike",
                _birthdays,
                np.array([[0.0, 0.0], [0.1, 0.0], [5.0, 0.0], [0.0, 9.0]]),
                0.5,
                why="One of six pairs is near: about six originals.",
            ),
            _case(
                "no near pair",
                _birthdays,
                np.array([[0.0], [3.0], [7.0]]),
                1.0,
                why="Then nothing says that there are finitely many.",
            ),
            _case(
                "all draws alike",
                _birthdays,
                np.array([[1.0, 1.0]] * 3),
                0.1,
                why="Each pair is near: one original.",
            ),
            _case(
                "distances, not their squares; near is nearer than r",
                _birthdays,
                np.array([[0.0, 0.0], [0.3, 0.4], [0.0, 0.7], [3.0, 0.0]]),
                0.6,
                why="0.5 and √0.18 = 0.42 are below 0.6, 0.7 is not: 6/2.",
            ),
        ),
        cases=(
            _case(
                "forty draws of ten originals", _birthdays, _spots(10, 40, 3, 0.01), 0.5
            ),
            _case("sixty draws of thirty", _birthdays, _spots(30, 60, 2, 0.005), 0.1),
            _case("two draws that differ", _birthdays, np.array([[0.0], [2.0]]), 0.5),
            _case(
                "draws without originals, at a large r",
                _birthdays,
                rng.normal(size=(30, 2)),
                1.5,
            ),
        ),
        wrong={
            "near pairs are counted twice": """
def how_many(draws, r):
    apart = np.linalg.norm(draws[:, None] - draws[None], axis=-1)
    n = len(draws)
    near = (apart < r).sum() - n
    return n * (n - 1) / 2 / near if near else np.inf
""",
            "each draw is near itself": """
def how_many(draws, r):
    apart = np.linalg.norm(draws[:, None] - draws[None], axis=-1)
    return apart.size / (apart < r).sum()
""",
            "squares are compared with r": """
def how_many(draws, r):
    i, j = np.triu_indices(len(draws), 1)
    near = (((draws[i] - draws[j]) ** 2).sum(axis=1) < r).sum()
    return len(i) / near if near else np.inf
""",
            "draws instead of pairs": """
def how_many(draws, r):
    i, j = np.triu_indices(len(draws), 1)
    near = (np.linalg.norm(draws[i] - draws[j], axis=1) < r).sum()
    return len(draws) / near if near else np.inf
""",
            "the share of near pairs, not its inverse": """
def how_many(draws, r):
    i, j = np.triu_indices(len(draws), 1)
    return (np.linalg.norm(draws[i] - draws[j], axis=1) < r).mean()
""",
            "groups are counted, not pairs": """
def how_many(draws, r):
    kept = []
    for draw in draws:
        if all(np.linalg.norm(draw - other) >= r for other in kept):
            kept.append(draw)
    return float(len(kept))
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex13-w-copying",
        points=6,
        rubric={
            "What is expected of the copied share as n grows, and what would refute "
            "it, was written down before measuring.": 1,
            "The number of steps is the same for every n, and is said.": 1,
            "A mixture that was fitted to the same n codes stands beside the "
            "denoiser.": 1,
            "The copy machine and fresh test codes show that the measure is high and "
            "low where it must be.": 1,
            "Three seeds or more, with their spread.": 1,
            "The conclusion says no more than was measured, and names what else "
            "changed with n.": 1,
        },
    ),
)
