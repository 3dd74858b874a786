"""The variational autoencoder: its bound, its reductions, its gradient, its draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import distributions as dist

from aelib.autoencoders import VariationalAutoencoder
from aelib.corruption import Corruption
from aelib.training import evaluate, fit


def make(sizes: list[int], **options) -> VariationalAutoencoder:
    """A model in float64 with weights large enough to matter, log variance included."""
    model = VariationalAutoencoder(sizes, **options).double()
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.4 * torch.randn(parameter.shape, generator=generator))
    return model


def pixels(n: int, d: int) -> torch.Tensor:
    return torch.rand(n, d, generator=torch.Generator().manual_seed(3)).double()


def q(model: VariationalAutoencoder, x: torch.Tensor) -> dist.Independent:
    mean, log_var = model.posterior(x)
    return dist.Independent(dist.Normal(mean, (log_var / 2).exp()), 1)


def standard_normal(k: int) -> dist.Independent:
    zeros = torch.zeros(k).double()
    return dist.Independent(dist.Normal(zeros, zeros + 1), 1)


@pytest.fixture(params=["bernoulli", "gaussian"])
def model(request: pytest.FixtureRequest) -> VariationalAutoencoder:
    return make([8, 6, 3], likelihood=request.param, sigma=0.4)


# ---------------------------------------------------------------- shapes and codes


@given(sizes=st.lists(st.integers(1, 9), min_size=2, max_size=4), n=st.integers(1, 4))
def test_shapes(sizes: list[int], n: int) -> None:
    model, x = VariationalAutoencoder(sizes), torch.rand(n, sizes[0])
    mean, log_var = model.posterior(x)
    assert mean.shape == log_var.shape == (n, sizes[-1])
    assert torch.equal(model.encode(x), mean)
    assert model.sample_posterior(x).shape == mean.shape
    assert (
        model(x).shape == model.decode(mean).shape == model.sample(n).shape == x.shape
    )
    for numbers in (model.kl(x), model.elbo(x), model.log_likelihood(x, k=2)):
        assert numbers.shape == (n,)


def test_images_vectors_and_arrays_are_one_and_the_same() -> None:
    model, images = VariationalAutoencoder([12, 2]), torch.rand(3, 4, 3)
    assert model(images).shape == (3, 4, 3)
    for same in (images.reshape(3, 12), images.numpy().astype(np.float64)):
        assert torch.equal(model.encode(same), model.encode(images))
        assert torch.equal(model.elbo(same), model.elbo(images))


def test_before_learning_the_posterior_is_as_wide_as_the_prior() -> None:
    _, log_var = VariationalAutoencoder([8, 6, 3], seed=4).posterior(pixels(5, 8))
    assert torch.equal(log_var, torch.zeros(5, 3))


# ----------------------------------------------------------------- KL and posterior


def test_kl_is_that_of_torch_and_of_monte_carlo(model: VariationalAutoencoder) -> None:
    x = pixels(4, 8)
    posterior, prior = q(model, x), standard_normal(3)
    torch.testing.assert_close(model.kl(x), dist.kl_divergence(posterior, prior))
    torch.manual_seed(0)
    z = posterior.sample((200_000,))
    draws = posterior.log_prob(z) - prior.log_prob(z)
    standard_error = draws.std(dim=0) / math.sqrt(len(draws))
    assert (abs(draws.mean(dim=0) - model.kl(x)) < 5 * standard_error).all()


def test_kl_is_zero_only_where_the_posterior_is_the_prior() -> None:
    model = make([4, 2])
    assert (model.kl(pixels(3, 4)) > 0).all()
    with torch.no_grad():
        for head in (model.encoder[-1], model.log_var):
            head.weight.zero_()
            head.bias.zero_()
    assert torch.equal(model.kl(pixels(3, 4)), torch.zeros(3).double())


def test_posterior_draws_have_its_mean_and_variance() -> None:
    model, x = make([8, 3]), pixels(1, 8)
    z = model.sample_posterior(x.expand(100_000, 8), seed=1)
    (mean,), (log_var,) = model.posterior(x)
    deviation = (z - mean) / (log_var / 2).exp()
    assert deviation.mean(dim=0).abs().max() < 5 / math.sqrt(100_000)
    assert (deviation.square().mean(dim=0) - 1).abs().max() < 5 * math.sqrt(2 / 100_000)


# -------------------------------------------------------- likelihoods and reductions


def likelihood(model: VariationalAutoencoder, z: torch.Tensor) -> dist.Distribution:
    means = model.decode(z)
    if model.likelihood == "gaussian":
        return dist.Independent(dist.Normal(means, model.sigma), 1)
    return dist.Independent(dist.Bernoulli(means, validate_args=False), 1)


def test_reconstruction_term_sums_over_pixels_as_torch_does(
    model: VariationalAutoencoder,
) -> None:
    """Grey pixels too: torch's Bernoulli then gives the cross-entropy."""
    x = pixels(4, 8)
    z = model.sample_posterior(x, seed=5)
    expected = likelihood(model, z).log_prob(x)
    torch.testing.assert_close(model.expected_log_likelihood(x, seed=5), expected)
    torch.testing.assert_close(model.elbo(x, seed=5), expected - model.kl(x))


def test_cost_is_the_mean_over_images_of_minus_the_elbo(
    model: VariationalAutoencoder,
) -> None:
    x = pixels(6, 8)
    torch.manual_seed(0)
    cost = model.cost(x, x)
    torch.manual_seed(0)
    mean, log_var = model.posterior(x)
    z = mean + (log_var / 2).exp() * torch.randn_like(mean)
    elbo = likelihood(model, z).log_prob(x) - dist.kl_divergence(
        q(model, x), standard_normal(3)
    )
    torch.testing.assert_close(cost, -elbo.mean())


def test_linear_output_goes_with_the_gaussian_likelihood() -> None:
    model = make([5, 2], likelihood="gaussian", sigma=2.0, output="linear")
    x = 10 * pixels(3, 5) - 5
    z = model.sample_posterior(x, seed=0)
    expected = dist.Normal(model.decode(z), 2.0).log_prob(x).sum(dim=1)
    torch.testing.assert_close(model.expected_log_likelihood(x), expected)


@given(st.floats(0, 20))
def test_beta_scales_the_kl_and_nothing_else(beta: float) -> None:
    x = pixels(5, 8)
    models = [make([8, 4, 2], beta=b) for b in (0.0, beta)]
    costs = []
    for model in models:
        torch.manual_seed(1)
        costs.append(model.cost(x, x))
    torch.testing.assert_close(costs[1] - costs[0], beta * models[0].kl(x).mean())
    assert torch.equal(models[0].elbo(x), models[1].elbo(x))


def test_no_overflow_where_the_decoder_is_certain_and_wrong() -> None:
    model = make([3, 1])
    with torch.no_grad():
        model.decoder[-1].bias.fill_(800.0)
    z, x = torch.zeros(1, 1).double(), torch.zeros(1, 3).double()
    nats = model.log_likelihood(x, k=3)
    assert model.decode(z).eq(1).all()
    assert -2450 < float(nats) < -2350  # 3 pixels, 800 nats each


# -------------------------------------------------------------- bounds on log p(x)


def linear_gaussian() -> tuple[VariationalAutoencoder, dist.Distribution]:
    """A model whose p(x) is known: N(b, W Wᵀ + sigma² I)."""
    torch.manual_seed(0)
    model = make([5, 2], likelihood="gaussian", sigma=0.7, output="linear")
    w, b = (p.detach() for p in model.decoder[0].parameters())
    return model, dist.MultivariateNormal(b, w @ w.T + 0.49 * torch.eye(5).double())


def use_exact_posterior(model: VariationalAutoencoder) -> None:
    """For code units that do not interact: rotate them until W'W is diagonal."""
    with torch.no_grad():
        w, b = model.decoder[0].parameters()
        u, s, _ = torch.linalg.svd(w, full_matrices=False)
        w.copy_(u * s)
        variance = 1 / (1 + (s / model.sigma) ** 2)
        model.encoder[0].weight.copy_(variance[:, None] * w.T / model.sigma**2)
        model.encoder[0].bias.copy_(-model.encoder[0].weight @ b)
        model.log_var.weight.zero_()
        model.log_var.bias.copy_(variance.log())


def test_elbo_is_below_the_exact_log_likelihood() -> None:
    model, exact = linear_gaussian()
    x = exact.sample((20,))
    elbo, truth = model.elbo(x, samples=4_000), exact.log_prob(x)
    assert (elbo < truth).all()
    gap = dist.kl_divergence(q(model, x), true_posterior(model, x))
    torch.testing.assert_close(truth - elbo, gap, rtol=0.05, atol=0.1)


def true_posterior(
    model: VariationalAutoencoder, x: torch.Tensor
) -> dist.MultivariateNormal:
    w, b = (p.detach() for p in model.decoder[0].parameters())
    precision = torch.eye(2).double() + w.T @ w / model.sigma**2
    mean = torch.linalg.solve(precision, w.T @ (x - b).T / model.sigma**2).T
    return dist.MultivariateNormal(mean, precision_matrix=precision)


# torch's KL has no case for a diagonal and a full covariance: make the first one full.
@dist.register_kl(dist.Independent, dist.MultivariateNormal)
def _kl(p: dist.Independent, q: dist.MultivariateNormal) -> torch.Tensor:
    full = dist.MultivariateNormal(p.mean, torch.diag_embed(p.variance))
    return dist.kl_divergence(full, q)


def test_with_the_exact_posterior_the_bounds_are_equalities() -> None:
    model, exact = linear_gaussian()
    use_exact_posterior(model)
    x = exact.sample((10,))
    for k in (1, 2, 30):  # every weight is p(x): no draw can change it
        torch.testing.assert_close(model.log_likelihood(x, k=k), exact.log_prob(x))
    elbo = model.elbo(x, samples=4_000)
    torch.testing.assert_close(elbo, exact.log_prob(x), rtol=0, atol=0.15)


def test_log_likelihood_approaches_the_integral_over_a_one_dimensional_code() -> None:
    model, x = make([4, 3, 1]), pixels(6, 4).round()
    z = torch.linspace(-9, 9, 4_001).double()
    prior = dist.Normal(0.0, 1.0).log_prob(z)
    given_z = [likelihood(model, z[:, None]).log_prob(row) for row in x]
    step = float(z[1] - z[0])
    exact = torch.stack([(prior + p).logsumexp(0) for p in given_z]) + math.log(step)
    estimate = model.log_likelihood(x, k=4_000)
    torch.testing.assert_close(estimate, exact, rtol=0, atol=0.05)


def test_log_likelihood_grows_with_k_and_starts_at_the_elbo(
    model: VariationalAutoencoder,
) -> None:
    """In expectation: over 4,000 draws for each of three images."""
    x = pixels(3, 8).repeat_interleave(4_000, dim=0)
    bounds = [model.log_likelihood(x, k=k, seed=k).reshape(3, -1) for k in (1, 3, 20)]
    means = [bound.mean(dim=1) for bound in bounds]
    assert (means[0] < means[1]).all()
    assert (means[1] < means[2]).all()
    elbo = model.elbo(x, seed=9).reshape(3, -1)
    difference = bounds[0] - elbo
    standard_error = difference.std(dim=1) / math.sqrt(4_000)
    assert (abs(difference.mean(dim=1)) < 5 * standard_error).all()


# ----------------------------------------------------------------- seeds and draws


def test_same_seed_same_number_other_seed_another() -> None:
    model, x = make([8, 3]), pixels(4, 8)
    for measure in (
        lambda seed: model.elbo(x, seed=seed),
        lambda seed: model.log_likelihood(x, k=3, seed=seed),
        lambda seed: model.sample(5, seed=seed),
        lambda seed: model.sample_posterior(x, seed=seed),
    ):
        assert torch.equal(measure(1), measure(1))
        assert not torch.equal(measure(1), measure(2))


def test_measuring_leaves_torch_s_generator_alone() -> None:
    state = torch.random.get_rng_state()
    model = VariationalAutoencoder([8, 3])
    model.sample(2), model.elbo(torch.rand(2, 8, generator=torch.Generator()))
    assert torch.equal(state, torch.random.get_rng_state())


def test_samples_are_decoded_draws_from_the_prior() -> None:
    model = VariationalAutoencoder([3, 3], likelihood="gaussian", output="linear")
    with torch.no_grad():
        model.decoder[0].weight.copy_(torch.eye(3))
        draws = model.sample(100_000)
    assert draws.mean(dim=0).abs().max() < 5 / math.sqrt(100_000)
    assert (draws.T.cov() - torch.eye(3)).abs().max() < 5 * math.sqrt(2 / 100_000)


# ------------------------------------------------------------ gradients and training


def test_gradient_of_the_cost_for_fixed_noise(model: VariationalAutoencoder) -> None:
    x, y = pixels(3, 8), pixels(3, 8).flip(0)
    names = [name for name, _ in model.named_parameters()]

    def cost(*values: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(0)
        weights = dict(zip(names, values, strict=True))
        return torch.func.functional_call(_Cost(model), _inner(weights), (x, y))

    values = tuple(p.detach().requires_grad_() for p in model.parameters())
    assert torch.autograd.gradcheck(cost, values)


class _Cost(torch.nn.Module):
    """A module that is called for the cost of the model inside."""

    def __init__(self, model: VariationalAutoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.model.cost(x, y)


def _inner(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {f"model.{name}": value for name, value in weights.items()}


@pytest.fixture
def plane() -> torch.Tensor:
    """Binary pixels that depend on one hidden number."""
    generator = torch.Generator().manual_seed(0)
    h = torch.randn(600, 1, generator=generator)
    probability = torch.sigmoid(3 * h * torch.tensor([1.0, -1] * 8))
    return torch.bernoulli(probability, generator=generator)


def trained(x: torch.Tensor, seed: int = 0, **settings) -> VariationalAutoencoder:
    model = VariationalAutoencoder([16, 12, 2])
    fit(model, x, epochs=20, batch_size=50, learning_rate=0.01, seed=seed, **settings)
    return model


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_fit_raises_the_bound(plane: torch.Tensor, precision: str) -> None:
    before = VariationalAutoencoder([16, 12, 2]).elbo(plane).mean()
    after = trained(plane, precision=precision).elbo(plane).mean()
    assert before < -11  # near 16 log 2: it knows nothing
    assert after > -8.5


def test_fit_measures_the_cost_it_lowers(plane: torch.Tensor) -> None:
    model = VariationalAutoencoder([16, 12, 2])
    history = fit(model, plane, epochs=3, validation=(plane, plane), progress=False)
    assert history.loss[0] > history.loss[-1]
    torch.testing.assert_close(
        history.validation_loss[-1], -float(model.elbo(plane).mean()), rtol=0.05, atol=0
    )


def test_fit_repeats_with_its_seed(plane: torch.Tensor) -> None:
    first, same, other = (trained(plane, seed=seed).encode(plane) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_fit_denoises(plane: torch.Tensor) -> None:
    """Trained from spoilt inputs to clean targets, it explains clean ones from them."""
    masking = Corruption("masking", 0.5)
    spoilt = masking(plane, seed=1)

    def error(model: VariationalAutoencoder) -> torch.Tensor:
        return (model(spoilt) - plane).square().sum(dim=1).mean()

    assert error(trained(plane, corrupt=masking)) < 0.9 * error(trained(plane))


# --------------------------------------------------------------------------- errors


@pytest.mark.parametrize("sizes", [[784, 0], [784], [784, 64, -2], []])
def test_no_code_no_model(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="positive whole numbers"):
        VariationalAutoencoder(sizes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"likelihood": "poisson"}, "'poisson' is unknown; choose from"),
        ({"sigma": 0.0}, "sigma must be a positive number"),
        ({"sigma": float("nan")}, "sigma must be a positive number"),
        ({"beta": -1.0}, "beta must be a number of at least 0"),
        ({"output": "linear"}, "Bernoulli mean is a probability"),
        ({"activation": "swish"}, "'swish' is unknown; choose from"),
    ],
)
def test_bad_options_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VariationalAutoencoder([4, 3, 2], **options)


@pytest.mark.parametrize("k", [0, -1, 2.5])
def test_fewer_than_one_draw_is_refused(k: int) -> None:
    model, x = VariationalAutoencoder([4, 2]), torch.zeros(3, 4)
    with pytest.raises(ValueError, match=r"k=.* at least 1"):
        model.log_likelihood(x, k=k)
    with pytest.raises(ValueError, match=r"samples=.* at least 1"):
        model.elbo(x, samples=k)
    with pytest.raises(ValueError, match=r"n=.* at least 1"):
        model.sample(k)


def test_wrong_shapes_are_refused() -> None:
    model = VariationalAutoencoder([4, 2])
    with pytest.raises(ValueError, match=r"\(3, 5\) do not fit.*\(n, 4\)"):
        model.posterior(torch.zeros(3, 5))
    with pytest.raises(ValueError, match=r"\(3, 5\) do not fit"):
        model.cost(torch.zeros(3, 4), torch.zeros(3, 5))
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        model.decode(torch.zeros(3, 4))


def test_bernoulli_targets_outside_the_unit_interval_are_refused() -> None:
    model = VariationalAutoencoder([4, 2])
    bad = torch.tensor([[0.0, 1.0, 0.5, 1.5]])
    for measure in (model.elbo, model.log_likelihood, lambda x: model.cost(x, x)):
        with pytest.raises(ValueError, match=r"1\.5.*\[0, 1\]"):
            measure(bad)
    model.cost(bad, bad.clip(0, 1))  # what the encoder sees may be anything


def test_fit_refuses_such_targets_before_it_trains() -> None:
    model, good = VariationalAutoencoder([4, 2]), torch.full((9, 4), 0.5)
    bad = good.clone()
    bad[-1, -1] = -0.5
    before = [p.detach().clone() for p in model.parameters()]
    for arguments in ((bad,), (good, bad)):
        with pytest.raises(ValueError, match=r"-0\.5.*\[0, 1\]"):
            fit(model, *arguments, batch_size=1)
        with pytest.raises(ValueError, match=r"-0\.5.*\[0, 1\]"):
            evaluate(model, *arguments)
    with pytest.raises(ValueError, match=r"-0\.5.*\[0, 1\]"):
        fit(model, good, validation=(good, bad))
    for p, was in zip(model.parameters(), before, strict=True):
        assert torch.equal(p, was)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_a_cost_broadcasts_neither_targets_nor_noise(likelihood: str) -> None:
    model = VariationalAutoencoder([6, 2], likelihood=likelihood)
    x = torch.rand(5, 6)
    with pytest.raises(ValueError, match=r"\(1, 6\).*\(5, 6\) differ"):
        model.cost(x, x[:1])
    for shape in [(5, 1), (2,), (1, 2), (3, 2)]:
        with pytest.raises(ValueError, match=r"noise has shape.*expected \(5, 2\)"):
            model.cost(x, x, torch.zeros(shape))
    assert model.cost(x, x, model.draw_noise(5)).ndim == 0
