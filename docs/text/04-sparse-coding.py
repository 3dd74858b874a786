# %% [markdown]
# # 04 · Sparse coding, derived
#
# **The question.** How does one ask a hidden unit to keep quiet most of the time, and what exactly does each of its weights get to hear?
#
# **You will**
#
# 1. know what the formula asks for, and what it only seems to ask for;
# 2. follow the lecture's way to the sparse $\delta_j$ line by line, each line followed by a check;
# 3. see why a sample contributes a *share* of the gradient, and that a share alone is not the gradient;
# 4. see the force on a unit, its sign, and the condition under which the sign holds;
# 5. watch units move towards the desired activity, and four ways to measure "mean activity" on the way, one of which can kill the units and one of which quietly asks for something else.
#
# **Time:** an evening to read and do; under a minute to run. **Lecture:** C4 to C9, with C7 from [notebook 00](00-backpropagation.ipynb). Symbols are those of the [notation table](../docs/notation.md).

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch

from aelib import explore, load_data, plots
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network, sigmoid
from aelib.desk import predictions
from aelib.desk.verdicts import verdict
from aelib.gradcheck import check, check_gradients, numerical_gradient, relative_error
from aelib.penalties import KL, kl_divergence, kl_gradient, mean_activity
from aelib.training import fit

plots.use_style()

# %% [markdown]
# ## 1 · What is asked (C4)
#
# The lecture asks twice, on two slides, and not for the same thing:
#
# - *first slide*: each hidden neuron may be active only for a **small fraction of the data**;
# - *second slide*: each hidden neuron may have only limited **average activity**, $\rho_j = \frac1N\sum_q h_j^q$ over the $N$ data points.
#
# Only the second becomes a formula. Is it the same demand? Here are three units and twenty samples.

# %% mystnb={"image": {"alt": "Activities of three units on twenty samples: the specialist is 1 on two samples and 0 elsewhere, the waverer is 0.2 on ten, the mumbler is 0.1 on all; the mean of each is a dashed line at 0.1."}}
samples = np.arange(20)
specialist, waverer = 1.0 * (samples < 2), 0.2 * (samples % 2)
three = {"specialist": specialist, "waverer": waverer, "mumbler": np.full(20, 0.1)}
fig, axes = plt.subplots(1, 3, figsize=(8, 1.9), sharey=True)
for ax, (name, h) in zip(axes, three.items()):
    ax.bar(samples, h)
    ax.axhline(h.mean(), color=plots.COLOURS["vermilion"], ls="--")
    ax.set(title=f"activity h of a {name}", xlabel="sample q", xticks=[])
    print(f"{name:10}  ρ = {h.mean():.2f}, above ½ on {np.mean(h > 0.5):.0%} of data")

# %% [markdown]
# All three have $\rho = 0.1$. Only the *specialist* is what the first slide means. The *mumbler* says the same at every sample, so it says nothing, and yet a demand on the average cannot tell it from the specialist. Keep it in mind; in section 7 we shall meet real ones.
#
# ## 2 · What it costs (C5)
#
# Let $\bar\rho$ be the activity that we desire, say 0.1. (The lecture's typical values are smaller, 0.01 to 0.05 (C10); 0.1 is what the Stanford tutorial UFLDL uses for MNIST, and what all networks here but the last are trained with.) The lecture charges unit $j$ the Kullback-Leibler divergence
#
# $$KL(\bar\rho\parallel\rho_j)=\bar\rho\log\frac{\bar\rho}{\rho_j}+(1-\bar\rho)\log\frac{1-\bar\rho}{1-\rho_j},\qquad J_s^q=J^q+\beta\sum_j KL(\bar\rho\parallel\rho_j).$$
#
# It compares two coins: one that comes up heads with probability $\bar\rho$, and one with $\rho_j$.

# %%
activity = {"ρ = 0.6": 0.6, "ρ = 0.00001": 0.00001, "ρ = 0.1": 0.1}
activity |= {"ρ = 0.001": 0.001, "ρ = 0.3": 0.3}
predictions.order(
    "04-prices",
    "Let ρ̄ = 0.1. Five units have these mean activities. Which pays least, which most?",
    activity,
    first="cheapest",
    last="most expensive",
)

# %% mystnb={"image": {"alt": "KL divergence against the actual mean activity for four desired ones. Left, linear: each curve is zero at its desired value and rises to both sides. Right, logarithmic activity: towards zero the curves rise along straight lines."}}
rho = np.geomspace(1e-5, 0.999, 500)
fig, (left, right) = plt.subplots(1, 2, sharey=True)
for wanted in (0.02, 0.05, 0.1, 0.3):
    for ax in (left, right):
        ax.plot(rho, kl_divergence(wanted, rho), label=f"{wanted}")
        ax.plot(wanted, 0, "ko", ms=4)
left.set(ylim=(-0.03, 1.5), xlabel="ρ", ylabel="KL", title="zero at ρ̄, and only there")
right.set(xscale="log", xlabel="ρ (logarithmic)", title="slow towards 0")
legend = left.legend(title="ρ̄", loc="upper center")

# %%
by_price = sorted(activity, key=lambda name: kl_divergence(0.1, activity[name]))
predictions.reveal("04-prices", by_price)

# %%
print("price at 0.5, at 0.001:", kl_divergence(0.1, np.array([0.5, 1e-3])).round(2))

# %% [markdown]
# A unit at 0.5 and one at 0.001 pay almost the same. Being nearly dead is no cheaper than being far too loud; that is more than a penalty on large activities would do. *Check that the minimum is at $\bar\rho$,* by algebra:

# %%
r, wanted = sympy.symbols("ρ ρ̄", positive=True)
log = sympy.log
kl = wanted * log(wanted / r) + (1 - wanted) * log((1 - wanted) / (1 - r))
slope, bend = sympy.diff(kl, r), sympy.diff(kl, r, 2)
claim = wanted / r**2 + (1 - wanted) / (1 - r) ** 2
print("slope is zero at ρ =", sympy.solve(slope, r), "where KL =", kl.subs(r, wanted))
print("bend − claim =", sympy.simplify(bend - claim))

# %% [markdown]
# One point with slope zero, and a second derivative $\bar\rho/\rho^2+(1-\bar\rho)/(1-\rho)^2$ that is positive everywhere: a bowl with a single bottom. *And at the ends?*

# %%
predictions.number(
    "04-nearly-dead",
    "A unit at ρ = 0.001 pays 0.37. What does one pay whose activity is a million times "
    "smaller, ρ = 0.000000001?",
)

# %%
tenth = kl.subs(wanted, sympy.Rational(1, 10))
print("ρ → 0, ρ → 1:", sympy.limit(tenth, r, 0, "+"), sympy.limit(tenth, r, 1, "-"))
few = np.array([1e-3, 1e-6, 1e-9, 0.0])
print("KL(0.1 ‖ ρ) at ρ =", few.tolist(), "is", kl_divergence(0.1, few).round(2))

# %%
predictions.reveal("04-nearly-dead", kl_divergence(0.1, few)[2])

# %% [markdown]
# The price is infinite at both ends, but towards 0 it takes its time: each further factor of a thousand costs only $\bar\rho\log 1000 = 0.69$ more. At exactly 0 a computer needs a convention, and ours is to stop at a finite number (as if $\rho$ were $10^{-30}$), so that one dead unit does not turn a whole training run into `nan`.
#
# ## 3 · The gradient, line by line (C6)
#
# We want $\partial/\partial w_{jk}$ of the price, for the weight from input $k$ to hidden unit $j$. To check it with the naked eye: six samples, three inputs, two hidden units. The inputs have both signs, and one of them is 0.

# %%
rng = np.random.default_rng(4)
x, y = rng.normal(size=(6, 3)).round(1), rng.random((6, 3))
x[2, 0] = 0.0
N, rho_bar, beta = len(x), 0.1, 12.0
W1, b1 = rng.normal(size=(2, 3)), np.array([0.5, -0.5])
s = x @ W1.T + b1
h = sigmoid(s)
rho, f_prime = mean_activity(h), h * (1 - h)


# %% [markdown]
# ### Line 0: only the term $l=j$
#
# The cost sums over all units $l$, but $w_{jk}$ feeds only unit $j$. *Check:* which unit's KL moves when a row of weights is nudged?

# %%
def price(unit, w):
    """KL of one hidden unit, as a function of the weights that feed the layer."""
    return kl_divergence(rho_bar, mean_activity(sigmoid(x @ w.T + b1)))[unit]


for j in (0, 1):
    felt = numerical_gradient(lambda w, j=j: price(j, w), W1).any(axis=1)
    print(f"KL of unit {j + 1} feels rows 1 and 2 of w: {felt.tolist()}")

# %% [markdown]
# Unit 1 feels row 1, unit 2 feels row 2, nothing else. But this holds for the weights that feed the penalised layer *itself*. For those further below every term counts, and the ordinary backward pass carries the message down, as it does with any $\delta$ (section 4 checks a network with two penalised layers).
#
# So one term remains, and the chain rule has three links: $\rho_j$ depends on $s_j^q$, and $s_j^q$ on $w_{jk}$.
#
# ### Line 1: $\;\partial KL/\partial\rho_j=-\bar\rho/\rho_j+(1-\bar\rho)/(1-\rho_j)$
#
# *Check*, by algebra and by numbers:

# %%
print("slope − claim =", sympy.simplify(slope - (-wanted / r + (1 - wanted) / (1 - r))))
nudged = numerical_gradient(lambda rho: kl_divergence(rho_bar, rho).sum(), rho)
check("(1) ∂KL/∂ρ", -rho_bar / rho + (1 - rho_bar) / (1 - rho), nudged)
check("    the same as kl_gradient", kl_gradient(rho_bar, rho), nudged)

# %% [markdown]
# ### Line 2: $\;\partial\rho_j/\partial s_j^q=\frac1N f'(s_j^q)$
#
# The mean takes $\frac1N$ of each sample's activity. *Check:* nudge the sum of each unit at each sample; only the unit's own mean may move.

# %%
for j in (0, 1):
    claim = np.zeros_like(s)
    claim[:, j] = f_prime[:, j] / N
    nudged = numerical_gradient(lambda s, j=j: mean_activity(sigmoid(s))[j], s)
    check(f"(2) ∂ρ_{j + 1}/∂s, all units and samples", claim, nudged)

# %% [markdown]
# ### Line 3: $\;\partial s_j^q/\partial w_{jk}=x_k^q$
#
# *Check:* $s$ is linear in $w$, so a central difference is exact for any step, even a large one.

# %%
for x_q in x:
    nudged = numerical_gradient(lambda w, x_q=x_q: x_q @ w + b1[0], W1[0], step=1.0)
    assert relative_error(x_q, nudged) < 1e-14
print("(3) ∂s_1/∂w_1k is x_k, sample by sample: agrees")

# %% [markdown]
# ### The product is *sample q's share*
#
# Multiply the lines, and you have
#
# $$\underbrace{\Big(\frac{1-\bar\rho}{1-\rho_j}-\frac{\bar\rho}{\rho_j}\Big)}_{(1)}\;\underbrace{\frac{f'(s_j^q)}{N}}_{(2)}\;\underbrace{x_k^q}_{(3)}.$$
#
# A $q$ has stayed behind. The lecture calls this the derivative, and it is so along one path: from $w_{jk}$ through the sum $s_j^q$ of *this* sample. But $w_{jk}$ is at work in every sample, and $\rho_j$ listens to all of them. The derivative is the **sum of the shares**.
#
# > **Before you read on.** Can a share have another sign than the sum? Which sample's share of $\partial KL/\partial w_{11}$ is zero?

# %%
signal = kl_gradient(rho_bar, rho) * f_prime / N  # (1)·(2), one row per sample
shares = signal[:, :, None] * x[:, None, :]  # [q, j, k]
truth = numerical_gradient(lambda w: price(0, w) + price(1, w), W1)
check("sum of the shares", shares.sum(axis=0), truth)
off = [relative_error(share, truth) for share in [*shares, *(N * shares)]]
print(f"one share alone, or N times one: off by {min(off):.0%} to {max(off):.0%}")
assert min(off) > 0.1

# %% mystnb={"image": {"alt": "Six bars, the share of each sample in the derivative for one weight, of both signs and one of them zero; beside them their sum, which meets the dashed line of the central difference."}}
fig, ax = plt.subplots(figsize=(6, 2.6))
names = [*(f"q = {q}" for q in range(1, N + 1)), "sum"]
bars = ax.bar(names, [*shares[:, 0, 0], shares[:, 0, 0].sum()])
bars[-1].set_color(plots.COLOURS["orange"])
ax.axhline(truth[0, 0], color="k", ls="--")
ax.set(ylabel="∂KL/∂w₁₁", title="shares, sum, central difference (dashed)");

# %% [markdown]
# Shares point both ways, since $x_1^q$ does; sample 3 contributes nothing, since its $x_1$ is 0; only the sum meets the line. No single share, and no share times $N$, would pass the test of notebook 00. That is not a flaw of the online rule: taking a step of $N$ times one share after the other, one goes *on average* in the right direction. It is how stochastic gradient descent always works, with one snag. A share contains $\rho_j$, which no single sample knows. We come back to that in section 6.
#
# ## 4 · The sparse δ (C8), and γ
#
# Notebook 00 has the other half, $\partial J^q/\partial w_{jk}=-\delta_j^q x_k^q$ with $\delta_j^q=f'(s_j^q)\sum_i w_{ij}\delta_i^q$ (C7). Both halves end in $f'(s_j^q)\,x_k^q$. Take that out, write $\gamma\equiv\beta/N$, and it is one formula:
#
# $$\delta_j^q=\Big[\sum_i w_{ij}\,\delta_i^q-\gamma\Big(\frac{1-\bar\rho}{1-\rho_j}-\frac{\bar\rho}{\rho_j}\Big)\Big]f'(s_j^q),\qquad \Delta w_{jk}=\eta\,\delta_j^q\,x_k^q.$$
#
# *Check*: the cost of all samples, with the KL counted once, as a function of the hidden sums, knows nothing of all this: $\sum_q J^q+\beta\sum_j KL$, from the hidden sums on.

# %%
W2, b2 = rng.normal(size=(3, 2)), rng.normal(size=3)
gamma = beta / N


def summed_cost(s):
    h = sigmoid(s)
    error = 0.5 * ((y - sigmoid(h @ W2.T + b2)) ** 2).sum()
    return error + beta * kl_divergence(rho_bar, mean_activity(h)).sum()


y_hat = sigmoid(h @ W2.T + b2)
delta_i = (y - y_hat) * y_hat * (1 - y_hat)
delta_j = (delta_i @ W2 - gamma * kl_gradient(rho_bar, rho)) * f_prime
check("C8: δ_j^q = −∂(ΣJ + βΣKL)/∂s_j^q", delta_j, -numerical_gradient(summed_cost, s))
nudged = numerical_gradient(lambda w: summed_cost(x @ w.T + b1), W1)
check("∂/∂w_jk = −Σ_q δ_j^q x_k^q", -delta_j.T @ x, nudged)

# %% [markdown]
# `Network` has the same line in its backward pass. Against our six numbers, against central differences, and, in a deeper network with two penalised layers, once more:

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
# And torch's autograd, which is given the cost alone:

# %%
V1, c1, V2, c2 = (torch.tensor(a, requires_grad=True) for a in (W1, b1, W2, b2))
t_s = torch.tensor(x) @ V1.T + c1
t_s.retain_grad()
t_h = torch.sigmoid(t_s)
error = 0.5 * (torch.tensor(y) - torch.sigmoid(t_h @ V2.T + c2)).square().sum() / N
(error + gamma * kl_divergence(rho_bar, mean_activity(t_h)).sum()).backward()
check("autograd's ∂J/∂w", V1.grad, dW1, bound=1e-12)
check("autograd's N ∂J/∂s is −δ", N * t_s.grad, -delta_j, bound=1e-12)

# %% [markdown]
# **Mind the sign.** Stanford's UFLDL, where the lecture's picture of features comes from, writes the bracket with a *plus* in front of the sparsity term, and is right: its $\delta$ is $+\partial J/\partial s$, like autograd's, and its weights step against it. The lecture's $\delta=-\partial J/\partial s$ is added. Take one text's $\delta$ and the other text's step, and units run *away* from $\bar\rho$.
#
# **Mind the N.** The lecture writes the KL into the cost $J_s^q$ of *each* sample; $\gamma=\beta/N$ says that it is meant once for all samples together. We started from this *summed* cost, $\sum_q J^q+\beta\sum_j KL$, divided by $N$, and got the *averaged* one, $\frac1N\sum_q J^q+\gamma\sum_j KL$. Which of $\beta$ and $\gamma$ keeps its meaning when the data double?

# %%
X, Y = np.vstack([x, x]), np.vstack([y, y])
check("twice the data, same γ", net.gradients(X, Y, **sparse)[0][0], dW1, bound=1e-12)
same_beta = net.gradients(X, Y, rho_bar=rho_bar, gamma=beta / len(X))[0][0]
print(f"twice the data, same β: off by {relative_error(same_beta, dW1):.0%}")

# %% [markdown]
# It is $\gamma$. That is why typical values are given for $\gamma$ (1 to 5), and what UFLDL calls β, beside an averaged cost, plays the part of our γ.
#
# ## 5 · The force, and when its sign holds (C9)
#
# Leave the error aside. What the sparsity term alone does to a weight is $\Delta w_{jk}=\eta\cdot$ force $\cdot\,f'(s_j)\,x_k$, where the force $-\gamma\big(\frac{1-\bar\rho}{1-\rho_j}-\frac{\bar\rho}{\rho_j}\big)$ depends on $\rho_j$ only.
#
# > **Before you read on.** The lecture: if $\rho_j>\bar\rho$, the weight decreases; if $\rho_j<\bar\rho$, it increases. For every input $x_k$?

# %% mystnb={"image": {"alt": "Left: the force on a unit against its mean activity, on a logarithmic axis, for three desired activities: positive below the desired one, zero there, negative above, which a dot marks. Right: the step of a weight for inputs 1, 0 and minus 1: falling line, flat line, rising line, crossing at the desired activity."}}
rho_axis = np.geomspace(3e-3, 0.8, 400)
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2))
for target in (0.02, 0.05, 0.1):
    left.plot(rho_axis, -kl_gradient(target, rho_axis), label=f"ρ̄ = {target}")
    left.plot(target, 0, "ko", ms=4)
left.set(xscale="log", ylim=(-4, 6), xlabel="ρ", title="force on s, γ = 1")
for x_k, style in ((1, "-"), (0, ":"), (-1, "--")):
    step = -kl_gradient(0.1, rho_axis) * rho_axis * (1 - rho_axis) * x_k
    right.plot(rho_axis, step, style, label=f"x = {x_k}")
right.set(xlim=(0, 0.5), ylim=(-0.4, 0.4), xlabel="ρ", title="Δw / η, for ρ̄ = 0.1")
legends = left.legend(), right.legend()

# %% [markdown]
# On the left, each curve crosses zero at its $\bar\rho$: pushed up below it, pushed down above it, back to $\bar\rho$ from either side. On the right, what arrives at a weight, here of a unit that says $\rho$ at every sample. The sign rule (C9) holds where $f'(s_j)\,x_k>0$. At $x_k=0$ nothing moves, and where $x_k<0$ everything is reversed. *In numbers*, by `Network`: one unit, one sample, inputs 1, 0 and −1; the difference that the sparsity term makes to the step.

# %%
inputs, target = np.array([[1.0, 0.0, -1.0]]), np.array([[0.5]])
for activity in (0.02, 0.1, 0.4):
    bias = np.log(activity / (1 - activity))
    unit = Network.from_parameters([np.zeros((1, 3)), [[1.0]]], [[bias], [0.0]])
    plain = unit.gradients(inputs, target)[0][0][0]
    with_kl = unit.gradients(inputs, target, rho_bar=0.1, gamma=1.0)[0][0][0]
    print(f"ρ = {activity}: Δw/η =", [f"{d:z.3f}" for d in plain - with_kl])

# %% [markdown]
# Is the condition met in practice? A sigmoid's $f'$ is positive. Pixels in [0, 1] are never negative, so there the rule is safe, except that a pixel without ink moves nothing. With standardized inputs, or tanh units below, half of the inputs have the "wrong" sign. The **bias** has the constant input 1: it obeys always.
#
# ### What the force comes to
#
# The force is infinite at $\rho\to0$, and still the lines on the right are straight and tame. Why? For a unit that steadily says $h=\rho$, $f'=\rho(1-\rho)$ cancels both denominators:

# %%
print("∂KL/∂ρ · ρ(1−ρ) =", sympy.simplify(slope * r * (1 - r)))


# %% [markdown]
# So $\delta=-\gamma(\rho-\bar\rho)$: a plain thermostat, and never larger than $\gamma$. And for a unit that is *not* steady? The mean of $f'=h(1-h)$ over the data is $\rho-\overline{h^2}=\rho(1-\rho)-\operatorname{Var}h$. The bias, which hears the mean of $\delta$, therefore gets
#
# $$\overline{\delta_j}=-\gamma\,(\rho_j-\bar\rho)\,(1-d_j),\qquad d_j=\frac{\operatorname{Var}h_j}{\rho_j(1-\rho_j)}.$$
#
# Call $d$ the unit's **decidedness**: 0 for a mumbler, 1 for a unit that is always fully on or fully off. *Check:*

# %%
def decidedness(h):
    """Variance of each unit's activity, as a share of the most that its mean allows."""
    rho = mean_activity(h)
    return h.var(axis=0) / np.maximum(rho * (1 - rho), 1e-12)


heard = -(gamma * kl_gradient(rho_bar, rho) * f_prime).mean(axis=0)
check("mean δ", heard, -gamma * (rho - rho_bar) * (1 - decidedness(h)), bound=1e-12)
for name, activity in three.items():
    print(f"{name:10}  d = {decidedness(activity[:, None])[0]:.2f}")

# %% [markdown]
# The mumbler is the best listener. A decided unit hears nothing: it may pay, but it cannot feel.
#
# ## 6 · Units on their way
#
# Now to digits, 2,000 of them, shrunk to 14 × 14 pixels to be quick, and 25 hidden units. The step needs $\rho_j$. An honest gradient takes it from a **full pass** over all data before every single step. `train` leaves that choice open: `which` is a function that says what $\rho$ to use.

# %% mystnb={"image": {"alt": "Empty axes: mean activity from 0 to 1 over the epochs 0 to 7."}}
predictions.draw(
    "04-fall",
    "With ρ̄ = 0.1 and γ = 1, how does the mean activity of the 25 units change?",
    x=[0, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 7],
    y_range=(0, 1),
    x_label="epoch",
    y_label="mean activity",
)

# %%
images = load_data(n_train=2_000, n_test=100).train.images
digits = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


def code(net, x=digits):
    """Hidden activities, of all digits if not told otherwise."""
    return sigmoid(x @ net.weights[0].T + net.biases[0])


def full_pass(net, batch, rho, t):
    """ρ of all data with the weights of this moment."""
    return mean_activity(code(net))


# %%
def train(which, batch_size=20, eta=0.5, epochs=8, **penalty):
    """Train 25 units by hand; return them with their true ρ, four times per epoch."""
    penalty = {"gamma": 1.0, "rho_bar": 0.1} | penalty
    net, rng = Network([196, 25, 196], seed=0), np.random.default_rng(0)
    rho, path, steps = mean_activity(code(net)), [], len(digits) // batch_size
    for _ in range(epochs):
        order = rng.permutation(len(digits)).reshape(steps, batch_size)
        for t, rows in enumerate(order):
            if t % (steps // 4) == 0:
                path.append(mean_activity(code(net)))
            rho = which(net, digits[rows], rho, t)
            net.step(digits[rows], digits[rows], eta, rho=rho, **penalty)
    return net, np.array(path)


without, by_hand = train(full_pass, gamma=0.0), train(full_pass)

# %% [markdown]
# With torch, `fit` and `KL` need no derivation at all. A second "penalty" that costs nothing keeps the diary.

# %%
diary = []


def watch(model, code):
    with torch.no_grad():
        diary.append(mean_activity(model.encode(digits)).cpu().numpy())
    return 0.0 * code.sum()


model = Autoencoder([196, 25], activation="sigmoid", seed=0)
penalties = [KL(gamma=1.0, rho_bar=0.1), watch]
fit(model, digits, penalty=penalties, epochs=8, batch_size=50, learning_rate=1e-2);


# %% mystnb={"image": {"alt": "Four panels that share the axis of mean activity. First, the force: positive below 0.1 and negative above. Then the 25 units over eight epochs: without the penalty they stay about one half or higher; with gamma 1 they fall quickly, by hand into a narrow band just above 0.1, by torch with one bounce to between 0.1 and 0.2."}} tags=["cover"]
def draw_paths(axes, paths):
    for ax, (title, path) in zip(axes, paths.items()):
        ax.plot(np.arange(len(path)) / 4, path, color=plots.COLOURS["blue"], lw=0.8)
        ax.axhline(0.1, color=plots.COLOURS["vermilion"], ls="--")
        ax.set(title=title, xlabel="epoch")


paths = {"by hand, γ = 0": without[1], "by hand, γ = 1": by_hand[1]}
paths["torch, γ = 1"] = np.array(diary)[::10]
fig, (first, *axes) = plt.subplots(1, 4, figsize=(9.5, 3), sharey=True)
rho_axis = np.linspace(0.015, 0.9, 200)
first.plot(-kl_gradient(0.1, rho_axis), rho_axis, color=plots.COLOURS["orange"])
first.axvline(0, color="k", lw=0.8)
first.axhline(0.1, color=plots.COLOURS["vermilion"], ls="--")
first.set(xlim=(-6, 6), ylim=(0, 1), xlabel="force, γ = 1", ylabel="ρ of each unit")
first.set_title("← down · up →")
draw_paths(axes, paths)

# %%
for title, path in paths.items():
    near = np.mean((path[-1] > 0.05) & (path[-1] < 0.2))
    print(f"{title}: {near:.0%} of the units between ρ̄/2 and 2ρ̄")
    assert near == title.endswith("1")
assert (by_hand[1][-1] > 0.1).all()

# %% mystnb={"image": {"alt": "The measured curve on the axes of the prediction: from one half the mean activity falls within an epoch to a little above 0.1, and stays there."}}
measured = by_hand[1].mean(axis=1)
predictions.reveal("04-fall", measured, x=np.arange(len(measured)) / 4)

# %% [markdown]
# On the left, the force once more, laid on its side so that all panels share the axis of ρ. Left alone, units have a mean activity of about one half or more. With the penalty they fall within an epoch and settle *near* $\bar\rho$, a little above: there the error, which wants the units active, pulls up as hard as the force pulls down. The balance moves with γ: the stronger the force, the nearer to $\bar\rho$.
#
# **Explore.** What would these 25 units pay for another $\bar\rho$, and where would they be pushed? Move the sliders, or drag $\bar\rho$ in a picture; the points are the units after eight epochs. *Let them roll* lets each follow the penalty's force alone: its sum changes by $\gamma\,(\bar\rho-\rho_j)$ times a small step, the force times $f'(s_j)$.

# %% mystnb={"image": {"alt": "Explorer: a choice of network and sliders for the desired activity and gamma beside two panels. Left, the price against the mean activity of a unit, a bowl with its bottom at 0.1, and the units of the network without a penalty far up its right side. Right, the force: positive below 0.1, negative above, where all units lie."}}
ends = {"γ = 0": without[1][-1], "γ = 1": by_hand[1][-1]}
explore.sparsity_force(ends)


# %% [markdown]
# Every unit of the network that was trained without the penalty is pushed down. Those trained with it pay next to nothing, and still feel a little of the force: it has to hold them against the error.

# %%
def running_mean(net, batch, rho, t):
    """ρ remembered, with a pinch of what is new: 0.2 % per sample."""
    pinch = 0.002 * len(batch)
    return (1 - pinch) * rho + pinch * mean_activity(code(net, batch))


held = [train(running_mean, gamma=strength)[1][-1] for strength in (0.3, 1.0, 3.0)]
weak, middle, strong = (np.median(rho) - 0.1 for rho in held)
assert weak > middle > strong > 0

# %% [markdown]
# ### Whose mean? Four answers
#
# A full pass before every step is honest and absurdly expensive. Three cheaper ways:
#
# - **running mean**, used just now, and the natural partner of the lecture's online rule $\Delta w=\eta\,\delta\,x$ (`Network.sweep(…, memory=500)` is this, ready made; Hinton's guide to Boltzmann machines recommends the same);
# - **mini-batch**: the mean of the samples in the batch, which is what `penalties.KL` and most torch code do;
# - **once per epoch**: a full pass now and then, kept until the next one.

# %%
predictions.choose(
    "04-stale-mean",
    "One of these can destroy the network. Which?",
    ["full pass", "running mean", "mini-batch of 20", "once per epoch"],
)


# %%
def mini_batch(net, batch, rho, t):
    return mean_activity(code(net, batch))


def once_per_epoch(net, batch, rho, t):
    return full_pass(net, batch, rho, t) if t == 0 else rho


runs = {"full pass": by_hand, "running mean": train(running_mean)}
runs["mini-batch of 20"] = train(mini_batch)
runs["once per epoch"] = train(once_per_epoch)
runs["same, η = 0.02"] = train(once_per_epoch, eta=0.02)

# %% mystnb={"image": {"alt": "Mean activities over eight epochs for four ways: running mean and mini-batch settle near 0.1; a mean taken once per epoch throws all units to zero or one; with a smaller step they swing up and down from epoch to epoch, mostly above the target."}}
fig, axes = plt.subplots(1, 4, figsize=(9, 2.6), sharey=True)
draw_paths(axes, {title: runs[title][1] for title in [*runs][1:]})
axes[0].set_ylabel("ρ of each unit");

# %%
paid = {name: kl_divergence(0.1, path[-1]).sum() for name, (_, path) in runs.items()}
predictions.reveal("04-stale-mean", max(paid, key=paid.get))

# %% [markdown]
# The thermostat that is read once a day. All epoch long, units are pushed away from where they were in the morning; they overshoot, and the next epoch pushes them back even harder, for near $\rho=0$ the force is huge. At this learning rate they end fully on or fully off within the eight epochs, and then hear nothing (decided units are deaf). With steps 25 times smaller they swing, and none dies. A stale $\rho$ is not a cheaper version of a full pass; *refresh it as fast as the weights move*. The other two look alike, but for a dip at the start, where the running mean lags behind units that fall fast. They are not alike.
#
# ### A batch of one

# %%
predictions.choose(
    "04-batch-of-one",
    "Take the mini-batch's own mean, and let the batch shrink to one sample: then the "
    "unit's ρ is its activity on that sample. Which unit is being asked for now?",
    ["the specialist", "the waverer", "the mumbler"],
)

# %%
online = {"batch_size": 1, "eta": 0.1, "epochs": 4}
runs["one: running mean"] = train(running_mean, **online)
runs["one: own activity"] = train(mini_batch, **online)

# %% tags=["nbval-ignore-output"]
error, total, d = {}, {}, {}
print(f"{'':18}     J   Σ KL     d   h > ½")
for name, (net, _) in runs.items():
    h = code(net)
    error[name], d[name] = net.cost(digits, digits), decidedness(h)
    total[name] = kl_divergence(0.1, mean_activity(h)).sum()
    numbers = f"{error[name]:5.2f} {total[name]:6.2f} {np.median(d[name]):5.2f}"
    print(f"{name:18} {numbers} {np.mean(h > 0.5):7.1%}")

# %%
honest, own = "one: running mean", "one: own activity"
print("each less decided than any with a running mean:", d[own].max() < d[honest].min())
assert total["once per epoch"] > 50 * total["full pass"]
assert total[own] < 2 * total[honest] and error[own] > 1.2 * error[honest]

# %%
predictions.reveal("04-batch-of-one", "the mumbler")

# %% [markdown]
# Look at the last two rows. The same network, data, $\bar\rho$, γ and number of steps, and a total KL that is small in both. But with its own activity for $\rho$, a unit is told to say $\bar\rho$ *at every sample*: the demand of the mumbler. Decidedness collapses, (almost) nothing is ever active, the error rises. **Average first, then KL**: the order is no detail.
#
# A batch of $m$ lies in between. KL is a bowl, so the mean of the KLs of noisy means lies above the KL of the mean. By how much? Taylor's formula, cut off after the second-order term, gives half the bend times the variance of a mean of $m$ samples:
#
# $$\overline{KL(\bar\rho\parallel\rho_{\text{batch}})}\approx KL(\bar\rho\parallel\rho_j)+\tfrac12\Big(\frac{\bar\rho}{\rho_j^2}+\frac{1-\bar\rho}{(1-\rho_j)^2}\Big)\frac{\operatorname{Var}h_j}{m}.$$
#
# Near $\rho_j=\bar\rho$ the extra is $d_j/2m$: **a mini-batch charges units for being decided.** *Check*, with many random batches:

# %% tags=["nbval-ignore-output"]
h = code(by_hand[0])
rho, rng = mean_activity(h), np.random.default_rng(0)
bend = 0.1 / rho**2 + 0.9 / (1 - rho) ** 2
for m in (20, 50, 200):
    means = h[rng.integers(len(h), size=(2_000, m))].mean(axis=1)
    extra = (kl_divergence(0.1, means) - kl_divergence(0.1, rho)).mean(axis=0).sum()
    predicted = (bend * h.var(axis=0) / (2 * m)).sum()
    print(f"m = {m:3}: extra charge {extra:.3f}, predicted {predicted:.3f}")
    assert 0.75 < extra / predicted < 1.25

# %% [markdown]
# With a few hundred samples per batch the extra is small change beside the error. With one, it is nearly the whole bill.
#
# ## 7 · Mean activity is not sparsity (C4)
#
# Back to the first section, now with units that have learned. Both networks of the last experiment satisfy the second slide. Do they satisfy the first? From each we take all units together, and one unit whose $\rho_j$ is the same in both.

# %% mystnb={"image": {"alt": "Left: histograms of all activities on a logarithmic count axis: with the running mean most are near zero and a tail reaches one; with own activity everything lies in a hump near 0.1. Right: activities of one unit of each network, sorted: one falls steeply from nearly one to about zero for most digits, the other gently from 0.28 to 0.03; both have the same mean."}}
wide, narrow = code(runs[honest][0]), code(runs[own][0])
gaps = np.abs(np.subtract.outer(mean_activity(wide), mean_activity(narrow)))
i, j = np.unravel_index(gaps.argmin(), gaps.shape)
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
for name, h, unit in ((honest, wide, wide[:, i]), (own, narrow, narrow[:, j])):
    left.hist(h.ravel(), np.linspace(0, 1, 41), histtype="step", lw=1.8, log=True)
    right.plot(np.sort(unit)[::-1], label=f"{name[5:]}, ρ = {unit.mean():.2f}")
left.set(xlabel="activity h", ylabel="how often", title="all 25 units")
right.set(xlabel="digits, sorted for each unit", title="activity h of one unit each")
legend = right.legend()

# %%
pair = wide[:, i], narrow[:, j]
prices = [float(kl_divergence(0.1, unit.mean())) for unit in pair]
print("their prices differ by less than 0.001:", abs(prices[0] - prices[1]) < 1e-3)
above = [bool(np.mean(unit > 0.5) > 0.02) for unit in pair]
print("active (above ½) for more than 2 % of the digits:", above)
assert above == [True, False]

# %% [markdown]
# One unit is strongly active for few digits and nearly off for most; the other wavers about its mean. Their mean is the same, and so is their price. So what made the first network's units decided? Not the KL, which sees nothing but means. The *error* is the only other term: a unit that never changes is of no use to the decoder. Take strength from the error, by a tiny $\bar\rho$ and a weight penalty that forbids the decoder to amplify whispers, and mumblers appear though the mean is taken correctly:

# %% tags=["nbval-ignore-output"]
h = code(train(running_mean, gamma=3.0, rho_bar=0.02, lam=3e-3, epochs=12)[0])
paid = kl_divergence(0.02, mean_activity(h)).sum()
print(f"Σ KL = {paid:.4f}, decidedness {decidedness(h).max():.2f} at most")
assert paid < 0.02 and decidedness(h).max() < 0.2 and (h > 0.5).mean() < 0.005

# %% [markdown]
# Every unit obeys, and none is sparse. Whenever you use this penalty, look at the histogram, not at the mean. Notebook 05 maps where it leads to strokes and where to this.
#
# ## 8 · Where it fails
#
# **Deaf units.** A unit that is fully on for half of the data and fully off for the rest pays a lot. What reaches its bias?

# %%
h = sigmoid(np.repeat([20.0, -20.0], 10))
heard = (kl_gradient(0.1, h.mean()) * h * (1 - h)).mean()
print(f"pays {kl_divergence(0.1, h.mean()):.2f}, hears {heard:.0e}")

# %% [markdown]
# **Other activations.** $\rho$ must be a probability. For tanh or ReLU the KL is not defined, and `Network` says so before anything is computed:

# %%
try:
    Network([3, 2, 3], "tanh").gradients(x, y, rho_bar=0.1, gamma=1.0)
except ValueError as complaint:
    print(complaint)


# %% [markdown]
# **Wrong mean, wrong demand.** KL per sample, a stale $\rho$, a batch of a few samples: nothing crashes, the reconstruction error falls, and something else is learned.
#
# ## Exercises
#
# **Exercise 1: the price of a layer.** From the activities of sigmoid units, return each unit's KL divergence.

# %% nbgrader={"grade": false, "grade_id": "ex04-1-prices", "locked": false, "schema_version": 3, "solution": true, "task": false}
def prices_of_units(h, rho_bar):
    """KL(rho_bar ‖ rho_j) of each unit, shape (J,), from activities h, shape (n, J)."""
    ### BEGIN SOLUTION
    rho = h.mean(axis=0)
    on = rho_bar * np.log(rho_bar / rho)
    return on + (1 - rho_bar) * np.log((1 - rho_bar) / (1 - rho))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex04-1-prices-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex04-1-prices")


# %% [markdown]
# **Exercise 2: the sparse δ.** Given are the sums `s` of hidden sigmoid units for all data, shape (n, J), the weights `w` to the next layer, shape (I, J), and that layer's `delta`, shape (n, I). Return the hidden deltas of C8, shape (n, J), with $\rho_j$ from these data.

# %% nbgrader={"grade": false, "grade_id": "ex04-2-sparse-delta", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sparse_delta(s, w, delta, rho_bar, gamma):
    """Lecture's delta of sigmoid hidden units with sparsity, one row per sample."""
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-s))
    rho = h.mean(axis=0)
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w - gamma * slope) * h * (1 - h)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex04-2-sparse-delta-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex04-2-sparse-delta")


# %% [markdown]
# **Exercise 3: another price.** Someone prefers the penalty $\frac\gamma2\sum_j(\rho_j-\bar\rho)^2$ beside the averaged cost. Derive its gradient with respect to the weights of sigmoid units $h=f(wx+b)$, and write it down. (Which of the three lines changes?)

# %% nbgrader={"grade": false, "grade_id": "ex04-3-square", "locked": false, "schema_version": 3, "solution": true, "task": false}
def square_gradient(x, w, b, rho_bar, gamma):
    """Gradient of gamma/2 Σ_j (rho_j − rho_bar)² with respect to w, shape (J, d).

    x: (n, d) inputs; w: (J, d) and b: (J,) parameters of sigmoid units.
    """
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-(x @ w.T + b)))
    signal = gamma * (h.mean(axis=0) - rho_bar) * h * (1 - h) / len(x)
    return signal.T @ x
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex04-3-square-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex04-3-square")

# %% [markdown]
# **Question.** A fellow student trains a sparse autoencoder, prints $\rho_j\approx0.05$ for all units, and writes: "each feature is active for five percent of the digits". Why does that not follow? Describe a unit for which it is wrong, say why the penalty does not prevent it, and name a picture or a number that would settle the matter. (About 100 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex04-w-five-percent", "locked": false, "schema_version": 3, "solution": true, "task": false}
# The number printed is an average of activities, not a fraction of digits. A unit that says 0.05 to each and every digit has the same mean, is never "active", and carries no information about its input. The penalty is a function of the mean alone, so at the desired mean it is zero for this unit just as for one that is fully on for five percent of the digits; only the reconstruction error speaks for the second one. A histogram of the unit's activities over the digits would settle it: two separate groups near 0 and 1, or a single hump near 0.05. As a number: the fraction of digits with an activity above one half, or the variance of the activity divided by ρ(1−ρ), which is near 1 or near 0.

# %% [markdown]
# ## Summary
#
# - The lecture's two slides ask for two things. The formula asks for the second: a mean activity $\rho_j$ near $\bar\rho$ (C4). It costs nothing there, and without limit towards 0 and 1 (C5).
# - $\partial KL/\partial w_{jk}$ is a **sum of shares**, one per sample: slope of the KL, times $f'(s_j^q)/N$, times $x_k^q$ (C6). One share alone fails the check; the sum passes.
# - With $\gamma=\beta/N$ it joins backpropagation as one more term in the hidden $\delta$ (C8); γ, not β, keeps its meaning when data are added.
# - Too active: down; too quiet: up, where $f'(s_j)\,x_k>0$ (C9). The bias hears $-\gamma(\rho_j-\bar\rho)(1-d_j)$, so that decided units are deaf.
# - In training, units settle near $\bar\rho$, where error and force balance. $\rho$ by running mean or by mini-batches of 20 works here (the smaller the batch, the more it charges for being decided); with a stale $\rho$ units swing, or die at a larger step; a KL per sample makes mumblers.
#

# %%
predictions.calibration("04")

# %% [markdown]
# Next: with the penalty understood, turn it loose on more units, and look at *what* they become active for.
#
# ## Further reading
#
# - A. Ng, [Autoencoders and sparsity](http://ufldl.stanford.edu/wiki/index.php/Autoencoders_and_Sparsity), UFLDL: where the lecture's picture of features comes from; its δ has the other sign, its β is our γ.
# - B. A. Olshausen & D. J. Field (1996), Emergence of simple-cell receptive field properties by learning a sparse code for natural images, *Nature* 381, 607–609, [doi:10.1038/381607a0](https://doi.org/10.1038/381607a0). Where sparse coding became famous, with a price on each activity instead of the mean.
# - G. E. Hinton (2012), A practical guide to training restricted Boltzmann machines, [doi:10.1007/978-3-642-35289-8_32](https://doi.org/10.1007/978-3-642-35289-8_32). A running mean, a target, a cross-entropy between the two: section "Encouraging sparse hidden activities".
# - B. Willmore & D. J. Tolhurst (2001), Characterizing the sparseness of neural codes, *Network* 12, 255–270, [doi:10.1080/net.12.3.255.270](https://doi.org/10.1080/net.12.3.255.270). What "sparse" can mean, and why measures of it disagree.
# - S. Kullback & R. A. Leibler (1951), On information and sufficiency, *Annals of Mathematical Statistics* 22, 79–86, [doi:10.1214/aoms/1177729694](https://doi.org/10.1214/aoms/1177729694). The divergence.
