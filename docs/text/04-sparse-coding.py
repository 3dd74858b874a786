# %% [markdown] slideshow={"slide_type": "slide"}
# # 04 · Sparse coding, derived
#
# **How does one ask a hidden unit to keep quiet most of the time, and what exactly does each of its weights get to hear?**
#
# A weight penalty asks something of the weights. Sparse coding asks something of the *activities*:
# a hidden unit should respond to few of the data. This notebook says what the lecture's formula
# asks for, derives its gradient without skipping a step, and shows what a mistake in one of the
# steps looks like in training.
#
# **You will**
#
# - tell a specialist from a mumbler, and see why the formula cannot;
# - find two meanings of the Kullback-Leibler divergence, prove that it is never negative, and
#   convert nats into bits;
# - derive the sparse $\delta_j$ line by line, with the sign on which students stumble, each line
#   followed by a check;
# - see the force on a unit, the condition under which its sign holds, and why a squared distance
#   would be a worse price;
# - measure what the lecture's range of settings does, and watch units fall;
# - learn to read four bugs by their symptoms.
#
# **Time:** an evening to read and do; under a minute to run. **Lecture:** C4 to C10, with C7 from [notebook 00](00-backpropagation.ipynb).
# **Before:** notebook 00 for $\delta$ and for `check`; symbols are those of the [notation table](../docs/notation.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy

from aelib import evaluation, explore, load_data, plots
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network, sigmoid
from aelib.desk import predictions
from aelib.desk.verdicts import verdict
from aelib.diagrams import draw_layers
from aelib.gradcheck import check, check_gradients, numerical_gradient, relative_error
from aelib.penalties import KL, kl_divergence, kl_gradient, mean_activity
from aelib.sparse_loops import kl_force, show_study, shrink, train_by_hand
from aelib.training import fit
from aelib.units import decidedness

plots.use_style()

# %% [markdown]
# ## What is asked (C4)
#
# The networks that we train on digits in this notebook are autoencoders with 25 hidden units, all
# sigmoid. The new term of the cost looks at nothing but the activities $h$ in the middle.

# %% mystnb={"image": {"alt": "Three bars from left to right: the image x with 196 pixels, the code h with 25 units, which the penalty looks at, and the output with 196; blue arrows between them are labelled W1 and W2."}} slideshow={"slide_type": "slide"}
layers = ["x", "h, penalized", "ŷ"]
ax = draw_layers([196, 25, 196], layers, ["W₁", "W₂"])

# %% [markdown]
# **Sparse coding** means that few units are active at a time. The lecture asks for it twice, on two
# slides, and not for the same thing:
#
# - *first slide*: each hidden neuron may be active only for a **small fraction of the data**;
# - *second slide*: each hidden neuron may have only limited **average activity**,
#   $\rho_j=\frac1N\sum_q h_j^q$ over the $N$ data points.
#
# Only the second becomes a formula. Is it the same demand? Here are three units and twenty samples.

# %% mystnb={"image": {"alt": "Activities of three units on twenty samples: the specialist is 1 on one sample and 0 elsewhere, the waverer is 0.1 on ten, the mumbler is 0.05 on all; the mean of each is a dashed line at 0.05."}} slideshow={"slide_type": "slide"}
samples = np.arange(20)
specialist, waverer = 1.0 * (samples == 3), 0.1 * (samples % 2)
three = {"specialist": specialist, "waverer": waverer, "mumbler": np.full(20, 0.05)}
fig, axes = plt.subplots(1, 3, figsize=(8, 1.9), sharey=True)
for ax, (name, h) in zip(axes, three.items()):
    ax.bar(samples, h)
    ax.axhline(h.mean(), color=plots.COLOURS["vermilion"], ls="--")
    ax.set(title=f"activity h of a {name}", xlabel="sample q", xticks=[])
    print(f"{name:10}  ρ = {h.mean():.2f}, above ½ on {np.mean(h > 0.5):.0%} of data")

# %% [markdown] slideshow={"slide_type": "slide"}
# All three have $\rho=0.05$. Only the *specialist* is what the first slide means. The *mumbler*
# says the same at every sample, so it says nothing, and yet a demand on the average cannot tell it
# from the specialist. We shall meet real ones.
#
# ## What it costs (C5)
#
# Let $\bar\rho$ be the activity that we want. The lecture's typical values are 0.01 to 0.05 (C10);
# we use 0.05 unless another value is named. The lecture charges unit $j$ the **Kullback-Leibler
# divergence** (KL divergence)
#
# $$KL(\bar\rho\parallel\rho_j)=\bar\rho\log\frac{\bar\rho}{\rho_j}+(1-\bar\rho)\log\frac{1-\bar\rho}{1-\rho_j},\qquad J_s^q=J^q+\beta\sum_l KL(\bar\rho\parallel\rho_l).$$

# %% slideshow={"slide_type": "slide"}
activity = {"ρ = 0.6": 0.6, "ρ = 0.00001": 0.00001, "ρ = 0.05": 0.05}
activity |= {"ρ = 0.001": 0.001, "ρ = 0.2": 0.2}
predictions.order(
    "04-cheapest-activity",
    "Let ρ̄ = 0.05. Five units have these mean activities. Which pays least, which most?",
    activity,
    first="cheapest",
    last="most expensive",
)

# %% mystnb={"image": {"alt": "KL divergence against the actual mean activity for desired ones of 0.01, 0.05 and 0.1. Left, linear: each curve is zero at its desired value and rises to both sides. Right, logarithmic activity: towards zero the curves rise along straight lines."}} slideshow={"slide_type": "slide"}
rho = np.geomspace(1e-5, 0.999, 500)
fig, (left, right) = plt.subplots(1, 2, sharey=True)
for wanted in (0.01, 0.05, 0.1):
    for ax in (left, right):
        ax.plot(rho, kl_divergence(wanted, rho), label=f"{wanted}")
        ax.plot(wanted, 0, "ko", ms=4)
left.set(ylim=(-0.03, 1.2), xlabel="ρ", ylabel="KL", title="zero at ρ̄")
right.set(xscale="log", xlabel="ρ (logarithmic)", title="slow towards 0")
legend = right.legend(title="ρ̄", loc="upper center")

# %% slideshow={"slide_type": "slide"}
by_price = sorted(activity, key=lambda name: kl_divergence(0.05, activity[name]))
for name in by_price:
    print(f"{name:12} pays {kl_divergence(0.05, activity[name]):.3f}")
predictions.reveal("04-cheapest-activity", by_price)

# %% [markdown]
# A unit at 0.001 pays more than one at 0.2: to be nearly dead is not free, as it would be under a
# penalty that only charges large activities. *Where is the minimum?* By algebra:

# %%
r, wanted = sympy.symbols("ρ ρ̄", positive=True)
kl = wanted * sympy.log(wanted / r)
kl += (1 - wanted) * sympy.log((1 - wanted) / (1 - r))
slope, bend = sympy.diff(kl, r), sympy.diff(kl, r, 2)
claim = wanted / r**2 + (1 - wanted) / (1 - r) ** 2
print("slope is zero at ρ =", sympy.solve(slope, r), "where KL =", kl.subs(r, wanted))
print("bend − claim =", sympy.simplify(bend - claim))
twentieth = kl.subs(wanted, sympy.Rational(1, 20))
print(
    "ρ → 0, ρ → 1:",
    sympy.limit(twentieth, r, 0, "+"),
    sympy.limit(twentieth, r, 1, "-"),
)

# %% [markdown] slideshow={"slide_type": "slide"}
# One point with slope zero, and a second derivative $\bar\rho/\rho^2+(1-\bar\rho)/(1-\rho)^2$ that
# is positive everywhere: a bowl with a single bottom. At both ends the price is infinite, but
# towards 0 it takes its time: each further factor of a thousand costs only $\bar\rho\log1000=0.35$
# more. (At exactly 0 we compute with $\rho=10^{-30}$, so that one dead unit does not turn a whole
# run into `nan`.)
#
# ## Why this price?
#
# The formula comes from information theory, where it compares two coins: one shows heads with
# probability $\bar\rho$, the other with $\rho$. (Nothing in our network is tossed. The reading
# takes $h_j^q$ for the probability that unit $j$ says yes to sample $q$; then $\rho_j$ is the
# probability that it says yes to a sample picked at random.) The divergence answers two questions
# about these coins.
#
# **How long are messages?** The best code for a coin spends $-\log_2\rho$ bits on heads and
# $-\log_2(1-\rho)$ on tails, on average over long messages. Use the code made for $\rho$ on a coin
# that shows heads with probability $\bar\rho$, and the mean length per toss is the
# **cross-entropy** $-\bar\rho\log_2\rho-(1-\bar\rho)\log_2(1-\rho)$. With the right code,
# $\rho=\bar\rho$, it would be $-\bar\rho\log_2\bar\rho-(1-\bar\rho)\log_2(1-\bar\rho)$, the
# entropy. Subtract, collect the logarithms, and what is left is
#
# $$\bar\rho\log_2\frac{\bar\rho}{\rho}+(1-\bar\rho)\log_2\frac{1-\bar\rho}{1-\rho}.$$
#
# That is the KL divergence, in bits: *what the wrong code wastes per toss*.
#
# **How likely is the record?** Let $N$ tosses contain $\bar\rho N$ heads. A coin $\rho$ produces
# just this sequence with probability $\rho^{\bar\rho N}(1-\rho)^{(1-\bar\rho)N}$. Divide by the
# same expression for the coin $\bar\rho$ and take the logarithm:
#
# $$\log\frac{\rho^{\bar\rho N}(1-\rho)^{(1-\bar\rho)N}}{\bar\rho^{\bar\rho N}(1-\bar\rho)^{(1-\bar\rho)N}}=-N\Big[\bar\rho\log\frac{\bar\rho}{\rho}+(1-\bar\rho)\log\frac{1-\bar\rho}{1-\rho}\Big]=-N\,KL(\bar\rho\parallel\rho).$$
#
# So minimizing KL is maximizing a likelihood: that of the record we should like to see, as a
# function of the unit's $\rho$.
#
# **Nats and bits.** Since $\log_2u=\log u/\log2$, the same number is larger by $1/\log2=1.44$ in
# **bits** than in **nats**, the unit of the natural logarithm. A log without a base is natural
# throughout the course. In bits, $\gamma$ would have to be smaller by that factor.

# %%
tosses = np.random.default_rng(0).random(200_000) < 0.05
heads = tosses.mean()


def length(code):
    """Bits per toss that a code made for some coin spends on these tosses."""
    return np.where(tosses, -np.log2(code), -np.log2(1 - code)).mean()


for code in (heads, 0.2, 0.5):
    wasted = length(code) - length(heads)
    print(f"code for {code:.2f}: {length(code):.3f} bits per toss, {wasted:.3f} wasted")
    check("  in nats, KL", wasted * np.log(2), kl_divergence(heads, code), 1e-9)

# %% [markdown] slideshow={"slide_type": "slide"}
# **It is never negative**, and zero only for equal coins. For the logarithm lies below its tangent
# at 1, $\log u\le u-1$: both sides are 0 at $u=1$, and the difference $u-1-\log u$ has the slope
# $1-1/u$, which is negative before 1 and positive after it. Use this twice, for $u=\rho/\bar\rho$
# and for $u=(1-\rho)/(1-\bar\rho)$:
#
# $$-KL=\bar\rho\log\frac{\rho}{\bar\rho}+(1-\bar\rho)\log\frac{1-\rho}{1-\bar\rho}\;\le\;\bar\rho\Big(\frac{\rho}{\bar\rho}-1\Big)+(1-\bar\rho)\Big(\frac{1-\rho}{1-\bar\rho}-1\Big)=(\rho-\bar\rho)+(\bar\rho-\rho)=0.$$
#
# Equality needs $u=1$ both times, hence $\rho=\bar\rho$.
#
# **The order matters.** KL is no distance: exchange the coins, and a unit that falls silent pays no
# more than $-\log(1-\bar\rho)=0.05$, however dead it is.

# %%
for rho in (0.5, 1e-3, 1e-9):
    both = kl_divergence(0.05, np.array(rho)), kl_divergence(rho, np.array(0.05))
    print(f"ρ = {rho:<6g} KL(ρ̄‖ρ) = {both[0]:.2f}, KL(ρ‖ρ̄) = {both[1]:.2f}")

# %% [markdown]
# ## The gradient, line by line (C6)
#
# We want $\partial KL/\partial w_{jk}$, for the weight from input $k$ to hidden unit $j$. To check
# each line with the naked eye: six samples, three inputs, two hidden units. The inputs have both
# signs, and one of them is 0.

# %%
rng = np.random.default_rng(4)
x, y = rng.normal(size=(6, 3)).round(1), rng.random((6, 3))
x[2, 0] = 0.0
N, rho_bar, beta = len(x), 0.05, 12.0
W1, b1 = rng.normal(size=(2, 3)), np.array([0.5, -0.5])
s = x @ W1.T + b1
h = sigmoid(s)
rho, f_prime = mean_activity(h), h * (1 - h)


# %% [markdown]
# **Only the term $l=j$.** The cost sums over all hidden units $l$. Unit $l$'s sum is
# $s_l=\sum_kw_{lk}x_k+b_l$; for $l\ne j$ it does not contain $w_{jk}$, and neither do $h_l=f(s_l)$,
# its mean $\rho_l$ and $KL(\bar\rho\parallel\rho_l)$. Those derivatives are zero. *Check:* which
# unit's KL moves when a row of weights is nudged?

# %%
def price(unit, w):
    """KL of one hidden unit, as a function of the weights that feed the layer."""
    return kl_divergence(rho_bar, mean_activity(sigmoid(x @ w.T + b1)))[unit]


for j in (0, 1):
    felt = numerical_gradient(lambda w, j=j: price(j, w), W1).any(axis=1)
    print(f"KL of unit {j + 1} feels rows 1 and 2 of w: {felt.tolist()}")

# %% [markdown] slideshow={"slide_type": "slide"}
# (This holds for the weights that feed the penalized layer *itself*. For those further below every
# term counts, and the ordinary backward pass carries the message down, as it does with any
# $\delta$.)
#
# So one term remains. $KL$ depends on $\rho_j$, $\rho_j$ on the sums $s_j^q$, and $s_j^q$ on
# $w_{jk}$. The lecture's chain rule follows the path through the sum of one sample $q$:
#
# $$\frac{\partial KL}{\partial\rho_j}\cdot\frac{\partial\rho_j}{\partial s_j^q}\cdot\frac{\partial s_j^q}{\partial w_{jk}},\qquad\text{factors (a), (b) and (c).}$$
#
# ### (a) From the price to the mean
#
# The first logarithm has the quotient $\bar\rho/\rho_j$ in it. The derivative of a quotient with a
# constant above is $\frac{d}{d\rho_j}\frac{\bar\rho}{\rho_j}=-\frac{\bar\rho}{\rho_j^2}$, and that
# of the logarithm is one over its argument:
#
# $$\frac{\partial}{\partial\rho_j}\,\bar\rho\log\frac{\bar\rho}{\rho_j}=\bar\rho\cdot\frac{\rho_j}{\bar\rho}\cdot\Big(-\frac{\bar\rho}{\rho_j^2}\Big)=-\frac{\bar\rho}{\rho_j}.$$
#
# In the second quotient $\rho_j$ stands with a minus, which makes the inner derivative positive,
# $\frac{d}{d\rho_j}\frac{1-\bar\rho}{1-\rho_j}=+\frac{1-\bar\rho}{(1-\rho_j)^2}$:
#
# $$\frac{\partial}{\partial\rho_j}\,(1-\bar\rho)\log\frac{1-\bar\rho}{1-\rho_j}=(1-\bar\rho)\cdot\frac{1-\rho_j}{1-\bar\rho}\cdot\frac{1-\bar\rho}{(1-\rho_j)^2}=\frac{1-\bar\rho}{1-\rho_j}.$$
#
# Together $\;\dfrac{\partial
# KL}{\partial\rho_j}=-\dfrac{\bar\rho}{\rho_j}+\dfrac{1-\bar\rho}{1-\rho_j}.\;$ *Check*, by algebra
# and by numbers:

# %%
print("slope − claim =", sympy.simplify(slope - (-wanted / r + (1 - wanted) / (1 - r))))
nudged = numerical_gradient(lambda rho: kl_divergence(rho_bar, rho).sum(), rho)
check("(a) ∂KL/∂ρ", -rho_bar / rho + (1 - rho_bar) / (1 - rho), nudged)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### (b) From the mean to one sum
#
# Write the mean with a summation index $u$ of its own, for $q$ is taken: it names the sample whose
# sum we nudge.
#
# $$\frac{\partial\rho_j}{\partial s_j^q}=\frac{\partial}{\partial s_j^q}\,\frac1N\sum_{u=1}^Nf(s_j^u)=\frac1N\sum_{u=1}^Nf'(s_j^u)\,\frac{\partial s_j^u}{\partial s_j^q}.$$
#
# The sums of different samples are different variables, so that $\partial s_j^u/\partial s_j^q$ is
# 1 for $u=q$ and 0 for every other $u$. Of the $N$ terms one is left,
# $\dfrac{\partial\rho_j}{\partial s_j^q}=\dfrac1Nf'(s_j^q)$. *Check:* nudge the sum of each unit at
# each sample; only the unit's own mean may move.

# %%
for j in (0, 1):
    claim = np.zeros_like(s)
    claim[:, j] = f_prime[:, j] / N
    nudged = numerical_gradient(lambda s, j=j: mean_activity(sigmoid(s))[j], s)
    check(f"(b) ∂ρ_{j + 1}/∂s, all units and samples", claim, nudged)

# %% [markdown]
# ### (c) From the sum to the weight
#
# $s_j^q=\sum_mw_{jm}x_m^q+b_j$ is linear in its weights, and of this sum only the term $m=k$
# contains $w_{jk}$. In words: nudge the weight by a little, and the sum changes by that little
# times what comes in along it, $\dfrac{\partial s_j^q}{\partial w_{jk}}=x_k^q$. *Check:* of a
# linear function a central difference is exact for any step, even a large one.

# %%
for x_q in x:
    nudged = numerical_gradient(lambda w, x_q=x_q: x_q @ w + b1[0], W1[0], step=1.0)
    assert relative_error(x_q, nudged) < 1e-14
print("(c) ∂s_1/∂w_1k is x_k, sample by sample: agrees")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The product is sample q's share
#
# Multiply the three:
#
# $$\underbrace{\Big(\frac{1-\bar\rho}{1-\rho_j}-\frac{\bar\rho}{\rho_j}\Big)}_{\text{(a)}}\;\underbrace{\frac{f'(s_j^q)}{N}}_{\text{(b)}}\;\underbrace{x_k^q}_{\text{(c)}}.$$
#
# The result still depends on $q$. The lecture calls this the derivative, and it is so along one
# path: from $w_{jk}$ through the sum of *this* sample. But $w_{jk}$ is at work in every sample, and
# $\rho_j$ listens to all of them. The derivative is the **sum of the shares** over $q$.

# %% mystnb={"image": {"alt": "Six bars, the share of each sample in the derivative for one weight, of both signs and one of them zero; beside them their sum in orange, which meets the dashed line of the central difference."}} slideshow={"slide_type": "slide"}
signal = kl_gradient(rho_bar, rho) * f_prime / N  # (a)·(b), one row per sample
shares = signal[:, :, None] * x[:, None, :]  # [q, j, k]
truth = numerical_gradient(lambda w: price(0, w) + price(1, w), W1)
check("sum of the shares", shares.sum(axis=0), truth)
fig, ax = plt.subplots(figsize=(6, 2.6))
names = [*(f"q = {q}" for q in range(1, N + 1)), "sum"]
bars = ax.bar(names, [*shares[:, 0, 0], shares[:, 0, 0].sum()])
bars[-1].set_color(plots.COLOURS["orange"])
ax.axhline(truth[0, 0], color="k", ls="--")
ax.set(ylabel="∂KL/∂w₁₁", title="shares, sum, central difference (dashed)");

# %% [markdown] slideshow={"slide_type": "slide"}
# Shares point both ways, since $x_1^q$ does; sample 3 contributes nothing, since its $x_1$ is 0;
# the sum meets the line. The online rule, $N$ times one share after the other, goes in the right
# direction *on average*, as stochastic gradient descent does anywhere. But a share contains
# $\rho_j$, which no single sample knows. We come back to that
# [below](#Whose-mean?-Three-cheaper-ways).
#
# ## The sparse δ, and its sign (C8)
#
# Notebook 00 has the other half (C7). With the abbreviations
#
# $$A=\sum_iw_{ij}\,\delta_i^q,\qquad B=\frac{1-\bar\rho}{1-\rho_j}-\frac{\bar\rho}{\rho_j}$$
#
# it says $\partial J^q/\partial w_{jk}=-[A]\,f'(s_j^q)\,x_k^q$. **The minus is there because the
# lecture's $\delta$ is $-\partial J/\partial s$.** Our share of the penalty is $\beta\cdot
# B\cdot\frac1Nf'(s_j^q)\,x_k^q$, with a plus. Write $\gamma\equiv\beta/N$ and add. The sum is
# sample $q$'s share of the gradient of the cost of all samples; the lecture writes it as $\partial
# J_s^q/\partial w_{jk}$:
#
# $$\frac{\partial J_s^q}{\partial w_{jk}}=-[A]\,f'(s_j^q)\,x_k^q+\gamma B\,f'(s_j^q)\,x_k^q=\big(-[A]+\gamma B\big)\,f'(s_j^q)\,x_k^q=-\big[A-\gamma B\big]\,f'(s_j^q)\,x_k^q .$$
#
# The last step is the one to watch. A minus is put in front of *both* terms, so the second must
# change its sign inside the bracket: $-[A]+\gamma B=-[A-\gamma B]$. Now the bracket times $f'$ is
# the new $\delta$, and the step goes against the gradient, $\Delta w_{jk}=-\eta\,\partial
# J_s^q/\partial w_{jk}$:
#
# $$\delta_j^q=\Big[\sum_iw_{ij}\,\delta_i^q-\gamma\Big(\frac{1-\bar\rho}{1-\rho_j}-\frac{\bar\rho}{\rho_j}\Big)\Big]f'(s_j^q),\qquad\Delta w_{jk}=\eta\,\delta_j^q\,x_k^q .$$
#
# *Check* both signs against the cost of all samples, with the KL counted once,
# $\sum_qJ^q+\beta\sum_jKL$. As a function of the hidden sums it knows nothing of all this:

# %%
W2, b2 = rng.normal(size=(3, 2)), rng.normal(size=3)
gamma = beta / N


def summed_cost(s):
    h = sigmoid(s)
    error = 0.5 * ((y - sigmoid(h @ W2.T + b2)) ** 2).sum()
    return error + beta * kl_divergence(rho_bar, mean_activity(h)).sum()


y_hat = sigmoid(h @ W2.T + b2)
delta_i = (y - y_hat) * y_hat * (1 - y_hat)
A, B = delta_i @ W2, kl_gradient(rho_bar, rho)
nudged = -numerical_gradient(summed_cost, s)
delta_j = (A - gamma * B) * f_prime
check("[A − γB] f′ = −∂(ΣJ + βΣKL)/∂s", delta_j, nudged)
wrong = relative_error((A + gamma * B) * f_prime, nudged)
print(f"[A + γB] f′ is off by {wrong:.0%}")

# %% [markdown]
# `Network` has the same line in its backward pass. Here it is checked against our six samples, by
# central differences, and once more in a deeper network with two penalized layers.

# %%
net = Network.from_parameters([W1, W2], [b1, b2])
sparse = {"rho_bar": rho_bar, "gamma": gamma}
check("net.deltas", net.deltas(x, y, **sparse)[0], delta_j, bound=1e-12)
dW1 = net.gradients(x, y, **sparse)[0][0]
check("net.gradients, times N", N * dW1, -delta_j.T @ x, bound=1e-12)
for judged in (net, Network([3, 5, 4, 3], seed=1)):
    found = check_gradients(judged, x, y, **sparse)
    print({block: error < 1e-7 for block, error in found.items()})

# %% [markdown]
# **Mind the sign.** Stanford's tutorial UFLDL [1] writes the bracket with a *plus* in front of the
# sparsity term, and is right: its $\delta$ is $+\partial J/\partial s$, like autograd's, and its
# weights step against it. The lecture's $\delta$ is added. Take one text's $\delta$ with the other
# text's step, and units run away from $\bar\rho$.
#
# **Mind the N.** The lecture writes the KL into the cost $J_s^q$ of *each* sample; $\gamma=\beta/N$
# says that it is meant once for all samples together. We started from the *summed* cost,
# $\sum_qJ^q+\beta\sum_jKL$. Divided by $N$ it is the *averaged* one,
# $\frac1N\sum_qJ^q+\gamma\sum_jKL$. Which of $\beta$ and $\gamma$ keeps its meaning when the data
# double?

# %%
X, Y = np.vstack([x, x]), np.vstack([y, y])
check("twice the data, same γ", net.gradients(X, Y, **sparse)[0][0], dW1, bound=1e-12)
same_beta = net.gradients(X, Y, rho_bar=rho_bar, gamma=beta / len(X))[0][0]
print(f"twice the data, same β: off by {relative_error(same_beta, dW1):.0%}")

# %% [markdown]
# It is $\gamma$. It is for $\gamma$ that the lecture gives typical values (1 to 5, C10). What UFLDL
# calls β stands beside an averaged cost and plays the part of our γ.
#
# ## The force, and when its sign holds (C9)
#
# Leave the error aside. What the sparsity term alone does to a weight is $\Delta w_{jk}=\eta\cdot$
# force $\cdot\,f'(s_j)\,x_k$, where the **force** $-\gamma B$ depends on $\rho_j$ only. The
# lecture: if $\rho_j>\bar\rho$, the weight decreases; if $\rho_j<\bar\rho$, it increases. Is that
# so for every input $x_k$?

# %% mystnb={"image": {"alt": "Step of a weight against the mean activity of a steady unit, for inputs 1, 0 and minus 1: a falling line, a flat one and a rising one, which cross at 0.05, where all are zero."}} slideshow={"slide_type": "slide"}
rho_axis = np.linspace(0.001, 0.5, 100)
fig, ax = plt.subplots(figsize=(5, 3))
for x_k, style in ((1, "-"), (0, ":"), (-1, "--")):
    step = -kl_gradient(0.05, rho_axis) * rho_axis * (1 - rho_axis) * x_k
    ax.plot(rho_axis, step, style, label=f"x = {x_k}".replace("-", "−"))
ax.set(ylim=(-0.5, 0.5), xlabel="ρ", title="Δw / η, for ρ̄ = 0.05 and γ = 1")
legend = ax.legend(loc="upper left")

# %% [markdown] slideshow={"slide_type": "slide"}
# This is what arrives at a weight of a unit that says $\rho$ at every sample. The sign rule holds
# where $f'(s_j)\,x_k>0$. At $x_k=0$ nothing moves, and where $x_k<0$ everything is reversed.
#
# Is the condition met in practice? A sigmoid's $f'$ is positive. Pixels in [0, 1] are never
# negative, so there the rule is safe, except that a pixel without ink moves nothing. Standardized
# inputs, or tanh units below, are negative for much of the data. The **bias** has the constant
# input 1: it never moves the wrong way.
#
# ### What a unit feels
#
# The force is infinite at $\rho\to0$, and still these lines are straight. For a unit that steadily
# says $h=\rho$, $f'=\rho(1-\rho)$ cancels both denominators: $-\gamma
# B\,\rho(1-\rho)=-\gamma\big[(1-\bar\rho)\rho-\bar\rho(1-\rho)\big]=-\gamma(\rho-\bar\rho)$, a
# plain thermostat. And a unit that is *not* steady? The mean of $f'=h(1-h)$ over the data is
# $\rho-\overline{h^2}=\rho(1-\rho)-\operatorname{Var}h$, so that the bias, which hears the mean of
# $\delta$, gets
#
# $$\overline{\delta_j}=-\gamma\,(\rho_j-\bar\rho)\,(1-d_j),\qquad d_j=\frac{\operatorname{Var}h_j}{\rho_j(1-\rho_j)}.$$
#
# Call $d$ the unit's **decidedness** (our word): 0 for a mumbler, 1 for a unit that is fully on or
# fully off at every sample. *Check:*

# %%
heard = -(gamma * kl_gradient(rho_bar, rho) * f_prime).mean(axis=0)
check("mean δ", heard, -gamma * (rho - rho_bar) * (1 - decidedness(h)), bound=1e-12)
for name, activity in three.items():
    print(f"{name:10}  d = {decidedness(activity[:, None])[0]:.2f}")

# %% [markdown]
# The mumbler is the best listener. A fully decided unit hears nothing: whatever it pays, it cannot
# feel it.
#
# ### Why not the square?
#
# A sceptic would charge $\frac c2(\rho_j-\bar\rho)^2$: no logarithm, nothing infinite, zero at the
# right place. Only factor (a) changes, to $c\,(\rho_j-\bar\rho)$, so a steady unit gets
# $\delta=-c\,(\rho-\bar\rho)\,\rho(1-\rho)$. Near $\bar\rho$ that agrees with KL if
# $c=\gamma/(\bar\rho(1-\bar\rho))$, 21 for $\gamma=1$. Near $\rho=0$ it does not: KL's push tends
# to $\gamma\bar\rho$, and the square's to 0, in proportion to $\rho$.

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "04-nearly-dead-start",
    "Two networks start with all units nearly dead, ρ < 0.0001. One pays KL, the other "
    "the square that agrees with it near ρ̄. Whose units come back within five epochs?",
    ["both", "those that pay KL", "those that pay the square", "neither"],
)

# %% tags=["claim-04-revived"]
images = load_data(n_train=2_000, n_test=100).train.images
digits = shrink(images)  # 14 × 14 pixels, to be quick
square = 1 / (0.05 * 0.95)
start = {"bias": -10.0, "eta": 1.0, "epochs": 5}
paying_kl = train_by_hand(digits, kl_force(1.0, 0.05), **start)
paying_square = train_by_hand(digits, lambda _, rho: -square * (rho - 0.05), **start)
for name, run in {"KL": paying_kl, "square": paying_square}.items():
    first, last = np.median(run.rho[0]), np.median(run.rho[-1])
    print(f"{name:6} median ρ: {first:.5f} → {last:.5f}")
assert np.median(paying_kl.rho[-1]) > 0.02
assert np.median(paying_square.rho[-1]) < 0.005

# %% slideshow={"slide_type": "slide"}
predictions.reveal("04-nearly-dead-start", "those that pay KL")

# %% [markdown]
# A live run, so an illustration. `benchmarks/sparse_loops.py` has stored three seeds of it, for
# four strengths of the square and from two starts: the usual one, near ½, and the nearly dead one.
# ("Near" is the share of units that end between half and twice $\bar\rho$; ± is half the range of
# the seeds; what a line does not name is as in our own runs, for 20 epochs.)

# %%
show_study("square", "median", "near", "error")

# %% [markdown]
# From the usual start, a weak square leaves the units far above 0.05. A strong one throws some or
# all of them across $\bar\rho$ in the first steps, and near 0 the push that should bring them back
# has shrunk with them. From the nearly dead start, no square up to $c=10$ has brought them back
# after 20 epochs; 21 has brought back about half of them. KL at $\gamma=1$ and the same η gets
# nearly all units near $\bar\rho$ from both. That is a reason to prefer KL for sigmoid units and a
# small $\bar\rho$, and no proof that a square cannot work: with three times as many epochs $c=10$
# brings most units near, from the usual start, though with more error than KL.
#
# ## Units on their way (C10)
#
# Now to digits: 2,000 of them, shrunk to 14 × 14 pixels to be quick, and 25 hidden units, trained
# in batches of 20 with $\eta=1$. The step needs $\rho_j$. An honest gradient takes it from a **full
# pass** over all data before every single step, and that is what `mean=1` asks of `train_by_hand`.

# %% mystnb={"image": {"alt": "Empty axes: mean activity from 0 to 1 over the epochs 0 to 8."}} slideshow={"slide_type": "slide"}
predictions.draw(
    "04-falling",
    "With ρ̄ = 0.05 and γ = 1, how does the mean activity of the 25 units change?",
    x=[0, 0.25, 0.5, 0.75, 1, 2, 3, 4, 6, 8],
    y_range=(0, 1),
    x_label="epoch",
    y_label="mean activity",
)

# %%
usual = {"eta": 1.0, "epochs": 8}
without = train_by_hand(digits, kl_force(0.0, 0.05), **usual)
sparse_run = train_by_hand(digits, kl_force(1.0, 0.05), mean=1, **usual)

# %% mystnb={"image": {"alt": "Three panels that share the axis of mean activity. First, the force: positive below 0.05 and negative above. Then 25 units over eight epochs: without the penalty they jump and end between 0.4 and 1; with gamma 1 they fall at once into a narrow band just above 0.05."}} slideshow={"slide_type": "slide"} tags=["cover", "claim-04-fall"]
fig, (first, middle, last) = plt.subplots(1, 3, figsize=(9, 3), sharey=True)
rho_axis = np.linspace(0.01, 0.8, 200)
first.plot(-kl_gradient(0.05, rho_axis), rho_axis, color=plots.COLOURS["orange"])
first.axvline(0, color="k", lw=0.8)
first.axhline(0.05, color=plots.COLOURS["vermilion"], ls="--")
first.set(xlim=(-5, 5), xlabel="force, γ = 1", ylabel="ρ of each unit")
first.set_title("← down · up →")
for ax, run, title in ((middle, without, "γ = 0"), (last, sparse_run, "γ = 1")):
    plots.plot_means(run.epoch, run.rho, 0.05, title=title, ax=ax)
assert without.rho[-1].min() > 0.2
assert sparse_run.rho[-1].min() > 0.05 and sparse_run.rho[1:].max() < 0.25

# %% mystnb={"image": {"alt": "The measured curve on the axes of the prediction: from one half the mean activity falls within a quarter of an epoch to below 0.1, and stays there."}} slideshow={"slide_type": "slide"}
predictions.reveal("04-falling", sparse_run.rho.mean(axis=1), x=sparse_run.epoch)

# %% [markdown]
# On the left, the force once more, laid on its side so that all panels share the axis of ρ. Left
# alone, no unit ends below 0.2. With the penalty all 25 fall within a quarter of an epoch, and stay
# *near* $\bar\rho$, a little above: there the error, which wants the units active, pulls up as hard
# as the force pulls down.
#
# **Explore.** What would these units pay for another $\bar\rho$, and where would they be pushed?
# Move the sliders, or drag $\bar\rho$ in a picture; the points are the units after eight epochs.
# *Let them roll* lets each follow the penalty's force alone: its sum changes by
# $\gamma\,(\bar\rho-\rho_j)$ times a small step.

# %% mystnb={"image": {"alt": "Explorer: a choice of network and sliders for the desired activity and gamma beside two panels. Left, the price against the mean activity of a unit, a bowl with its bottom at 0.05, and the units of the network without a penalty far up its right side. Right, the force: positive below 0.05, negative above, where all units lie."}} slideshow={"slide_type": "slide"}
ends = {"γ = 0": without.rho[-1], "γ = 1": sparse_run.rho[-1]}
explore.sparsity_force(ends, rho_bar=0.05)


# %% [markdown]
# With torch, `fit` and `KL` need no derivation at all. Adam with a small learning rate goes slowly
# enough to watch. A `Recording` keeps, after each epoch, the place of every unit on the curve of
# the force.

# %%
def on_the_curve(model):
    """One point for each unit: the force on it, and its mean activity."""
    rho = mean_activity(evaluation.encode(model, digits))
    return np.column_stack([-kl_gradient(0.05, rho), rho])


fall = explore.Recording(on_the_curve)
model = Autoencoder([196, 25], activation="sigmoid", seed=0)
slow = {"epochs": 30, "batch_size": 50, "learning_rate": 5e-3}
fit(model, digits, penalty=KL(gamma=1.0, rho_bar=0.05), watch=fall, **slow);

# %% mystnb={"image": {"alt": "Replay of 30 epochs, its last frame. Left, 25 dots on an orange curve, the force across and the mean activity upwards: all lie close above the line at 0.05, where the force is negative. Right, the loss falling over the epochs."}} slideshow={"slide_type": "slide"} tags=["claim-04-balance"]
rho_axis = np.linspace(0.01, 0.7, 60)
explorer = explore.replay(
    "units falling",
    fall,
    "25 units on the curve of the force",
    x=(-4, 2, "force on the unit: down where negative"),
    y=(0, 0.7, "mean activity ρ"),
    marks=(0.05,),
    path=(-kl_gradient(0.05, rho_axis), rho_axis),
)
ends = fall.frames[-1]
assert (ends[:, 0] < 0).all() and ends[:, 1].max() < 0.25
explorer

# %% [markdown]
# Play it. The dots start near ½, far up the curve, fall in the first epoch, and then creep. None of
# them ends on the line at 0.05: all 25 stop above it, where the force is still negative. That
# remainder is what holds them against the error.
#
# ### The lecture's range
#
# What do $\gamma$ from 1 to 5 and $\bar\rho$ from 0.01 to 0.05 do, and what do they cost? (0.1 is
# the value of UFLDL's exercise with MNIST, outside the lecture's range.)

# %%
show_study("range", "median", "error")
alone = 0.5 * np.square(digits - digits.mean(axis=0)).sum(axis=1).mean()
print(f"the mean digit alone leaves J = {alone:.1f}")

# %% [markdown]
# A larger γ brings the units nearer to $\bar\rho$: at 0.05 the median unit is at 0.08 with γ = 1
# and at about 0.06 with 3 and 5. Both wishes cost error. J is 1.1 without a penalty, 2.3 with γ = 1
# and $\bar\rho$ = 0.05, and 4.1 to 4.2 with 0.01; the mean digit alone leaves 5.1.
#
# Are these the final values? No: after 60 epochs every error that we followed is lower. At
# $\bar\rho$ = 0.05 the median unit has stayed where it was, but at $\bar\rho$ = 0.01 and γ = 1 the
# median unit has *climbed* to 0.04, four times what was asked for: the error outbids the penalty as
# training goes on. How near to $\bar\rho$ units are is a matter of balance, and of when one looks.
#
# ## Whose mean? Three cheaper ways
#
# A full pass before every step is honest and absurdly expensive. Three cheaper ways:
#
# - **running mean**: $\rho_j\leftarrow(1-a)\rho_j+a\,h_j$, an **exponential moving average**, with
#   $a$ = 0.5 % per sample here. It is the natural partner of the lecture's online rule
#   (`Network.sweep(…, memory=…)`), and Hinton recommends it for Boltzmann machines [2];
# - **mini-batch**: the mean of the samples in the batch, which is what `penalties.KL` and most
#   torch code do;
# - **once per epoch**: a full pass now and then, kept until the next one.

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "04-stale-mean",
    "One of these can destroy the network. Which?",
    ["full pass", "running mean", "mini-batch of 20", "once per epoch"],
)

# %%
show_study("means", "kl", "error")

# %% slideshow={"slide_type": "slide"}
predictions.reveal("04-stale-mean", "once per epoch")

# %% [markdown]
# Means near $\bar\rho$ make a sum of a few tenths at most; hundreds come from units that are fully
# on (one that is fully off pays 3.3 at most, at our smallest number). There are 100 steps in an
# epoch. At η = 1 and at 0.1 a mean that is taken once per epoch destroys the network. It is a
# thermostat that is read once a day: all epoch long, units are pushed away from where they were in
# the morning; they overshoot, and the next epoch pushes them back even harder, for near $\rho=0$
# the force is huge. But once per epoch is harmless at η = 0.02, in 20 epochs in which the network
# learns little, and every ten steps is fatal (by very different amounts in three seeds) at η =
# 1. In these runs the product of η and the number of steps between two looks decides: 0.2, 1 and 2
# are harmless, 10 and 100 are not. *Refresh ρ as fast as the weights move.* (At the small η little
# has been learned after 20 epochs, with any of the five: compare J with 5.1.) Running mean and
# mini-batch do what the full pass does, to within 0.05 in Σ KL on drawn digits.
#
# ## Average first, then KL

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "04-batch-of-one",
    "Take the mini-batch's own mean, and let the batch shrink to one sample: then the "
    "unit's ρ is its activity on that sample. Which unit is being asked for now?",
    ["the specialist", "the waverer", "the mumbler"],
)

# %% mystnb={"image": {"alt": "Left: histograms of all activities on a logarithmic count axis: average first gives many activities near zero and a tail that reaches one; KL of each sample gives a hump near 0.05 and no tail. Right: activities of one unit of each network, sorted: one falls steeply from about 0.6 to zero, the other gently from 0.2 to nearly zero; both have the same mean."}} slideshow={"slide_type": "slide"} tags=["claim-04-mumblers"]
right_loop = train_by_hand(digits, kl_force(1.0, 0.05), **usual)
per_sample = train_by_hand(digits, lambda h, _: -kl_gradient(0.05, h), **usual)
codes = {
    "average first": right_loop.code(digits),
    "KL of each": per_sample.code(digits),
}
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
for name, h in codes.items():
    left.hist(h.ravel(), np.linspace(0, 1, 41), histtype="step", lw=1.8, log=True)
    unit = h[:, np.abs(mean_activity(h) - 0.065).argmin()]
    right.plot(np.sort(unit)[::-1], label=f"{name}, ρ = {unit.mean():.3f}")
left.set(xlabel="activity h", ylabel="how often", title="all 25 units")
right.set(xlabel="digits, sorted for each unit", title="activity h of one unit each")
legend = right.legend()
decided = {name: np.median(decidedness(h)) for name, h in codes.items()}
assert decided["average first"] > 0.25 and decided["KL of each"] < 0.1

# %% slideshow={"slide_type": "slide"}
predictions.reveal("04-batch-of-one", "the mumbler")

# %% [markdown]
# Both networks have means near $\bar\rho$. But with its own activity in place of $\rho$ a unit is
# told to say 0.05 *at every sample*: the demand of the mumbler, and what it gets is mumblers. Is γ
# = 1 only too strong for this rule? The table has four strengths of each.

# %%
show_study("order", "median", "decided", "error")

# %% [markdown] slideshow={"slide_type": "slide"}
# At each strength KL of each sample has units that are less decided, and leaves more error, though
# its means lie, on average, no farther from 0.05. A small γ returns some decidedness, at means far
# above what was asked for. Three times as many epochs narrow the gaps in error and in decidedness,
# and close neither. **Average first, then KL**: the order is no detail.
#
# A batch of $m$ samples lies in between. KL is a bowl, so the mean of the KLs of noisy means lies
# above the KL of the mean (Jensen's inequality). By how much? That is a matter for **Taylor's
# formula**: expand KL around $\rho_j$ up to the second-order term, and average over batches. The
# linear term drops out, for the batches' means are right on average; the quadratic one leaves half
# the second derivative times the variance of a mean of $m$ samples, $\operatorname{Var}h_j/m$:
#
# $$\overline{KL(\bar\rho\parallel\rho_{\text{batch}})}\approx KL(\bar\rho\parallel\rho_j)+\tfrac12\Big(\frac{\bar\rho}{\rho_j^2}+\frac{1-\bar\rho}{(1-\rho_j)^2}\Big)\frac{\operatorname{Var}h_j}{m}.$$
#
# At $\rho_j=\bar\rho$ the second derivative is
# $\frac1{\bar\rho}+\frac1{1-\bar\rho}=\frac1{\bar\rho(1-\bar\rho)}$, so that the extra is $d_j/2m$:
# **a mini-batch charges units for being decided.** *Check*, with many random batches:

# %% tags=["claim-04-batch-charge", "nbval-ignore-output"]
h = right_loop.code(digits)
rho, rng = mean_activity(h), np.random.default_rng(0)
bend = 0.05 / rho**2 + 0.95 / (1 - rho) ** 2
for m in (50, 100, 400):
    means = h[rng.integers(len(h), size=(2_000, m))].mean(axis=1)
    extra = (kl_divergence(0.05, means) - kl_divergence(0.05, rho)).mean(axis=0).sum()
    predicted = (bend * h.var(axis=0) / (2 * m)).sum()
    print(f"m = {m:3}: extra charge {extra:.3f}, predicted {predicted:.3f}")
    assert 0.75 < extra / predicted < 1.25

# %% [markdown]
# The extra charge falls as $1/m$. A mini-batch of 400 asks for nearly what the lecture asks for;
# the smaller the batch, the more of the mumbler's demand is mixed in.
#
# ## Four bugs and their symptoms
#
# None of the following bugs raises an error, and with each of them J falls below where it started.
# So look at two pictures: the way of the means, and the histogram of activities at the end.

# %%
N = len(digits)
runs = {"right": right_loop, "KL of each sample": per_sample}


def wrong_sign(h, rho):
    return +kl_gradient(0.05, rho)


runs["UFLDL's sign"] = train_by_hand(digits, wrong_sign, **usual)
runs["β for γ"] = train_by_hand(digits, kl_force(N * 1.0, 0.05), **usual)
slowly = {**usual, "eta": 0.05}
runs["stale ρ"] = train_by_hand(digits, kl_force(1.0, 0.05), mean=100, **slowly)

# %% mystnb={"image": {"alt": "Five columns. Above, mean activities over eight epochs; below, histograms of activities. Right: means just above 0.05, activities from 0 to 1. KL of each sample: the same means, activities in a hump near 0.05. UFLDL's sign: all means at 1. Beta for gamma: all at 0 from the first look on. Stale: means near 0 in one epoch and near 1 in the next."}} slideshow={"slide_type": "slide"} tags=["claim-04-symptoms"]
records = {name: (run.epoch, run.rho, run.code(digits)) for name, run in runs.items()}
axes = plots.show_activity(records, 0.05)
start = Network([196, 25, 196], seed=0).cost(digits, digits)
left = {name: run.net.cost(digits, digits) for name, run in runs.items()}
print(
    f"J = {start:.1f} before training;", {name: f"{J:.1f}" for name, J in left.items()}
)
end = {name: run.rho[-1] for name, run in runs.items()}
assert end["UFLDL's sign"].min() > 0.9 and end["β for γ"].max() < 0.005
assert np.ptp(runs["stale ρ"].rho[4:], axis=0).max() > 0.5

# %% [markdown]
# | bug | the means | the histogram | the cause |
# | --- | --- | --- | --- |
# | KL of each sample | come near $\bar\rho$, at first nearer than with the right loop | one hump near $\bar\rho$, no tail: nobody ever says yes | the mumbler is what was asked for |
# | UFLDL's sign | have left $\bar\rho$ behind at the first look | everything at the end that they have run to | $A+\gamma B$ in the bracket |
# | β for γ | are at 0 at the first look, a quarter of an epoch later, and stay | everything at 0 | a force $N$ = 2,000 times too strong; out there $f'$ is 0 |
# | stale ρ | fall, turn when the epoch does, and swing farther each time | everything near the two ends | the force answers to where the units *were* |
#
# (The stale loop has a smaller step here, η = 0.05, so that its swings can be seen.) Ask in this
# order: do the means move *towards* $\bar\rho$? How long do they take, in steps and in epochs? And
# if they are right: how is each unit's activity spread over the data?
#
# ## Mean activity is not sparsity (C4)
#
# A fellow student trains with the right loop, prints $\rho_j\approx0.05$ for all units, and writes:
# "each feature is active for five per cent of the digits". It does not follow. $\rho$ is an average
# of activities, not a share of digits, and a mumbler has the same one. What made the units of the
# right loop decided was not KL, which sees nothing but means. The *error* is the only other term: a
# unit that never changes is of no use to the decoder. So take strength from the error. A weight
# penalty $\lambda$ (C1) forbids the decoder to amplify whispers, and a small $\bar\rho$ leaves
# little to amplify:

# %%
show_study("mumblers", "median", "decided", "error")

# %% [markdown]
# A small $\bar\rho$ alone leaves the median decidedness at 0.29 to 0.37, and a strong weight
# penalty alone (it lies above the lecture's range for λ) at about 0.4. The two together make
# mumblers, of decidedness 0.04 at most: the median unit has a mean within a quarter of what was
# asked for, and says nearly the same to every digit. More epochs do not undo it. So whenever you
# use this penalty, look at the histogram, and not at the mean alone. Notebook 05 maps where the
# settings lead to strokes and where to this.
#
# ## Where it fails
#
# **Deaf units.** A unit that is fully on for half of the data and fully off for the rest pays
# $KL(0.05\parallel0.5)=0.49$, and its bias hears nothing, since $d=1$. The units of *β for γ* are
# deaf for another reason: their sums have run so far out that $f'$ is 0 in floating-point numbers.
#
# **Other activations.** $\rho$ must be a probability. For tanh or ReLU units the KL of their mean
# need not be defined, and `Network` says so before anything is computed. (Exercise 1 finds a way
# for
# tanh.)

# %%
try:
    Network([3, 2, 3], "tanh").gradients(x, y, rho_bar=0.05, gamma=1.0)
except ValueError as complaint:
    print(complaint)


# %% [markdown]
# **Batches and lags.** A mini-batch adds a charge of its own, and a running mean lags behind units
# that move fast, so that it can become a stale one.
#
# ## Exercises
#
# Each exercise is one function: plain arrays in, plain arrays or numbers out. The cell after it
# judges your answer, demand by demand; the grader has more cases.
#
# ### Exercise 1: tanh units
#
# A hidden layer has tanh units, $h=\tanh s$, between −1 and 1. Let its *activity* be $(1+h)/2$, let
# $\rho_j$ be the mean of that over the data, and charge $\gamma\sum_jKL(\bar\rho\parallel\rho_j)$
# beside the averaged cost as before. Derive $\delta_j^q=-\partial/\partial s_j^q$ of $N$ times that
# cost. Given are the sums `s` for all data, the weights `w` to the next layer and that layer's
# `delta`; return the hidden deltas. (Of the factors (a), (b), (c) one changes: which?)

# %% nbgrader={"grade": false, "grade_id": "ex04-4-tanh-delta", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tanh_delta(s, w, delta, rho_bar, gamma):
    """Lecture's delta (n, J) of tanh units with sparsity.

    s: (n, J) sums; w: (I, J) weights to the next layer; delta: (n, I), that layer's.
    """
    ### BEGIN SOLUTION
    h = np.tanh(s)
    rho = (1 + h.mean(axis=0)) / 2
    bracket = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w - gamma / 2 * bracket) * (1 - h**2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex04-4-tanh-delta-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex04-4-tanh-delta")


# %% [markdown]
# ### Exercise 2: three symptoms, three causes
#
# Somebody trains ten sigmoid units on digits, in batches of 50 with $\bar\rho=0.05$, $\gamma=1$ and
# $\eta=1$, and calls this function for the encoder's part of each step (the decoder's part is
# right):
#
# ```python
# def sparse_step(x, w1, b1, w2, b2, rho_bar, gamma, eta):
#     n = len(x)
#     h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
#     y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
#     rho = h.mean(axis=1, keepdims=True)
#     pull = gamma * ((1 - rho_bar) / (1 - rho) - rho_bar / rho)
#     delta_i = (x - y) * y * (1 - y)
#     delta_j = (delta_i @ w2 + pull / n) * h * (1 - h)
#     return w1 + eta * delta_j.T @ x / n, b1 + eta * delta_j.mean(axis=0)
# ```
#
# *First symptom:* all activities run to 1, and then come `nan`s. The first cause is found and
# repaired. *Second symptom:* the means now stay between 0.44 and 0.64, as they do without a
# penalty. The second cause is found and repaired. *Third symptom:* the mean over all units and
# digits is 0.08, near enough; but eight of the ten units are at 0.001 and the other two at 0.4.
# Find all three, and repair the function. (After that, the units' means lay between 0.08 and 0.15
# after 800 steps.) It should go one step downhill on $\frac1n\sum_qJ^q+\gamma\sum_jKL$ for the
# samples `x`, which are also the targets, and return the new `w1` and `b1`.

# %% nbgrader={"grade": false, "grade_id": "ex04-5-repair", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sparse_step(x, w1, b1, w2, b2, rho_bar, gamma, eta):
    """New w1 (J, d) and b1 (J,) after one step, for inputs x (n, d).

    w2: (d, J) and b2: (d,) are the decoder's.
    """
    ### BEGIN SOLUTION
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    rho = h.mean(axis=0)
    pull = gamma * ((1 - rho_bar) / (1 - rho) - rho_bar / rho)
    delta_i = (x - y) * y * (1 - y)
    delta_j = (delta_i @ w2 - pull) * h * (1 - h)
    return w1 + eta * delta_j.T @ x / n, b1 + eta * delta_j.mean(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex04-5-repair-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex04-5-repair")


# %% [markdown]
# ### Exercise 3: the doctor
#
# Here are six loops; each of the last five has one fault. Somebody hands you a trained network and
# its record, and you are to say which loop trained it.
#
# | | the force | the mean |
# | --- | --- | --- |
# | 0 | `-gamma * kl_gradient(rho_bar, rho)` | running |
# | 1 | `-gamma * kl_gradient(rho_bar, h)` | running |
# | 2 | `+gamma * kl_gradient(rho_bar, rho)` | running |
# | 3 | `-N * gamma * kl_gradient(rho_bar, rho)` | running |
# | 4 | `-gamma * kl_gradient(rho_bar, rho)` | once per epoch |
# | 5 | `-gamma / N * kl_gradient(rho_bar, rho)` | running |
#
# The record has `rho`, the true mean activity of each unit at several looks: before the first step,
# then after each quarter of an epoch (some late looks may be left out); and `h`, activities of the
# same units on some data at the end. $\bar\rho$ is at most 0.1. A sound network's units may end up
# to twice as high as $\bar\rho$; units may start on either side of it. Write the function that
# returns the number. The verdict shows you one network of each kind; the hidden ones have learned
# other data.

# %% nbgrader={"grade": false, "grade_id": "ex04-6-diagnosis", "locked": false, "schema_version": 3, "solution": true, "task": false}
def diagnosis(rho, h, rho_bar):
    """Number of the loop, 0 to 5, from means rho (looks, J) and activities h (n, J)."""
    ### BEGIN SOLUTION
    side = np.sign(rho - rho_bar)
    lost = (rho.min(axis=0) < rho_bar / 10) | (rho.max(axis=0) > 0.9)
    if lost.mean() > 0.5:
        if (side == side[0]).all():
            return 2
        early = (rho[1] < rho_bar / 10) | (rho[1] > 0.9)
        return 3 if early.mean() > 0.5 else 4
    if np.median(rho[-1]) > 2 * rho_bar:
        return 5
    share = h.var(axis=0) / (h.mean(axis=0) * (1 - h.mean(axis=0)))
    return 1 if np.median(share) < 0.2 else 0
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex04-6-diagnosis-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex04-6-diagnosis")

# %% [markdown]
# ### Open project: the first slide's demand (optional)
#
# The first slide asks that a unit be active for a small fraction of the data. Find a term or a rule
# that comes nearer to *that* than a mean does: a charge for being neither on nor off, a rule that
# lets only the most active units through, whatever you believe in. Set it against the lecture's
# penalty where that leaves units little decided. Before you measure, write down settings, measure,
# and the
# result that would count against your idea. Use three seeds, and report the error beside the
# measure. (About 200 words and the numbers.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex04-7-first-slide", "locked": false, "schema_version": 3, "solution": true, "task": false}
# I add a charge for being undecided, $\kappa\,\overline{h_j(1-h_j)}$ per unit, to the averaged
# cost: $-\kappa(1-2h_j^q)$ joins the bracket of δ. Setting: `train_by_hand`, drawn digits, γ = 1,
# ρ̄ = 0.05, λ = 0.003 (where decidedness is low), η = 1, 12 epochs, seeds 0, 1, 2; κ = 0 is the
# lecture's penalty. Measure: the share of the 25 units that exceed one half on 1 to 10 % of the
# digits. It counts against the charge if this share does not grow in all three seeds. Result for κ
# = 0, 0.1, 0.3: 0.48, 0.48, 0.52 (seed 0); 0.76, 0.76, 0.64 (seed 1); 0.64, 0.64, 0.72 (seed 2).
# Median decidedness rises, from 0.18, 0.22, 0.21 to 0.23, 0.30, 0.28 at κ = 0.3, and so does J,
# from 3.83, 3.83, 3.87 to 4.06, 4.32, 4.09. By the measure that I had chosen the charge fails:
# units become somewhat more decided, at a price, and specialists do not become more frequent in
# each seed. Below one half the charge pushes a mumbler *down*; something would have to make units
# compete.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Summary
#
# - The lecture's two slides ask for two things, and the formula asks for the second: a mean activity near $\bar\rho$ ([C4](#What-is-asked-(C4))). It costs nothing there, and without limit towards 0 and 1 ([C5](#What-it-costs-(C5))). It is what a wrong code wastes, and never negative ([why](#Why-this-price?)).
# - $\partial KL/\partial w_{jk}$ is a **sum of shares**, one per sample: the slope of KL, times $f'(s_j^q)/N$, times $x_k^q$ ([C6](#The-gradient,-line-by-line-(C6))).
# - With $\gamma=\beta/N$ it joins backpropagation with a minus in the hidden $\delta$, because
#   $-[A]+\gamma B=-[A-\gamma B]$; γ, not β, keeps its meaning when data are added
#   ([C8](#The-sparse-δ,-and-its-sign-(C8))).
# - Too active: down; too quiet: up, where $f'(s_j)\,x_k>0$; a decided unit is deaf
#   ([C9](#The-force,-and-when-its-sign-holds-(C9))). A squared distance with the same curvature at
#   $\bar\rho$ loses its push on quiet units; in our runs KL brings units near $\bar\rho$ from a
#   usual and from a nearly dead start, and none of the squares that were tried does after 20 epochs
#   at the same step size ([the square](#Why-not-the-square?)).
# - In training, units settle where error and force balance, above $\bar\rho$ at γ = 1; a larger γ
#   brings them nearer, and a smaller $\bar\rho$ costs more error ([C10](#The-lecture's-range)). At
#   $\bar\rho$ = 0.01 they climb away again when training goes on.
# - $\rho$ by running mean or by mini-batches does in our runs what a full pass does; a stale $\rho$
#   was harmless, in 20 epochs, as long as the weights move little between two looks, and destroys
#   the network
#   otherwise ([whose mean](#Whose-mean?-Three-cheaper-ways)).
# - KL of each sample asks for mumblers and gets them ([average first](#Average-first,-then-KL));
#   with the mean taken correctly, a small $\bar\rho$ and a strong weight penalty together make
#   them, too ([C4](#Mean-activity-is-not-sparsity-(C4))). Bugs have symptoms: look at the way of
#   the means, then at the histogram ([four bugs](#Four-bugs-and-their-symptoms)).

# %%
predictions.calibration("04")

# %% [markdown]
# Next: with the penalty understood, [notebook 05](05-sparse-features.ipynb) turns it loose on more
# units and asks *what* they become active for.
#
# ## Further reading
#
# 1. A. Ng, [Autoencoders and
#    sparsity](http://ufldl.stanford.edu/wiki/index.php/Autoencoders_and_Sparsity), UFLDL: the
#    tutorial that the lecture's picture of features is from; its δ has the other sign, its β is our
#    γ.
# 2. G. E. Hinton, "A practical guide to training restricted Boltzmann machines" (2012), [doi:10.1007/978-3-642-35289-8_32](https://doi.org/10.1007/978-3-642-35289-8_32): a running mean, a target, and a cross-entropy between the two; section "Encouraging sparse hidden activities".
# 3. B. A. Olshausen and D. J. Field, "Emergence of simple-cell receptive field properties by
#    learning a sparse code for natural images", *Nature* 381 (1996), 607–609,
#    [doi:10.1038/381607a0](https://doi.org/10.1038/381607a0): where sparse coding became famous,
#    with a price on each activity instead of the mean.
# 4. B. Willmore and D. J. Tolhurst, "Characterizing the sparseness of neural codes", *Network* 12
#    (2001), 255–270, [doi:10.1080/net.12.3.255.270](https://doi.org/10.1080/net.12.3.255.270): what
#    "sparse" can mean, and why measures of it disagree.
# 5. S. Kullback and R. A. Leibler, "On information and sufficiency", *Annals of Mathematical
#    Statistics* 22 (1951), 79–86,
#    [doi:10.1214/aoms/1177729694](https://doi.org/10.1214/aoms/1177729694): the divergence.
