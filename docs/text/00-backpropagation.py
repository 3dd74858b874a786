# %% [markdown] slideshow={"slide_type": "slide"}
# # 00 · Backpropagation
#
# **The question.** A network gives a wrong answer. Which of its weights are to blame, how much, and
# which way should each of them move?
#
# **You will**
#
# 1. send numbers forward and errors backward through a network of six units, by hand, every number;
# 2. see the computation as a graph, derive backpropagation on it in four lines, and check each line
#    by computing the same number in a second way;
# 3. compare the lecture's $\delta$ with the gradient that autograd leaves;
# 4. test a gradient so that a wrong one can hardly hide;
# 5. count what a gradient costs, with backpropagation and without;
# 6. let a network learn with the online rule $\Delta w = \eta\,\delta\,x$, and watch five ways in
#    which that can fail, with a remedy for most.
#
# **Time:** half an hour for the story, an evening with the exercises; everything runs in under half
# a minute.
# **Lecture:** C7, and the symbols of all that follows; the [notation table](../docs/notation.md)
# has them in one place.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch

from aelib import plots
from aelib.backprop import Network, sigmoid
from aelib.desk import predictions
from aelib.desk.verdicts import verdict
from aelib.diagrams import draw_computation, draw_network
from aelib.explore import one_weight
from aelib.gradcheck import (
    STEP,
    check,
    check_gradients,
    numerical_gradient,
    relative_error,
)

plots.use_style()

# %% [markdown]
# Each line of the derivation is followed by its check: the function `check` compares two results,
# and stops the notebook if they differ.

# %% [markdown]
# ## A network you can hold in your head
#
# Two inputs, two hidden units, two outputs. Three letters keep the layers apart: $k$ counts inputs,
# $j$ hidden units, $i$ outputs. The weight $w_{jk}$ leads *from* $k$ *to* $j$: read the indices
# from right to left. In code that is `W1[j, k]`, one row per receiving unit. (Formulas count from
# 1, Python from 0: $w_{12}$ is `W1[0, 1]`.)

# %% mystnb={"image": {"alt": "Two inputs, two hidden units and two outputs, joined by eight weights with their values; biases stand below the units."}} slideshow={"slide_type": "slide"}
W1 = np.array([[0.4, -0.6], [-0.8, 0.4]])  # W1[j, k]: from input k to hidden j
W2 = np.array([[1.0, -0.5], [-0.4, 0.8]])  # W2[i, j]: from hidden j to output i
b1, b2 = np.array([0.1, 0.2]), np.array([0.1, -0.2])
x, y = np.array([1.0, 0.5]), np.array([1.0, 0.0])

net = Network.from_parameters([W1, W2], [b1, b2])
ax = draw_network(net)

# %% [markdown]
# Blue weights are positive, orange ones negative, thick ones large. We show it the input $x = (1,\
# 0.5)$ and would like to see the target $y = (1,\ 0)$.
#
# ## Forward, every number
#
# A hidden unit adds up what it receives, $s_j = \sum_k w_{jk} x_k + b_j$, and squashes the sum,
# $h_j = f(s_j)$, with the sigmoid $f(s) = 1/(1+e^{-s})$.

# %%
s_hidden = np.zeros(2)
for j in range(2):
    (w_1, w_2), b = W1[j], b1[j]
    s = s_hidden[j] = w_1 * x[0] + w_2 * x[1] + b
    print(f"hidden s_{j + 1} = {w_1:+}·{x[0]} {w_2:+}·{x[1]} {b:+} = {s:+.4f}")
h = 1 / (1 + np.exp(-s_hidden))
print("h =", h.round(4))

# %% [markdown]
# The outputs do the same with $h$ in the place of $x$: $s_i = \sum_j w_{ij} h_j + b_i$ and $\hat
# y_i = f(s_i)$.

# %%
s_output = np.zeros(2)
for i in range(2):
    (w_1, w_2), b = W2[i], b2[i]
    s = s_output[i] = w_1 * h[0] + w_2 * h[1] + b
    print(f"output s_{i + 1} = {w_1:+}·{h[0]:.4f} {w_2:+}·{h[1]:.4f} {b:+} = {s:+.4f}")
y_hat = 1 / (1 + np.exp(-s_output))
print("ŷ =", y_hat.round(4))

# %% [markdown]
# How wrong is that? The lecture's cost of one sample $q$ is half the squared distance from the
# target, $J^q = \tfrac12 \sum_i (y_i - \hat y_i)^2$. The half is there so that the 2 of the
# derivative goes away.

# %%
J = 0.5 * ((y[0] - y_hat[0]) ** 2 + (y[1] - y_hat[1]) ** 2)
print(f"J = ½ ({y[0] - y_hat[0]:+.4f})² + ½ ({y[1] - y_hat[1]:+.4f})² = {J:.4f}")
check("cost by hand and net.cost", J, net.cost(x, y), bound=1e-12)

# %% [markdown]
# The first output is too low, the second too high.
#
# ### The computation as a graph
#
# What we have just done is a chain of steps. Each box below is a value, each blue arrow a step that
# makes it from the one before; weights and biases come in from below.

# %% mystnb={"image": {"alt": "Six boxes in a row: x, the hidden sums, h, the output sums, y-hat and J. Blue arrows lead from each to the next and from the weights into the two boxes of sums. Purple arrows lead back from J as far as the hidden sums, each with the factor that it multiplies by, and down to the weights, where minus delta times what was sent arrives."}} slideshow={"slide_type": "slide"}
steps = ["W₁x + b₁", "f", "W₂h + b₂", "f", "½ Σ (y − ŷ)²"]
slopes = ["", "f′(sⱼ)", "Σᵢ wᵢⱼ ·", "f′(sᵢ)", "yᵢ − ŷᵢ"]
parameters = {1: ("W₁, b₁", "−δⱼ xₖ, −δⱼ"), 3: ("W₂, b₂", "−δᵢ hⱼ, −δᵢ")}
ax = draw_computation(["x", "sⱼ", "hⱼ", "sᵢ", "ŷᵢ", "J"], steps, slopes, parameters)

# %% [markdown] slideshow={"slide_type": "slide"}
# The purple arrows are the plan of the next section. To learn how $J$ depends on any value, one
# starts at $J$, multiplies by the derivative of each step on the way back, and adds where paths
# meet: that is the chain rule. Each of these derivatives is *local*: it needs what its own step
# knows and nothing else. This is the **computational graph**; autograd builds one for every
# computation that it watches.
#
# ## Backward, line by line
#
# We want $\partial J/\partial w$ for all eight weights and four biases. The trick of
# **backpropagation** is to ask first about something else: which way should each *sum* $s$ move?
#
# $$\delta \equiv -\frac{\partial J}{\partial s}$$
#
# A positive $\delta$ says: more of $s$, please. That is the lecture's sign. The checks by numbers
# below ask $J$ itself: they nudge a number a little up and down and look at what $J$ does (a
# **central difference**), without any chain rule. One check is by algebra instead: SymPy
# differentiates, by rules of its own.
#
# ### Line 1: an output's δ
#
# $J$ feels $s_i$ only through $\hat y_i = f(s_i)$, so the chain rule has two links:
#
# $$\delta_i = -\frac{\partial J}{\partial \hat y_i}\,\frac{d\hat y_i}{ds_i} = (y_i - \hat y_i)\,f'(s_i), \qquad f'(s) = f(s)\,(1 - f(s)).$$
#
# *Check by algebra.* SymPy differentiates $J$ on its own and subtracts our claim:

# %%
s_i, y_i = sympy.symbols("s_i y_i")
f = 1 / (1 + sympy.exp(-s_i))
claim = (y_i - f) * f * (1 - f)
print("−∂J/∂s − claim =", sympy.simplify(-sympy.diff((y_i - f) ** 2 / 2, s_i) - claim))

# %% [markdown]
# *Check by numbers:*

# %%
delta_output = (y - y_hat) * y_hat * (1 - y_hat)
for i in range(2):
    error, slope = y[i] - y_hat[i], y_hat[i] * (1 - y_hat[i])
    print(f"δ_{i + 1} = ({error:+.4f})·{slope:.4f} = {delta_output[i]:+.4f}")

nudged = numerical_gradient(lambda s: 0.5 * ((y - sigmoid(s)) ** 2).sum(), s_output)
check("δ_i = −∂J/∂s_i", delta_output, -nudged)

# %% [markdown]
# ### Line 2: a hidden unit's δ

# %% slideshow={"slide_type": "slide"}
pairs = [(one, two) for one in ("more", "less") for two in ("more", "less")]
predictions.choose(
    "00-hidden-wishes",
    "Output 1 wants more, output 2 wants less. Look at the four weights on the right "
    "of the drawing. Should the two hidden units be more active, or less?",
    [f"unit 1 {one}, unit 2 {two}" for one, two in pairs],
)

# %% [markdown] slideshow={"slide_type": "slide"}
# A hidden unit has no target. But it speaks to *every* output, through $s_i = \sum_j w_{ij} h_j +
# b_i$, so it collects what they want, each wish weighted by the connection it came through:
#
# $$\delta_j = -\sum_i \frac{\partial J}{\partial s_i}\,\frac{\partial s_i}{\partial h_j}\,\frac{dh_j}{ds_j} = f'(s_j) \sum_i w_{ij}\,\delta_i.$$
#
# These are the same weights as on the way forward, walked the other way. Hence the name.

# %%
delta_hidden = np.zeros(2)
for j in range(2):
    wish = W2[0, j] * delta_output[0] + W2[1, j] * delta_output[1]
    delta_hidden[j] = h[j] * (1 - h[j]) * wish
    print(f"δ_{j + 1} = {h[j] * (1 - h[j]):.4f}·({wish:+.4f}) = {delta_hidden[j]:+.4f}")


def cost_of_sums(s):
    return 0.5 * ((y - sigmoid(W2 @ sigmoid(s) + b2)) ** 2).sum()


check("δ_j = −∂J/∂s_j", delta_hidden, -numerical_gradient(cost_of_sums, s_hidden))

# %% slideshow={"slide_type": "slide"}
one, two = ["more" if delta > 0 else "less" for delta in delta_hidden]
predictions.reveal("00-hidden-wishes", f"unit 1 {one}, unit 2 {two}")

# %% [markdown] slideshow={"slide_type": "slide"}
# Unit 1 up, unit 2 down: both outputs happen to agree on both units. On unit 1 each $\delta_i$
# meets a weight of its own sign, on unit 2 one of the opposite sign, so that in both sums the two
# wishes add up.
#
# ### Line 3: a weight's gradient
#
# $w_{jk}$ appears in one place only, as the factor of $x_k$ in $s_j$, so $\partial s_j/\partial
# w_{jk} = x_k$ and
#
# $$\frac{\partial J}{\partial w_{jk}} = -\delta_j\,x_k, \qquad \frac{\partial J}{\partial w_{ij}} = -\delta_i\,h_j.$$
#
# What arrives, times what was sent. One rule for every layer: its input is called $x$ in the first
# and $h$ in the second.

# %%
for layer, delta, sent in (("hidden", delta_hidden, x), ("output", delta_output, h)):
    for i, j in np.ndindex(2, 2):
        product = f"−({delta[i]:+.4f})·{sent[j]:.4f} = {-delta[i] * sent[j]:+.4f}"
        print(f"{layer} ∂J/∂w_{i + 1}{j + 1} = {product}")

# %% [markdown]
# All products of two vectors at once are an outer product. *Check:*

# %%
grad_W1, grad_W2 = -np.outer(delta_hidden, x), -np.outer(delta_output, h)


def cost_of(W1=W1, b1=b1, W2=W2, b2=b2):
    return 0.5 * ((y - sigmoid(W2 @ sigmoid(W1 @ x + b1) + b2)) ** 2).sum()


check("∂J/∂w_jk", grad_W1, numerical_gradient(lambda w: cost_of(W1=w), W1))
check("∂J/∂w_ij", grad_W2, numerical_gradient(lambda w: cost_of(W2=w), W2))

# %% [markdown]
# ### Line 4: a bias's gradient
#
# A bias is a weight whose input is always 1, so $\partial J/\partial b = -\delta$.

# %%
check("∂J/∂b_j", -delta_hidden, numerical_gradient(lambda b: cost_of(b1=b), b1))
check("∂J/∂b_i", -delta_output, numerical_gradient(lambda b: cost_of(b2=b), b2))

# %% [markdown]
# That is all of backpropagation: two lines for $\delta$, one for weights, one for biases. Here it
# is on the network itself, $\delta$ below each hidden and output unit and $\partial J/\partial w$
# below each weight:

# %% mystnb={"image": {"alt": "The same network with its activities, a delta below each hidden and output unit, and the derivative of the cost below each weight."}} slideshow={"slide_type": "slide"} tags=["cover"]
ax = draw_network(net, x, y, gradients=True)

# %% [markdown]
# Follow one number. The weight from $x_1$ to $h_1$ carries the input 1, so its gradient is just
# $-\delta_1$ of that unit; the weight from $x_2$ carries 0.5 and gets half as much. Weights that
# carried more into the mistake get more of the blame.
#
# ## The same by `backprop.py`, and by autograd
#
# `Network` is these four lines for any number of layers. Its `gradients` average over samples; here
# there is one.

# %%
(dW1, dW2), (db1, db2) = net.gradients(x, y)
for name, ours, theirs in (
    ("W1", dW1, grad_W1),
    ("W2", dW2, grad_W2),
    ("b1", db1, -delta_hidden),
    ("b2", db2, -delta_output),
):
    check(f"{name}: net.gradients and by hand", ours, theirs, bound=1e-14)

# %% [markdown]
# Torch does the bookkeeping by itself: it records the forward computation and runs the chain rule
# back along the record.

# %%
V1, c1, V2, c2 = (torch.tensor(a, requires_grad=True) for a in (W1, b1, W2, b2))
t_hidden = V1 @ torch.tensor(x) + c1
t_output = V2 @ torch.sigmoid(t_hidden) + c2
t_hidden.retain_grad()
(0.5 * (torch.tensor(y) - torch.sigmoid(t_output)).square().sum()).backward()
check("W1: autograd and by hand", V1.grad, grad_W1, bound=1e-14)
check("W2: autograd and by hand", V2.grad, grad_W2, bound=1e-14)

# %% [markdown]
# ### A matter of sign
#
# We told torch to keep the gradient of the hidden sums. Here it stands beside the lecture's
# $\delta_j$:

# %%
print("lecture's δ_j      ", delta_hidden.round(4))
print("autograd's ∂J/∂s_j ", t_hidden.grad.numpy().round(4))
assert np.allclose(t_hidden.grad, -delta_hidden)

# %% [markdown]
# Same size, opposite sign. The lecture's $\delta = -\partial J/\partial s$ points *downhill* and is
# *added*: $\Delta w = +\eta\,\delta\,x$. Autograd's gradient points *uphill* and is *subtracted*;
# so is the $\delta$ of a well-known text, Stanford's UFLDL tutorial. Both are right. Mixing them is
# the classic way to climb instead of descend.
#
# ## How to trust a gradient
#
# Our hand-made judge was the central difference, $\big(J(w+h) - J(w-h)\big)/2h$. How small should
# the step $h$ be? We measure the error by `relative_error`, the distance between two gradients
# divided by the larger of their norms: 0 for equal ones, 2 for opposite ones.

# %% mystnb={"image": {"alt": "Empty axes: relative error from 1e-12 to 10 over the step h from 1e-14 to 1, both logarithmic."}} slideshow={"slide_type": "slide"}
predictions.draw(
    "00-step-size",
    "A derivative is the limit h → 0. How does the error depend on the step h?",
    x=np.logspace(-14, 0, 15),
    y_range=(1e-12, 10),
    x_label="step h",
    y_label="relative error",
    x_log=True,
    y_log=True,
)

# %% mystnb={"image": {"alt": "Error of the central difference against its step, both logarithmic: a V with its lowest point near the default step."}} slideshow={"slide_type": "slide"}
steps = np.logspace(-14, 0, 57)
nudged = [numerical_gradient(lambda w: cost_of(W1=w), W1, step) for step in steps]
errors = [relative_error(grad_W1, gradient) for gradient in nudged]
fig, ax = plt.subplots()
ax.loglog(steps, errors, ".-")
ax.axvline(STEP, color=plots.COLOURS["vermilion"], label=f"our step, {STEP:.0e}")
ax.set(xlabel="step h", ylabel="relative error", title="Not too large, not too small")
legend = ax.legend()

# %% mystnb={"image": {"alt": "The measured curve on the axes of the prediction: a V that falls to its lowest point near a step of 1e-5 and rises again."}} slideshow={"slide_type": "slide"}
predictions.reveal("00-step-size", errors, x=steps)

# %% [markdown]
# A V. On its right arm the step is too long: a constant bend cancels between the two sides, but
# within a long step the bend itself changes, and the error grows like $h^2$. The shorter the step
# on the left arm, the more of their sixteen digits the two costs share, and the subtraction leaves
# only rounding: the error grows like $1/h$. The arms meet near the cube root of the machine's
# precision, and that is the step `gradcheck` takes.
#
# `check_gradients` does this for every block of parameters of any `Network`:

# %%
rng = np.random.default_rng(0)
larger = Network([5, 7, 4, 3], ["tanh", "relu", "sigmoid"], seed=0)
found = check_gradients(larger, rng.normal(size=(10, 5)), rng.random((10, 3)))
print({block: error < 1e-7 for block, error in found.items()})

# %% [markdown]
# Why so much fuss? Let us forget one factor, the $f'(s_j)$ of line 2.

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "00-forgetful", "With that wrong gradient, will the cost still fall?", ["yes", "no"]
)

# %% tags=["claim-00-wrong-but-downhill"]
forgetful = -np.outer(W2.T @ delta_output, x)  # no f'(s_j)
after = cost_of(W1=W1 - 1.0 * forgetful)
print(f"cost before {J:.3f}, after a step along the wrong gradient {after:.3f}")
print(f"relative error of the wrong gradient: {relative_error(forgetful, grad_W1):.2f}")
assert after < J and relative_error(forgetful, grad_W1) > 0.5

# %% slideshow={"slide_type": "slide"}
predictions.reveal("00-forgetful", "yes" if after < J else "no")

# %% [markdown]
# It falls. A wrong gradient can still point roughly downhill, so *a falling cost proves nothing*.
# The comparison with central differences shows the mistake at once: a correct gradient is off by
# less than $10^{-7}$, this one by most of its own size. (A test at one point can miss a mistake
# that shows only elsewhere, so one tests at several, with inputs of both signs.)
#
# ## What a gradient costs
#
# If central differences are so honest, why not learn with them? Because they ask $J$ twice for each
# parameter. With $P$ parameters that is $2P$ passes through the network, where one **pass** sends a
# sample from the input to the cost. Backpropagation has all derivatives after one pass forward and
# one backward. Let us count multiplications; nearly all of them belong to a weight.
#
# - *Forward*: each of the $W$ weights multiplies once, $w_{jk}x_k$: $W$ in all.
# - *Backward, for $\delta$* (line 2): each weight multiplies once, $w_{ij}\delta_i$, but for those
#   of the first layer, since nobody asks for a $\delta$ of the input: fewer than $W$.
# - *Backward, for gradients* (line 3): each weight once, $\delta_j x_k$: $W$.
#
# So all derivatives together cost less than three passes, *however many weights there are*.

# %% slideshow={"slide_type": "slide"}
predictions.number(
    "00-passes",
    "An autoencoder 784-196-784 has 308,308 weights and biases. One gradient by central "
    "differences takes how many times as many multiplications as by backpropagation?",
    bands=["factor 2", "factor 10", "factor 100"],
)

# %% tags=["claim-00-passes"]
calls = []


def counted_cost(w):
    calls.append(w)
    return cost_of(W1=w)


numerical_gradient(counted_cost, W1)
print(f"{len(calls)} passes for the {W1.size} weights of W1")
assert len(calls) == 2 * W1.size

layers = [784 * 196, 196 * 784]
weights, parameters = sum(layers), sum(layers) + 196 + 784
by_differences, by_backprop = 2 * parameters * weights, 3 * weights - layers[0]
times = by_backprop / weights
print(f"{parameters:,} parameters: {2 * parameters:,} passes by differences;")
print(f"backpropagation multiplies {times:.1f} times as often as one pass:")
print(f"{by_differences / by_backprop:,.0f} to 1")

# %% slideshow={"slide_type": "slide"}
predictions.reveal("00-passes", by_differences / by_backprop)


# %% [markdown]
# A quarter of a million to one. Real time is not multiplications: small networks spend theirs on
# bookkeeping, and large arrays wait for memory. So we let the clock run, too, on networks with
# three layers of equal width and a batch of 100 samples (the times are this machine's).

# %% mystnb={"image": {"alt": "Cost of a gradient in forward passes against the number of weights and biases, both logarithmic. The line of central differences rises from 24 to over a million passes; the line of backpropagation is level at 2.5, and the dots, measured times, lie near it."}} slideshow={"slide_type": "slide"} tags=["nbval-ignore-output", "claim-00-cost-picture"]
def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


sizes, measured = [], []
for width in (2, 8, 32, 128, 512):
    net_w, batch = Network([width] * 3), np.full((100, width), 0.5)
    passes = [seconds(net_w.cost, batch, batch) for _ in range(15)]
    gradients = [seconds(net_w.gradients, batch, batch) for _ in range(15)]
    sizes.append(2 * width**2 + 2 * width)
    measured.append(np.median(gradients) / np.median(passes))
fig, ax = plt.subplots(figsize=(6.5, 3.2))
ax.loglog(sizes, 2 * np.array(sizes), label="central differences, counted")
ax.loglog(sizes, np.full(5, 2.5), label="backpropagation, counted")
ax.loglog(sizes, measured, "o", label="backpropagation, clock")
ax.set(xlabel="weights and biases", ylabel="cost, in forward passes", ylim=(0.5, 3e6))
fig.legend(loc="outside right center")
assert max(measured) < 30 < 2 * sizes[1]

# %% [markdown]
# The blue line doubles when the network does; the dots stay near the orange one. That is why
# backpropagation matters: a gradient costs a few passes, however many weights there are. Two
# footnotes. Going through the graph *forward* instead, carrying derivatives along (forward-mode
# differentiation), needs no step $h$ and is exact, but takes one pass per parameter, where
# differences take two: going back is cheap because there is *one* cost and there are many
# parameters. And
# backpropagation pays in memory: it has to keep the activities of all layers until $\delta$
# arrives.
#
# ## Learning: Δw = η δ x
#
# The online rule of the lecture: show one sample, and move every weight a little along its own
# downhill direction, $\Delta w_{jk} = \eta\,\delta_j\,x_k$ and $\Delta b_j = \eta\,\delta_j$, with
# the learning rate $\eta$.

# %%
eta = 1.0
learner = Network.from_parameters([W1, W2], [b1, b2])
learner.step(x, y, eta)
check("step: W1", learner.weights[0], W1 + eta * np.outer(delta_hidden, x), bound=1e-14)
check("step: W2", learner.weights[1], W2 + eta * np.outer(delta_output, h), bound=1e-14)
print(f"cost before {J:.4f}, after {learner.cost(x, y):.4f}")

# %% [markdown]
# One step, one sample, a lower cost. (A small step always has one, a large one need not: [below](#Too-large-an-η).) Now a task that needs the hidden layer: of two inputs, is *exactly one* switched on? Output 1 should say yes, output 2 no. No straight line separates the two answers in the plane of the inputs, so a network without hidden units cannot learn this (XOR). We go through the four samples again and again, with our 2-2-2 shape and five random starts.

# %% tags=["claim-00-some-starts-stick"]
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
learners = [Network([2, 2, 2], seed=seed) for seed in range(5)]
costs = np.zeros((5, 1500))
for seed, learner in enumerate(learners):
    for t in range(1500):
        learner.sweep(X, Y, eta=2.0)
        costs[seed, t] = learner.cost(X, Y)
solved = costs[:, -1] < 0.01
print(f"{solved.sum()} of 5 starts solved it")
assert 1 <= solved.sum() <= 4

# %% mystnb={"image": {"alt": "Left: cost against sweeps for five random starts; some fall to zero, others, dashed, stay on a plateau. Right: the first output of a solved network over the plane of inputs, a diagonal band that parts the two white dots from the two black ones."}} slideshow={"slide_type": "slide"}
best = learners[costs[:, -1].argmin()]
a = np.linspace(-0.3, 1.3, 81)
plane = best.predict(np.stack(np.meshgrid(a, a), axis=-1).reshape(-1, 2))[:, 0]
fig, (left, right) = plt.subplots(1, 2, width_ratios=(3, 2))
for curve, done in zip(costs, solved, strict=True):
    colour = plots.COLOURS["blue" if done else "vermilion"]
    left.plot(curve, "-" if done else "--", color=colour)
left.set(xlabel="sweeps over the samples", ylabel="cost J", title="Five starts")
image = right.contourf(a, a, plane.reshape(81, 81), levels=10, cmap="cividis")
edges = plt.cm.gray(1 - Y[:, 0])
right.scatter(*X.T, c=Y[:, 0], cmap="gray", edgecolor=edges, s=90, zorder=3)
right.set(xlabel="input 1", ylabel="input 2", title="Output 1 of one that solved it")
bar = fig.colorbar(image, ax=right)

# %% [markdown]
# At first nothing seems to happen; then a hidden unit finds its line, and the cost drops. On the
# right each of the two hidden units has drawn a line through the plane; the band between the lines
# holds one kind of sample, and the other kind lies outside (white dots: "exactly one"). But some
# starts, dashed, have not come down after 1,500 sweeps (curves that lie on top of each other look
# like one). What do they answer?

# %%
stuck = learners[costs[:, -1].argmax()]
for (first, second), answer in zip(X, stuck.predict(X)[:, 0], strict=True):
    print(f"inputs {first:.0f} {second:.0f}: output 1 is {answer:.1f}")

# %% [markdown]
# Two samples right, and "half" for the other two: downhill from that start led into a place that is
# flat, or nearly so, with half of the task unsolved. A small enough gradient step promises a lower
# cost, not the
# lowest.
#
# ## Where it fails
#
# ### Wrong, and deaf
#
# Take one output with target 0, and push its sum $s$ up. At $s = 10$ its answer is nearly 1, as
# wrong as can be.

# %% mystnb={"image": {"alt": "Empty axes: the size of delta from 0 to 0.3 over the sum s from minus 4 to 10."}} slideshow={"slide_type": "slide"}
predictions.draw(
    "00-saturated",
    "How does |δ| depend on the sum s of an output with target 0? (J is the squared error.)",
    x=np.linspace(-4, 10, 15),
    y_range=(0, 0.3),
    x_label="sum s",
    y_label="|δ|",
)

# %%
s = np.linspace(-4, 10, 200)
deaf = sigmoid(s) * sigmoid(s) * (1 - sigmoid(s))
for s_now in (0.7, 10.0):
    size = sigmoid(s_now) ** 2 * sigmoid(-s_now)
    print(f"s = {s_now:4}: error {sigmoid(s_now):.3f}, |δ| {size:.5f}")
assert deaf[-1] < deaf.max() / 1_000 and s[deaf.argmax()] < 1

# %% mystnb={"image": {"alt": "The measured curve on the axes of the prediction: the size of delta rises to about 0.15 near s = 0.7 and falls back to zero."}} slideshow={"slide_type": "slide"}
predictions.reveal("00-saturated", deaf, x=s)


# %% [markdown] slideshow={"slide_type": "slide"}
# With this cost, a unit that is completely wrong learns next to nothing. $\delta$ is largest at a
# middling mistake and dies out as the mistake becomes complete: the sigmoid is flat there,
# $f'(s)\approx0$. The unit is **saturated**, and deaf to its own error.
#
# *The cure* is another cost. Read $\hat y$ as the probability of a 1; then the **cross-entropy**
# $C=-\sum_i\big[y_i\log\hat y_i+(1-y_i)\log(1-\hat y_i)\big]$ charges minus the logarithm of the
# probability that was given to the target. Its first link is
#
# $$-\frac{\partial C}{\partial\hat y_i}=\frac{y_i}{\hat y_i}-\frac{1-y_i}{1-\hat y_i}=\frac{y_i(1-\hat y_i)-(1-y_i)\,\hat y_i}{\hat y_i(1-\hat y_i)}=\frac{y_i-\hat y_i}{\hat y_i(1-\hat y_i)},$$
#
# and the second link, $f'(s_i)=\hat y_i(1-\hat y_i)$, cancels its denominator: $\delta_i=y_i-\hat
# y_i$. A complete mistake now gives the largest $\delta$ there is. Nothing else in the four lines
# changes.

# %%
def cross_entropy(s):
    y_hat = sigmoid(s)
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)).sum()


check(
    "cross-entropy: δ = y − ŷ", y - y_hat, -numerical_gradient(cross_entropy, s_output)
)


# %% [markdown]
# Does it speed up learning? A fair comparison gives each cost the best of several learning rates.
# We train twenty 2-4-2 networks on exactly-one at once, and count the steps until all four answers
# are on the right side of ½: from ordinary starts, and from starts whose output biases are 10, so
# that every output says 1.

# %%
def steps_to_solve(eta, slope, bias, starts=20, steps=1_000):
    """First step at which each of 20 networks has all answers right; else infinity."""
    rng = np.random.default_rng(0)
    w1, w2 = rng.normal(size=(starts, 2, 4)), rng.normal(size=(starts, 4, 2))
    b1, b2 = np.zeros((starts, 1, 4)), np.full((starts, 1, 2), bias)
    first = np.full(starts, np.inf)
    for t in range(steps):
        h = sigmoid(X @ w1 + b1)
        y_hat = sigmoid(h @ w2 + b2)
        right = ((y_hat > 0.5) == (Y > 0.5)).all(axis=(1, 2))
        first[right] = np.minimum(first[right], t)
        delta_i = (Y - y_hat) * (y_hat * (1 - y_hat) if slope else 1)
        delta_j = h * (1 - h) * (delta_i @ w2.transpose(0, 2, 1))
        w2 += eta / 4 * h.transpose(0, 2, 1) @ delta_i
        w1 += eta / 4 * X.T @ delta_j
        b2 += eta * delta_i.mean(axis=1, keepdims=True)
        b1 += eta * delta_j.mean(axis=1, keepdims=True)
    return first


# %% tags=["claim-00-cross-entropy"]
solved_by = {}
for bias in (0.0, 10.0):
    for name, slope in (("squared error", True), ("cross-entropy", False)):
        tried = {eta: steps_to_solve(eta, slope, bias) for eta in (1, 3, 10, 30)}
        eta = min(tried, key=lambda eta: np.minimum(tried[eta], 1_000).mean())
        solved_by[bias, name] = np.isfinite(tried[eta]).sum()
        print(f"bias {bias:4}, {name}, best η {eta:2}: ", end="")
        print(
            f"{solved_by[bias, name]} of 20 solved, median {np.median(tried[eta]):.0f}"
        )
assert solved_by[10.0, "cross-entropy"] > solved_by[10.0, "squared error"] + 3
assert solved_by[0.0, "squared error"] == solved_by[0.0, "cross-entropy"] == 20

# %% [markdown] slideshow={"slide_type": "slide"}
# From ordinary starts the two are about as fast, once each has its own $\eta$. From saturated
# starts most networks with the squared error have not solved the task after 1,000 steps, at the
# best of four learning rates; with cross-entropy all twenty have. On this task it cures deafness,
# and little else. (Autoencoders of this course keep the lecture's squared error unless they say
# otherwise.)
#
# ### Depth wears δ out
#
# Each layer backward multiplies by weights and by $f'$. How much is lost per layer? Take layers of
# $n$ units each, with Glorot's starting weights, whose variance is $1/n$. Square line 2 and average
# over random weights of mean 0, so that products of different ones vanish:
#
# $$\overline{\delta_j^2}=\overline{f'(s_j)^2}\;\overline{\Big(\sum_iw_{ij}\delta_i\Big)^2}=\overline{f'(s_j)^2}\;n\cdot\frac1n\;\overline{\delta_i^2}.$$
#
# (This treats $f'$ as independent of the rest.) So the typical size of $\delta$ shrinks by the
# typical slope, and the sigmoid's slope is at most ¼, at $s=0$. Back through $L$ layers, **δ
# shrinks about like $(\frac14)^L$**. We measure ten networks with eight layers of a hundred units,
# for four kinds.

# %% tags=["claim-00-quarter"]
kinds = {"sigmoid": ("sigmoid", 1), "sigmoid, weights × 4": ("sigmoid", 4)}
kinds |= {"tanh": ("tanh", 1), "ReLU": ("relu", 1)}
sizes_by_layer, factor = {}, {}
for name, (activation, scale) in kinds.items():
    runs = []
    for seed in range(10):
        deep = Network([100] * 9, activation, output="linear", seed=seed)
        deep.weights = [scale * w for w in deep.weights]
        deltas = deep.deltas(rng.random((50, 100)), rng.random((50, 100)))
        runs.append([np.sqrt((delta**2).mean()) for delta in deltas])
    runs = np.array(runs) / np.array(runs)[:, -1:]
    sizes_by_layer[name] = np.median(runs, axis=0)
    factor[name] = runs[:, 0] ** (1 / 7)
    low, high = factor[name].min(), factor[name].max()
    print(f"{name:21} each layer leaves {low:.2f} to {high:.2f} of δ")
print(f"seven layers back: {sizes_by_layer['sigmoid'][0]:.1e}; (¼)⁷ = {0.25**7:.1e}")
assert factor["sigmoid"].min() > 0.2 and factor["sigmoid"].max() < 0.26
assert min(values.min() for name, values in factor.items() if name != "sigmoid") > 0.5

# %% mystnb={"image": {"alt": "Size of delta by layer, as a share of the last layer's, logarithmic. The sigmoid falls along the dashed line of one quarter per layer to below one ten-thousandth at layer 1; with weights four times as large it falls to a twentieth, with ReLU to a tenth, with tanh to about a half."}} slideshow={"slide_type": "slide"}
fig, ax = plt.subplots(figsize=(6.5, 3.2))
layer = np.arange(1, 9)
for (name, sizes), marker in zip(sizes_by_layer.items(), "osv^", strict=True):
    ax.semilogy(layer, sizes, marker + "-", label=name)
ax.semilogy(
    layer, 0.25 ** (8.0 - layer), "--", color="gray", label="one quarter per layer"
)
ax.set(xlabel="layer (8 = output)", ylabel="size of δ, share of the last")
fig.legend(loc="outside right center")

# %% [markdown]
# The sigmoid network follows the law closely. Seven layers back, a twenty-thousandth is left;
# $(\frac14)^7$ is a sixteen-thousandth. This **vanishing gradient** is one reason for what comes
# later in the course: pretraining layer by layer, and other activations. But it is a law of slope
# *times* scale, not of depth as such: with weights four times as large the same sigmoid layer
# leaves two thirds (not all, because larger sums lie where the slope is smaller), and tanh and ReLU
# keep more at Glorot's scale.
#
# ### Too large an η
#
# The gradient speaks of an infinitely small step. How small is small enough? Near a minimum a cost
# is a bowl, $J=\frac a2w^2$ along each direction, with curvature $a$. Its gradient is $aw$, so a
# step makes $w^{\text{new}}=w-\eta aw=(1-\eta a)\,w$. The distance shrinks if $|1-\eta a|<1$, that
# is, **if $0<\eta<2/a$**. Up to $1/a$ it shrinks from one side, beyond that it overshoots, and
# beyond $2/a$ it grows.

# %%
soft_targets = np.array([0.75, 0.3])
dW, db = net.gradients(x, soft_targets)
before, etas, after_step = net.cost(x, soft_targets), np.logspace(-1, 3, 60), []
for eta in etas:
    moved = [w - eta * slope for w, slope in zip(net.weights, dW, strict=True)]
    shifted = [b - eta * slope for b, slope in zip(net.biases, db, strict=True)]
    after_step.append(Network.from_parameters(moved, shifted).cost(x, soft_targets))

# %% mystnb={"image": {"alt": "Left: the bowl's cost over 20 steps, logarithmic, for four learning rates: 0.3/a and 1.5/a fall steeply, 1.9/a slowly, 2.1/a rises. Right: cost of the worked network after one step against the learning rate, logarithmic: level at first, lowest near 10, then rising above the dashed line of the cost before the step."}} slideshow={"slide_type": "slide"} tags=["claim-00-too-large"]
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2))
for part in (0.3, 1.5, 1.9, 2.1):
    left.semilogy((1 - part) ** (2 * np.arange(21)), label=f"η = {part}/a")
left.set(xlabel="steps", ylabel="J, share of the first", title="In a bowl")
left.legend(loc="lower left")
right.semilogx(etas, after_step)
right.axhline(before, color="gray", ls="--")
right.set(xlabel="η", ylabel="J", title="The worked network, after one step")
one = np.interp(1, etas, after_step)
print(f"before {before:.4f}, after one step with η = 1: {one:.4f}")
assert one < before < after_step[-1]

# %% [markdown]
# On the right is the network itself, with targets 0.75 and 0.3 (targets 1 and 0 lie at the ends of
# the sigmoid, where no step in the right direction is too large). Below the dashed line the step
# has lowered the cost, above it it has raised it: the same gradient, too long a step. A real cost
# has many directions, and $\eta$ must suit the steepest; along the flattest, learning is then slow.
#
# ### Twins stay twins
#
# What if all weights start equal?

# %% tags=["claim-00-twins"]
twins = Network.from_parameters([np.full((2, 2), 0.3)] * 2, [np.zeros(2)] * 2)
for _ in range(1500):
    twins.sweep(X, Y, eta=2.0)
unit_1, unit_2 = twins.weights[0]
print("weights have moved:        ", np.abs(unit_1 - 0.3).max() > 0.1)
print("hidden units still equal:  ", np.abs(unit_1 - unit_2).max() < 1e-12)
print("solved:                    ", twins.cost(X, Y) < 0.01)
assert np.abs(unit_1 - unit_2).max() < 1e-12 and twins.cost(X, Y) > 0.01

# %% [markdown]
# Equal units get equal $\delta$ and equal inputs, so they make equal steps, for ever: two hidden
# units do the work of one, and one cannot do XOR. Random starting weights are there to break the
# tie.
#
# ## Explore: a weight, and what moves
#
# Drag any weight, or an input, up and down; the targets are now 0.75 and 0.3, so that the cost has
# a bottom along the weight from $h_1$ to $\hat y_1$. Every number that changes lights up for a
# moment; the small purple ones are $\partial J/\partial w$ and $\delta$. Beside it is the cost
# along the way, with the tangent that backpropagation computes. Where is the tangent flat? Is that
# the bottom, or saturation?

# %% mystnb={"image": {"alt": "The worked network with its activities and deltas, one weight highlighted: the one from the first hidden unit to the first output."}} slideshow={"slide_type": "slide"}
one_weight(net, x, np.array([0.75, 0.3]))


# %% [markdown]
# ## Exercises
#
# Each exercise is one function: plain arrays in, plain arrays out. The cell after it judges your
# answer, demand by demand; the grader has more cases.
#
# ### Exercise 1: an output of another kind
#
# With $f = \tanh$ instead of the sigmoid, $f'(s) = 1 - \tanh^2 s$. Compute the lecture's $\delta$
# of the outputs.

# %% nbgrader={"grade": false, "grade_id": "ex00-1-output-delta", "locked": false, "schema_version": 3, "solution": true, "task": false}
def output_delta(y, s):
    """Lecture's delta of tanh outputs, from targets y and sums s, of one shape."""
    ### BEGIN SOLUTION
    y_hat = np.tanh(s)
    return (y - y_hat) * (1 - y_hat**2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex00-1-output-delta-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex00-1-output-delta")


# %% [markdown]
# ### Exercise 2: a puzzle of lines
#
# The function below should return the lecture's $\delta$ of *all* units of a network with as many
# layers as you like, for one sample. All layers have the same width $n$ and sigmoid units. The sums
# `s`, shape (L, n), are known, layer by layer; `w[l]`, shape (n, n), leads *into* layer `l`, from
# the layer below it. Put it together from these lines: each is used once at most, and some are
# wrong.
#
# ```python
# delta = np.zeros_like(s)
# return delta
# h = 1 / (1 + np.exp(-s))
# slope = h * (1 - h)
# slope = s * (1 - s)
# for layer in range(len(s) - 1):
# for layer in range(len(s) - 2, -1, -1):
# delta[-1] = (y - h[-1]) * slope[-1]
# delta[-1] = (h[-1] - y) * slope[-1]
# delta[layer] = slope[layer] * (w[layer].T @ delta[layer + 1])
# delta[layer] = slope[layer] * (w[layer + 1].T @ delta[layer + 1])
# delta[layer] = slope[layer] * (w[layer + 1] @ delta[layer + 1])
# delta[layer] = slope[layer + 1] * (w[layer + 1].T @ delta[layer + 1])
# ```

# %% nbgrader={"grade": false, "grade_id": "ex00-4-deep-deltas", "locked": false, "schema_version": 3, "solution": true, "task": false}
def deep_deltas(y, s, w):
    """Lecture's delta of each unit (L, n), from target y (n,), sums s, weights w."""
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-s))
    slope = h * (1 - h)
    delta = np.zeros_like(s)
    delta[-1] = (y - h[-1]) * slope[-1]
    for layer in range(len(s) - 2, -1, -1):
        delta[layer] = slope[layer] * (w[layer + 1].T @ delta[layer + 1])
    return delta
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex00-4-deep-deltas-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex00-4-deep-deltas")


# %% [markdown]
# ### Exercise 3: repair an online step
#
# Somebody has written one online step, for one sample and sigmoid units in both layers:
#
# ```python
# def online_step(x, y, w1, b1, w2, b2, eta):
#     h = 1 / (1 + np.exp(-(w1 @ x + b1)))
#     y_hat = 1 / (1 + np.exp(-(w2 @ h + b2)))
#     delta_i = (y - y_hat) * y_hat * (1 - y_hat)
#     w2 = w2 + eta * np.outer(delta_i, h)
#     b2 = b2 + eta * delta_i
#     delta_j = h * (1 - h) * (w2 @ delta_i)
#     w1 = w1 + eta * np.outer(delta_j, x)
#     b1 = b1 + eta * delta_j
#     return w1, b1, w2, b2
# ```
#
# *Symptoms.* On the 2-2-2 network of this notebook it runs, and the cost falls. The steps of `w2`
# and `b2` are right. Those of `w1` and `b1` are wrong, for the smallest $\eta$, too; and divided by
# $\eta$ they should not depend on $\eta$, but they do. With three hidden units it stops with an
# error. Find the two mistakes, and repair the function.

# %% nbgrader={"grade": false, "grade_id": "ex00-3-online-step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def online_step(x, y, w1, b1, w2, b2, eta):
    """New (w1, b1, w2, b2) after one online step with learning rate eta."""
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    y_hat = 1 / (1 + np.exp(-(w2 @ h + b2)))
    delta_i = (y - y_hat) * y_hat * (1 - y_hat)
    delta_j = h * (1 - h) * (w2.T @ delta_i)
    new_1 = w1 + eta * np.outer(delta_j, x), b1 + eta * delta_j
    new_2 = w2 + eta * np.outer(delta_i, h), b2 + eta * delta_i
    return *new_1, *new_2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex00-3-online-step-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex00-3-online-step")

# %% [markdown]
# **Question.** Someone starts a network with random weights in the first layer and *all zeros* in
# the second. What does line 2 say about the first step of the first layer's weights? Does the
# network learn at all? Explain, in about five sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex00-w-zero-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
# A hidden unit's delta collects the deltas of the outputs through the weights that lead to them. If
# these weights are all zero, every hidden delta is zero, whatever the outputs' errors are, so the
# first layer's weights do not move in the first step. The second layer's gradient is different: it
# is minus the output's delta times the hidden activity, and neither factor is zero (the first layer
# is random, so activities also differ between units). So the second layer moves in the first step
# and is no longer zero, and from the second step on the first layer gets its share. The network
# does learn; unlike a start with equal weights everywhere, the hidden units differ from the
# beginning.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Summary
#
# - $\delta = -\partial J/\partial s$: which way each sum should move. Outputs: $\delta_i = (y_i -
#   \hat y_i) f'(s_i)$. Hidden units: $\delta_j = f'(s_j) \sum_i w_{ij}\delta_i$. Weights: $\partial
#   J/\partial w_{jk} = -\delta_j x_k$, what arrives times what was sent; biases: $-\delta$ ([line
#   by line](#Backward,-line-by-line)).
# - Autograd's gradient has the opposite sign ([sign](#A-matter-of-sign)). The step is $\Delta w = \eta\,\delta\,x$ ([learning](#Learning:-Δw-=-η-δ-x)).
# - A falling cost does not show that a gradient is right. Agreement with central differences to
#   seven digits is strong evidence, at the points that were tested
#   ([trust](#How-to-trust-a-gradient)).
# - All derivatives together take fewer multiplications than three passes forward; central
#   differences take two passes for each parameter ([cost](#What-a-gradient-costs)).
# - With the squared error a saturated sigmoid output is deaf to its error; cross-entropy's
#   $\delta=y-\hat y$ cures that, and from ordinary starts of our small task it was about as fast
#   ([deaf](#Wrong,-and-deaf)).
# - With Glorot's weights, $\delta$ in a sigmoid network shrinks about fourfold with each layer;
#   larger weights, tanh and ReLU keep more of it ([depth](#Depth-wears-δ-out)). In a bowl of
#   curvature $a$, a learning rate above $2/a$ climbs ([η](#Too-large-an-η)). Equal units stay equal
#   ([twins](#Twins-stay-twins)).

# %%
predictions.calibration("00")

# %% [markdown]
# Next: give this network pictures of digits, ask it for the same pictures back, and look at what
# its hidden layer has to keep.
#
# ## Further reading
#
# - Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating errors, *Nature* 323, 533–536, [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0). Four pages, with the derivation and what hidden units come to represent.
# - Werbos (1990), Backpropagation through time: what it does and how to do it, *Proceedings of the
#   IEEE* 78, 1550–1560, [doi:10.1109/5.58337](https://doi.org/10.1109/5.58337). The chain rule,
#   ordered.
# - LeCun, Bottou, Orr & Müller (2012), Efficient BackProp, [doi:10.1007/978-3-642-35289-8_3](https://doi.org/10.1007/978-3-642-35289-8_3). Why learning is slow, and what helps.
# - Glorot & Bengio (2010), [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html), AISTATS. Saturation, measured; the source of our starting weights.
# - Baydin, Pearlmutter, Radul & Siskind (2018), [Automatic differentiation in machine learning: a survey](https://jmlr.org/papers/v18/17-468.html), *JMLR* 18(153). What autograd does.
# - Stanford's UFLDL tutorial, [Backpropagation
#   algorithm](http://ufldl.stanford.edu/wiki/index.php/Backpropagation_Algorithm) and gradient
#   checking: another way of telling it, with the other sign of $\delta$.
