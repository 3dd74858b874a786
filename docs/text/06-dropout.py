# %% [markdown]
# # 06 · Dropout
#
# **What does a network learn when any of its hidden units may be missing?**
#
# The lecture gives dropout one sentence: *dropout forces more diverse features by disrupting
# co-adaptation* (C11). That sentence makes three claims: that units co-adapt, that dropout disrupts
# it, and that features become more diverse. The formulas behind it are not in the lecture, so we
# derive them first. Then we measure how much a network misses its units, and how diverse its
# features are, and report what comes out, even where it contradicts the sentence. (Co-adaptation
# itself, the interaction of units, is not measured here: see section 7.)
#
# **You will**
#
# - derive backpropagation through a random mask, and check each line;
# - prove that a linear sum stays right on average, and measure by how much a nonlinearity
#   does not;
# - find out which weight penalty dropout is in disguise, and what it does to units;
# - ablate units, one by one and many at once, in networks trained with and without dropout;
# - see the three regularizers of the lecture, and L1 as a fourth, side by side in one table.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** C11.
# **Before:** [notebook 00](00-backpropagation.ipynb) for $\delta$; the weight penalty (C1 to C3)
# and sparsity (C4 to C10) are compared with, but not needed.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
import torch

from aelib import evaluation, explore, load_data, plots, units
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network, sigmoid
from aelib.desk.verdicts import verdict
from aelib.gradcheck import check, check_gradients, numerical_gradient, relative_error
from aelib.penalties import KL, WeightDecay
from aelib.results import load_table
from aelib.training import fit

plots.use_style()

# %% [markdown]
# ## 1 · The mask
#
# For each sample and each hidden unit we toss a coin. With probability $p$ the unit is
# *dropped*: its activity is set to 0 on the way to the next layer. With probability $1-p$ it
# stays, and is divided by $1-p$:
#
# $$\tilde h_j=m_jh_j,\qquad m_j=\begin{cases}0&\text{with probability }p\\
# \frac1{1-p}&\text{with probability }1-p\end{cases}$$
#
# After training nothing is dropped, and $m_j=1$. Srivastava et al. [1] do the scaling at the
# other end: $m_j$ is 0 or 1 in training, and afterwards the weights are multiplied by $1-p$
# (which they call $p$: theirs is the probability to *stay*). Ours, "inverted" dropout, is what
# libraries do; the network to be used is then simply the network.
#
# A small autoencoder to try this on: 6 inputs, 8 sigmoid units, 6 linear outputs.

# %%
rng = np.random.default_rng(16)
W1, b1 = rng.normal(size=(8, 6)), rng.normal(size=8)
W2, b2 = rng.normal(size=(6, 8)), rng.normal(size=6)
x = y = rng.random(6)

p = 0.5
m = (rng.random(8) >= p) / (1 - p)
print("mask m =", m)


# %% [markdown]
# ## 2 · Backpropagation through the mask, line by line
#
# While one sample passes, the mask is a list of *constants*, like $x$. So there is nothing to
# learn about random numbers here: the chain rule of notebook 00, with one more factor.
# Forward,
#
# $$s_j=\sum_kw_{jk}x_k+b_j,\quad h_j=f(s_j);\qquad
# s_i=\sum_jw_{ij}\,m_jh_j+b_i,\quad \hat y_i=f(s_i).$$
#
# Each line below is compared with central differences of this cost, always *with the same
# mask*.

# %%
def cost(W1=W1, b1=b1, W2=W2, b2=b2, m=m):
    y_hat = W2 @ (m * sigmoid(W1 @ x + b1)) + b2
    return 0.5 * ((y - y_hat) ** 2).sum()


s_hidden = W1 @ x + b1
h = sigmoid(s_hidden)
y_hat = W2 @ (m * h) + b2

# %% [markdown]
# **Line 1: an output's δ** is what it was, $\delta_i=(y_i-\hat y_i)f'(s_i)$. No mask stands
# between $s_i$ and the cost; only $\hat y_i$ is now the output of the thinned network. (Here
# $f'(s_i)=1$.)

# %%
delta_output = y - y_hat
slope = numerical_gradient(lambda s: 0.5 * ((y - s) ** 2).sum(), y_hat)
check("δ_i = (y_i − ŷ_i) f′(s_i)", delta_output, -slope)

# %% [markdown]
# **Line 2: the weights out of a hidden unit.** $w_{ij}$ is multiplied by $m_jh_j$, so "what
# arrives, times what was sent" becomes
#
# $$\frac{\partial J}{\partial w_{ij}}=-\delta_i\,m_jh_j.$$

# %%
grad_W2 = -np.outer(delta_output, m * h)
check("∂J/∂w_ij = −δ_i m_j h_j", grad_W2, numerical_gradient(lambda w: cost(W2=w), W2))

# %% [markdown]
# **Line 3: a hidden unit's δ.** $s_i$ depends on $h_j$ through $m_jh_j$, so that
# $\partial s_i/\partial h_j=w_{ij}m_j$. The sum over outputs picks up *the same* mask:
#
# $$\delta_j=m_j\,f'(s_j)\sum_iw_{ij}\delta_i.$$

# %%
delta_hidden = m * h * (1 - h) * (W2.T @ delta_output)


def cost_of_sums(s):
    return 0.5 * ((y - W2 @ (m * sigmoid(s)) - b2) ** 2).sum()


slope = numerical_gradient(cost_of_sums, s_hidden)
check("δ_j = m_j f′(s_j) Σ w_ij δ_i", delta_hidden, -slope)

# %% [markdown]
# **Line 4: the weights into a hidden unit**, and the biases, have no mask of their own; they
# get it with $\delta_j$: $\;\partial J/\partial w_{jk}=-\delta_jx_k$, $\;\partial J/\partial
# b_j=-\delta_j$.

# %%
grad_W1 = -np.outer(delta_hidden, x)
check("∂J/∂w_jk = −δ_j x_k", grad_W1, numerical_gradient(lambda w: cost(W1=w), W1))
check("∂J/∂b_j = −δ_j", -delta_hidden, numerical_gradient(lambda b: cost(b1=b), b1))
print("dropped:                 ", np.flatnonzero(m == 0))
print("no gradient on their way in: ", np.flatnonzero((grad_W1 == 0).all(axis=1)))
print("no gradient on their way out:", np.flatnonzero((grad_W2 == 0).all(axis=0)))

# %% [markdown]
# A dropped unit says nothing, and it is blamed for nothing. For this sample it does not exist:
# every step trains another *thinned* network, and all $2^8$ of them share their weights.
#
# ### The same by `backprop.py`, and by torch
#
# `Network` takes masks, one row per sample, and has these lines for any number of layers. So we
# can put a whole batch to the test, every sample with a mask of its own.

# %%
net = Network.from_parameters([W1, W2], [b1, b2], output="linear")
batch = rng.random((50, 6))
masks = net.dropout_masks(50, p, rng)
found = check_gradients(net, batch, batch, masks=masks)
print({block: bool(error < 1e-7) for block, error in found.items()})

# %% [markdown]
# In torch, `Autoencoder(dropout=p)` drops hidden activities while `fit` trains, and is whole
# otherwise. We give it our weights, let it draw its own masks, and then draw the same masks again
# from the same seed, to see them.

# %%
model = Autoencoder([6, 8], output="linear", dropout=p).double()
with torch.no_grad():
    for layer, w, b in zip([*model.encoder, *model.decoder], (W1, W2), (b1, b2)):
        layer.weight.copy_(torch.from_numpy(w))
        layer.bias.copy_(torch.from_numpy(b))

torch.manual_seed(0)
outputs = model(batch)
(0.5 * (torch.from_numpy(batch) - outputs).square().sum() / 50).backward()
torch.manual_seed(0)
masks = torch.nn.functional.dropout(torch.ones(50, 8).double(), p).numpy()
(dW1, dW2), _ = net.gradients(batch, batch, masks=[masks])
check("autograd and ours: w_jk", model.encoder[0].weight.grad, dW1, bound=1e-12)
check("autograd and ours: w_ij", model.decoder[0].weight.grad, dW2, bound=1e-12)
whole = model.eval()(batch).detach()
check("after training: no mask", whole, net.predict(batch), bound=1e-12)

# %% [markdown]
# ### Two ways to get it wrong
#
# > **Predict first.** If we forget the mask on the way back (line 3), how wrong is the gradient?
# > And if the *check* draws a new mask at every call of the cost, what will central differences
# > say?

# %%
forgetful = -np.outer(h * (1 - h) * (W2.T @ delta_output), x)
print(f"mask forgotten: relative error {relative_error(forgetful, grad_W1):.1f}")


def careless_cost(w):
    return cost(W1=w, m=(rng.random(8) >= p) / (1 - p))


nonsense = numerical_gradient(careless_cost, W1)
print("a new mask at each call: slopes above 1,000:", np.abs(nonsense).max() > 1_000)

# %% [markdown]
# The forgotten mask leaves an error of more than half the gradient's size. The careless check
# compares two *different* networks and divides by a tiny step. So fix the mask, or the seed, before
# you difference.
#
# ## 3 · Right in expectation
#
# Why divide by $1-p$? So that the mean of the mask is one:
# $\mathrm E[m_j]=p\cdot0+(1-p)\frac1{1-p}=1$. The next layer's sum is linear in the mask,
# therefore
#
# $$\mathrm E[s_i]=\sum_jw_{ij}\,\mathrm E[m_j]\,h_j+b_i=\sum_jw_{ij}h_j+b_i .$$
#
# *Check, without chance*: eight units have $2^8=256$ masks. We take them all, each weighted
# with its probability $p^{\text{dropped}}(1-p)^{\text{kept}}$. To see that nothing hinges on
# $p=\frac12$ we take $p=0.3$.

# %%
p = 0.3
masks = np.array(list(itertools.product([0, 1 / (1 - p)], repeat=8)))
chance = np.where(masks > 0, 1 - p, p).prod(axis=1)
s_all = (masks * h) @ W2.T + b2  # one row per mask
s_whole = W2 @ h + b2
check("chances add up to 1", chance.sum(), 1.0, bound=1e-12)
check("E[s_i] = s_i without mask", chance @ s_all, s_whole, bound=1e-12)

# %% [markdown]
# Exact. But an autoencoder of pixels puts a sigmoid on that sum, and the sigmoid of a mean is not
# the mean of sigmoids.
#
# > **Predict first.** For which outputs will the mean over masks lie above the output of the
# > whole network, and for which below?

# %%
average, whole_output = chance @ sigmoid(s_all), sigmoid(s_whole)
print("whole network  f(E[s]):", whole_output.round(2))
print("mean over masks E[f(s)]:", average.round(2))
towards_half = np.abs(average - 0.5) < np.abs(whole_output - 0.5)
print("closer to ½:", towards_half)


# %%
def running_mean_error(values, truth):
    draws = values[rng.choice(256, size=(100, 10_000), p=chance)]
    means = draws.cumsum(axis=1) / np.arange(1, 10_001)
    return np.sqrt(np.square(means - truth).mean(axis=0))


# %% mystnb={"image": {"alt": "Two panels, logarithmic axes, error against number of masks. Left, sum: the error of the average falls along a straight line. Right, sigmoid output: the distance to the true mean over masks falls in the same way, but the distance to the whole network levels off at a dashed line."}}
i = np.abs(average - whole_output).argmax()
fig, (left, right) = plt.subplots(1, 2, sharex=True)
left.loglog(running_mean_error(s_all[:, i], s_whole[i]), label="to $s_i$, no mask")
left.set(title="sum $s_i$", xlabel="masks averaged", ylabel="distance (rms)")
f_all = sigmoid(s_all[:, i])
truths = {"the exact mean": average[i], "$f(s_i)$, no mask": whole_output[i]}
for label, truth in truths.items():
    right.loglog(running_mean_error(f_all, truth), label=f"to {label}")
right.axhline(abs(average[i] - whole_output[i]), color="gray", ls=":", label="the gap")
right.set(title="output $f(s_i)$", xlabel="masks averaged")
legends = left.legend(), right.legend()

# %% [markdown]
# On the left, chance alone separates us from the sum without a mask: the distance falls like one
# over the root of the number of masks, for ever. On the right it does so only if we compare with
# the exact *mean over masks*. The distance to the whole network stops at the gap, because
# $\mathrm E[f(s)]\ne f(\mathrm E[s])$. So "dropout is right in expectation" is exact for the sum
# of the very next layer, and an approximation from the first nonlinearity on.
#
# All six means lie closer to ½ than the outputs of the whole network. Jensen's inequality says why:
# above ½ the sigmoid is concave, so that the mean of outputs lies below the output of the mean;
# below ½ it is convex, and the order is reversed. (Strictly, if all the sums lie on one side of 0;
# those of single masks need not.)
#
# How good is the approximation? There is a mean for which it is *exact*, as Hinton and others noted
# when they introduced dropout [2]; Baldi and Sadowski worked it out for sigmoids [3]. Average the
# sigmoid outputs geometrically, and normalize:
#
# $$\frac{\prod_m\hat y_m^{P_m}}{\prod_m\hat y_m^{P_m}+\prod_m(1-\hat y_m)^{P_m}}
# =\sigma\big(\mathrm E[s]\big),\qquad\text{because}\quad
# \frac{\hat y}{1-\hat y}=e^{s}.$$
#
# The products of odds are sums in the exponent, and sums are what the mask treats well.

# %%
y_all = sigmoid(s_all)
yes, no = np.exp(chance @ np.log(y_all)), np.exp(chance @ np.log(1 - y_all))
check("normalized geometric mean = σ(E[s])", yes / (yes + no), whole_output, 1e-12)

# %% [markdown]
# The whole network thus gives, for one hidden layer and sigmoid outputs, exactly the geometric
# vote of all its $2^J$ thinned networks.
#
# ## 4 · What it costs: a weight penalty in disguise
#
# Which cost does dropout minimize *on average*? Take linear outputs. The mean of a square is the
# square of the mean plus the variance, so for one output
#
# $$\mathrm E\big[\tfrac12(y_i-s_i)^2\big]=\tfrac12\big(y_i-\mathrm E[s_i]\big)^2
# +\tfrac12\operatorname{Var}[s_i].$$
#
# **Line 1.** The first term is the cost of the whole network, by section 3.
# **Line 2.** One coin: $\operatorname{Var}[m_j]=\mathrm E[m_j^2]-1=\frac{1}{1-p}-1=\frac p{1-p}$.
# **Line 3.** The coins are independent, so variances add:
# $\operatorname{Var}[s_i]=\frac p{1-p}\sum_jw_{ij}^2h_j^2$.
# Together, averaged over the samples $q$,
#
# $$\mathrm E[J]=J+\frac12\sum_j\lambda_j\sum_iw_{ij}^2,\qquad
# \lambda_j=\frac p{1-p}\,\frac1N\sum_q(h_j^q)^2 .$$
#
# It is the lecture's weight penalty (C1), but with a $\lambda$ *of its own for each hidden unit*,
# which grows with the unit's activity: Wager, Wang and Liang [4] call this adaptive
# regularization. *Check* each line over all masks:

# %%
check("Var[m_j] = p/(1−p)", chance @ (masks - 1) ** 2, np.full(8, p / (1 - p)), 1e-12)
variance = chance @ (s_all - s_whole) ** 2
check("Var[s_i]", variance, p / (1 - p) * W2**2 @ h**2, bound=1e-12)

batch = rng.random((20, 6))
h_batch = sigmoid(batch @ W1.T + b1)
errors = batch[:, None] - ((masks * h_batch[:, None]) @ W2.T + b2)
expected = (0.5 * (errors**2).sum(axis=2) @ chance).mean()
lam = p / (1 - p) * (h_batch**2).mean(axis=0)
J = 0.5 * ((batch - h_batch @ W2.T - b2) ** 2).sum(axis=1).mean()
check("E[J] = J + penalty", expected, J + 0.5 * (lam * W2**2).sum(), bound=1e-12)

# %% [markdown]
# And the gradient: the mean of line 2 of section 2 over all masks should be that of the whole
# network plus $\lambda_jw_{ij}$, as in C2.

# %%
with_mask = -np.einsum("m,qmi,mj,qj->ij", chance, errors, masks, h_batch) / 20
without = -(batch - h_batch @ W2.T - b2).T @ h_batch / 20
check("E[∂J/∂w_ij] = ∂J/∂w_ij + λ_j w_ij", with_mask, without + lam * W2, 1e-12)
print("λ_j of the eight units:", lam.round(2))


# %% [markdown]
# The largest are hundreds of times above the lecture's range for $\lambda$ (C3)! But mind that it falls on
# the weights *out of* hidden units only, and that a unit can lower it by being less active. Where
# the output is a sigmoid, all of this holds to second order only.
#
# ## 5 · What the penalty wants: equals
#
# Let the hidden units be linear, too. Then $h_j$ is a sum over the unit's input weights, and the
# penalty is the product of what goes in and what comes out:
# $\frac12\frac p{1-p}\sum_ja_j^2$ with $a_j=\|w_{\cdot j}\|\cdot\operatorname{rms}(h_j)$, the size of
# unit $j$'s contribution to the output. Shrinking the input weights and growing the output weights
# gains nothing. What does gain is *sharing*: for a given sum of the $a_j$, the sum of their squares
# is smallest when all are equal. Mianjy, Arora and Vidal [5] prove that dropout drives a linear
# network there.
#
# > **Predict first.** We train three linear autoencoders 784-16-784: plain, with dropout at random,
# > and with no dropout but the penalty of section 4. Which two will be alike?

# %%
def dropout_penalty(model, code):
    """Section 4's penalty for p = ½."""
    out = model.decoder[-1].weight.square().sum(dim=0)
    return 0.5 * (code.square().mean(dim=0) * out).sum()


data = load_data()
x, x_test = data.train.images, data.test.images
settings = {"batch_size": 100, "schedule": "one-cycle"}
ways = {"plain": (0.0, ()), "masks": (0.5, ()), "penalty": (0.0, dropout_penalty)}
linear = {}
for name, (rate, penalty) in ways.items():
    kinds = {"activation": "linear", "output": "linear", "dropout": rate}
    linear[name] = Autoencoder([784, 16], **kinds, seed=0)
    fit(linear[name], x, penalty=penalty, epochs=15, learning_rate=5e-3, **settings)

# %% mystnb={"image": {"alt": "Sorted contributions of 16 units for three networks. Plain: uneven and large. With masks and with the penalty: two lines on top of each other, flat and lower."}}
error, spread = {}, {}
fig, ax = plt.subplots(figsize=(5, 2.8))
for (name, model), style in zip(linear.items(), ("o-", "s-", "x--")):
    code, out = evaluation.encode(model, x), model.decoder[-1].weight.detach().numpy()
    a = np.linalg.norm(out, axis=0) * np.sqrt(np.square(code).mean(axis=0))
    error[name] = evaluation.squared_error(
        x_test, evaluation.reconstruct(model, x_test)
    ).mean()
    spread[name] = a.std() / a.mean()
    ax.plot(range(1, 17), np.sort(a), style, label=f"{name}: error {error[name]:.0f}")
ax.set(xlabel="unit, sorted", ylabel="contribution $a_j$", ylim=(0, None))
legend = ax.legend()

# %%
assert abs(error["masks"] - error["penalty"]) < 0.1 * (error["masks"] - error["plain"])
assert max(spread["masks"], spread["penalty"]) < 0.5 * spread["plain"]


# %% [markdown]
# Chance and formula lead to the same place: the same error, and units that all contribute the same.
# *No unit may matter more than another*: that is what dropout asks for where everything can be
# computed. It has its price, the larger error.
#
# ## 6 · Dropout on digits
#
# Now 196 sigmoid units. Two networks with the same start and the same order of samples; one of
# them drops half of its hidden activities.

# %%
def train(dropout=0.0, penalty=()):
    model = Autoencoder([784, 196], dropout=dropout, seed=0)
    fit(model, x, penalty=penalty, epochs=20, learning_rate=2e-2, **settings)
    return model


live = {"plain": train(), "dropout .5": train(dropout=0.5)}

# %% mystnb={"image": {"alt": "Forty features each. Plain: noise. Dropout: short strokes, arcs and spots, on a noisy ground."}}
fig, axes = plt.subplots(2, 1, figsize=(7, 2.2))
for ax, (name, model) in zip(axes, live.items()):
    plots.show_features(model.features()[:40], columns=20, title=name, ax=ax)

# %% [markdown]
# The plain network's features look like noise. With dropout one sees strokes, arcs and spots.
# Srivastava et al. [1, their section 7.1] show the same for rectified units, and read it as
# co-adaptation undone. Is it?
#
# ## 7 · Who is missed? The importance of units
#
# Units that co-adapt *interact*: losing two of them costs more, or less, than the two losses one by
# one. We measure something simpler, the **importance** of units: take the trained network, silence
# one unit or many (**ablation**), and see how much the squared error per image rises. That tells
# how much the network relies on units, not whether they rely on each other. And *silence* can mean
# two things.
#
# - *To zero*: what dropout does.
# - *To the mean*: the unit says the same to every image, namely its average. Only what it *tells
#   apart* is lost.
#
# > **Predict first.** Will dropout lower the cost of an ablation for both?

# %% mystnb={"image": {"alt": "Two panels: rise of the error for each of 196 lost units, sorted. To zero: the plain network's curve lies far above the dropout network's, which is nearly flat. To the mean: the order is reversed, dropout lies above plain for most units."}} tags=["cover"]
few, rise = x_test[:200], {}
fig, axes = plt.subplots(1, 2, figsize=(7, 2.8), sharey=True)
for ax, to in zip(axes, ("zero", "mean")):
    for name, model in live.items():
        rise[name, to] = np.sort(units.ablation_cost(model, few, to=to))
        ax.plot(rise[name, to], label=name)
    ax.set(title=f"one unit set to {to}", xlabel="unit, sorted")
axes[0].set(ylabel="rise of the error")
legend = axes[0].legend()

# %% [markdown]
# On the left dropout lowers the cost, and by a lot: the dropout network's most important unit costs
# less than an average unit of the plain one. On the right the order is *reversed*. Most of what a
# plain unit costs on the left is the loss of its constant level, about ½, on which every output
# counts as on a bias. (The two networks also differ in how well they copy: the plain one's error is
# a third of the other's. We have not compared them at equal error.)
#
# What losing *half* of the units looks like:

# %% mystnb={"image": {"alt": "Rows of ten digits: inputs; the plain network with half of its units at zero: digits under blotches, about half of them legible; the dropout network with the same units at zero: soft but readable digits."}}
lost = np.random.default_rng(1).permutation(196)[:98]
rows = {"input": x_test[:10].reshape(10, -1)}
for name, model in live.items():
    code = evaluation.encode(model, x_test[:10])
    code[:, lost] = 0
    rows[f"{name}, half lost"] = model.decode(code).detach().numpy()
ax = plots.show_rows(rows)

# %% [markdown]
# One run may be luck. The command `benchmarks/regularizers.py` has trained three starts per
# regularizer on both data sets and ablated many units at once; the curves below are its means, the
# bands its extremes. *weights* is a network with a weight penalty, $\lambda=3\cdot10^{-3}$, whose
# error is even larger than that of dropout .5; *scaled* sets units to zero and divides the others
# by the share that is left, as in training.

# %% mystnb={"image": {"alt": "Three panels, error against the share of lost units, for plain, weight penalty, dropout .2 and .5. Set to zero: the dropout networks lowest from a quarter of the units on. Set to the mean: dropout .5 highest from a quarter on, plain lowest. Scaled: dropout .5 lowest from one half on, rising slowly."}}
table = load_table("regularizers")
shares = [0, 5, 10, 25, 50, 75]
fig, axes = plt.subplots(1, 3, figsize=(8.5, 3), sharey=True)
for ax, to in zip(axes, ("zero", "mean", "scaled")):
    for name in ("plain", "weights", "dropout .2", "dropout .5"):
        row = table.where(data=data.name, regularizer=name)
        curve = np.array([row["few_error"], *(row[f"{to}_{k}"] for k in shares[1:])])
        ax.plot(shares, curve.mean(axis=1), label=name)
        ax.fill_between(shares, curve.min(axis=1), curve.max(axis=1), alpha=0.3)
    ax.set(title=to, xlabel="% of units lost", ylim=(0, 60))
axes[0].set(ylabel="error per image")
legend = axes[0].legend()


# %%
def stored(measure):
    names = ("plain", "weights", "KL", "L1", "dropout .2", "dropout .5")
    rows = {name: table.where(data=data.name, regularizer=name) for name in names}
    return {name: row[measure] for name, row in rows.items()}


for measure in ("one_zero", "worst_zero", "one_mean", "worst_mean"):
    plain, dropped = stored(measure)["plain"], stored(measure)["dropout .5"]
    print(f"{measure:10}  plain {plain.mean():.3f}  dropout .5 {dropped.mean():.3f}")
    less, more = dropped.max() < 0.5 * plain.min(), dropped.min() > plain.max()
    assert less if "zero" in measure else more
assert stored("worst_zero")["dropout .5"].max() < stored("one_zero")["plain"].min()

# %% [markdown]
# Every start agrees. Units that may be *zero* are missed far less; and when half of them are and
# the rest are scaled up, the dropout network's error about doubles, while the plain one's grows
# more than tenfold. But give every lost unit its mean, and the network with dropout .5 loses *more*
# than the plain one. One possible reason can be counted: how often is a unit neither off nor on,
# but between 0.2 and 0.8?

# %% tags=["nbval-ignore-output"]
codes = {name: evaluation.encode(model, x_test) for name, model in live.items()}
between = {name: ((h > 0.2) & (h < 0.8)).mean() for name, h in codes.items()}
print({name: f"{share:.1f} of activities" for name, share in between.items()})
assert between["dropout .5"] < 0.7 * between["plain"]

# %% [markdown]
# With dropout only about a fifth of the activities lie in between, against half without: units act
# more like switches, mostly off, and their mean is a less usual state for them. So dropout lowers
# the network's reliance on units *being there*; it does not lower what is lost with what they tell
# apart. Neither is co-adaptation: for the lecture's sentence one would have to measure the
# interaction of pairs, which we have not done.
#
# **Explore.** Take away a unit: click its square. Then a second one. Is the damage that both do
# together the sum of what each does alone? The squares are the 49 units whose loss costs most;
# the errors are means over 30 digits.

# %% mystnb={"image": {"alt": "Explorer: a choice of network and of what a lost unit is set to, beside three panels. Left, 49 features of the network without dropout. Then six digits and their copies. Then bars for the rise of the error: none yet, for no unit is taken away."}}
pair = {name: live[name] for name in ("plain", "dropout .5")}
explore.killed_units(pair, few[:30])

# %% [markdown]
# The line beside the pictures gives the *interaction* of the two: what they do together beyond
# the sum. This is what co-adaptation means, and a pair that one has picked says nothing about
# the others: no mean over pairs is measured in this notebook.
#
# ## 8 · More diverse features?
#
# Diversity can be counted in several ways: the mean $|\cos|$ of the angle between two features; the
# *effective number* of directions that features fill, $(\sum e)^2/\sum e^2$ of their eigenvalues $e$;
# the *redundancy* of the code, how well a unit can be predicted from all others (R², notebook 01). And as
# a warning, an *untrained* network, whose features are pure noise.

# %% mystnb={"image": {"alt": "Three bar charts for untrained, plain, weight penalty and dropout .5. Mean absolute cosine: untrained lowest, then plain, dropout, weights. Effective number: untrained highest, then plain, dropout, weights. Redundancy: dropout lowest, weights highest."}}
untrained = Autoencoder([784, 196], seed=0)
energy = np.linalg.svd(untrained.features(), compute_uv=False) ** 2
noise = {
    "similarity": units.similarity(untrained.features()),
    "effective_number": energy.sum() ** 2 / np.square(energy).sum(),
    "redundancy": evaluation.redundancy(evaluation.encode(untrained, x[:2_000])),
}
names = ("plain", "weights", "dropout .5")
titles = ("mean |cos|", "effective number", "redundancy (R²)")
values = {
    title: {"untrained": noise[measure]}
    | {name: stored(measure)[name].mean() for name in names}
    for title, measure in zip(titles, noise)
}
axes = plots.show_bars(values)

# %%
alike, number, told = (stored(measure) for measure in noise)
assert alike["plain"].max() < alike["dropout .5"].min() < alike["weights"].min()
assert number["plain"].min() > number["dropout .5"].max() > number["weights"].max()
assert told["dropout .5"].max() < told["plain"].min() < told["weights"].min()

# %% [markdown]
# Against the *plain* network the claim fails for the features: with dropout they are a little more
# alike, not less, and fill fewer directions. But look at the untrained network: noise in 784
# dimensions is nearly orthogonal by itself, and the plain network is close to noise. Angles alone
# don't make features *distinct and meaningful*. The units' activities, on the other hand, are a
# little less redundant with dropout.
#
# Against the *weight penalty*, whose features look like something, too, dropout is ahead by all
# three numbers; but its error is smaller as well (7.2 against 9.7), so that the two are not
# compared on equal terms. So: more diverse than those smooth features, not more diverse than noise.
#
# ## 9 · The regularizers in one frame
#
# The lecture's three regularizers, and L1, which is ours, change the same two lines of
# backpropagation: what is added to a unit's $\delta$, and what is added to a weight's step.
#
# | | $\delta_j=f'(s_j)\,\cdot$ | $\Delta w/\eta$ | asks for |
# | --- | --- | --- | --- |
# | plain | $\sum_iw_{ij}\delta_i$ | $\delta x$ | – |
# | weight penalty (C1) | $\sum_iw_{ij}\delta_i$ | $\delta x-\lambda w$ | small weights |
# | KL sparsity (C5) | $\sum_iw_{ij}\delta_i-\gamma\big(\frac{1-\bar\rho}{1-\rho_j}-\frac{\bar\rho}{\rho_j}\big)$ | $\delta x$ | rare activity |
# | L1 sparsity | $\sum_iw_{ij}\delta_i-\alpha\operatorname{sign}h_j$ | $\delta x$ | little activity |
# | dropout (C11) | $m_j\sum_iw_{ij}\delta_i$ | $\delta\,mx$ | no reliance on one unit |
#
# The first three add a force; dropout, on average, adds one as well (section 4), a $\lambda_j$ for
# each unit. We train two more networks for the picture; KL ($\gamma=1$, $\bar\rho=.1$) has the same
# weight penalty beside it.

# %% mystnb={"image": {"alt": "Forty features for each of four networks. Plain: noise. Weights: blobs and dots. KL: clean pen strokes. Dropout: short strokes and spots with some noise."}}
decay = WeightDecay(lam=3e-3)
live["weights"] = train(penalty=decay)
live["KL"] = train(penalty=[KL(gamma=1.0, rho_bar=0.1), decay])
fig, axes = plt.subplots(4, 1, figsize=(7, 4.4))
for ax, name in zip(axes, ("plain", "weights", "KL", "dropout .5")):
    plots.show_features(live[name].features()[:40], columns=20, title=name, ax=ax)

# %% [markdown]
# Noise, blobs, clean strokes, rough strokes. Now the numbers, stored means of three starts: error on
# test images, mean activity and population sparseness; mean $|\cos|$, redundancy, and two parts of
# notebook 05's stroke score; the rise of the error when one unit is lost to zero or to its mean, and
# the error without half of the units.

# %%
how_good = ["error", "activity", "sparseness"]
how_alike = ["similarity", "redundancy", "window_share", "smoothness"]
how_missed = ["one_zero", "one_mean", "zero_50"]
print(f"{'':14}" + "".join(f"{name:>11}" for name in stored("error")))
for measure in how_good + how_alike + how_missed:
    means = [column.mean() for column in stored(measure).values()]
    print(f"{measure:14}" + "".join(f"{mean:11.2f}" for mean in means))

# %% tags=["nbval-ignore-output"]
for name, model in live.items():
    error = evaluation.squared_error(x_test, evaluation.reconstruct(model, x_test))
    sparse = evaluation.population_sparseness(evaluation.encode(model, x[:2_000]))
    now = {"error": error.mean(), "sparseness": sparse}
    then = {measure: stored(measure)[name][0] for measure in now}
    print(name, *(f"{k} {now[k]:.2f} (stored {then[k]:.2f})" for k in now), sep="  ")
    assert all(abs(now[k] - then[k]) < 0.1 * then[k] for k in now)

# %%
sparse, told, share = (stored(m) for m in ("sparseness", "redundancy", "window_share"))
to_zero, to_mean = stored("one_zero"), stored("one_mean")
assert sparse["KL"].min() > sparse["dropout .5"].max() > 2 * sparse["plain"].max()
assert all(told["dropout .5"].max() < told[k].min() for k in ("plain", "weights", "KL"))
assert min(share["KL"].min(), share["L1"].min()) > 0.6 > 2 * share["dropout .5"].max()
assert all(
    to_zero["dropout .5"].max() < to_zero[k].min() for k in ("plain", "KL", "L1")
)
assert all(rise.mean() > 0.97 * to_mean["plain"].mean() for rise in to_mean.values())


# %% [markdown]
# Read it row by row. Every regularizer pays in error. The two that ask for sparseness get it; but
# dropout .5 comes close without being asked, perhaps because a unit that is off is not disturbed by
# its coin (section 4: $\lambda_j$ grows with $h_j^2$). Only dropout lowers the redundancy. Only the
# sparse codes' features are as local as notebook 05 asks of strokes (a best-window share above .6);
# those of dropout have become smoother, but not local by that measure. Zeroing a unit costs least
# under dropout; setting it *to its mean* is no cheaper with any regularizer than without.
#
# ## 10 · Where it fails
#
# With 10,000 images and 20 epochs every regularizer here made the *test* error larger. Dropout was
# invented for the opposite case. So let us take only 100 images, three times another 100.
#
# > **Predict first.** Will dropout lower the test error now? Which is better, .2 or .5?

# %% tags=["nbval-ignore-output"]
def small_sample_errors(dropout, seed, images=100):
    model = Autoencoder([784, 196], dropout=dropout, seed=seed)
    some = x[seed * images :][:images]
    brief = {"epochs": 200, "batch_size": 50, "schedule": "one-cycle"}
    fit(model, some, learning_rate=1e-2, **brief)
    outputs = (evaluation.reconstruct(model, part) for part in (some, x_test))
    pairs = zip((some, x_test), outputs)
    return [evaluation.squared_error(part, y_hat).mean() for part, y_hat in pairs]


errors = {
    rate: np.array([small_sample_errors(rate, seed) for seed in range(3)])
    for rate in (0.0, 0.2, 0.5)
}
for rate, (seen, unseen) in ((rate, e.mean(axis=0)) for rate, e in errors.items()):
    print(f"dropout {rate}: training error {seen:.1f}, test error {unseen:.1f}")

# %% tags=["nbval-ignore-output"]
test_error = {rate: e[:, 1] for rate, e in errors.items()}
print(".2 better than none, starts:", (test_error[0.2] < test_error[0.0]).sum(), "of 3")
print(".5 better than none, starts:", (test_error[0.5] < test_error[0.0]).sum(), "of 3")
assert test_error[0.2].mean() < test_error[0.0].mean() < test_error[0.5].mean()


# %% [markdown]
# A little dropout helped, by a per cent or two, in each of three starts; a half was too much even
# here. Two more limits:
#
# - **Masks are noise**, and noise may slow learning. Section 4's formula has the same average effect
#   without any, but is exact only where the outputs are linear.
# - **A narrow code has nothing to spare.** The 16 units of section 5 paid for robustness with a
#   third more error, on average over digits.
#
# Dropping *inputs* instead of hidden units, with the clean image as target, is the denoising
# autoencoder with masking noise: notebook 09.
#
# ## 11 · Exercises
#
# Each exercise is one function: plain arrays in, plain arrays out. The cell after it judges
# your answer, demand by demand; the grader has more cases.
#
# **Exercise 1: all the gradients.** One sample `x` with target `y`, sigmoid hidden units with mask
# `m`, linear outputs, $J=\frac12\sum_i(y_i-\hat y_i)^2$. Return the four gradients $\partial
# J/\partial\cdot$ (mind the sign).

# %% nbgrader={"grade": false, "grade_id": "ex06-1-gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropout_gradients(x, y, m, w1, b1, w2, b2):
    """Gradients (dw1, db1, dw2, db2) of J, with the mask m (J,) on the hidden units."""
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    delta_i = y - (w2 @ (m * h) + b2)
    delta_j = m * h * (1 - h) * (w2.T @ delta_i)
    return -np.outer(delta_j, x), -delta_j, -np.outer(delta_i, m * h), -delta_i
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex06-1-gradients-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex06-1-gradients")


# %% [markdown]
# **Exercise 2: the penalty.** Hidden activities `h` (n, J), output weights `w` (I, J), dropout
# probability `p`. Return by how much dropout raises the expected cost of linear outputs, averaged
# over samples.

# %% nbgrader={"grade": false, "grade_id": "ex06-2-penalty", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropout_cost(h, w, p):
    """E[J] − J, a number: the penalty that dropout amounts to."""
    ### BEGIN SOLUTION
    lam = p / (1 - p) * (h**2).mean(axis=0)
    return 0.5 * (lam * w**2).sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex06-2-penalty-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex06-2-penalty")


# %% [markdown]
# **Exercise 3: every thinned network.** For one sample with hidden activities `h` (J,), weights `w`
# (I, J) and biases `b` (I,), return the exact mean of the *sigmoid* outputs over all $2^J$ masks.
# (Up to ten units: enumerate. Masks are not equally likely unless $p=\frac12$.)

# %% nbgrader={"grade": false, "grade_id": "ex06-3-mean-output", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mean_output(h, w, b, p):
    """Expected sigmoid outputs (I,) under dropout of the hidden units."""
    ### BEGIN SOLUTION
    total = np.zeros(len(b))
    for number in range(2 ** len(h)):
        kept = np.array([number >> j & 1 for j in range(len(h))])
        chance = np.prod(np.where(kept, 1 - p, p))
        total += chance / (1 + np.exp(-(w @ (kept / (1 - p) * h) + b)))
    return total
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex06-3-mean-output-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex06-3-mean-output")

# %% [markdown]
# **Question.** A fellow student sets single hidden units of two autoencoders to zero,
# finds that the one trained with dropout suffers half as much, and writes: "dropout makes units
# redundant, so that each can be told from the others." Name two measurements that would test this
# sentence, say what this notebook found for each, and give a better sentence. (About 100 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex06-w-redundant", "locked": false, "schema_version": 3, "solution": true, "task": false}
# Setting a unit to zero is what the network was trained to bear, and in a plain network it also
# takes away a constant level on which all outputs count. So I would set each unit to its mean
# instead, which removes only what it tells apart: there the advantage of dropout was gone. And I
# would measure redundancy directly, predicting each unit from all others by linear regression: the
# R² was a little lower with dropout, so units are not easier to tell from the others but harder. A
# better sentence: dropout makes the network rely less on any unit's being there; it does not make
# what the units know redundant.

# %% [markdown]
# ## Summary
#
# - Dropout multiplies activities by a mask, and $\delta_j$ by the same mask. A dropped unit gets no
#   gradient, on either side. A gradient check must hold the mask fixed.
# - Divided by $1-p$, the next layer's *sum* is exactly right on average. Its sigmoid is not; a
#   normalized geometric mean is.
# - With linear outputs, the average cost is the plain cost plus a weight penalty with its own
#   $\lambda_j=\frac p{1-p}\overline{h_j^2}$ for each unit. In a linear network it makes all units
#   contribute equally.
# - C11, as far as we measured it: units set to *zero* are missed far less: the dearest one costs
#   less than an average unit of the plain network. Units set to their *mean* are not missed less,
#   at $p=\frac12$ even more. That is importance; co-adaptation, the interaction of units, was not
#   measured. Features become smoother; they are more diverse than with our weight penalty (whose
#   error is larger), less diverse than the noise of a plain network.
# - It is no sparsity penalty, yet the code becomes sparser: being off is a normal state.
#
# Next: [the course map](README.md) says what comes after this notebook.
#
# ## Further reading
#
# 1. N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: a simple
#    way to prevent neural networks from overfitting", *Journal of Machine Learning Research* 15
#    (2014), 1929–1958,
#    [jmlr.org/papers/v15/srivastava14a](https://jmlr.org/papers/v15/srivastava14a.html).
# 2. G. E. Hinton et al., "Improving neural networks by preventing co-adaptation of feature
#    detectors" (2012), [arXiv:1207.0580](https://arxiv.org/abs/1207.0580): where the lecture's
#    sentence comes from.
# 3. P. Baldi and P. Sadowski, "Understanding dropout", *NIPS* (2013); at length: "The dropout
#    learning algorithm", *Artificial Intelligence* 210 (2014),
#    [doi:10.1016/j.artint.2014.02.004](https://doi.org/10.1016/j.artint.2014.02.004).
# 4. S. Wager, S. Wang and P. Liang, "Dropout training as adaptive regularization", *NIPS* (2013),
#    [arXiv:1307.1493](https://arxiv.org/abs/1307.1493).
# 5. P. Mianjy, R. Arora and R. Vidal, "On the implicit bias of dropout", *ICML* (2018),
#    [arXiv:1806.09777](https://arxiv.org/abs/1806.09777).
