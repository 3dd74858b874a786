"""The variational autoencoder: a stochastic code, and a bound on the likelihood."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from aelib import inputs
from aelib.autoencoders.dense import Autoencoder
from aelib.autoencoders.layers import ACTIVATIONS, check_reach, dense_layer

LIKELIHOODS = ("bernoulli", "gaussian")


class VariationalAutoencoder(Autoencoder):
    """A dense autoencoder whose code is a random variable (lecture F2).

    The model says how images come about: draw z from the prior N(0, I), decode it, and
    draw pixels with the decoded mean.  Its encoder guesses, for each image, which z
    it came from: the posterior q(z|x), a Gaussian with a mean and a variance per code
    unit.  Both learn by raising one number, a lower bound on log p(x):

        ELBO = E_q[log p(x|z)] - KL(q(z|x) ‖ p(z)).

    All of it is in nats *per image*: log p(x|z) is summed over pixels and the KL over
    code units, and only `cost` averages, over images.

    Parameters
    ----------
    sizes
        Widths from the input to the code, such as ``[784, 512, 256, 20]``; the decoder
        mirrors them.
    activation
        Activation of the hidden layers; the code has none.
    likelihood
        What a decoded mean says about a pixel: ``"bernoulli"`` (ink with this
        probability) or ``"gaussian"`` (this value, give or take `sigma`).
    sigma
        Standard deviation of a pixel under the Gaussian likelihood.
    beta
        Weight of the KL in `cost`, and only there; 1 makes `cost` the negative ELBO.
    output
        Activation of the output: ``"sigmoid"``, or ``"linear"`` for data outside
        [0, 1], with the Gaussian likelihood.
    seed
        Seed of the initial weights.

    Raises
    ------
    ValueError
        If there is no code unit, `likelihood` or an activation is unknown, `sigma` is
        not positive, `beta` is negative, or a Bernoulli mean would not be a sigmoid.

    Notes
    -----
    With grey pixels the Bernoulli nats are no log-likelihood: over the values in
    [0, 1] they don't integrate to 1.  They compare models with one another, no more.

    Sources: D. P. Kingma and M. Welling, "Auto-encoding variational Bayes" (2013),
    arXiv:1312.6114; `beta`: I. Higgins et al., "β-VAE", ICLR (2017).

    Examples
    --------
    >>> model = VariationalAutoencoder([784, 64, 2], seed=0)
    >>> images = torch.rand(5, 28, 28)
    >>> mean, log_var = model.posterior(images)
    >>> mean.shape, model(images).shape, model.sample(3).shape
    (torch.Size([5, 2]), torch.Size([5, 28, 28]), torch.Size([3, 784]))
    >>> bool((model.kl(images) >= 0).all())
    True
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str = "silu",
        likelihood: str = "bernoulli",
        sigma: float = 0.1,
        beta: float = 1.0,
        output: str = "sigmoid",
        seed: int = 0,
    ) -> None:
        _check_likelihood(likelihood, sigma, output)
        inputs.strength("beta", beta)
        super().__init__(
            sizes, activation=activation, code="linear", output=output, seed=seed
        )
        self.likelihood, self.sigma, self.beta = likelihood, float(sigma), float(beta)
        self.log_var = dense_layer(*self.sizes[-2:], torch.Generator())
        # Before it learns, the posterior is as wide as the prior, for every image.
        torch.nn.init.zeros_(self.log_var.weight)

    def posterior(self, x: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
        """Return mean and log variance of q(z|x), each (n, code_size).

        Raises
        ------
        ValueError
            If an item does not have the number of values that the input layer has.
        """
        x = h = self._flatten(x)
        names = self.encoder_activations
        for layer, name in zip(self.encoder[:-1], names[:-1], strict=True):
            h = ACTIVATIONS[name](layer(h))
        # Exponentials and squares follow, for which bfloat16 is too coarse.
        return self.encoder[-1](h).to(x.dtype), self.log_var(h).to(x.dtype)

    def encode(self, x: Tensor | np.ndarray) -> Tensor:
        """Return the posterior mean, (n, code_size): the code of images or vectors."""
        return self.posterior(x)[0]

    def sample(self, n: int, *, seed: int = 0) -> Tensor:
        """Decode `n` draws of z from the prior: mean pixels (n, d)."""
        return self.decode(self.draw_noise(n, seed=seed))

    def draw_noise(self, n: int, *, seed: int = 0) -> Tensor:
        """Draw the standard normal numbers that `cost` takes for `n` images.

        Parameters
        ----------
        n
            How many images.
        seed
            Seed of the draws, which means the same on every device.

        Returns
        -------
        Tensor
            Noise (n, code_size), where the model is.

        Raises
        ------
        ValueError
            If `n` is no whole number of at least 1.

        Examples
        --------
        >>> VariationalAutoencoder([6, 2]).draw_noise(5).shape
        torch.Size([5, 2])
        """
        shape = inputs.whole("n", n), self.code_size
        return self._noise(shape, _generator(seed))

    def sample_posterior(self, x: Tensor | np.ndarray, *, seed: int = 0) -> Tensor:
        """Draw one z per image from q(z|x): (n, code_size), to be decoded at will."""
        mean, log_var = self.posterior(x)
        return _reparametrize(mean, log_var, self._noise(mean.shape, _generator(seed)))

    def cost(
        self,
        x: Tensor | np.ndarray,
        y: Tensor | np.ndarray,
        noise: Tensor | None = None,
    ) -> Tensor:
        """Return what `aelib.training.fit` lowers: the negative ELBO, for one draw.

        Summed over pixels and code units, averaged over images; the KL counts `beta`
        times.  Gradients reach the encoder through the draw z = mean + std · noise
        (the reparametrization).

        Parameters
        ----------
        x
            What the encoder sees: images or vectors (n, d).
        y
            What the decoder shall explain: `x` itself, or the clean images.
        noise
            Standard normal numbers (n, code_size), as `draw_noise` draws them; by
            default from torch's own generator, which `fit` seeds.

        Returns
        -------
        Tensor
            A scalar, in nats per image.

        Raises
        ------
        ValueError
            If a shape does not fit, or a Bernoulli target lies outside [0, 1].
        """
        x, y = self._flatten(x), self._targets(y)
        inputs.check_same_shape(y, x)
        if noise is not None and noise.shape != (len(x), self.code_size):
            raise ValueError(
                f"noise has shape {tuple(noise.shape)}; expected "
                f"({len(x)}, {self.code_size}), a row per image, as draw_noise draws."
            )
        return self.cost_of_checked(x, y, noise)

    def cost_of_checked(
        self,
        x: Tensor | np.ndarray,
        y: Tensor | np.ndarray,
        noise: Tensor | None = None,
    ) -> Tensor:
        """Return `cost` for a batch of targets that `check_targets` has seen already.

        To look at all of them once takes less time than to look at each batch anew, and
        lets a GPU run ahead; `aelib.training.fit` does so.
        """
        y = self._flatten(y)
        mean, log_var = self.posterior(x)
        noise = torch.randn_like(mean) if noise is None else noise
        z = _reparametrize(mean, log_var, noise)
        return (self.beta * _kl(mean, log_var) - self._log_p(y, z)).mean()

    def check_targets(self, y: Tensor | np.ndarray) -> None:
        """Refuse targets that the likelihood isn't for.

        Raises
        ------
        ValueError
            If a shape does not fit, or a target lies where no output can: outside
            [0, 1] for a sigmoid.

        Examples
        --------
        >>> settings = {"likelihood": "gaussian", "output": "linear"}
        >>> model = VariationalAutoencoder([6, 2], **settings)
        >>> model.check_targets(3 * torch.ones(5, 6))  # nothing to object
        """
        self._targets(y)

    def kl(self, x: Tensor | np.ndarray) -> Tensor:
        """Return KL(q(z|x) ‖ N(0, I)) of each image, in closed form: (n,) nats."""
        return _kl(*self.posterior(x))

    def expected_log_likelihood(
        self, x: Tensor | np.ndarray, *, samples: int = 1, seed: int = 0
    ) -> Tensor:
        """Estimate E_q[log p(x|z)] of each image by the mean of some draws: (n,) nats.

        Raises
        ------
        ValueError
            As `cost`, or if `samples` is no whole number of at least 1.
        """
        samples = inputs.whole("samples", samples)
        y, (mean, log_var) = self._targets(x), self.posterior(x)
        generator, total = _generator(seed), torch.zeros_like(mean[:, 0])
        for _ in range(samples):
            noise = self._noise(mean.shape, generator)
            total = total + self._log_p(y, _reparametrize(mean, log_var, noise))
        return total / samples

    @torch.no_grad()
    def elbo(
        self, x: Tensor | np.ndarray, *, samples: int = 1, seed: int = 0
    ) -> Tensor:
        """Return the lower bound on log p(x) of each image: (n,) nats, without `beta`.

        Parameters
        ----------
        x
            Images or vectors (n, d).
        samples
            Draws of z over which log p(x|z) is averaged; the KL is exact.
        seed
            Seed of the draws.

        Raises
        ------
        ValueError
            As `cost`, or if `samples` is no whole number of at least 1.

        Examples
        --------
        >>> model = VariationalAutoencoder([6, 2], seed=0)
        >>> model.elbo(torch.zeros(5, 6)).shape
        torch.Size([5])
        """
        expected = self.expected_log_likelihood(x, samples=samples, seed=seed)
        return expected - self.kl(x)

    @torch.no_grad()
    def log_likelihood(
        self, x: Tensor | np.ndarray, *, k: int = 100, seed: int = 0
    ) -> Tensor:
        """Return the importance-weighted bound on log p(x) of each image: (n,) nats.

        The log of the mean of k weights p(x|z) p(z) / q(z|x), with z from q.  With
        k = 1 it is an ELBO with a sampled KL; in expectation it grows with k, and
        towards log p(x) (Burda et al. 2016, arXiv:1509.00519).

        Parameters
        ----------
        x
            Images or vectors (n, d); all of them are decoded at once, k times over.
        k
            Number of draws; those of a smaller k are the first of a larger one.
        seed
            Seed of the draws.

        Raises
        ------
        ValueError
            As `cost`, or if `k` is no whole number of at least 1.

        Examples
        --------
        >>> model = VariationalAutoencoder([6, 2], seed=0)
        >>> model.log_likelihood(torch.zeros(5, 6), k=10).shape
        torch.Size([5])
        """
        k = inputs.whole("k", k)
        y, (mean, log_var) = self._targets(x), self.posterior(x)
        generator, log_weights = _generator(seed), []
        for _ in range(k):
            noise = self._noise(mean.shape, generator)
            log_weights.append(self._log_weight(y, mean, log_var, noise))
        return torch.logsumexp(torch.stack(log_weights), dim=0) - math.log(k)

    def _log_weight(
        self, y: Tensor, mean: Tensor, log_var: Tensor, noise: Tensor
    ) -> Tensor:
        """Return log p(y|z) p(z) / q(z|y) for the z that the noise makes: (n,)."""
        z = _reparametrize(mean, log_var, noise)
        log_prior_over_q = 0.5 * (noise.square() + log_var - z.square()).sum(dim=1)
        return self._log_p(y, z) + log_prior_over_q

    def _log_p(self, y: Tensor, z: Tensor) -> Tensor:
        """Return log p(y|z), summed over pixels: (n,)."""
        s = self._pre_output(z).to(y.dtype)
        if self.likelihood == "bernoulli":
            losses = functional.binary_cross_entropy_with_logits(s, y, reduction="none")
            return -losses.sum(dim=1)
        deviation = (y - ACTIVATIONS[self.decoder_activations[-1]](s)) / self.sigma
        constant = math.log(self.sigma) + 0.5 * math.log(2 * math.pi)
        return -0.5 * deviation.square().sum(dim=1) - constant * self.sizes[0]

    def _pre_output(self, z: Tensor) -> Tensor:
        names = self.decoder_activations
        for layer, name in zip(self.decoder[:-1], names[:-1], strict=True):
            z = ACTIVATIONS[name](layer(z))
        return self.decoder[-1](z)

    def _targets(self, y: Tensor | np.ndarray) -> Tensor:
        y = self._flatten(y)
        check_reach(y.detach(), self.decoder_activations[-1])
        return y

    def _noise(self, shape: Sequence[int], generator: torch.Generator) -> Tensor:
        """Draw on the CPU, so that a seed means the same on every device."""
        return self._as_tensor(torch.randn(*shape, generator=generator))


def _reparametrize(mean: Tensor, log_var: Tensor, noise: Tensor) -> Tensor:
    return mean + (0.5 * log_var).exp() * noise


def _kl(mean: Tensor, log_var: Tensor) -> Tensor:
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(inputs.seed(seed))


def _check_likelihood(likelihood: str, sigma: float, output: str) -> None:
    inputs.choice("likelihood", likelihood, LIKELIHOODS)
    inputs.positive("sigma", sigma)
    if likelihood == "bernoulli" and output != "sigmoid":
        raise ValueError(
            f"A Bernoulli mean is a probability, which output={output!r} is not: "
            "leave it 'sigmoid', or choose likelihood='gaussian'."
        )
