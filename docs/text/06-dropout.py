# %% [markdown] slideshow={"slide_type": "slide"}
# # 06 · Dropout
#
# **What does a network learn when any of its hidden units may be missing?**
#
# The lecture gives dropout one sentence: *dropout forces more diverse features by disrupting
# co-adaptation* (C11). That sentence makes three claims: that units co-adapt, that dropout disrupts
# it, and that features become more diverse. The formulas behind it are not in the lecture, so we
# derive them first. Then we say what co-adaptation is, so that it can be measured, and test all
# three claims against networks that are held back in other ways until they copy equally badly.
#
# **You will**
#
# - derive backpropagation through a random mask, and check each line;
# - find out on which side of the whole network the mean over masks lies, and when;
# - see which weight penalty dropout amounts to, and what it does to units;
# - tell importance (who is missed?) from co-adaptation (who needs whom?), and measure both;
# - compare the lecture's three regularizers, and L1 as a fourth, at equal error;
# - use masks after training, and see what their spread tells.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** C11.
# **Before:** [notebook 00](00-backpropagation.ipynb) for $\delta$; the weight penalty (C1 to C3)
# and sparsity (C4 to C10) are compared with, but not needed.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.stats import spearmanr

from aelib import diagrams, evaluation, explore, load_data, plots, units
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network, sigmoid
from aelib.desk import predictions
from aelib.desk.verdicts import verdict
from aelib.gradcheck import check, check_gradients, numerical_gradient, relative_error
from aelib.penalties import KL, L1, WeightDecay
from aelib.results import load_table
from aelib.training import fit

plots.use_style()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The mask
#
# For each sample and each hidden unit we toss a coin. With probability $p$ the unit is
# *dropped*: its activity is set to 0 on the way to the next layer. With probability $1-p$ it
# stays, and is divided by $1-p$. This is **dropout**:
#
# $$\tilde h_j=m_jh_j,\qquad m_j=\begin{cases}0&\text{with probability }p\\
# \frac1{1-p}&\text{with probability }1-p\end{cases}$$

# %% mystnb={"image": {"alt": "The same autoencoder of 5, 6 and 5 units four times. Left, after training, with all its connections. Then three samples in training: two or three hidden units, a different set each time, are crossed out and have no connections."}} slideshow={"slide_type": "slide"}
titles = ["after training", "sample 1", "sample 2", "sample 3"]
fig, axes = plt.subplots(1, 4, figsize=(9, 2.6))
for ax, title, lost in zip(axes, titles, ([], [1, 4], [0, 2, 3], [2, 4, 5])):
    diagrams.draw_thinned([5, 6, 5], [lost], ax=ax).set_title(title)

# %% [markdown]
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


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Backpropagation through the mask, line by line
#
# While one sample passes, the mask is a list of *constants*, like $x$. So there is nothing to
# learn about random numbers here: we need the chain rule of notebook 00, with one more factor.
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
# outputs are linear, so that $f'(s_i)=1$.)

# %%
delta_output = y - y_hat
slope = numerical_gradient(lambda s: 0.5 * ((y - s) ** 2).sum(), y_hat)
check("δ_i = (y_i − ŷ_i) f′(s_i)", delta_output, -slope)

# %% [markdown] slideshow={"slide_type": "slide"}
# **Line 2: the weights out of a hidden unit.** $w_{ij}$ is multiplied by $m_jh_j$, so that
# $\partial s_i/\partial w_{ij}=m_jh_j$, and "what arrives, times what was sent" becomes
#
# $$\frac{\partial J}{\partial w_{ij}}=-\delta_i\,m_jh_j.$$

# %%
grad_W2 = -np.outer(delta_output, m * h)
check("∂J/∂w_ij = −δ_i m_j h_j", grad_W2, numerical_gradient(lambda w: cost(W2=w), W2))

# %% [markdown] slideshow={"slide_type": "slide"}
# **Line 3: a hidden unit's δ.** $s_i$ depends on $h_j$ through $m_jh_j$, so that
# $\partial s_i/\partial h_j=w_{ij}m_j$. The sum over outputs picks up *the same* mask:
#
# $$\delta_j=-\sum_i\frac{\partial J}{\partial s_i}\,\frac{\partial s_i}{\partial h_j}\,
# \frac{dh_j}{ds_j}=m_j\,f'(s_j)\sum_iw_{ij}\delta_i.$$

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
print("dropped:                    ", np.flatnonzero(m == 0))
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
# One can forget the mask on the way back, in line 3. And one can check a right gradient wrongly:

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "06-new-mask",
    "A central difference calls the cost twice, at w + h and at w − h with h about "
    "0.000006. Each call draws a new mask. What will the slope be, beside the gradient?",
    [
        "about the same: the masks average out",
        "up to a few times too large or too small",
        "thousands of times too large",
    ],
)

# %%
forgetful = -np.outer(h * (1 - h) * (W2.T @ delta_output), x)
print(f"mask forgotten: relative error {relative_error(forgetful, grad_W1):.1f}")


def careless_cost(w):
    return cost(W1=w, m=(rng.random(8) >= p) / (1 - p))


nonsense = numerical_gradient(careless_cost, W1)
is_huge = np.median(np.abs(nonsense)) > 1_000 * np.abs(grad_W1).max()
print("a new mask at each call: most slopes over 1,000 times too large:", is_huge)

# %% slideshow={"slide_type": "slide"}
assert is_huge
predictions.reveal("06-new-mask", "thousands of times too large")

# %% [markdown] slideshow={"slide_type": "slide"}
# The forgotten mask leaves an error of more than half the gradient's size. The careless check
# subtracts the costs of two *different* networks and divides by a tiny step. So fix the mask, or
# the seed, before you difference.
#
# ## Right in expectation
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
# ### On which side does the mean lie?

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "06-which-side",
    "Now the six outputs are sigmoids of these sums. The whole network gives f(E[s]), the "
    "mean over all 256 masks is E[f(s)]. How will the second lie to the first?",
    ["higher", "lower", "closer to ½", "farther from ½"],
)

# %%
average, whole_output = chance @ sigmoid(s_all), sigmoid(s_whole)
print("whole network  f(E[s]): ", whole_output.round(2))
print("mean over masks E[f(s)]:", average.round(2))
towards_half = np.abs(average - 0.5) < np.abs(whole_output - 0.5)
print("closer to ½:", towards_half)

# %% slideshow={"slide_type": "slide"}
assert towards_half.all()
predictions.reveal("06-which-side", "closer to ½")

# %% [markdown] slideshow={"slide_type": "slide"}
# All six means lie closer to ½. **Jensen's inequality** says why: *the mean of a concave function
# lies below the function of the mean*. The sigmoid has the second derivative
# $f''=f(1-f)(1-2f)$, which is negative above ½, where it is concave, and positive below, where it
# is
# convex. So if the sums of all masks are positive, then $\mathrm E[f(s)]<f(\mathrm E[s])$, and if
# all
# are negative, the order is reversed. To second order, for sums that scatter little,
#
# $$\mathrm E[f(s)]\approx f(\bar s)+\tfrac12f''(\bar s)\operatorname{Var}[s],
# \qquad\bar s=\mathrm E[s],$$
#
# and the correction points to ½ because $f''$ has the opposite sign of $\bar s$. Both need their
# condition. Sums that lie on both sides of 0, far apart and lopsided, can do the opposite:

# %% tags=["claim-06-jensen"]
few_masks, likely = np.array([-1.0, 2.4]), np.array([0.7, 0.3])
mean_sum, mean_output = likely @ few_masks, likely @ sigmoid(few_masks)
print(f"two masks: f(E[s]) = {sigmoid(mean_sum):.3f}, E[f(s)] = {mean_output:.3f}")
scatter = chance @ (s_all - s_whole) ** 2
curved = whole_output * (1 - whole_output) * (1 - 2 * whole_output)
print("E[f(s)] − f(E[s]), exact:       ", (average - whole_output).round(3))
print("½ f″ Var[s], to second order:   ", (curved * scatter / 2).round(3))
assert towards_half.all() and abs(mean_output - 0.5) > abs(sigmoid(mean_sum) - 0.5)
assert (np.sign(curved) == np.sign(average - whole_output)).all()


# %% [markdown]
# The approximation has the right sign for all six outputs, and the right size within a factor of 2:
# here the sums scatter a lot. Does averaging over many masks lead to the whole network, then?

# %%
def running_mean_error(values, truth):
    draws = values[rng.choice(256, size=(100, 10_000), p=chance)]
    means = draws.cumsum(axis=1) / np.arange(1, 10_001)
    return np.sqrt(np.square(means - truth).mean(axis=0))


# %% mystnb={"image": {"alt": "Two panels, logarithmic axes, error against number of masks. Left, sum: the error of the average falls along a straight line. Right, sigmoid output: the distance to the true mean over masks falls in the same way, but the distance to the whole network levels off at a dotted line."}} slideshow={"slide_type": "slide"}
i = np.abs(average - whole_output).argmax()
f_all, gap = sigmoid(s_all[:, i]), abs(average[i] - whole_output[i])
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), sharex=True)
left.loglog(running_mean_error(s_all[:, i], s_whole[i]))
left.set(title="sum: distance to $s_i$, no mask", ylabel="distance (rms)")
truths = {"$f(s_i)$, no mask": whole_output[i], "the exact mean": average[i]}
for label, truth in truths.items():
    curve = running_mean_error(f_all, truth)
    right.loglog(curve)
    above = 1.15 if truth == whole_output[i] else 0.5
    right.text(60, above * curve[300], f"to {label}", ha="center")
right.axhline(gap, color="gray", ls=":")
right.set(title="output: distance")
for ax in (left, right):
    ax.set(xlabel="masks averaged")

# %% [markdown] slideshow={"slide_type": "slide"}
# On the left, chance alone separates us from the sum without a mask: the distance falls like one
# over the root of the number of masks. On the right it does so only if we compare with
# the exact mean over masks. The distance to the whole network stops at the gap between
# $\mathrm E[f(s)]$ and $f(\mathrm E[s])$, the dotted line. So "dropout is right in expectation" is
# exact for the sum of the very next layer, and an approximation from the first nonlinearity on.
#
# ### A mean that is exact
#
# There is another mean for which the whole network *is* exact, as Hinton and others noted
# when they introduced dropout [2]; Baldi and Sadowski worked it out for sigmoids [3]. Average the
# sigmoid outputs geometrically, and normalize:
#
# $$\frac{\prod_m\hat y_m^{P_m}}{\prod_m\hat y_m^{P_m}+\prod_m(1-\hat y_m)^{P_m}}
# =\sigma\big(\mathrm E[s]\big),\qquad\text{because}\quad
# \frac{\hat y}{1-\hat y}=e^{s}.$$
#
# Divide numerator and denominator by the second product: odds remain, $\prod_m(e^{s_m})^{P_m}=
# e^{\mathrm E[s]}$. Products of odds are sums in the exponent, and sums are what the mask treats
# well.

# %%
y_all = sigmoid(s_all)
yes, no = np.exp(chance @ np.log(y_all)), np.exp(chance @ np.log(1 - y_all))
check("normalized geometric mean = σ(E[s])", yes / (yes + no), whole_output, 1e-12)

# %% [markdown] slideshow={"slide_type": "slide"}
# The whole network thus gives, for one hidden layer and sigmoid outputs, exactly the geometric
# vote of all its $2^J$ thinned networks.
#
# ## What it costs: a weight penalty in disguise
#
# Which cost does dropout minimize *on average*? Take linear outputs. The mean of a square is the
# square of the mean plus the variance, so for one output
#
# $$\mathrm E\big[\tfrac12(y_i-s_i)^2\big]=\tfrac12\big(y_i-\mathrm E[s_i]\big)^2
# +\tfrac12\operatorname{Var}[s_i].$$
#
# **Line 1.** The first term is the cost of the whole network, because
# [$\mathrm E[s_i]$ is its sum](#Right-in-expectation).
# **Line 2.** One coin: $\operatorname{Var}[m_j]=\mathrm E[m_j^2]-1=\frac{1}{1-p}-1=\frac p{1-p}$.
# **Line 3.** The coins are independent, so variances add:
# $\operatorname{Var}[s_i]=\frac p{1-p}\sum_jw_{ij}^2h_j^2$.
# Together, averaged over the samples $q$,
#
# $$\mathrm E[J]=J+\frac12\sum_j\lambda_j\sum_iw_{ij}^2,\qquad
# \lambda_j=\frac p{1-p}\,\frac1N\sum_q(h_j^q)^2 .$$
#
# It is the lecture's weight penalty (C1), but with a $\lambda$ *of its own for each hidden unit*,
# which grows with the unit's activity: Wager, Wang and Liang [4] call this **adaptive
# regularization**. *Check* each line over all masks:

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
# And the gradient: the mean of [line 2](#Backpropagation-through-the-mask,-line-by-line) over all
# masks should be that of the whole network plus $\lambda_jw_{ij}$, as in C2.

# %%
with_mask = -np.einsum("m,qmi,mj,qj->ij", chance, errors, masks, h_batch) / 20
without = -(batch - h_batch @ W2.T - b2).T @ h_batch / 20
check("E[∂J/∂w_ij] = ∂J/∂w_ij + λ_j w_ij", with_mask, without + lam * W2, 1e-12)
print("λ_j of the eight units:", lam.round(2))

# %% [markdown]
# The largest are hundreds of times above the lecture's range for $\lambda$ (C3). But mind that it
# falls on the weights *out of* hidden units only, and that a unit can lower it by being less
# active. Where the output is a sigmoid, there is such a penalty to second order only, and it has other factors ([below](#Dropout-on-digits)).
#
# ## What the penalty wants: equals
#
# Let the hidden units be linear, too. Then $h_j$ is a sum over the unit's input weights, and the
# penalty is the product of what goes in and what comes out:
# $\frac12\frac p{1-p}\sum_ja_j^2$ with $a_j=\|w_{\cdot j}\|\cdot\operatorname{rms}(h_j)$, the size
# of
# unit $j$'s contribution to the output. Shrinking the input weights and growing the output weights
# gains nothing. What does gain is *sharing*: for a given sum of the $a_j$, the sum of their squares
# is smallest when all are equal. Mianjy, Arora and Vidal [5] prove, for inputs of unit covariance,
# that the minima of a linear network's dropout cost lie there.

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "06-linear-trio",
    "Three linear autoencoders 784-16-784: plain; with dropout at random; without masks, "
    "but with the penalty just derived. Which two will have the same error?",
    ["plain and dropout", "plain and penalty", "dropout and penalty", "no two"],
)


# %%
def dropout_penalty(model, code):
    """The penalty just derived, for p = ½."""
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

# %% mystnb={"image": {"alt": "Sorted contributions of 16 units for three networks. Plain: uneven and large. With masks and with the penalty: two nearly flat lines close together, far below the plain one."}} slideshow={"slide_type": "slide"} tags=["claim-06-equals"]
error, spread = {}, {}
fig, ax = plt.subplots(figsize=(6.5, 2.8))
for (name, model), style in zip(linear.items(), ("o-", "s-", "x--")):
    code, out = evaluation.encode(model, x), model.decoder[-1].weight.detach().numpy()
    a = np.linalg.norm(out, axis=0) * np.sqrt(np.square(code).mean(axis=0))
    y_hat = evaluation.reconstruct(model, x_test)
    error[name] = evaluation.squared_error(x_test, y_hat).mean()
    spread[name] = a.std() / a.mean()
    ax.plot(range(1, 17), np.sort(a), style, label=f"{name}: error {error[name]:.0f}")
ax.set(xlabel="unit, sorted", ylabel="contribution $a_j$", ylim=(0, None))
fig.legend(loc="outside right center")
assert abs(error["masks"] - error["penalty"]) < 0.1 * (error["masks"] - error["plain"])
assert max(spread["masks"], spread["penalty"]) < 0.5 * spread["plain"]

# %% slideshow={"slide_type": "slide"}
predictions.reveal("06-linear-trio", "dropout and penalty")


# %% [markdown]
# Chance and formula lead to nearly the same place (one run, an illustration of the theorem): nearly
# the same error, and units that contribute about equally. *No unit may matter more than another*:
# that is what dropout asks for where everything can be computed. It has its price, the larger
# error.

# %% [markdown]
# ## Dropout on digits
#
# Now 196 sigmoid units. Two networks with the same start and the same order of samples; one of
# them drops half of its hidden activities.

# %%
def train(dropout=0.0, penalty=()):
    model = Autoencoder([784, 196], dropout=dropout, seed=0)
    fit(model, x, penalty=penalty, epochs=20, learning_rate=2e-2, **settings)
    return model


live = {"plain": train(), "dropout .5": train(dropout=0.5)}

# %% [markdown]
# Dropout copies less well: its error per image is about three times that of the plain network (both
# stand in the table below). Whatever else differs between the two may come from that alone. So a
# fair
# comparison needs networks that copy *equally badly* for another reason. The command
# `benchmarks/regularizers.py` has trained six
# kinds of them, on both data sets, three starts each, and has chosen the strength of each so that
# its error on 1,000 digits, set apart for this, is that of dropout with $p=\frac12$:
#
# - *no chance*: no mask, but the penalty that
#   [dropout amounts to](#What-it-costs:-a-weight-penalty-in-disguise), written for sigmoid outputs
#   as
#   $\frac\kappa2\sum_if'(s_i)^2\sum_jw_{ij}^2h_j^2$ (to second order, without a term that has the
#   residual as a factor); for $p=\frac12$ the derivation has $\kappa=1$;
# - *weights* (C1), *KL* (C5, $\bar\rho=0.1$) and *L1*: penalties on weights or on activities;
# - *fewer units*: a plain network that is narrower;
# - *slow*: a plain network of 196 units, trained as long with a lower learning rate.

# %%
table = load_table("regularizers")
NAMES = ("plain", "dropout .2", "dropout .5", "no chance", "weights")
NAMES += ("KL", "L1", "fewer units", "slow")


def stored(measure, name):
    """Return the stored measure of one kind of network, one number for each seed."""
    return table.where(data=data.name, regularizer=name, epochs=20)[measure]


def show(*measures):
    """Print means over seeds, and half the range."""
    print(" " * 11 + "".join(f"{measure:>18}" for measure in measures))
    for name in NAMES:
        columns = [stored(measure, name) for measure in measures]
        texts = [f"{c.mean():.3g} ± {np.ptp(c) / 2:.1g}" for c in columns]
        print(f"{name:11}" + "".join(f"{text:>18}" for text in texts))


show("strength", "error")

# %% [markdown]
# (Strengths are κ, λ, γ, the factor of L1, the number of units and the learning rate.) The errors
# on
# test digits now agree within a tenth, but for *plain* and *dropout .2*, which stand there as they
# are. Note that κ has to be about 2, twice what the derivation says, to cost as much as the masks
# do.
# We add the network with the weight penalty to our live ones.

# %%
live["weights"] = train(penalty=WeightDecay(lam=stored("strength", "weights")[0]))

# %% mystnb={"image": {"alt": "Forty features each. Plain: noise. Dropout: short strokes, arcs and spots, on a noisy ground. Weights: smooth blobs and dots."}} slideshow={"slide_type": "slide"}
fig, axes = plt.subplots(3, 1, figsize=(9, 4.4))
for ax, (name, model) in zip(axes, live.items()):
    plots.show_features(model.features()[:40], columns=20, title=name, ax=ax)

# %% [markdown]
# The plain network's features look like noise. With dropout one sees strokes, arcs and spots.
# Srivastava et al. [1, their section 7.1] show the same for rectified units, and read it as
# co-adaptation undone. Is it?
#
# ## Who is missed? The importance of units
#
# Take the trained network, silence one unit (**ablation**), and see how much the squared error
# per image rises. This rise is the unit's **importance**. And *silence* can mean two things.
#
# - *To zero*: what dropout does.
# - *To the mean*: the unit says the same to every image, namely its average. Only what it *tells
#   apart* is lost.

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "06-to-the-mean",
    "Set to zero, a unit of the network with dropout costs less than one of the plain "
    "network. What if each unit is set to its mean?",
    ["it costs less, too", "about the same", "it costs more"],
)

# %% mystnb={"image": {"alt": "Two panels: rise of the error for each of 196 lost units, sorted, for three networks. To zero: dropout far below the other two, which lie between 0.1 and 0.2 for most units; plain ends at 0.5. To the mean: dropout highest for all but the first units, plain lowest for most."}} slideshow={"slide_type": "slide"} tags=["cover"]
few, rise = x_test[:200], {}
fig, axes = plt.subplots(1, 2, figsize=(8, 3), sharey=True)
for ax, to in zip(axes, ("zero", "mean")):
    for name, model in live.items():
        rise[name, to] = np.sort(units.ablation_cost(model, few, to=to))
        ax.plot(rise[name, to])
    ax.set(title=f"one unit set to {to}", xlabel="unit, sorted")
axes[0].set(ylabel="rise of the error")
fig.legend(live, loc="outside right center")

# %% slideshow={"slide_type": "slide"}
assert rise["dropout .5", "mean"].mean() > rise["plain", "mean"].mean()
predictions.reveal("06-to-the-mean", "it costs more")

# %% [markdown]
# One start, an illustration; the table has three. *one zero* and *one mean* are the importance of
# an
# average unit, *between* is the share of activities between 0.2 and 0.8.

# %%
show("one_zero", "one_mean", "between")

# %% [markdown]
# Set to *zero*, a unit of the networks with dropout .5, or with its penalty and no masks, costs
# less
# than half of what it costs in the others of the same error. Set to its *mean*, it costs more than
# in
# the plain network, and more than under a weight penalty, KL or slow learning. The difference
# between
# the two columns of the plain network is the loss of a constant level, about ½, on which every
# output
# counts as on a bias. (The last column does not explain the other half: KL has fewer activities
# between off and on than dropout, and costs less.) So dropout lowers the network's reliance on
# units *being there*, and, compared with these, does not lower what is lost with what they tell
# apart.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who needs whom? Co-adaptation as interaction
#
# Importance says how much the network relies on a unit. It does not say whether units rely on
# *each other*. Hinton and others [2] describe **co-adaptation** as feature detectors that are "only
# helpful in the context of several other specific feature detectors". For two units that can be
# measured: lose both, and compare with the sum of the losses one by one. The **interaction** is
#
# $$I_{ij}=\text{rise}(i,j)-\text{rise}(i)-\text{rise}(j).$$
#
# What does its sign mean? Three pairs of units of activity 1, with known weights, say it:

# %%
pairs = {
    "two that make 1 = 2 − 1": [[2.0], [-1.0]],
    "two that make 1 = ½ + ½": [[0.5], [0.5]],
    "one output each": [[1.0, 0.0], [0.0, 1.0]],
}
interaction = {}
for name, out in pairs.items():
    out, target = np.array(out), np.sum(out, axis=0)
    rises = [np.sum((target - kept @ out) ** 2) for kept in ([0, 1], [1, 0], [0, 0])]
    interaction[name] = rises[2] - rises[0] - rises[1]
    print(f"{name}: alone {rises[0]:.2f}, {rises[1]:.2f}, both {rises[2]:.2f}", end="")
    print(f", interaction {interaction[name]:+.2f}")
assert list(interaction.values()) == [-4, 0.5, 0]


# %% [markdown] slideshow={"slide_type": "slide"}
# - *Negative: they need each other.* One corrects what the other overdoes; alone it does harm. That
#   is co-adaptation in Hinton's sense.
# - *Positive: one stands in for the other.* The first loss is cheap, because the second unit is
#   still
#   there.
# - *Zero: they don't depend on each other*, as a pair. What three units do together cannot be
#   seen.
#
# **What dropout should do to it.** Take linear outputs, so that losing unit $j$ takes away its
# *contribution* $c_j=w_{\cdot j}\,(h_j-\text{silent}_j)$ from the output and adds it to the
# residual
# $e=y-\hat y$. Line by line, averages over images understood:
#
# $$\begin{aligned}\text{rise}(i)&=|e+c_i|^2-|e|^2=2\,e\cdot c_i+|c_i|^2,\\
# \text{rise}(i,j)&=2\,e\cdot(c_i+c_j)+|c_i|^2+|c_j|^2+2\,c_i\cdot c_j,\\
# I_{ij}&=2\,c_i\cdot c_j .\end{aligned}$$
#
# An interaction is the overlap of two contributions: negative where they point against each other.
# Dropout's [penalty](#What-it-costs:-a-weight-penalty-in-disguise) is, for $p=\frac12$, half the
# sum of
# all $|c_j|^2$, with units set to zero. And for a pair
#
# $$|c_i|^2+|c_j|^2=|c_i+c_j|^2-I_{ij},$$
#
# by squaring the sum. So for the same joint contribution a pair that needs each other pays more,
# and
# a pair that shares the work pays less. Need should go. *Check* both on the eight units from above:

# %%
def rise_without(*lost):
    """Rise of the squared error of the small network without these units."""
    kept = np.isin(range(8), lost, invert=True)
    return ((y - W2 @ (kept * h) - b2) ** 2).sum() - ((y - s_whole) ** 2).sum()


c = W2.T * h[:, None]
pairs = list(itertools.combinations(range(8), 2))
found = [rise_without(*ij) - sum(map(rise_without, ij)) for ij in pairs]
check("I_ij = 2 c_i · c_j", found, [2 * c[i] @ c[j] for i, j in pairs], bound=1e-12)
joint = [((c[i] + c[j]) ** 2).sum() - (c[i] ** 2 + c[j] ** 2).sum() for i, j in pairs]
check("|c_i|² + |c_j|² = |c_i + c_j|² − I_ij", joint, found, bound=1e-12)

# %%
some_pairs = [rng.permutation(196)[:2] for _ in range(100)]
for name, model in live.items():
    found = units.interactions(model, few, some_pairs, to="zero")
    need, stand_in = -found.clip(max=0).mean(), found.clip(min=0).mean()
    print(f"{name:11} need {need:.3f}, standing in {stand_in:.3f}")

# %% [markdown]
# *Need* is here the mean of the negative interactions (positive ones counted as 0), without the
# sign, and *standing in* that of the positive ones. With dropout both are a small part of what they
# are in the other two.

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "06-no-chance",
    "The network called no chance has never seen a mask, only dropout's penalty. In its "
    "error it is dropout's equal. How much will its pairs need each other?",
    [
        "as much as in the other networks",
        "less than those, more than with dropout",
        "less than with dropout",
    ],
)

# %% [markdown]
# That was one start and 100 pairs, an illustration. The table has 300 random pairs of each of 27
# networks per data set. A bar to the left is the need of an average pair, a bar to the right its
# standing in; dots are seeds. (The axes end where most networks are; *fewer units* goes beyond.)

# %% mystnb={"image": {"alt": "Bars for nine kinds of network, need to the left, standing in to the right. Set to zero: long on both sides for plain, weights, slow and, beyond the frame, fewer units; shorter for KL, dropout .2 and L1, short for dropout .5 and no chance, whose need is hardly visible. Set to mean: almost nothing on the left anywhere; on the right no chance is longest, then fewer units and dropout .5."}} slideshow={"slide_type": "slide"}
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
for ax, to in zip(axes, ("zero", "mean")):
    for place, name in enumerate(NAMES):
        need, stand_in = -stored(f"need_{to}", name), stored(f"stand_in_{to}", name)
        ax.barh(place, need.mean(), color=plots.COLOURS["vermilion"])
        ax.barh(place, stand_in.mean(), color=plots.COLOURS["blue"])
        ax.plot([*need, *stand_in], [place] * 6, "k.", ms=4)
    ax.axvline(0, color="black", lw=0.8)
    end = {"zero": 0.025, "mean": 0.01}[to]
    ticks = np.array([-0.8, -0.4, 0, 0.4, 0.8]) * end
    ax.set(title=f"set to {to}", xlabel="← need     standing in →", xlim=(-end, end))
    ax.set_xticks(ticks)
axes[0].set_yticks(range(len(NAMES)), NAMES)
axes[0].invert_yaxis()

# %%
show("need_zero", "stand_in_zero", "need_mean", "stand_in_mean")

# %% slideshow={"slide_type": "slide"}
no_chance, dropped = stored("need_zero", "no chance"), stored("need_zero", "dropout .5")
is_less = no_chance.max() < dropped.min()
predictions.reveal(
    "06-no-chance",
    "less than with dropout" if is_less else "less than those, more than with dropout",
)

# %% [markdown]
# The first claim holds weakly: set to zero, pairs of the plain network do need each other, by about
# a twentieth of what a unit is worth; set to the mean, hardly. The second claim holds here. At
# equal error, pairs need each other least in the networks with
# dropout or with its penalty, whichever way units are silenced (above for these digits; the table
# `regularizers` has both data sets). Does this require that partners actually go missing? The
# network that has never seen a
# mask has even less need, at a penalty that is about twice the derived one. So a price on the size
# of each contribution, which makes cancelling expensive, is enough.
#
# Three cautions. *To zero* depends on which state of a unit is called 0: reverse a sigmoid unit
# (flip the signs of all its weights and its bias, and raise the output's bias by $w_{ij}$), and the
# network computes the same, with $1-h_j$ in the place of $h_j$; losses to the mean stay as they
# were,
# losses to zero don't. A pair with an idle unit (one that hardly varies) hardly interacts when it
# is set to its mean, and about half of L1's units are idle. And units that matter less have smaller
# interactions of both kinds:
# divide need by the importance of an average unit, and *no chance* is first, then L1, whose idle
# units help it here, and dropout .5; the rest follow.

# %%
for name in NAMES:
    share = stored("need_zero", name) / stored("one_zero", name)
    idle = stored("idle", name).mean()
    print(f"{name:11} need per importance {share.mean():.3f}, idle units {idle:.0f}")

# %% [markdown]
# Is this a matter of training time? Three times the epochs, at the same strengths, one start each:

# %%
for name in ("plain", "weights", "fewer units", "dropout .5"):
    long = table.where(data=data.name, regularizer=name, epochs=60)
    error, need, alike = (long[k][0] for k in ("error", "need_zero", "similarity"))
    print(f"{name:11} error {error:.2f}, need {need:.4f}, similarity {alike:.3f}")

# %% [markdown]
# The errors diverge, since strengths were chosen for 20 epochs. Need with dropout stays far below
# that of these three; the others were not trained longer. (*Similarity* is that of features,
# explained [below](#More-diverse-features?).)
#
# **Explore.** Take away a unit: click its square. Then a second one. Is the damage that both do
# together the sum of what each does alone? The squares are the 49 units whose loss costs most;
# the errors are means over 30 digits.

# %% mystnb={"image": {"alt": "Explorer: a choice of network and of what a lost unit is set to, beside three panels. Left, 49 features of the network without dropout. Then six digits and their copies. Then bars for the rise of the error: none yet, for no unit is taken away."}} slideshow={"slide_type": "slide"}
pair = {name: live[name] for name in ("plain", "dropout .5")}
explore.killed_units(pair, few[:30])

# %% [markdown]
# The line beside the pictures gives the interaction of the two, for the pair that you have picked
# from the most important units. What random pairs do, on average, is in the table above.
#
# ### Many at once
#
# Pairs are the smallest company. What if half of all units are lost, and does one more unit still
# help then? *helps* is the share of units that lower the error where a random half of the others
# is silent; *half* the error without a random half of the units, set to zero, to their means, or
# to zero with the others doubled (*scaled*), as in training.

# %%
show("helps_zero", "helps_mean", "half_zero", "half_mean", "half_scaled")

# %% mystnb={"image": {"alt": "Rows of ten digits: inputs; the plain network with half of its units at zero: digits under blotches, about half of them legible; the dropout network with the same units at zero: clear digits; the network with a weight penalty: dark digits on grey, with smudges."}} slideshow={"slide_type": "slide"}
lost = np.random.default_rng(1).permutation(196)[:98]
rows = {"input": x_test[:10].reshape(10, -1)}
for name, model in live.items():
    code = evaluation.encode(model, x_test[:10])
    code[:, lost] = 0
    rows[f"{name}, half lost"] = model.decode(code).detach().numpy()
plots.show_rows(rows);

# %% [markdown]
# With half of the others at *zero*, about a fifth of the plain network's units do *harm*; perhaps
# they correct what is no longer there. (With them at their means every one helps.) With dropout .5
# practically every unit helps, as Hinton and others
# had in mind; so it does with *no chance*, KL and L1. With half of the units at zero the networks
# with dropout have the smallest error, and where the rest is doubled, the errors of dropout .5 and
# *no chance* about double; that of dropout .2 grows fourfold, the plain one's more than tenfold.
# With half of the units at their means the plain network is the best, and dropout .5 and *no
# chance* are the worst.
#
# ## More diverse features?
#
# Diversity can be counted in several ways: the mean $|\cos|$ of the angle between two features; the
# *effective number* of directions that features fill, $(\sum e)^2/\sum e^2$ of their eigenvalues
# $e$;
# and the **redundancy** of the code, the share R² of a unit's variance that a linear regression
# predicts from all other units. As a warning, we add an *untrained* network, whose features are
# pure noise.

# %% tags=["claim-06-noise-is-diverse"]
show("similarity", "effective_number", "redundancy")
untrained = Autoencoder([784, 196], seed=0)
noise = units.similarity(untrained.features())
features = untrained.features() / np.linalg.norm(untrained.features(), axis=1)[:, None]
energy = np.linalg.svd(features, compute_uv=False) ** 2
number = energy.sum() ** 2 / np.square(energy).sum()
print(f"untrained: similarity {noise:.3f}, effective number {number:.0f}")
assert noise < min(stored("similarity", name).min() for name in NAMES)
assert number > max(stored("effective_number", name).max() for name in NAMES)

# %% [markdown]
# At equal error the third claim holds, too: by both numbers the features of dropout .5 and of *no
# chance* are more diverse than those of all others. Against the plain network, whose error is about
# a third, it fails after 20 epochs; after 60 it holds by similarity (one start,
# [above](#Who-needs-whom?-Co-adaptation-as-interaction)). But the untrained network, the most
# diverse
# of all, is a warning: noise in 784 dimensions is nearly orthogonal by itself. Angles alone don't
# make features *distinct and meaningful*. Nor do we know that features are diverse *because* units
# need each other less: set to zero, KL and L1 leave little need, too, and their features are far
# less diverse than those of dropout.
# In the code, dropout leaves less redundancy than a weight
# penalty, KL or slow learning, and more than fewer units. (Of L1 no general statement can be made:
# the
# two data sets disagree.)
#
# ## The regularizers in one frame
#
# The lecture's three regularizers (weight penalty, sparsity, dropout), and L1, which is ours,
# change
# the same two lines of backpropagation: what is added to a unit's $\delta$, and what is added to a
# weight's step.
#
# | | $\delta_j=f'(s_j)\,\cdot$ | $\Delta w/\eta$ | asks for |
# | --- | --- | --- | --- |
# | plain | $\sum_iw_{ij}\delta_i$ | $\delta x$ | – |
# | weight penalty (C1) | $\sum_iw_{ij}\delta_i$ | $\delta x-\lambda w$ | small weights |
# | KL sparsity (C5) | $\sum_iw_{ij}\delta_i-\gamma\big(\frac{1-\bar\rho}{1-\rho_j}-\frac{\bar\rho}{\rho_j}\big)$ | $\delta x$ | rare activity |
# | L1 sparsity | $\sum_iw_{ij}\delta_i-\alpha\operatorname{sign}h_j$ | $\delta x$ | little activity |
# | dropout (C11) | $m_j\sum_iw_{ij}\delta_i$ | $\delta\,mx$ | no reliance on one unit |
#
# ($x$ is what the layer receives, $mx$ what is left of it.) The first three add a force; dropout,
# on
# average, adds one as well, a $\lambda_j$ for each unit. All have the strengths from above, so that
# they copy equally badly. What do they buy with it? *activity* is the mean over units and images,
# *sparseness* that of the population (notebook 04), *window share* and *smoothness* are two parts
# of
# notebook 05's stroke score: the share of a feature's energy in its best 7 × 7 window, and the
# correlation of neighbouring pixels.

# %%
show("activity", "sparseness", "window_share", "smoothness", "train_error")

# %% mystnb={"image": {"alt": "Forty features each. KL: faint marks in noise, in one of them a ring. L1: about half are the same pale upright blur, the others faint marks; one is a clear stroke."}} slideshow={"slide_type": "slide"}
kl = KL(gamma=stored("strength", "KL")[0], rho_bar=0.1)
l1 = L1(strength=stored("strength", "L1")[0])
live |= {"KL": train(penalty=kl), "L1": train(penalty=l1)}
fig, axes = plt.subplots(2, 1, figsize=(9, 2.9))
for ax, name in zip(axes, ("KL", "L1")):
    plots.show_features(live[name].features()[:40], columns=20, title=name, ax=ax)

# %% [markdown]
# For the same error each buys something else. KL and L1 have little activity, as asked. Dropout .5
# was
# not asked for sparseness and is a little sparser than KL, perhaps because a unit that is off is
# not
# disturbed by its coin: $\lambda_j$ grows with $h_j^2$. The weight penalty has the smoothest and
# most
# local features. The median feature of none of these networks comes near the window share of 0.6
# that
# notebook 05 asks of strokes; there KL and a weight penalty act together, at a larger error.
#
# ## Masks after training
#
# Nothing forbids us to go on drawing masks once the network is trained: each gives another copy of
# the
# same digit. Gal and Ghahramani [6] read their spread as the network's uncertainty, and call it
# **Monte Carlo dropout**. Two things can be asked of it: is the mean of many copies better than the
# copy of the whole network, and does the spread tell where the copy is bad? An opponent for the
# second costs nothing: the whole network's own $\sum_i\hat y_i(1-\hat y_i)$, the variance of its
# pixels if $\hat y_i$ is read as a probability.

# %%
model, clean = live["dropout .5"], torch.from_numpy(x_test[:500]).flatten(1)
strangers = torch.rand(clean.shape, generator=torch.Generator().manual_seed(0))
torch.manual_seed(0)
wrong, spread, own, errors = {}, {}, {}, {}
for name, images in {"digits": clean, "noise": strangers}.items():
    with torch.no_grad():
        whole = model.eval()(images)
        copies = torch.stack([model.train()(images) for _ in range(50)])
    wrong[name] = (whole - images).square().sum(dim=1).numpy()
    spread[name] = copies.var(dim=0).sum(dim=1).numpy()
    own[name] = (whole * (1 - whole)).sum(dim=1).numpy()
    kinds = {"one mask": copies[0], "mean of 50": copies.mean(dim=0), "whole": whole}
    for kind, copy in kinds.items():
        errors[name, kind] = (copy - images).square().sum(dim=1).mean().item()
model.eval();

# %% tags=["nbval-ignore-output", "claim-06-mc"]
for name in wrong:
    found = {kind: round(errors[name, kind], 1) for kind in kinds}
    spreads = f"spread {spread[name].mean():.1f}, own variance {own[name].mean():.1f}"
    print(f"{name}: errors {found}, {spreads}")
pair = (spread["digits"], own["digits"])
ranks = [spearmanr(wrong["digits"], values).statistic for values in pair]
print("rank correlation with the error: spread {:.2f}, own {:.2f}".format(*ranks))
assert errors["digits", "mean of 50"] > errors["digits", "whole"]
assert min(ranks) > 0.5 and spread["noise"].mean() < spread["digits"].mean()

# %% [markdown]
# On digits the mean of 50 copies is *worse* than the copy of the whole network: averages of
# sigmoids
# [lie towards ½](#On-which-side-does-the-mean-lie?), and ink and paper lie at the ends. (On noise,
# whose pixels lie between, it is a little better.) The spread does
# tell which digits are copied badly. So does the whole network's own variance, in one pass. And the
# spread does not know what is strange: noise, which is copied more than ten times as badly, has
# *less*
# spread than digits. (One network, an illustration.)
#
# ## Where it fails
#
# With 10,000 images and 20 epochs dropout makes the *test* error larger: 2.5, 4.2 and 7.2 for $p$ =
# 0, 0.2 and 0.5. Dropout was
# invented for the opposite case, many weights and few data. So let us take 100 digits, three times
# another 100, and train for 400 steps or 1,200. The opponent is the lecture's weight penalty, with
# $\lambda$ chosen for each seed on 1,000 validation digits; so is the dropout rate in the line
# *best
# rate*.

# %%
small = load_table("dropout_few")


def chosen(steps, options):
    """Test error, by seed, of the option that validation digits choose."""
    rows = [
        small.where(data=data.name, steps=steps, regularizer=name, strength=strength)
        for name, strength in options
    ]
    best = np.argmin([row["validation"] for row in rows], axis=0)
    return np.array([rows[k]["test"][seed] for seed, k in enumerate(best)])


plain, half = [("plain", 0.0)], [("dropout .5", 0.0)]
rates = [*plain, *half, ("dropout .1", 0.0), ("dropout .2", 0.0)]
penalties = [("weights", lam) for lam in (3e-4, 1e-3, 3e-3)]
kinds = {"plain": plain, "dropout .5": half, "best rate": rates, "penalty": penalties}
for steps in (400, 1_200):
    for name, options in kinds.items():
        found = chosen(steps, options)
        saved = 100 * (1 - found / chosen(steps, plain))
        print(f"{steps:5} steps, {name:10}", found.round(1), "saved %:", saved.round(1))


# %% [markdown]
# A little dropout helps in each of three starts, by one or two per cent of the error after 400
# steps
# and by five or six after 1,200; a half is too much. But the weight penalty saves more than twice
# as much as the best rate. For autoencoders of so few digits, trained no longer than this, dropout
# is not the remedy to begin with.
#
# Two more limits:
#
# - **One kind of network.** But for the linear networks, everything above was measured on
#   autoencoders with one hidden layer of sigmoid units. It says nothing about deep classifiers, for
#   which dropout was introduced.
# - **A narrow code has nothing to spare.** The 16 units of
#   [the linear network](#What-the-penalty-wants:-equals) paid for equality with a third more error,
#   on average over digits.
#
# Dropping *inputs* instead of hidden units, with the clean image as target, is the denoising
# autoencoder with masking noise: notebook 09.
#
# ## Exercises
#
# Each exercise is one function: plain arrays in, plain arrays out. The cell after it judges
# your answer, demand by demand; the grader has more cases.
#
# ### Exercise 1: repair the gradients
#
# Somebody has written the gradients of a batch: inputs `x` (n, K), targets `y` (n, I), masks `m`
# (n, J), one row per sample, sigmoid hidden units, linear outputs, and $J$ the mean over samples of
# $\frac12\sum_i(y_i-\hat y_i)^2$.
#
# ```python
# def masked_gradients(x, y, m, w1, b1, w2, b2):
#     n = len(x)
#     h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
#     h = m * h
#     delta_i = y - (h @ w2.T + b2)
#     delta_j = h * (1 - h) * (delta_i @ w2)
#     dw1, db1 = -delta_j.T @ x / n, -delta_j.sum(axis=0)
#     dw2, db2 = -delta_i.T @ h / n, -delta_i.sum(axis=0)
#     return dw1, db1, dw2, db2
# ```
#
# *Symptoms*, found by central differences. The second layer's weights are right, always. Without
# masks (all $m=1$), the first layer's weights are right, too, and all biases are wrong, unless the
# batch is a single sample. With masks, the first layer's weights are wrong, some in sign, though
# dropped units rightly get no gradient. Find the two mistakes, and repair the function.

# %% nbgrader={"grade": false, "grade_id": "ex06-4-repair", "locked": false, "schema_version": 3, "solution": true, "task": false}
def masked_gradients(x, y, m, w1, b1, w2, b2):
    """Gradients (dw1, db1, dw2, db2) of J, with masks m (n, J) on the hidden units."""
    ### BEGIN SOLUTION
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    delta_i = y - ((m * h) @ w2.T + b2)
    delta_j = m * h * (1 - h) * (delta_i @ w2)
    dw1, db1 = -delta_j.T @ x / n, -delta_j.mean(axis=0)
    dw2, db2 = -delta_i.T @ (m * h) / n, -delta_i.mean(axis=0)
    return dw1, db1, dw2, db2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex06-4-repair-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex06-4-repair")


# %% [markdown]
# ### Exercise 2: what a unit is worth in company
#
# Hinton's sentence speaks of the *context* in which a unit helps. Take linear outputs, set lost
# units
# to zero, and scale nothing. Each unit but $i$ is lost with probability $p$, independently. By how
# much does the squared error per image (summed over outputs, averaged over samples) rise on average
# if $i$ is lost, too? Derive a formula that needs no sum over the $2^{J-1}$ companies, and return
# the
# answer for every unit $i$. For $p=0$ it is the unit's importance.

# %% nbgrader={"grade": false, "grade_id": "ex06-5-context", "locked": false, "schema_version": 3, "solution": true, "task": false}
def worth_in_company(h, w, b, y, p):
    """Expected rise (J,) of the error if a unit is lost among others that may be.

    h: activities (n, J); w, b: output weights (I, J) and biases; y: targets (n, I).
    """
    ### BEGIN SOLUTION
    c = h[:, :, None] * w.T
    others = c.sum(axis=1, keepdims=True) - c
    residual = (y - h @ w.T - b)[:, None] + p * others
    return (2 * residual * c + c**2).sum(axis=2).mean(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex06-5-context-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex06-5-context")


# %% [markdown]
# ### Exercise 3: compare at equal error
#
# Two regularizers have been tried at some strengths each. For each run you have the error and what
# was measured: `errors`, `values` of the one (at least two runs, in any order), `other_errors`,
# `other_values` of the other. Return the difference of the measure, the first less the other, *at
# the
# error* `goal`, along straight lines between runs that are neighbours in error; and `True`. If
# `goal` lies outside the range of errors of either of them, return 0 and `False`; the ends of the
# range count as inside. (No two errors of one regularizer are equal.)

# %% nbgrader={"grade": false, "grade_id": "ex06-6-equal-error", "locked": false, "schema_version": 3, "solution": true, "task": false}
def at_equal_error(errors, values, other_errors, other_values, goal):
    """Difference of the measures where both have the error `goal`, and if it is known."""
    ### BEGIN SOLUTION
    found = []
    for along, measure in ((errors, values), (other_errors, other_values)):
        if not along.min() <= goal <= along.max():
            return 0.0, False
        order = np.argsort(along)
        found.append(np.interp(goal, along[order], measure[order]))
    return found[0] - found[1], True
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex06-6-equal-error-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex06-6-equal-error")

# %% [markdown]
# ### Open project: another network (optional)
#
# Does dropout take away need in a network that is not ours: rectified units, two hidden layers,
# a classifier, linear outputs, whatever you like? Before you measure, write down what stands for
# co-adaptation and which result would speak *against* the lecture's sentence. Set dropout against
# an
# opponent that copies equally well (or errs equally often), with its strength chosen on digits that
# judge nothing
# else. Use three seeds, report them one by one, and conclude no more than you have measured. (About
# 200 words and a table or list.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex06-p-network", "locked": false, "schema_version": 3, "solution": true, "task": false}
# My network has 64 rectified units and sigmoid outputs; 2,000 drawn digits, 20 epochs, Adam. Need,
# the mean negative interaction of 150 random pairs set to zero, on 200 test digits, stands for
# co-adaptation. It would speak against the lecture if dropout (p = ½) had as much need, per
# importance of an average unit, as a narrower plain network of equal error, in two of three seeds.
# Width chosen on 1,000 other digits, from 16, 20, 24 and 30: 20 units (error 19.6; dropout 20.0).
#
# - Seed 0: error 19.9 with dropout and 19.7 narrow; need 0.0040 and 0.756; importance 0.213 and
#   5.98; need per importance 0.02 and 0.13.
# - Seed 1: error 19.6 and 19.4; need 0.0045 and 0.657; importance 0.209 and 6.15; need per
#   importance 0.02 and 0.11.
# - Seed 2: error 19.8 and 20.4; need 0.0041 and 0.777; importance 0.208 and 6.26; need per
#   importance 0.02 and 0.12.
#
# So in this network, too, units trained with dropout need each other less than those of a narrower
# one, also per importance, far outside the spread between seeds. But 64 units have less to do each
# than 20, and I have compared with no other regularizer of 64 units, tried no other p and no longer
# training.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Summary
#
# - Dropout multiplies activities by a mask, and $\delta_j$ by the same mask. A dropped unit gets no
#   gradient, on either side ([line by line](#Backpropagation-through-the-mask,-line-by-line)). A
#   gradient check must hold the mask fixed ([two mistakes](#Two-ways-to-get-it-wrong)).
# - Divided by $1-p$, the next layer's *sum* is right on average ([exactly](#Right-in-expectation)).
#   The
#   mean of its sigmoid lies towards ½, if the sums lie on one side of 0 or scatter little
#   ([Jensen](#On-which-side-does-the-mean-lie?)); a normalized geometric mean
#   [is exact](#A-mean-that-is-exact).
# - With linear outputs, the average cost is the plain cost plus a weight penalty with its own
#   $\lambda_j=\frac p{1-p}\overline{h_j^2}$ for each unit
#   ([in disguise](#What-it-costs:-a-weight-penalty-in-disguise)). In a linear network it makes
#   units
#   contribute about equally ([equals](#What-the-penalty-wants:-equals)).
# - Importance: in our autoencoders, at equal error, units set to *zero* are missed less with
#   dropout, or with its penalty and no masks, than with other regularizers; set to their *mean*
#   they are missed more than with a weight
#   penalty, KL or slow learning, and less than with fewer units (with dropout less than with L1,
#   too; with its penalty more)
#   ([who is missed](#Who-is-missed?-The-importance-of-units)).
# - Co-adaptation, measured as negative interaction of pairs at equal error, is smaller with dropout
#   than with other regularizers, and smaller still with its penalty, doubled, and no masks; per
#   importance, that penalty and L1 are ahead of dropout
#   ([who needs whom](#Who-needs-whom?-Co-adaptation-as-interaction)). Features under dropout or its
#   penalty are more diverse than those of the others at equal error, and less than noise
#   ([diversity](#More-diverse-features?)).
# - For the same error KL and L1 buy little activity, the weight penalty smooth features, dropout
#   units of which many may be missing ([one frame](#The-regularizers-in-one-frame)).
# - Drawn after training, masks gave a spread that tells bad copies from good ones no better than
#   one
#   pass does, and does not notice noise ([masks after training](#Masks-after-training)).
#   With 100 training digits a little dropout helped and a weight penalty helped more
#   ([where it fails](#Where-it-fails)).

# %%
predictions.calibration("06")

# %% [markdown]
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
# 6. Y. Gal and Z. Ghahramani, "Dropout as a Bayesian approximation: representing model uncertainty
#    in
#    deep learning", *ICML* (2016), [arXiv:1506.02142](https://arxiv.org/abs/1506.02142).
