"""docs/notation.md: the conversions between losses hold, as the page states them."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from aelib.backprop import Network
from aelib.gradcheck import relative_error

PAGE = Path(__file__).resolve().parents[1] / "docs" / "notation.md"

# Name in the table, loss of (y_hat, y) of shape (N, d), multiple of the course's cost.
LOSSES = {
    r"lecture, averaged": (
        lambda y_hat, y: 0.5 * (y - y_hat).square().sum(dim=1).mean(),
        lambda n, d: 1,
    ),
    r"lecture, summed": (
        lambda y_hat, y: 0.5 * (y - y_hat).square().sum(),
        lambda n, d: n,
    ),
    r"squared error per image": (
        lambda y_hat, y: (y - y_hat).square().sum(dim=1).mean(),
        lambda n, d: 2,
    ),
    r"`torch.nn.MSELoss()`": (torch.nn.MSELoss(), lambda n, d: 2 / d),
    r'`torch.nn.MSELoss(reduction="sum")`': (
        torch.nn.MSELoss(reduction="sum"),
        lambda n, d: 2 * n,
    ),
}

# What the table's column of multiples says, as a function of N and d.
WRITTEN = {
    "$1$": lambda n, d: 1,
    "$N$": lambda n, d: n,
    "$2$": lambda n, d: 2,
    "$2/d$": lambda n, d: 2 / d,
    "$2N$": lambda n, d: 2 * n,
}


def problem(n, d, seed):
    rng = np.random.default_rng(seed)
    net = Network([d, 3, d], seed=seed)
    return net, rng.normal(size=(n, d)), rng.uniform(0.05, 0.95, (n, d))


def torch_network(net):
    parameters = [torch.tensor(p, requires_grad=True) for p in net.weights + net.biases]
    return parameters, lambda x: torch.sigmoid(logits(parameters, x))


def logits(parameters, x):
    w1, w2, b1, b2 = parameters
    return torch.sigmoid(torch.as_tensor(x) @ w1.T + b1) @ w2.T + b2


@pytest.mark.parametrize("name", LOSSES)
@given(n=st.integers(1, 7), d=st.integers(1, 6), seed=st.integers(0, 999))
def test_each_loss_is_the_stated_multiple_of_the_cost(name, n, d, seed):
    loss, multiple = LOSSES[name]
    net, x, y = problem(n, d, seed)
    _, forward = torch_network(net)
    value = loss(forward(x), torch.tensor(y)).item()
    assert value == pytest.approx(multiple(n, d) * net.cost(x, y), rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
@given(n=st.integers(1, 7), d=st.integers(1, 6), seed=st.integers(0, 999))
def test_a_penalty_multiplied_alike_leaves_the_direction_alone(name, n, d, seed):
    loss, multiple = LOSSES[name]
    lam = 0.01
    net, x, y = problem(n, d, seed)
    parameters, forward = torch_network(net)
    penalty = sum(w.square().sum() for w in parameters[:2]) / 2
    total = loss(forward(x), torch.tensor(y)) + multiple(n, d) * lam * penalty
    total.backward()
    weights, biases = net.gradients(x, y)
    ours = [g + lam * w for g, w in zip(weights, net.weights, strict=True)] + biases
    for gradient, parameter in zip(ours, parameters, strict=True):
        scaled = parameter.grad.numpy() / multiple(n, d)
        assert relative_error(gradient, scaled) < 1e-10


def test_the_page_states_these_multiples():
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    for name, (_, multiple) in LOSSES.items():
        (row,) = [row for row in rows if row[0].startswith(name)]
        written = row[2]
        assert WRITTEN[written](5, 7) == multiple(5, 7), name
        assert row[3] == lam_of(written)


def lam_of(multiple):
    """λ multiplied by a multiple, as the page writes it."""
    head, _, tail = multiple.strip("$").replace("1", "").partition("/")
    return f"${head}\\lambda" + (f"/{tail}$" if tail else "$")


def test_the_example_of_the_page():
    page = PAGE.read_text(encoding="utf-8")
    lam = 1e-4 * 2 / 784
    assert f"{lam:.1e}" == "2.6e-07"
    assert r"2.6\cdot10^{-7}" in page
    assert round(1e-4 / lam) == 392
    assert "392 times" in page


def test_sgd_decay_is_lambda_of_the_loss_that_is_minimised():
    net, x, y = problem(6, 4, seed=1)
    lam, eta = 0.05, 0.1
    parameters, forward = torch_network(net)
    groups = [
        {"params": parameters[:2], "weight_decay": lam},
        {"params": parameters[2:]},
    ]
    optimizer = torch.optim.SGD(groups, lr=eta)
    LOSSES["lecture, averaged"][0](forward(x), torch.tensor(y)).backward()
    optimizer.step()
    weights, biases = net.gradients(x, y)
    for w, g, theirs in zip(net.weights, weights, parameters[:2], strict=True):
        assert relative_error(w - eta * (g + lam * w), theirs.detach()) < 1e-12
    for b, g, theirs in zip(net.biases, biases, parameters[2:], strict=True):
        assert relative_error(b - eta * g, theirs.detach()) < 1e-12


@given(seed=st.integers(0, 999))
def test_cross_entropy_drops_the_derivative_of_the_output(seed):
    net, x, y = problem(5, 4, seed)
    s = torch.tensor(net.forward(x)[0][-1], requires_grad=True)
    loss = functional.binary_cross_entropy_with_logits(
        s, torch.tensor(y), reduction="sum"
    )
    loss.backward()
    y_hat = net.predict(x)
    delta = net.deltas(x, y)[-1]
    assert relative_error(-s.grad, y - y_hat) < 1e-12
    assert relative_error(delta, (y - y_hat) * y_hat * (1 - y_hat)) < 1e-12
    assert (np.abs(y - y_hat) >= 4 * np.abs(delta)).all()


def test_cross_entropy_is_entropy_at_its_minimum():
    y = torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64)
    least = functional.binary_cross_entropy_with_logits(
        torch.logit(y), y, reduction="sum"
    )
    entropy = -(y * y.log() + (1 - y) * (1 - y).log()).sum()
    assert least.item() == pytest.approx(entropy.item())
    assert least > 1


def test_cross_entropy_is_at_least_four_times_as_steep_near_the_target():
    y = torch.linspace(0.02, 0.98, 49, dtype=torch.float64)
    s = torch.logit(y)

    def curvature(loss):
        return torch.autograd.functional.hessian(loss, s).diagonal()

    squared = curvature(lambda s: 0.5 * (y - torch.sigmoid(s)).square().sum())
    crossed = curvature(
        lambda s: functional.binary_cross_entropy_with_logits(s, y, reduction="sum")
    )
    ratio = crossed / squared
    torch.testing.assert_close(ratio, 1 / (y * (1 - y)))
    assert ratio.min() >= 4 - 1e-9


def test_every_symbol_of_the_table_names_code_that_exists():
    page = PAGE.read_text(encoding="utf-8")
    for symbol in ("x", "s", "h", "y", "y_hat", "delta", "eta", "lam", "rho_bar"):
        assert re.search(rf"\| `{symbol}` \|", page), symbol
    net, x, y = problem(4, 5, seed=0)
    s, h = net.forward(x)
    assert h[0].shape == (4, 5)
    assert s[0].shape == h[1].shape == net.deltas(x, y)[0].shape == (4, 3)
    assert net.weights[1].shape == (5, 3)
    assert net.biases[1].shape == (5,)
