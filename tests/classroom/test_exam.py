"""The exam in docs/instructors.md: each number of its answers, computed anew."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
import torch

from aelib.exercises.checkout import checkout
from aelib.penalties import kl_divergence
from aelib.probes import mutual_information

GUIDE = (checkout() / "docs" / "instructors.md").read_text(encoding="utf-8")
ANSWERS = {
    int(number): text
    for number, text in re.findall(
        r"> \*\*Answer (\d+)\.\*\* (.*?)(?=\n\n|\Z)",
        GUIDE,
        re.DOTALL,
    )
}


def states(number: int, *values: str) -> None:
    """Assert that the answer has each of these values as a word."""
    words = [word.strip(".,;:()") for word in ANSWERS[number].split()]
    for value in values:
        assert value in words, f"{value} is not in answer {number}"


def test_every_question_has_an_answer_that_is_tested() -> None:
    asked = [int(n) for n in re.findall(r"^\*\*Question (\d+)", GUIDE, re.MULTILINE)]
    tested = [name for name in globals() if re.match(r"test_\d+_", name)]
    assert asked == sorted(ANSWERS) == list(range(1, len(tested) + 1))


def test_1_backpropagation() -> None:
    h, w, b = np.array([0.5, 0.2]), np.array([[2.0, -1.0]]), np.array([-0.8])
    s = w @ h + b
    assert s == pytest.approx(0)
    y_hat = 1 / (1 + np.exp(-s))
    delta = (1 - y_hat) * y_hat * (1 - y_hat)
    below = h * (1 - h) * (w.T @ delta)
    new = w + delta[:, None] * h
    states(1, f"{delta[0]:.3f}", f"{below[0]:.4f}", f"−{-below[1]:.3f}")
    states(1, f"{new[0, 0]:.4f}", f"−{-new[0, 1]:.3f}")


def test_2_depth() -> None:
    slope = torch.tensor(0.0, requires_grad=True)
    value = slope
    for _ in range(8):  # centred, so that each sum is 0 and each slope the largest
        value = torch.sigmoid(value) - 0.5
    value.backward()
    assert 1 / slope.grad.item() == pytest.approx(65536)
    states(2, "1/65,536")


def test_3_noise_through_a_projection() -> None:
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(784, 32)))[0]
    share = np.trace(basis @ basis.T) / 784
    noise = np.random.default_rng(1).normal(size=(2000, 784))
    passed = (noise * (noise @ basis @ basis.T)).sum() / np.square(noise).sum()
    assert passed == pytest.approx(share, rel=0.02)
    states(3, f"{100 * share:.1f}", "1")


def test_4_a_common_cause() -> None:
    p = np.array([[0.1, 0.9], [0.9, 0.1]])
    joint = 0.5 * p.T @ p
    bits = mutual_information(joint)
    states(4, f"{joint[1, 1]:.2f}", f"{bits:.2f}", "0")


def test_5_decay_and_its_price() -> None:
    steps = np.log(0.5) / np.log(1 - 0.5 * 0.01)
    states(5, f"{steps:.0f}", f"{3 / (2 + 1):.0f}", f"{3 / np.sqrt(0.25) - 2:.0f}")


def test_6_the_force() -> None:
    rho_bar = 0.1
    values = {}
    for rho in (0.5, 0.05):
        bracket = (1 - rho_bar) / (1 - rho) - rho_bar / rho
        values[rho] = -bracket * rho * (1 - rho)
        assert values[rho] == pytest.approx(-(rho - rho_bar))
    states(6, f"−{-values[0.5]:.1f}", f"{values[0.05]:.2f}")


def test_7_average_first() -> None:
    h = np.array([0.01, 0.19])
    assert kl_divergence(0.1, h.mean()) == pytest.approx(0)
    states(7, "0", f"{kl_divergence(0.1, h).mean():.3f}")


def test_8_conversions() -> None:
    n, gamma, lam, pixels = 10_000, 3, 3e-3, 784
    states(8, f"{gamma * n:,}", f"{lam * n:.0f}", f"{2 * gamma / pixels:.5f}")
    states(8, f"{2 * lam / pixels * 1e6:.2f}·10⁻⁶")
    states(8, f"{lam / (0.1 * 0.9):.3f}", f"{lam / (0.01 * 0.99):.2f}")


def test_9_dropout() -> None:
    p, h, w, y = 0.25, np.array([1.0, 2.0]), np.array([2.0, -1.0]), 1.0
    total = 0.0
    for kept in product((0, 1), repeat=2):
        chance = np.prod([1 - p if k else p for k in kept])
        total += chance * 0.5 * (y - w @ (np.array(kept) / (1 - p) * h)) ** 2
    extra = total - 0.5 * (y - w @ h) ** 2
    lam = p / (1 - p) * h**2
    assert extra == pytest.approx(0.5 * lam @ w**2)
    assert lam == pytest.approx([1 / 3, 4 / 3])
    assert extra == pytest.approx(4 / 3)
    states(9, "1/3", "4/3")


def test_10_what_a_stage_does_not_hear() -> None:
    b = np.diag([1.0, 10.0])
    first, second = np.array([1.0, 0.0]), np.array([0.0, 0.2])
    own = [0.5 * e @ e for e in (first, second)]
    pixels = [0.5 * (b @ e) @ (b @ e) for e in (first, second)]
    states(10, f"{own[0]:.1f}", f"{own[1]:.2f}", f"{pixels[0]:.1f}", f"{pixels[1]:.0f}")


def test_11_softmax_and_lms() -> None:
    scores = torch.log(torch.tensor([2.0, 1.0, 1.0])).requires_grad_()
    cost = torch.nn.functional.cross_entropy(scores[None], torch.tensor([1]))
    cost.backward()
    delta = -scores.grad
    assert delta.tolist() == pytest.approx([-0.5, 0.75, -0.25])
    states(11, "−0.5", "0.75", "−0.25", f"{cost.item():.3f}", f"−{3 - 1}")
    confident = torch.tensor([3.0, 0.0, 0.0])
    states(11, f"{1 - torch.softmax(confident, 0)[0].item():.3f}")


def test_12_the_best_linear_denoiser() -> None:
    rng = np.random.default_rng(0)
    x = 2 * rng.normal(size=400_000)
    noisy = x + rng.normal(size=x.size)
    a = (x @ noisy) / (noisy @ noisy)
    assert a == pytest.approx(0.8, abs=0.005)
    assert np.square(x - a * noisy).mean() == pytest.approx(0.8, abs=0.01)
    states(12, "0.8")


def test_13_the_checkerboard() -> None:
    def coverage(kernel: int) -> list[int]:
        ones = torch.ones(1, 1, kernel)
        out = torch.nn.functional.conv_transpose1d(torch.ones(1, 1, 4), ones, stride=2)
        return [int(v) for v in out.flatten()]

    for kernel in (3, 4):
        counts = " ".join(map(str, coverage(kernel)))
        assert counts in ANSWERS[13]
    states(13, "9", "10")


def test_14_the_price_of_a_code() -> None:
    def price(mean: float, std: float) -> float:
        posterior = torch.distributions.Normal(mean, std)
        standard = torch.distributions.Normal(0.0, 1.0)
        return torch.distributions.kl_divergence(posterior, standard).item()

    states(14, f"{price(0, 1):.0f}", f"{price(1, 1):.1f}", f"{price(0, 0.5):.3f}")
