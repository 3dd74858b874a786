"""The variational autoencoder: the example that most people start from, and ours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn import functional

from aelib import plots
from aelib.autoencoders import VariationalAutoencoder
from aelib.training import fit
from reproduce.experiment import Digits, Measures, Outcome, cpu_time
from reproduce.templates import fit_templates
from reproduce.tutorial import tutorial_loop


class Example(nn.Module):
    """The network of the PyTorch example: 784-400-20, ReLU, a sigmoid output."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.mean = nn.Linear(784, 400), nn.Linear(400, 20)
        self.log_var = nn.Linear(400, 20)
        self.decoder = nn.Linear(20, 400)
        self.output = nn.Linear(400, 784)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the decoded draw, and mean and log variance of the posterior."""
        h = functional.relu(self.hidden(x.view(-1, 784)))
        mean, log_var = self.mean(h), self.log_var(h)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_var)
        y_hat = torch.sigmoid(self.output(functional.relu(self.decoder(z))))
        return y_hat, mean, log_var


def example_loss(model: nn.Module, x: Tensor) -> Tensor:
    """-ELBO for one draw, in nats, summed over pixels and images as in the example."""
    y_hat, mean, log_var = model(x)
    misfit = functional.binary_cross_entropy(y_hat, x.view(-1, 784), reduction="sum")
    return misfit - 0.5 * torch.sum(1 + log_var - mean.pow(2) - log_var.exp())


def example_and_ours(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Train the example, then our model with as many code units, in one go."""
    measures: Measures = {}
    torch.manual_seed(seed)
    example = Example()
    with cpu_time(measures, "example_seconds"):
        tutorial_loop(example, train.x, example_loss, **settings["example"])
    with torch.no_grad():
        total = float(example_loss(example, torch.from_numpy(test.x)))
    measures["example"] = total / len(test.x)
    model = VariationalAutoencoder(settings["sizes"], seed=seed)
    with cpu_time(measures, "ours_seconds"):
        fit(model, train.x, seed=seed, **settings["fit"])
    measures["ours"] = -float(model.elbo(test.x, seed=seed).mean())
    return Outcome(measures, lambda: samples(model))


def plane(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Train our model with two code units."""
    model = VariationalAutoencoder(settings["sizes"], seed=seed)
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        fit(model, train.x, seed=seed, **settings["fit"])
    measures["bound"] = -float(model.elbo(test.x, seed=seed).mean())
    return Outcome(measures, lambda: draw_plane(model))


class Redrawn(VariationalAutoencoder):
    """A variational autoencoder of binary pixels, drawn anew at each presentation.

    A grey value is the probability of ink. What is lowered is the negative bound of
    Burda et al. with some draws of z: with one, the ELBO.
    """

    def __init__(self, sizes: Sequence[int], *, draws: int, seed: int) -> None:
        super().__init__(sizes, seed=seed)
        self.draws = draws

    def cost_of_checked(self, x: Tensor, y: Tensor, noise: None = None) -> Tensor:
        """Return the negative bound, for one drawing of the pixels."""
        x = torch.bernoulli(x)
        mean, log_var = self.posterior(x)
        draws = torch.randn(self.draws, *mean.shape, device=x.device)
        log_weights = torch.stack(
            [self._log_weight(x, mean, log_var, noise) for noise in draws]
        )
        return (math.log(self.draws) - torch.logsumexp(log_weights, dim=0)).mean()


def binary(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Estimate log p(x) of binary test digits; beside it, a mixture of templates.

    The test digits are drawn once, the same for all seeds.
    """
    ink = torch.Generator().manual_seed(0)
    drawn = torch.bernoulli(torch.from_numpy(test.x), generator=ink)
    model = Redrawn(settings["sizes"], draws=settings["draws"], seed=seed)
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        fit(model, train.x, seed=seed, **settings["fit"])
    with cpu_time(measures, "evaluation_seconds"):
        parts = drawn.split(250)
        log_p = [model.log_likelihood(part, k=settings["k"]) for part in parts]
    measures["log_p"] = float(torch.cat(log_p).mean())
    measures["elbo"] = float(model.elbo(drawn, samples=10).mean())
    once = torch.bernoulli(torch.from_numpy(train.x), generator=ink).numpy()
    with cpu_time(measures, "templates_seconds"):
        templates = fit_templates(once, settings["templates"], seed)
    measures["templates"] = float(templates(drawn.numpy()).mean())
    return Outcome(measures, lambda: samples(model))


@torch.no_grad()
def samples(model: VariationalAutoencoder) -> Figure:
    """Draw digits that nobody wrote."""
    return plots.show_images(model.sample(120).numpy(), columns=20).figure


@torch.no_grad()
def draw_plane(model: VariationalAutoencoder) -> Figure:
    """Draw the plane of two code units, decoded."""
    # Equal shares of the prior between the points, not equal distances.
    steps = torch.distributions.Normal(0, 1).icdf(torch.linspace(0.03, 0.97, 15))
    grid = torch.cartesian_prod(-steps, steps).flip(1)
    return plots.show_images(model.decode(grid).numpy(), columns=15).figure
