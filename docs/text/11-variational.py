# %% [markdown]
# # 11 · The variational autoencoder
#
# **Can an autoencoder make up a digit that nobody has drawn?**
#
# Every decoder so far turns *any* list of numbers into an image. That looks like a machine that
# makes digits: pick a code, decode. It is not one yet: we still have to find out which codes are
# meant. Here the code becomes a random variable, and one formula says what encoder and decoder
# should do with it. We derive it and check every line of it.
#
# **You will**
#
# - sample a plain autoencoder's codes by the simplest recipe, and see where it fails;
# - derive the ELBO line by line, on a model so small that $\log p(x)$ is known exactly;
# - measure why the reparametrization trick is worth a name;
# - sort out which likelihood a loss stands for, and what its nats do not mean;
# - decode the whole latent plane, walk between digits, and draw new ones;
# - turn one knob, $\beta$, from better copies to a code of few units.
#
# **Time:** an evening to read and do; under two minutes to run. **Lecture:** F2.
# **Before:** notebook 01; notebook 04 introduces the KL divergence.

# %%
import copy

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.stats import norm
from sklearn.neighbors import NearestNeighbors

from aelib import evaluation, explore, load_data, plots, probes
from aelib.autoencoders import Autoencoder, VariationalAutoencoder
from aelib.desk.verdicts import verdict
from aelib.gradcheck import check, numerical_gradient
from aelib.results import load_table
from aelib.training import fit

plots.use_style()
data = load_data()
x, x_test = data.train.images, data.test.images

# %% [markdown]
# ## Sampling a plain code with one Gaussian
#
# We train two plain autoencoders, with codes of 2 and of 20 numbers. To sample, we need a recipe
# for random codes. The simplest one: draw from the single Gaussian that has the mean and the
# covariance of the training codes.
#
# **Predict first.** Two numbers make poor copies, twenty make good ones. Which of the two
# will make better *new* digits?

# %%
settings = {"batch_size": 100, "schedule": "one-cycle"}
plain, codes = {}, {}
for k in (2, 20):
    plain[k] = Autoencoder([784, 256, 128, k], activation="silu", code="linear", seed=0)
    fit(plain[k], x, epochs=8, learning_rate=3e-3, **settings)
    codes[k] = evaluation.encode(plain[k], x)


# %%
def gaussian_like(code, n):
    """Draw n codes from the Gaussian with the mean and covariance of `code`."""
    rng = np.random.default_rng(0)
    return rng.multivariate_normal(code.mean(axis=0), np.cov(code.T), n)


def decode(model, code):
    """Decode codes into arrays of pixels."""
    return model.decode(code).detach().numpy()


# %% mystnb={"image": {"alt": "Five rows of 14 images: test digits, blurred copies from 2 numbers, faithful copies from 20 numbers, blurred but digit-like draws from 2 numbers, and dark but often broken strokes, several of them not digits, as draws from 20 numbers."}}
draws = {k: gaussian_like(codes[k], 1_000) for k in (2, 20)}
rows = {"input": x_test[:14]}
rows |= {f"copy from {k}": evaluation.reconstruct(plain[k], x_test[:14]) for k in plain}
rows |= {f"draw of {k}": decode(plain[k], draws[k][:14]) for k in plain}
plots.show_rows(rows);


# %% [markdown]
# With this recipe, the network that makes the better copies makes the worse new digits: several
# of its draws fall apart into pieces of strokes. Where do the draws lie, seen from the codes of
# real digits? Let us call a draw **in a hole** if its nearest training code is farther away than
# for 99 % of the test codes. Test codes themselves score 1 %.

# %% tags=["nbval-ignore-output"]
def in_holes(draws, train, test):
    """Share of draws farther from every training code than 99 % of the test codes."""
    nearest = NearestNeighbors(n_neighbors=1).fit(train)
    usual = np.quantile(nearest.kneighbors(test)[0], 0.99)
    return (nearest.kneighbors(draws)[0] > usual).mean()


holes = {}
for k, model in plain.items():
    holes[k] = in_holes(draws[k], codes[k], evaluation.encode(model, x_test))
    print(f"{k:2} numbers: {holes[k]:.0%} of the draws lie in holes")
assert 0.02 < holes[2] < 0.6 * holes[20]

# %% [markdown]
# Nothing in the error asks for codes that fill a Gaussian. The decoder is trained *at* the codes
# of training digits and nowhere between, and the encoder may put these anywhere:

# %% mystnb={"image": {"alt": "The plain code plane: a crowded middle from which 0, 1 and 7 reach out, at scales of tens, with empty space between and around them."}}
code = evaluation.encode(plain[2], x_test)
plots.plot_codes(code, data.test.labels, title="plain code plane");

# %% [markdown]
# A crowd, a few fingers, gaps, and a scale of its own. In 2 dimensions one Gaussian covers that
# tolerably, in 20 it does not. A better recipe may: a mixture of many Gaussians, fitted to the
# codes after training, is the obvious next one, and Ghosh and others report good samples from
# plain codes in that way [9]. We do not try it here, so the holes tell us about this recipe, not
# about plain codes in general.
#
# The other way is to ask for more in training: the codes should be spread as a distribution that
# we know, and the decoder should get along with every code *near* one that it has seen. Both
# demands follow from a single idea, which also gives the images a likelihood.
#
# ## A story of how images come about (F2)
#
# Draw a code from a standard normal distribution, the **prior** $p(z)$. Decode it into the
# probability of ink $\hat y_i(z)$ at each pixel. Given $z$, pixels are drawn independently, so
# that an image has the **likelihood** $p(x\mid z)=\prod_i\hat y_i^{x_i}(1-\hat y_i)^{1-x_i}$. With
# $\hat y_i=1/(1+e^{-s_i})$ its logarithm is $\sum_i[x_is_i-\log(1+e^{s_i})]$. The probability of an
# image is then
#
# $$p(x)=\int p(x\mid z)\,p(z)\,dz,$$
#
# and training should raise $\log p(x)$ of the digits that we have [1, 2]. For 20 code units
# the integral is out of reach. For *one* it is a sum over a grid. So let us invent the tiniest
# of such models: one code number, four black-or-white pixels, and made-up weights.

# %%
w, b = np.array([3.0, -2.0, 1.0, 4.0]), np.array([0.5, 0.0, -1.0, 1.0])
z = np.linspace(-12, 12, 8_001)


def integrate(values):
    return values.sum() * (z[1] - z[0])


def log_p_given(z, x):
    """log p(x|z), summed over the pixels, at each z."""
    s = np.multiply.outer(z, w) + b
    return (x * s - np.logaddexp(0, s)).sum(axis=-1)


prior = norm.pdf(z)
patterns = np.array(list(np.ndindex(2, 2, 2, 2)))
p = [integrate(np.exp(log_p_given(z, image)) * prior) for image in patterns]
check("the 16 possible images share a probability of 1", sum(p), 1.0)

# %% [markdown]
# ## The ELBO, line by line
#
# We watch one image, $x=(1,0,0,1)$. Which codes could it come from? Bayes' rule gives the
# **posterior**
#
# $$p(z\mid x)=\frac{p(x\mid z)\,p(z)}{p(x)}.\tag{1}$$

# %%
tiny = np.array([1, 0, 0, 1])
joint = np.exp(log_p_given(z, tiny)) * prior
log_p = np.log(integrate(joint))
posterior = joint / np.exp(log_p)
check("(1) the posterior is a distribution", integrate(posterior), 1.0)

# %% [markdown]
# For a real model we have no posterior either, since $p(x)$ stands in it. So let *any*
# distribution $q(z)$ take its place, and see what that costs. Write $p(x,z)$ for the numerator
# of (1), take the logarithm, solve for $\log p(x)$, and average over $z\sim q$, written $E_q$ (the
# left side does not depend on $z$):
#
# $$\log p(x)=E_q\big[\log p(x,z)-\log p(z\mid x)\big].\tag{2}$$
#
# Add and subtract $\log q(z)$:
#
# $$\log p(x)=\underbrace{E_q\big[\log p(x,z)-\log q(z)\big]}_{\text{ELBO}}
# +\underbrace{E_q\big[\log q(z)-\log p(z\mid x)\big]}_{KL(q\,\parallel\,p(z\mid x))}.\tag{3}$$
#
# We choose a Gaussian $q$, not a good one.

# %%
mean, std = 0.2, 0.9
q, log_q = norm.pdf(z, mean, std), norm.logpdf(z, mean, std)
log_joint = log_p_given(z, tiny) + norm.logpdf(z)
log_posterior = log_joint - log_p
check("(2)", integrate(q * (log_joint - log_posterior)), log_p)
elbo = integrate(q * (log_joint - log_q))
gap = integrate(q * (log_q - log_posterior))
check("(3) the gap is KL(q || posterior)", log_p - elbo, gap)


# %% [markdown]
# A KL divergence is never negative: with $\log u\le u-1$, where only $u=1$ gives equality,
# $-KL=E_q\big[\log\frac{p(z\mid x)}{q(z)}\big]\le E_q\big[\frac{p(z\mid x)}{q(z)}-1\big]=1-1=0$. So
#
# $$\text{ELBO}\le\log p(x),\quad\text{with equality only for }q=p(z\mid x):\tag{4}$$
#
# the **e**vidence **l**ower **bo**und. Does it hold for a thousand random Gaussians? And does
# the true posterior close the gap?

# %%
def bound(m, s):
    return integrate(norm.pdf(z, m, s) * (log_joint - norm.logpdf(z, m, s)))


rng = np.random.default_rng(0)
guesses = [bound(*pair) for pair in rng.uniform([-2, 0.2], [2, 1.2], (1_000, 2))]
exact = integrate(posterior * (log_joint - log_posterior))
print("(4) bounds above log p(x):", sum(guess > log_p for guess in guesses), "of 1000")
check("(4) q = posterior closes the gap", exact, log_p)

# %% [markdown]
# At last, the definition $p(x,z)=p(x\mid z)\,p(z)$ splits the bound into two terms that can be understood:
#
# $$\text{ELBO}=\underbrace{E_q[\log p(x\mid z)]}_{\text{reconstruction}}-
# \underbrace{KL\big(q(z)\parallel p(z)\big)}_{\text{distance to the prior}}.\tag{5}$$
#
# For a Gaussian $q$ with mean $\mu$ and variance $\sigma^2$, the second term needs no
# integral. $E_q[\log q]=-\frac12(\log2\pi\sigma^2+1)$ and
# $E_q[\log p(z)]=-\frac12(\log2\pi+\mu^2+\sigma^2)$ leave
#
# $$KL=\tfrac12\big(\mu^2+\sigma^2-1-\log\sigma^2\big),\tag{6}$$
#
# and independent code units add up.

# %%
kl = 0.5 * (mean**2 + std**2 - 1 - np.log(std**2))
reconstruction = integrate(q * log_p_given(z, tiny))
check("(5) reconstruction minus KL", reconstruction - kl, elbo)
check("(6) closed form and integral", kl, integrate(q * (log_q - norm.logpdf(z))))

draw = rng.normal(mean, std, 100_000)
values = norm.logpdf(draw, mean, std) - norm.logpdf(draw)
error = values.std() / np.sqrt(len(draw))
print("(6) Monte Carlo, within 4 errors:", abs(values.mean() - kl) < 4 * error)

# %% mystnb={"image": {"alt": "Left: the wide prior, the posterior, narrower and to its right, and the best Gaussian q, a little to the right of the posterior. Right: the bound against the mean of q, an arch that stays below the line of log p(x) and nearly touches it."}}
means, stds = np.linspace(-1.5, 1.5, 61), np.linspace(0.3, 1, 36)
top, best_mean, best_std = max((bound(m, s), m, s) for m in means for s in stds)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.8))
left.plot(z, prior, label="prior p(z)")
left.plot(z, posterior, label="posterior p(z|x)")
left.plot(z, norm.pdf(z, best_mean, best_std), "--", label="best Gaussian q")
left.set(xlim=(-3, 3), xlabel="z")
left.legend()
right.plot(means, [bound(m, best_std) for m in means], label="ELBO")
right.axhline(log_p, color="black", ls=":", label="log p(x)")
right.set(xlabel="mean of q", xlim=(0, 1.5), ylim=(-2.6, -1.6))
right.legend()
print(f"log p(x) {log_p:.4f}, best bound by a Gaussian {top:.4f}")
assert 0 < log_p - top < 0.05 < gap

# %% [markdown]
# The arch (the width of $q$ is held at its best value) nearly touches the line: the posterior is
# not a Gaussian. A **variational autoencoder** (VAE) is (5), with two networks: the *decoder*
# gives $p(x\mid z)$, and the *encoder* gives for each image the $\mu$ and $\log\sigma^2$ of its
# own $q(z\mid x)$. Training raises the ELBO over both. Let us give the tiny weights to the class
# that we shall use, and let it estimate what we know exactly.

# %% tags=["nbval-ignore-output"]
weights = {"encoder.0.weight": np.zeros((1, 4)), "encoder.0.bias": [mean]}
weights |= {"log_var.weight": np.zeros((1, 4)), "log_var.bias": [np.log(std**2)]}
weights |= {"decoder.0.weight": w[:, None], "decoder.0.bias": b}
model = VariationalAutoencoder([4, 1]).double()
model.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})

estimates = model.elbo(np.repeat(tiny[None], 10_000, axis=0)).numpy()
many = float(model.log_likelihood(tiny[None], k=10_000).detach())
print(f"ELBO: {elbo:.3f} exactly, {estimates.mean():.3f} by 10,000 draws")
print(f"log p(x): {log_p:.3f} exactly, {many:.3f} by 10,000 weighted draws")
assert abs(estimates.mean() - elbo) < 4 * estimates.std() / 100
assert abs(many - log_p) < 0.05

# %% [markdown]
# (The last line is explained below.)
#
# ## A gradient through a random draw
#
# The reconstruction term is an average over $z\sim q$, and $q$ depends on the encoder. How
# does one differentiate *what is drawn*? There are two ways to write
# $\partial/\partial\mu$ of $E_q[f(z)]$ as an average, here with $f(z)=\log p(x\mid z)$:
#
# $$\underbrace{E_q\Big[f(z)\,\frac{\partial\log q(z)}{\partial\mu}\Big]
# =E\Big[f(z)\,\frac\varepsilon\sigma\Big]}_{\text{score function}}\qquad
# \underbrace{E\big[f'(\mu+\sigma\varepsilon)\big]}_{\text{reparametrization}}$$
#
# with $\varepsilon\sim N(0,1)$ and $z=\mu+\sigma\varepsilon$. The right one is the
# **reparametrization trick**: draw $\varepsilon$, which depends on nothing; then $z$ is an
# ordinary function of $\mu$ and $\sigma$, and backpropagation goes through it: the chain rule with
# $\partial z/\partial\mu=1$. (The left one uses $\partial q/\partial\mu=q\,\partial\log q/\partial\mu$, and
# $\partial\log q/\partial\mu=(z-\mu)/\sigma^2=\varepsilon/\sigma$.) A third way
# needs no formula: the difference of two averages, at $\mu+h$ and $\mu-h$.
#
# **Predict first.** All of them are right on average. Which would you rather average over a
# *single* draw?

# %%
eps, h = rng.normal(size=100_000), 0.1
at = mean + std * eps


def f(z):
    return log_p_given(z, tiny)


def f_prime(z):
    s = np.multiply.outer(z, w) + b
    return (tiny - 1 / (1 + np.exp(-s))) @ w


check("f'", f_prime(0.7), numerical_gradient(lambda u: float(f(u)), 0.7))
estimators = {
    "reparametrization": f_prime(at),
    "score function": f(at) * eps / std,
    "score, f - 100": (f(at) - 100) * eps / std,
    "differences": (f(at + h) - f(at - h)) / (2 * h),
}

# %% tags=["nbval-ignore-output"]
slope = numerical_gradient(lambda m: integrate(norm.pdf(z, m, std) * f(z)), mean)
print(f"{'exactly':23} {slope:8.3f}")
spread = {}
for name, g in estimators.items():
    spread[name], error = g.std(), g.std() / np.sqrt(len(g))
    print(f"{name:23} {g.mean():8.3f} ± {error:.3f}   variance {g.var():10.1f}")
    assert abs(g.mean() - slope) < 4.5 * error + 0.01
assert spread["score, f - 100"] > 10 * spread["score function"]
assert spread["score function"] > 1.2 * spread["reparametrization"]

# %% [markdown]
# All four agree within their errors; what differs is the variance. The score function multiplies
# with $f$ *itself*. Shift $f$ by $-100$, which changes no gradient, and its variance explodes;
# and $\log p(x\mid z)$ of a digit is about −100. (Subtracting a baseline from $f$ helps. Where
# $z$ is discrete, the score function is one way out, and relaxing $z$ to a continuous variable is
# another.) The reparametrization asks for the slope of $f$ and does not notice. The differences,
# taken with the *same* $\varepsilon$ on both sides, are the reparametrization once more.
#
# ## What is the loss?
#
# The loss is the negative ELBO, with *one* draw per image. In $\log p(x\mid z)$ pixels are
# **summed**, in the KL code units are summed, and only then comes the **mean over images**.
# Two likelihoods are common, with $\hat y$ for the decoded image:
#
# $$\text{Bernoulli:}\quad-\log p=-\sum_i\big[x_i\log\hat y_i+(1-x_i)\log(1-\hat y_i)\big]
# \qquad\text{Gaussian:}\quad-\log p=\frac{1}{2\sigma_x^2}\sum_i(x_i-\hat y_i)^2
# +d\log\big(\sigma_x\sqrt{2\pi}\big)$$
#
# ($\sigma_x$ belongs to the $d$ pixels, not to the code.)
#
# A test of these words, on 100 digits of 784 pixels:

# %%
batch = torch.tensor(data.train.flat[:100], dtype=torch.float64)
bernoulli = VariationalAutoencoder([784, 5]).double()
gaussian = VariationalAutoencoder([784, 5], likelihood="gaussian", sigma=0.3).double()
constant = 784 * np.log(0.3 * np.sqrt(2 * np.pi))
for model in (bernoulli, gaussian):
    torch.manual_seed(0)
    cost = model.cost(batch, batch).item()
    torch.manual_seed(0)
    m, log_var = model.posterior(batch)
    y_hat = model.decode(m + torch.exp(log_var / 2) * torch.randn_like(m))
    loss = -(batch * y_hat.log() + (1 - batch) * (1 - y_hat).log()).sum(axis=1)
    if model is gaussian:
        loss = (batch - y_hat).square().sum(axis=1) / (2 * 0.3**2) + constant
    loss = loss + 0.5 * (m**2 + log_var.exp() - 1 - log_var).sum(axis=1)
    check(f"{model.likelihood}: sum, then mean over images", cost, loss.mean().item())

# %% [markdown]
# Whoever takes the *mean* over pixels makes the reconstruction 784 times smaller, and the
# KL in effect 784 times heavier: a common mistake. And the Gaussian loss, times
# $\sigma_x^2$, is the lecture's $J+\sigma_x^2KL$ plus a constant: $\sigma_x$ is a choice of how much
# a nat of code may cost.
#
# **A caveat.** The Bernoulli formula is a probability for pixels that are 0 *or* 1. Ours are
# grey. It can be used all the same, and often is, but then $e^{\log p}$ is no density:
# over the greys from 0 to 1 it does not integrate to 1, but to
# $(2\hat y-1)/\log\frac{\hat y}{1-\hat y}$ [3]. And the loss of a perfect copy is not 0, but the
# entropy of the greys.

# %%
greys = (np.arange(10_000) + 0.5) / 10_000
for y in (0.01, 0.1, 0.4):
    mass = (y**greys * (1 - y) ** (1 - greys)).mean()
    formula = (2 * y - 1) / np.log(y / (1 - y))
    check(f"a pixel with mean {y} has a mass of {formula:.2f}", mass, formula)

# %% tags=["nbval-ignore-output"]
grey = data.test.flat.astype(float).clip(1e-9, 1 - 1e-9)
floor = -(grey * np.log(grey) + (1 - grey) * np.log(1 - grey)).sum(axis=1).mean()
print(f"a perfect copy of a test digit costs {floor:.0f} nats")
assert 35 < floor < 60

# %% [markdown]
# So such nats compare models of the *same* grey digits, and nothing else.
#
# ## The latent plane, decoded
#
# Now for digits, with two code units.

# %%
plane = VariationalAutoencoder([784, 256, 64, 2], seed=0)
fit(plane, x, epochs=20, learning_rate=1e-2, **settings);

# %% [markdown]
# **Predict first.** Cut the prior into 15 × 15 cells of equal probability, and decode the
# middle of each. Will there be holes? What lies between a 4 and a 9?

# %% mystnb={"image": {"alt": "Left: a sheet of 15 by 15 decoded images; digits change smoothly into one another, blurred where classes meet. Right: test digits as points in the same plane, coloured by class, most of them within three units of the origin; some classes lie apart, several overlap."}} tags=["cover"]
quantiles = norm.ppf((np.arange(15) + 0.5) / 15)
corners = [(across, up) for up in quantiles[::-1] for across in quantiles]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.6))
sheet = decode(plane, np.array(corners, dtype=np.float32))
plots.show_images(sheet, columns=15, ax=left, title="the plane, decoded")
code = evaluation.encode(plane, x_test)
plots.plot_codes(code, data.test.labels, ax=right, title="where test digits lie");

# %% [markdown]
# Nearly every cell is a digit, or the transition between two. Neighbours are alike, as any
# continuous decoder makes them, and what lies between two digits is something in between: this
# decoder has been trained with *draws* from $q$, not with points. But between 4 and 9 there is
# little to see: they share a region, and some classes live in two places. In this run the plane
# does not hold ten separate regions. The codes gather around the origin, nearly all at the
# prior's scale. (Many of the 1s, and some others, lie farther out.) The price: two numbers, with
# noise on them, give blurred digits.
#
# **Explore.** Point at a place in the decoded plane, or move the ring with the arrow keys. Find
# one where you cannot say what you see; which digits have their codes there?

# %% mystnb={"image": {"alt": "Explorer: the decoded plane to point into, and below it two panels. Left, the codes of test digits, coloured by class, with the class's name at the middle of each cloud, and a ring at the origin. Right, the origin decoded, a blur of a 2 and a 6, its distance from the origin, and the classes of the nearest test digits, mostly 2 and 6."}}
explore.latent_plane(plane, x_test, data.test.labels)

# %% [markdown]
# Even the most probable point of all, the origin, is such a place.
#
# ## Twenty dimensions: copies, walks, draws

# %%
vae = VariationalAutoencoder([784, 256, 128, 20], seed=0)
fit(vae, x, epochs=16, learning_rate=1e-2, **settings);

# %% tags=["nbval-ignore-output"]
loss = {}
for k, model in {2: plane, 20: vae}.items():
    bounds, kls = model.elbo(x_test), model.kl(x_test).detach()
    loss[k], error = -float(bounds.mean()), float(bounds.std()) / len(bounds) ** 0.5
    print(f"{k:2} units: -ELBO {loss[k]:.1f} ± {error:.1f}, of it KL {kls.mean():.1f}")
    assert floor < loss[k] < 170
assert loss[20] < 125 < loss[2]

# %% [markdown]
# In nats per test image (± standard error over images, not over seeds). The
# mean KL bounds from above what the code tells about an image: 20 numbers, known only up to
# noise, carry no more nats than that. What does "up to noise" mean? Reconstructions by several draws from $q(z\mid x)$:

# %% mystnb={"image": {"alt": "Five rows of 14: inputs, copies from the mean code, and three rows of copies from random draws, which differ from one another only slightly."}}
one = x_test[:14]
rows = {"input": one, "mean code": evaluation.reconstruct(vae, one)}
for i in range(3):
    rows[f"draw {i + 1}"] = decode(vae, vae.sample_posterior(one, seed=i))
plots.show_rows(rows);

# %% [markdown]
# That is the lecture's "stochastic latent space" at work: each draw is another reconstruction,
# and here the draws for one image agree with each other. (Not always with the input: some digit
# may be copied as its look-alike.) Now a walk between two codes, and draws from the prior, beside
# those of the plain autoencoder.

# %% mystnb={"image": {"alt": "Four rows in which one digit turns step by step into another, through shapes that look like digits most of the way."}}
steps = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
code = evaluation.encode(vae, x_test[:8])
walks = [(1 - steps) * a + steps * b for a, b in zip(code[:4], code[4:])]
plots.show_images(decode(vae, np.concatenate(walks)), columns=12);

# %% [markdown]
# A straight walk does not always lead through digits: in the middle of some there is none.
# **Explore.** Pick two digits yourself. From where on does the one become the other?

# %% mystnb={"image": {"alt": "Explorer: three sliders, for two digits and the way between them, above a row of eleven decoded images on the way from a 9 to a 6, the middle one framed; below them, large, the 9, the image half-way, and the 6."}}
explore.between_digits(vae, x_test[:8], data.test.labels[:8], start=(1, 5))

# %% [markdown]
# Half-way from this 9 to this 6 the image is neither. Now the draws:

# %% mystnb={"image": {"alt": "Two sheets of 60 draws. Plain: many digits with crumbs and loose ends, some shapes that are not digits. Variational: soft shapes, many of them digits, some not."}}
new = vae.sample(1_000).detach().numpy()
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
drawn = decode(plain[20], draws[20][:60])
plots.show_images(drawn, columns=10, ax=left, title="plain, 20 numbers")
plots.show_images(new[:60], columns=10, ax=right, title="variational, 20 units");

# %% tags=["nbval-ignore-output"]
for k, model in {2: plane, 20: vae}.items():
    train, test = (model.sample_posterior(part).detach() for part in (x, x_test))
    share = in_holes(np.random.default_rng(0).normal(size=(1_000, k)), train, test)
    print(f"{k:2} units: {share:.0%} of draws in holes; plain: {holes[k]:.0%}")
    assert share < 0.75 * holes[k]

# %% [markdown]
# Draws from the prior now lie where codes lie; the plain code was given one Gaussian, and nothing
# richer. (Codes are draws from $q$ here, as the decoder gets them; that noise, and units that are
# pure prior, make the test easier.) To the eye the difference is smaller than the shares say. The
# plain one's draws have more crumbs and loose ends; but some of the VAE's are not digits either
# (the decoder was never trained on the prior itself), and its strokes are soft, as the mean of
# many possible images is.
#
# ## β: what is a nat of code worth?
#
# Give the KL a weight:
#
# $$J_\beta=E_q[-\log p(x\mid z)]+\beta\,KL.$$
#
# With $\beta=1$ it is the negative ELBO; other values trade copies against a simple code [4].
# `benchmarks/variational.py` has trained the same network for five values with three seeds
# each; here is one of them anew, live.
#
# **Predict first.** With $\beta=10$: how many of the 20 units will still be used?

# %%
live = VariationalAutoencoder([784, 256, 128, 20], beta=10.0, seed=0)
fit(live, x, epochs=10, learning_rate=1e-2, **settings);


# %% tags=["nbval-ignore-output"]
def active(model):
    """Number of units whose posterior mean varies over test images."""
    return int((evaluation.encode(model, x_test).var(axis=0) > 0.01).sum())


table = load_table("variational")
stored = table.where(experiment="beta", beta=10)["kl"]
kl_live, units_live = live.kl(x_test).mean().item(), active(live)
print(f"KL {kl_live:.1f} live, {stored.mean():.1f} stored; {units_live} active units")
assert units_live < 15 and abs(kl_live - stored.mean()) < 2

# %% mystnb={"image": {"alt": "Two panels over beta from 0.1 to 10. Left: the reconstruction term rises with beta, the KL falls, and their sum is lowest at beta 1. Right: 20 active units below 1; 13, 14 and 19 at 1; six at 3; three or four at 10."}}
drawn = table.where(experiment="beta", data="drawn")
figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3))
terms = {"reconstruction": "o-", "kl": "s-", "negative_elbo": "^--"}
for column, style in terms.items():
    left.semilogx(drawn["beta"], drawn[column], style, label=column.replace("_", " "))
right.semilogx(drawn["beta"], drawn["active"], "o")
left.set(xlabel=r"$\beta$", ylabel="nats per test image", ylim=(-5, 210))
right.set(xlabel=r"$\beta$", ylabel="active units", ylim=(0, 21))
left.legend(loc="upper left", ncols=2);

# %%
for name in ("drawn", "mnist"):
    rows = table.where(experiment="beta", data=name)
    best = rows["beta"][rows["negative_elbo"].argsort()[:3]]
    print(f"{name}: the three best bounds are those of beta = {best}")

# %% [markdown]
# Left of 1, the code tells more than it is worth: better copies, and a code that strays from the
# prior. From 1 on, units are switched off, more the larger $\beta$ is (on drawn digits, at
# $\beta=1$, the three seeds keep 13, 14 and 19): for a unit that is not used, $\mu=0$ and
# $\sigma=1$ cost nothing. (A unit counts as **active** if its mean has a variance of more than
# .01 over images [5].) If all units were off, the KL 0 and every output the mean digit, that
# would be called **posterior collapse**. Our networks do not get there: at $\beta=10$ three or
# four units are still active on drawn digits, and three to nine on MNIST. Of the five values,
# $\beta=1$ gives the best bound, with the KL counted once; that sum is what those networks were
# trained on.
#
# On all of MNIST, the network above with two units, and a wider one, 784-512-256-20:

# %%
whole = table.where(experiment="bound")
for k, loss in zip(whole["code_size"], whole["negative_elbo"]):
    print(f"{k:.0f} units, all of MNIST: -ELBO {loss:.0f} nats per test digit")

# %% [markdown]
# ## Optional: how far is the bound from the truth?
#
# The ELBO says that $\log p(x)$ is larger, not by how much. The ELBO in (3),
# with one draw, is the logarithm of a single weight $p(x,z)/q(z\mid x)$. Averaging $K$ weights *before*
# the logarithm gives a bound that in expectation rises with $K$, towards $\log p(x)$ [5]:
#
# $$\mathcal L_K=E\Big[\log\frac1K\sum_{l=1}^K\frac{p(x,z_l)}{q(z_l\mid x)}\Big].$$
#
# To speak of a true $\log p(x)$ we need pixels that are 0 or 1: ink above ½. A copy of the
# model learns these for four more epochs. Then the differences are taken image by image, which
# removes the spread between images.

# %%
ink, ink_test = ((part > 0.5).astype(np.float32) for part in (x, x_test[:500]))
binary = copy.deepcopy(vae)
fit(binary, ink, epochs=4, learning_rate=3e-3, **settings);

# %% tags=["nbval-ignore-output"]
with torch.no_grad():
    bounds = {K: binary.log_likelihood(ink_test, k=K).numpy() for K in (1, 10, 100)}
for K, values in bounds.items():
    rise = values - bounds[1]
    error = rise.std() / np.sqrt(len(rise))
    print(f"K = {K:3}: {values.mean():.2f}, a rise of {rise.mean():.2f} ± {error:.2f}")
    assert K == 1 or rise.mean() > 4 * error
assert bounds[100].mean() > bounds[10].mean()


# %% [markdown]
# (± one standard error of the paired difference.) By (3) the ELBO's distance from $\log p(x)$ is
# the gap $KL(q\parallel p(z\mid x))$ and nothing else; so on average the gap is at least as large
# as these rises. From 10 to 100 the bound still rises, though less; the limit is not reached.
#
# ## Does a unit mean something?
#
# A code that can be sampled need not be a code that can be read. Drawn digits come with known
# factors (MNIST has none; there the cells below say so). For each factor: how well
# does a linear read-out of the whole code tell it, and how well does the single best unit
# (notebook 02)?

# %%
def meaning(model, factor):
    """R² of a read-out from all units, and the largest squared correlation of one."""
    train, test = evaluation.encode(model, x), evaluation.encode(model, x_test)
    known, wanted = data.train.factors[factor], data.test.factors[factor]
    single = np.square(probes.unit_correlations(test, wanted)).max()
    return probes.factor_r2(train, known, test, wanted), single


# %% tags=["nbval-ignore-output"]
factors = ("slant", "stroke_width", "aspect") if data.train.factors else ()
print("all units | best unit   plain         beta = 1      beta = 10")
for factor in factors:
    pairs = [meaning(model, factor) for model in (plain[20], vae, live)]
    print(f"{factor:20}", "  ".join(f"{a:6.2f} |{b:5.2f}" for a, b in pairs))
    assert max(single for _, single in pairs) < 0.85
print("" if factors else "This data set comes without known factors.")

# %% [markdown]
# (On drawn digits, one run each, of 8, 16 and 10 epochs: the three differ in more than $\beta$.)
# The whole codes of the plain and of the variational autoencoder tell about equally much. The
# best single unit tells as much or more of a factor in the VAE at $\beta=1$ than in the plain
# autoencoder, but none of them *is* a factor. With $\beta=10$ slant is kept and aspect mostly;
# the width of the stroke is given up in large part. That a large $\beta$ makes units meaningful
# is a hope, not a theorem: without further assumptions no method can guarantee it [7].
#
# ## Where it fails
#
# A model with a likelihood should know what is *no* digit: whatever gets few nats. Let us ask
# it. **Predict first:** which of these cost it fewer nats than a digit: noise, digits
# white on black, digits upside down, a sheet of blank paper, a single vertical line?

# %% tags=["nbval-ignore-output"]
line = np.pad(np.ones((1, 11, 2), np.float32), ((0, 0), (9, 8), (13, 13)))
strange = {"digits": x_test, "upside down": x_test[:, ::-1].copy(), "blank": 0 * line}
strange |= {"a line": line, "white on black": 1 - x_test}
strange["noise"] = rng.random((100, 28, 28), dtype=np.float32)
nats = {name: -float(vae.elbo(images).mean()) for name, images in strange.items()}
print({name: round(value) for name, value in nats.items()})
assert nats["a line"] < nats["blank"] < 1.15 * nats["digits"] < nats["upside down"]


# %% [markdown]
# - **A likelihood is not a judge.** It spots noise. But a lone line costs far less than the
#   average digit, and a sheet of blank paper only about as much, though neither is a digit. (In
#   part that is the caveat above: a perfect copy of a grey digit has its floor of nats, an image
#   in black and white has none. The line is cheaper even above the floor.) That larger models of
#   photographs, too, can give strange images fewer nats than their own was a surprise [6].
# - **Blur.** One draw must be explained pixel by pixel, independently given $z$. What the code
#   does not tell is averaged.
# - **The gap is not noise.** A better ELBO can come from a better decoder, or from a $q$ that
#   fits the posterior better.
# - **Nats are not comparable** across likelihoods, or between grey and binarised pixels.
#
# ## Exercises
#
# ### Exercise 1: two Gaussians
#
# Line (6) has a standard normal on its right. Generalize it to
# $KL(N(\mu,\sigma^2)\parallel N(m,s^2))$, summed over code units.

# %% nbgrader={"grade": false, "grade_id": "ex11-1-kl", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gaussian_kl(mean_q, log_var_q, mean_p, log_var_p):
    """KL(q || p) of diagonal Gaussians, in nats.

    All arguments: (n, k) means and log variances.  Returns (n,), summed over k.
    """
    ### BEGIN SOLUTION
    ratio = np.exp(log_var_q - log_var_p)
    shift = (mean_q - mean_p) ** 2 / np.exp(log_var_p)
    return 0.5 * (ratio + shift - 1 - (log_var_q - log_var_p)).sum(axis=1)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex11-1-kl-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex11-1-kl")


# %% [markdown]
# ### Exercise 2: the gradient by reparametrization
#
# For the tiny model's kind of decoder, estimate the gradient of $E_q[\log p(x\mid z)]$ with
# respect to $\mu$ and to $\ell=\log\sigma^2$ from given draws of $\varepsilon$.

# %% nbgrader={"grade": false, "grade_id": "ex11-2-gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reparametrized_gradient(x, w, b, mean, log_var, eps):
    """Mean over draws of the gradient of log p(x|z) for mean and log_var.

    x, w, b: (d,) pixels, weights and biases, p(ink) = sigmoid(w z + b);
    mean, log_var: numbers; eps: (k,) draws from N(0, 1).  Returns an array of 2.
    """
    ### BEGIN SOLUTION
    std = np.exp(log_var / 2)
    s = np.multiply.outer(mean + std * eps, w) + b
    slope = (x - 1 / (1 + np.exp(-s))) @ w
    return np.array([slope.mean(), (slope * eps * std / 2).mean()])
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex11-2-gradient-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex11-2-gradient")


# %% [markdown]
# ### Exercise 3: the importance-weighted bound
#
# Compute the bound from the logarithms of its parts. Mind that $e^{-1000}$ is 0 in a computer.

# %% nbgrader={"grade": false, "grade_id": "ex11-3-bound", "locked": false, "schema_version": 3, "solution": true, "task": false}
def importance_bound(log_likelihood, log_prior, log_q):
    """Log of the mean weight, for each image.

    All arguments: (K, n), for K draws and n images: log p(x|z), log p(z), log q(z|x).
    Returns (n,).
    """
    ### BEGIN SOLUTION
    log_weights = log_likelihood + log_prior - log_q
    top = log_weights.max(axis=0)
    return top + np.log(np.exp(log_weights - top).mean(axis=0))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex11-3-bound-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex11-3-bound")

# %% [markdown]
# ### Exercise 4: in your own words
#
# Three groups report the loss of their VAE on the same digits. A: 101 nats, Bernoulli, grey
# pixels. B: −1,240 nats, Gaussian with σ = .1, grey pixels. C: 84 nats, Bernoulli, pixels
# rounded to 0 or 1. Which model is the best? What could the three do to find out?
# (About 100 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex11-4-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
# The three numbers can't be compared. B's is the logarithm of a density over grey images,
# which may exceed 1, so that the loss may be negative; it depends on σ. C's is that of a
# probability of black-or-white images, which are other data than A's. A's is
# neither: for grey pixels the Bernoulli formula doesn't integrate to 1. To compare, they must
# agree on the data and on the likelihood: train all three on the same rounded pixels with a
# Bernoulli likelihood, and report the same bound on the same test images, best the
# importance-weighted one with many draws. Or they compare what has nothing to do with a
# likelihood, such as the squared error of copies, with codes of the same size, or the draws.

# %% [markdown]
# ## Summary
#
# - Nothing tells a plain autoencoder how to spread its codes. Draws from one Gaussian fall into
#   holes, more of them in 20 dimensions than in 2; richer recipes were not tried.
# - $\log p(x)=\text{ELBO}+KL(q\parallel\text{posterior})$, and the ELBO is reconstruction minus
#   distance to the prior. Each line has been checked on a model that can be integrated.
# - Reparametrized gradients had the smaller variance here, and a shift of $f$, which inflates the
#   score function's, does not touch them.
# - Sum over pixels, mean over images. Bernoulli nats of grey pixels are no log-likelihood.
# - Neighbouring points of the latent plane decode into similar images. $\beta$ trades copies
#   against a simple code: at $\beta=10$ three or four of 20 units are left on drawn digits.
# - The code is random, and its draws are reconstructions or new digits (F2).
#
# This was the last notebook: [the course map](README.md).
#
# ## Further reading
#
# 1. D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", ICLR (2014),
#    [arXiv:1312.6114](https://arxiv.org/abs/1312.6114).
# 2. D. J. Rezende, S. Mohamed and D. Wierstra, "Stochastic backpropagation and approximate
#    inference in deep generative models", ICML (2014),
#    [arXiv:1401.4082](https://arxiv.org/abs/1401.4082): the same idea, at the same time.
# 3. G. Loaiza-Ganem and J. P. Cunningham, "The continuous Bernoulli: fixing a pervasive error
#    in variational autoencoders", NeurIPS (2019),
#    [arXiv:1907.06845](https://arxiv.org/abs/1907.06845).
# 4. I. Higgins et al., "β-VAE: learning basic visual concepts with a constrained variational
#    framework", ICLR (2017), [openreview.net](https://openreview.net/forum?id=Sy2fzU9gl).
# 5. Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", ICLR (2016),
#    [arXiv:1509.00519](https://arxiv.org/abs/1509.00519).
# 6. E. Nalisnick et al., "Do deep generative models know what they don't know?", ICLR (2019),
#    [arXiv:1810.09136](https://arxiv.org/abs/1810.09136).
# 7. F. Locatello et al., "Challenging common assumptions in the unsupervised learning of
#    disentangled representations", ICML (2019),
#    [arXiv:1811.12359](https://arxiv.org/abs/1811.12359).
# 8. D. P. Kingma and M. Welling, "An introduction to variational autoencoders", *Foundations
#    and Trends in Machine Learning* 12 (2019),
#    [doi:10.1561/2200000056](https://doi.org/10.1561/2200000056): the next thing to read.
# 9. P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black and B. Schölkopf, "From variational to
#    deterministic autoencoders", ICLR (2020),
#    [arXiv:1903.12436](https://arxiv.org/abs/1903.12436).
