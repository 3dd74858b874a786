"""How probable are held-out digits? A variational autoencoder among its rivals.

    AELIB_DATA=folder python benchmarks/likelihood.py --data drawn
    AELIB_DATA=folder python benchmarks/likelihood.py --data mnist

writes `aelib/results/likelihood.csv`, which notebook 11 shows; each command renews the
rows of its own data set.  Pixels are 1 where the ink is above one half, else 0, so that
every number is log p(x) of the same test digits in nats, or a lower bound on it:

- ``independent pixels``: each pixel's share of ink;
- ``mixture of Bernoullis``: as many templates as held-out digits ask for;
- ``plain code, mixture``: a plain autoencoder trained on the same pixels by its
  cross-entropy for 16 epochs; then a mixture of Gaussians for its codes, and an encoder
  trained for that decoder and that prior, by the ELBO, for 8 epochs;
- ``variational``: 784-256-128-20, as in the notebook, 24 epochs;
- ``variational, 16 epochs``: what the next row begins with;
- ``variational, mixture``: 16 such epochs, then treated as the plain one;
- ``earlier pixels``: each pixel from those before it, by logistic regression, no code;
- ``variational, earlier pixels``: both, a strong decoder; 24 epochs each.

    python benchmarks/likelihood.py --data settings

writes `likelihood_settings.csv`: learning rates, weight decay and numbers of templates,
tried on the last 2,000 training digits of the drawn data.  MNIST takes them over.

`bound` is the ELBO (for the first two and for earlier pixels log p(x) itself), and
`log_p` the importance-weighted bound with 200 draws.  `active` counts code units.  What
the stored table has already is not measured again.
"""

from __future__ import annotations

import argparse
import itertools
import math

import numpy as np
import torch
from reproduce.templates import fit_templates
from sklearn.mixture import GaussianMixture
from torch import Tensor, nn
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal
from torch.nn import functional

from aelib import evaluation, sampling
from aelib.autoencoders import Autoencoder, VariationalAutoencoder
from aelib.digits.dataset import load_data
from aelib.results import load_table, save_table
from aelib.training import binary_cross_entropy, fit

SEEDS = range(3)
FIRST, AFTERWARDS = 16, 8
EPOCHS, K, TEST = FIRST + AFTERWARDS, 200, 1_000
SIZES = (50, 100, 200, 400)
RATES = (3e-3, 7e-3)  # 1e-2 diverged for one seed in six
RATES_BEFORE = (7e-3, 2e-2, 5e-2)  # of earlier pixels, a convex cost
DECAYS = (0.0, 0.01, 0.03)
LAYERS = [784, 256, 128, 20]
SETTINGS = {"batch_size": 100, "schedule": "one-cycle", "progress": False}
ACTIVE = 0.01  # least variance of a posterior mean (Burda et al. 2016, section 5.2)

Row = dict[str, object]


class EarlierPixels(nn.Module):
    """Each pixel's log odds of ink, a weighted sum of the pixels before it."""

    def __init__(self, d: int = 784) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(d, d))
        self.bias = nn.Parameter(torch.zeros(d))
        self.register_buffer("before", torch.tril(torch.ones(d, d), -1))

    def forward(self, y: Tensor) -> Tensor:
        """Return log odds of ink."""
        return functional.linear(y, self.weight * self.before, self.bias)

    def cost(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the mean of -log p(y)."""
        y = torch.as_tensor(y).flatten(1)
        return binary_log_p(self(y), y).neg().mean()


class StrongDecoder(VariationalAutoencoder):
    """A variational autoencoder whose decoder hears the earlier pixels, too."""

    def __init__(self, sizes: list[int], *, seed: int) -> None:
        super().__init__(sizes, seed=seed)
        self.earlier = EarlierPixels(sizes[0])

    def _log_p(self, y: Tensor, z: Tensor) -> Tensor:
        return binary_log_p(self._pre_output(z) + self.earlier(y), y)


class EncoderAfterwards(VariationalAutoencoder):
    """A Gaussian posterior for a plain decoder and a mixture of its codes.

    The decoder stays as it is; the encoder learns anew, from the plain one on.
    """

    def __init__(self, plain: Autoencoder, mixture: GaussianMixture) -> None:
        super().__init__(plain.sizes)
        self.load_state_dict(plain.state_dict(), strict=False)
        self.decoder.requires_grad_(False)
        spread = float(np.log(np.mean(np.diagonal(mixture.covariances_[0]))))
        nn.init.constant_(self.log_var.bias, spread - 2)
        parts = (mixture.weights_, mixture.means_, mixture.covariances_)
        weights, means, covariances = (torch.tensor(p).float() for p in parts)
        self.prior = MixtureSameFamily(
            Categorical(weights), MultivariateNormal(means, covariances)
        )

    def log_weight(self, y: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return log p(y|z) p(z)/q(z|y) for one draw of z per image."""
        mean, log_var = self.posterior(y)
        noise = torch.randn(mean.shape, generator=generator)
        z = mean + (0.5 * log_var).exp() * noise
        log_q = -0.5 * (noise.square() + log_var + math.log(2 * math.pi)).sum(dim=1)
        return self._log_p(y, z) + self.prior.log_prob(z) - log_q

    def cost_of_checked(self, x: Tensor, y: Tensor, noise: None = None) -> Tensor:
        """Return the negative bound for one draw, whose KL is sampled, too."""
        return self.log_weight(self._flatten(y)).neg().mean()

    @torch.no_grad()
    def elbo(self, x: np.ndarray, *, samples: int = 10, seed: int = 0) -> Tensor:
        """Return the bound of each image."""
        return self._log_weights(x, samples, seed).mean(dim=0)

    @torch.no_grad()
    def log_likelihood(self, x: np.ndarray, *, k: int = 100, seed: int = 0) -> Tensor:
        """Return the importance-weighted bound of each image."""
        return torch.logsumexp(self._log_weights(x, k, seed), dim=0) - math.log(k)

    def _log_weights(self, x: np.ndarray, k: int, seed: int) -> Tensor:
        y, generator = self._flatten(x), torch.Generator().manual_seed(seed)
        return torch.stack([self.log_weight(y, generator) for _ in range(k)])


def binary_log_p(log_odds: Tensor, y: Tensor) -> Tensor:
    """Return log p(y) of pixels that are 0 or 1, summed over pixels: (n,)."""
    with_logits = functional.binary_cross_entropy_with_logits
    return -with_logits(log_odds, y, reduction="none").sum(dim=1)


def exact(log_p: np.ndarray) -> Row:
    """Return the row of a model that knows log p(x)."""
    value = round(float(log_p.mean()), 2)
    return {"bound": value, "kl": 0.0, "log_p": value, "active": 0}


@torch.no_grad()
def bounded(model: VariationalAutoencoder, x: np.ndarray, kl: float) -> Row:
    """Return the row of a model with a code."""
    code = evaluation.encode(model, x)
    return {
        "bound": round(float(model.elbo(x, samples=10).mean()), 2),
        "kl": round(kl, 2),
        "log_p": round(float(model.log_likelihood(x, k=K).mean()), 2),
        "active": int((code.var(axis=0) > ACTIVE).sum()),
    }


def with_mixture(
    model: Autoencoder, code: np.ndarray, x: np.ndarray
) -> EncoderAfterwards:
    """Give a trained decoder another prior, and the posterior that belongs to it."""
    mixture, _ = sampling.fit_mixture(code, (30,))
    model = EncoderAfterwards(model, mixture)
    fit(model, x, epochs=AFTERWARDS, learning_rate=3e-3, **SETTINGS)
    return model


def templates(x: np.ndarray, test: np.ndarray, seed: int, chosen: Row) -> Row:
    """Measure a mixture of Bernoullis."""
    return exact(fit_templates(x, int(chosen["templates"]), seed)(test))


def plain_with_mixture(x: np.ndarray, test: np.ndarray, seed: int, chosen: Row) -> Row:
    """Measure a plain autoencoder with a prior and a posterior of its own."""
    plain = Autoencoder(LAYERS, activation="silu", code="linear", seed=seed)
    how = {"loss": binary_cross_entropy, "learning_rate": chosen["learning_rate"]}
    fit(plain, x, epochs=FIRST, seed=seed, **how, **SETTINGS)
    model = with_mixture(plain, evaluation.encode(plain, x), x)
    return bounded(model, test, kl=np.nan)


def variational_with_mixture(
    x: np.ndarray, test: np.ndarray, seed: int, chosen: Row
) -> Row:
    """Measure the same, made from a variational autoencoder."""
    model = VariationalAutoencoder(LAYERS, seed=seed)
    how = {"learning_rate": chosen["learning_rate"]}
    fit(model, x, epochs=FIRST, seed=seed, **how, **SETTINGS)
    code = model.sample_posterior(x).detach().numpy()
    return bounded(with_mixture(model, code, x), test, kl=np.nan)


def variational(x: np.ndarray, test: np.ndarray, seed: int, chosen: Row) -> Row:
    """Measure the model of the notebook."""
    return trained(VariationalAutoencoder(LAYERS, seed=seed), x, test, seed, chosen)


def variational_at_first(
    x: np.ndarray, test: np.ndarray, seed: int, chosen: Row
) -> Row:
    """Measure what the mixture is given to."""
    model = VariationalAutoencoder(LAYERS, seed=seed)
    return trained(model, x, test, seed, chosen, epochs=FIRST)


def variational_with_pixels(
    x: np.ndarray, test: np.ndarray, seed: int, chosen: Row
) -> Row:
    """Measure it with a strong decoder."""
    return trained(StrongDecoder(LAYERS, seed=seed), x, test, seed, chosen)


def trained(
    model: VariationalAutoencoder,
    x: np.ndarray,
    test: np.ndarray,
    seed: int,
    chosen: Row,
    epochs: int = EPOCHS,
) -> Row:
    """Train a model by the ELBO and measure it."""
    how = {"learning_rate": chosen["learning_rate"]}
    fit(model, x, epochs=epochs, seed=seed, **how, **SETTINGS)
    return bounded(model, test, kl=float(model.kl(test).mean()))


def earlier_pixels(x: np.ndarray, test: np.ndarray, seed: int, chosen: Row) -> Row:
    """Measure the strong decoder without a code."""
    model = EarlierPixels()
    how = {name: chosen[name] for name in ("learning_rate", "weight_decay")}
    fit(model, x, epochs=EPOCHS, seed=seed, **how, **SETTINGS)
    y = torch.tensor(test)
    with torch.no_grad():
        return exact(binary_log_p(model(y), y).numpy())


def independent_pixels(x: np.ndarray, test: np.ndarray, seed: int, chosen: Row) -> Row:
    """Measure each pixel's share of ink, which no seed changes."""
    ink = (x.sum(axis=0) + 0.5) / (len(x) + 1)
    return exact(test @ np.log(ink) + (1 - test) @ np.log1p(-ink))


MODELS = {
    "independent pixels": independent_pixels,
    "mixture of Bernoullis": templates,
    "variational": variational,
    "variational, 16 epochs": variational_at_first,
    "plain code, mixture": plain_with_mixture,
    "variational, mixture": variational_with_mixture,
    "earlier pixels": earlier_pixels,
    "variational, earlier pixels": variational_with_pixels,
}


def settings() -> None:
    """Measure the bound of held-out training digits for each setting, and store it."""
    x = (load_data("drawn").train.flat > 0.5).astype(np.float32)
    learn, held_out = x[:-2_000], x[-2_000:]
    nothing = {"templates": 0, "learning_rate": 0.0, "weight_decay": 0.0}
    by_rate = [{"learning_rate": rate} for rate in RATES]
    before = [
        {"learning_rate": rate, "weight_decay": decay}
        for rate, decay in itertools.product(RATES_BEFORE, DECAYS)
    ]
    tried = {
        "mixture of Bernoullis": [{"templates": size} for size in SIZES],
        "variational": by_rate,
        "plain code, mixture": by_rate,
        "earlier pixels": before,
    }
    rows = []
    for name, choices in tried.items():
        for choice in choices:
            setting = nothing | choice
            found = MODELS[name](learn, held_out, 0, setting)["bound"]
            rows.append({"model": name, **setting, "held_out": found})
            print(rows[-1], flush=True)
    save_table(
        "likelihood_settings",
        rows,
        command="python benchmarks/likelihood.py --data settings",
        data="the last 2,000 training digits of the drawn data, learned from the other "
        "8,000; seed 0",
    )


def choose(model: str) -> Row:
    """Return the setting with the best bound of held-out digits."""
    columns = load_table("likelihood_settings").columns
    kind = "variational" if model.startswith("variational") else model
    rows = [i for i, name in enumerate(columns["model"]) if name == kind]
    if not rows:
        return {}
    best = max(rows, key=lambda i: columns["held_out"][i])
    return {name: float(columns[name][best]) for name in columns if name != "model"}


def stored() -> dict[tuple[object, ...], Row]:
    """Return the stored rows by what was measured."""
    try:
        columns = load_table("likelihood").columns
    except FileNotFoundError:
        return {}
    values = zip(*columns.values(), strict=True)
    rows = [dict(zip(columns, row, strict=True)) for row in values]
    rows = [row | {name: int(row[name]) for name in ("seed", "active")} for row in rows]
    return {(row["data"], row["model"], row["seed"]): row for row in rows}


def main() -> None:
    """Measure what the table lacks of one data set, and store it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=("settings", "drawn", "mnist"), required=True)
    name, known = parser.parse_args().data, stored()
    if name == "settings":
        settings()
        return
    data = load_data(name)
    x, test = ((p.flat > 0.5).astype(np.float32) for p in (data.train, data.test))
    for seed, (label, measure) in itertools.product(SEEDS, MODELS.items()):
        if (name, label, seed) not in known:
            head = {"data": name, "model": label, "seed": seed}
            found = measure(x, test[:TEST], seed, choose(label))
            known[name, label, seed] = head | found
            print(known[name, label, seed], flush=True)
    order = list(MODELS)
    by_model = sorted(known.items(), key=lambda item: (item[0][0], item[0][2]))
    by_model.sort(key=lambda item: (item[0][0], order.index(item[0][1])))
    path = save_table(
        "likelihood",
        [row for _, row in by_model],
        command="python benchmarks/likelihood.py --data drawn, and --data mnist",
        data="10,000 training digits of each and 1,000 test digits, ink above one "
        "half; seeds 0 to 2",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
