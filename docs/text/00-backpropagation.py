# %% [markdown]
# # 00 · Backpropagation in ten minutes
#
# **The question.** A network gives a wrong answer. Which of its weights are to blame, how much, and which way should each of them move?
#
# **You will**
#
# 1. send numbers forward and errors backward through a network of six units, by hand, every number;
# 2. derive backpropagation in four lines, and check each line by computing the same number in a second way;
# 3. know why the lecture's $\delta$ and autograd's gradient have opposite signs;
# 4. test a gradient so that a wrong one can hardly hide;
# 5. let a network learn with the online rule $\Delta w = \eta\,\delta\,x$, and watch three ways in which that fails.
#
# **Time:** ten minutes for the story, an evening hour with the exercises. Everything runs in under half a minute.
# **Lecture:** C7, and the symbols of all that follows; the [notation table](../docs/notation.md) has them in one place.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch

from aelib import plots
from aelib.backprop import Network, sigmoid
from aelib.desk import predictions
from aelib.desk.verdicts import verdict
from aelib.diagrams import draw_network
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
# Throughout, a claim is followed by its check: the function `check` compares two results, and stops the notebook if they differ.

# %% [markdown]
# ## 1 · A network you can hold in your head
#
# Two inputs, two hidden units, two outputs. Three letters keep the layers apart: $k$ counts inputs, $j$ hidden units, $i$ outputs. The weight $w_{jk}$ leads *from* $k$ *to* $j$: read the indices from right to left. In code that is `W1[j, k]`, one row per receiving unit. (Formulas count from 1, Python from 0: $w_{12}$ is `W1[0, 1]`.)

# %% mystnb={"image": {"alt": "Two inputs, two hidden units and two outputs, joined by eight weights with their values; biases stand below the units."}}
W1 = np.array([[0.4, -0.6], [-0.8, 0.4]])  # W1[j, k]: from input k to hidden j
W2 = np.array([[1.0, -0.5], [-0.4, 0.8]])  # W2[i, j]: from hidden j to output i
b1, b2 = np.array([0.1, 0.2]), np.array([0.1, -0.2])
x, y = np.array([1.0, 0.5]), np.array([1.0, 0.0])

net = Network.from_parameters([W1, W2], [b1, b2])
ax = draw_network(net)

# %% [markdown]
# Blue weights are positive, orange ones negative, thick ones large. We show it the input $x = (1,\ 0.5)$ and would like to see the target $y = (1,\ 0)$.
#
# ## 2 · Forward, every number
#
# A hidden unit adds up what it receives, $s_j = \sum_k w_{jk} x_k + b_j$, and squashes the sum, $h_j = f(s_j)$, with the sigmoid $f(s) = 1/(1+e^{-s})$.

# %%
s_hidden = np.zeros(2)
for j in range(2):
    (w_1, w_2), b = W1[j], b1[j]
    s = s_hidden[j] = w_1 * x[0] + w_2 * x[1] + b
    print(f"hidden s_{j + 1} = {w_1:+}·{x[0]} {w_2:+}·{x[1]} {b:+} = {s:+.4f}")
h = 1 / (1 + np.exp(-s_hidden))
print("h =", h.round(4))

# %% [markdown]
# The outputs do the same with $h$ in the place of $x$: $s_i = \sum_j w_{ij} h_j + b_i$ and $\hat y_i = f(s_i)$.

# %%
s_output = np.zeros(2)
for i in range(2):
    (w_1, w_2), b = W2[i], b2[i]
    s = s_output[i] = w_1 * h[0] + w_2 * h[1] + b
    print(f"output s_{i + 1} = {w_1:+}·{h[0]:.4f} {w_2:+}·{h[1]:.4f} {b:+} = {s:+.4f}")
y_hat = 1 / (1 + np.exp(-s_output))
print("ŷ =", y_hat.round(4))

# %% [markdown]
# How wrong is that? The lecture's cost of one sample $q$ is half the squared distance from the target, $J^q = \tfrac12 \sum_i (y_i - \hat y_i)^2$. The half is there so that the 2 of the derivative goes away.

# %%
J = 0.5 * ((y[0] - y_hat[0]) ** 2 + (y[1] - y_hat[1]) ** 2)
print(f"J = ½ ({y[0] - y_hat[0]:+.4f})² + ½ ({y[1] - y_hat[1]:+.4f})² = {J:.4f}")
check("cost by hand and net.cost", J, net.cost(x, y), bound=1e-12)

# %% [markdown]
# The first output is too low, the second too high.
#
# ## 3 · Backward, line by line
#
# We want $\partial J/\partial w$ for all eight weights and four biases. The trick of backpropagation is to ask first about something else: which way should each *sum* $s$ move?
#
# $$\delta \equiv -\frac{\partial J}{\partial s}$$
#
# A positive $\delta$ says: more of $s$, please. That is the lecture's sign. The checks by numbers below ask $J$ itself: they nudge a number a little up and down and look at what $J$ does (a *central difference*), without any chain rule. One check is by algebra instead: SymPy differentiates, by rules of its own.
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

# %%
pairs = [(one, two) for one in ("more", "less") for two in ("more", "less")]
predictions.choose(
    "00-hidden-wishes",
    "Output 1 wants more, output 2 wants less. Look at the four weights on the right "
    "of the drawing. Should the two hidden units be more active, or less?",
    [f"unit 1 {one}, unit 2 {two}" for one, two in pairs],
)

# %% [markdown]
# A hidden unit has no target. But it speaks to *every* output, through $s_i = \sum_j w_{ij} h_j + b_i$, so it collects what they want, each wish weighted by the connection it came through:
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

# %%
one, two = ["more" if delta > 0 else "less" for delta in delta_hidden]
predictions.reveal("00-hidden-wishes", f"unit 1 {one}, unit 2 {two}")

# %% [markdown]
# Unit 1 up, unit 2 down: both outputs happen to agree on both units. On unit 1 each $\delta_i$ meets a weight of its own sign, on unit 2 one of the opposite sign, so that in both sums the two wishes add up.
#
# ### Line 3: a weight's gradient
#
# $w_{jk}$ appears in one place only, as the factor of $x_k$ in $s_j$, so $\partial s_j/\partial w_{jk} = x_k$ and
#
# $$\frac{\partial J}{\partial w_{jk}} = -\delta_j\,x_k, \qquad \frac{\partial J}{\partial w_{ij}} = -\delta_i\,h_j.$$
#
# What arrives, times what was sent. One rule for every layer: its input is called $x$ in the first and $h$ in the second.

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
# That is all of backpropagation: two lines for $\delta$, one for weights, one for biases. Here it is on the network itself, $\delta$ below each unit and $\partial J/\partial w$ below each weight:

# %% mystnb={"image": {"alt": "The same network with its activities, a delta below each hidden and output unit, and the derivative of the cost below each weight."}} tags=["cover"]
ax = draw_network(net, x, y, gradients=True)

# %% [markdown]
# Follow one number. The weight from $x_1$ to $h_1$ carries the input 1, so its gradient is just $-\delta_1$ of that unit; the weight from $x_2$ carries 0.5 and gets half as much. Weights that carried more into the mistake get more of the blame.
#
# ## 4 · The same by `backprop.py`, and by autograd
#
# `Network` is these four lines for any number of layers. Its `gradients` average over samples; here there is one.

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
# Torch does the bookkeeping by itself: it records the forward computation and runs the chain rule back along the record.

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

# %%
predictions.choose(
    "00-autograd-sign",
    "We told torch to keep the gradient of the hidden sums. How will it compare with the "
    "lecture's δ_j?",
    ["the same number", "the same size, the opposite sign", "another size"],
)

# %%
print("lecture's δ_j      ", delta_hidden.round(4))
print("autograd's ∂J/∂s_j ", t_hidden.grad.numpy().round(4))

# %%
assert np.allclose(t_hidden.grad, -delta_hidden)
predictions.reveal("00-autograd-sign", "the same size, the opposite sign")

# %% [markdown]
# Same size, opposite sign. The lecture's $\delta = -\partial J/\partial s$ points *downhill* and is *added*: $\Delta w = +\eta\,\delta\,x$. Autograd's gradient, and the $\delta$ of the Stanford tutorial UFLDL, point *uphill* and are *subtracted*. Both are right. Mixing them is the classic way to climb instead of descend.
#
# ## 5 · How to trust a gradient
#
# Our hand-made judge was the central difference, $\big(J(w+h) - J(w-h)\big)/2h$. How small should the step $h$ be? We measure the error by `relative_error`, the distance between two gradients divided by the larger of their norms: 0 for equal ones, 2 for opposite ones.

# %% mystnb={"image": {"alt": "Empty axes: relative error from 1e-12 to 10 over the step h from 1e-14 to 1, both logarithmic."}}
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

# %% mystnb={"image": {"alt": "Error of the central difference against its step, both logarithmic: a V with its lowest point near the default step."}}
steps = np.logspace(-14, 0, 57)
nudged = [numerical_gradient(lambda w: cost_of(W1=w), W1, step) for step in steps]
errors = [relative_error(grad_W1, gradient) for gradient in nudged]
fig, ax = plt.subplots()
ax.loglog(steps, errors, ".-")
ax.axvline(STEP, color=plots.COLOURS["vermilion"], label=f"our step, {STEP:.0e}")
ax.set(xlabel="step h", ylabel="relative error", title="Not too large, not too small")
legend = ax.legend()

# %% mystnb={"image": {"alt": "The measured curve on the axes of the prediction: a V that falls to its lowest point near a step of 1e-5 and rises again."}}
predictions.reveal("00-step-size", errors, x=steps)

# %% [markdown]
# A V. On its right arm the step is too long and the curve bends within it: the error grows like $h^2$. On the left arm the two costs agree in nearly all of their sixteen digits, and the subtraction leaves only rounding: the error grows like $1/h$. The arms meet near the cube root of the machine's precision, and that is the step `gradcheck` takes.
#
# `check_gradients` does this for every block of parameters of any `Network`:

# %%
rng = np.random.default_rng(0)
larger = Network([5, 7, 4, 3], ["tanh", "relu", "sigmoid"], seed=0)
found = check_gradients(larger, rng.normal(size=(10, 5)), rng.random((10, 3)))
print({block: error < 1e-7 for block, error in found.items()})

# %% [markdown]
# Why so much fuss? Let us forget one factor, the $f'(s_j)$ of line 2.

# %%
predictions.choose(
    "00-forgetful", "With that wrong gradient, will the cost still fall?", ["yes", "no"]
)

# %%
forgetful = -np.outer(W2.T @ delta_output, x)  # no f'(s_j)
after = cost_of(W1=W1 - 1.0 * forgetful)
print(f"cost before {J:.3f}, after a step along the wrong gradient {after:.3f}")
print(f"relative error of the wrong gradient: {relative_error(forgetful, grad_W1):.2f}")

# %%
predictions.reveal("00-forgetful", "yes" if after < J else "no")

# %% [markdown]
# It falls. A wrong gradient can still point roughly downhill, so *a falling cost proves nothing*. The comparison with central differences shows the mistake at once: a correct gradient is off by less than $10^{-7}$, this one by most of its own size. (A test at one point can miss a mistake that shows only elsewhere, so one tests at several, with inputs of both signs.)
#
# ## 6 · Learning: Δw = η δ x
#
# The online rule of the lecture: show one sample, and move every weight a little along its own downhill direction, $\Delta w_{jk} = \eta\,\delta_j\,x_k$ and $\Delta b_j = \eta\,\delta_j$, with the learning rate $\eta$.

# %%
eta = 1.0
learner = Network.from_parameters([W1, W2], [b1, b2])
learner.step(x, y, eta)
check("step: W1", learner.weights[0], W1 + eta * np.outer(delta_hidden, x), bound=1e-14)
check("step: W2", learner.weights[1], W2 + eta * np.outer(delta_output, h), bound=1e-14)
print(f"cost before {J:.4f}, after {learner.cost(x, y):.4f}")

# %% [markdown]
# One step, one sample, a lower cost. Now a task that needs the hidden layer: of two inputs, is *exactly one* switched on? Output 1 should say yes, output 2 no. No straight line parts the two answers in the plane of the inputs, so a network without hidden units cannot learn this (XOR). We go through the four samples again and again, with our 2-2-2 shape and five random starts.

# %%
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

# %% mystnb={"image": {"alt": "Left: cost against sweeps for five random starts; some fall to zero, others, dashed, stay on a plateau. Right: the first output of a solved network over the plane of inputs, a diagonal band that parts the two white dots from the two black ones."}}
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
# At first nothing seems to happen; then a hidden unit finds its line, and the cost drops. On the right each of the two hidden units has drawn a line through the plane; the band between the lines holds one kind of sample, and the other kind lies outside (white dots: "exactly one"). But some starts, dashed, stay up (curves that lie on top of each other look like one). What do they answer?

# %%
stuck = learners[costs[:, -1].argmax()]
for (first, second), answer in zip(X, stuck.predict(X)[:, 0], strict=True):
    print(f"inputs {first:.0f} {second:.0f}: output 1 is {answer:.1f}")

# %% [markdown]
# Two samples right, and "half" for the other two: downhill from that start led into a flat place with half of the task unsolved. A small enough gradient step promises a lower cost, not the lowest.
#
# ## 7 · Where it fails
#
# **Wrong, and deaf?** Take one output with target 0, and push its sum $s$ up. At $s = 10$ its answer is nearly 1, as wrong as can be.

# %% mystnb={"image": {"alt": "Empty axes: the size of delta from 0 to 0.3 over the sum s from minus 4 to 10."}}
predictions.draw(
    "00-saturated",
    "How does |δ| depend on the sum s of an output with target 0?",
    x=np.linspace(-4, 10, 15),
    y_range=(0, 0.3),
    x_label="sum s",
    y_label="|δ|",
)

# %% [markdown]
# **Depth wears δ out.** Each layer backward multiplies by weights and by $f'$, which for a sigmoid is at most $\tfrac14$. We send $\delta$ back through eight layers of twenty units.

# %% mystnb={"image": {"alt": "Left: size of an output's delta against its sum; it peaks below 1 and then decays towards zero although the answer gets worse. Right: size of delta per layer, logarithmic; for sigmoid it shrinks by orders of magnitude towards the input, for tanh and ReLU far less."}}
s = np.linspace(-4, 10, 200)
size = {}
for name in ("sigmoid", "tanh", "relu"):
    deep = Network([20] * 9, name, output="linear", seed=0)
    deltas = deep.deltas(rng.random((100, 20)), rng.random((100, 20)))
    size[name] = [np.sqrt((delta**2).mean()) for delta in deltas]
fig, (left, right) = plt.subplots(1, 2)
left.plot(s, sigmoid(s), "--", color="gray", label="error |y − ŷ|")
left.plot(s, sigmoid(s) * sigmoid(s) * (1 - sigmoid(s)), label="|δ|")
left.set(xlabel="sum s of an output with target 0", title="Wrong, and deaf")
for name, marker in zip(size, "os^", strict=True):
    right.semilogy(range(1, 9), size[name], marker + "-", label=name)
right.set(xlabel="layer (8 = output)", ylabel="size of δ", title="Eight layers back")
legends = left.legend(), right.legend()

# %% mystnb={"image": {"alt": "The measured curve on the axes of the prediction: the size of delta rises to about 0.15 near s = 1 and falls back to zero."}}
predictions.reveal("00-saturated", sigmoid(s) * sigmoid(s) * (1 - sigmoid(s)), x=s)

# %%
for s in (0.7, 10.0):
    print(f"s = {s:4}: error {sigmoid(s):.3f}, |δ| {sigmoid(s) ** 2 * sigmoid(-s):.5f}")
for name, sizes in size.items():
    print(f"{name}: δ shrinks a thousandfold: {sizes[-1] > 1000 * sizes[0]}")

# %% [markdown]
# **With this cost, a unit that is completely wrong learns least.** On the left, $\delta$ is largest at a middling mistake and dies out as the mistake becomes complete: the sigmoid is flat there, $f'(s) \approx 0$, and the unit is deaf to its own error. It is *saturated*. (The squared error has a share in that: with the cross-entropy as cost the factor $f'$ cancels, $\delta = y - \hat y$.) On the right, the sigmoid network's first layer hears less than a thousandth of what the last one hears. This *vanishing gradient* is one reason for what comes later in the course: pretraining layer by layer, and other activations.
#
# **Twins stay twins.** What if all weights start equal?

# %%
twins = Network.from_parameters([np.full((2, 2), 0.3)] * 2, [np.zeros(2)] * 2)
for _ in range(1500):
    twins.sweep(X, Y, eta=2.0)
unit_1, unit_2 = twins.weights[0]
print("weights have moved:        ", np.abs(unit_1 - 0.3).max() > 0.1)
print("hidden units still equal:  ", np.abs(unit_1 - unit_2).max() < 1e-12)
print("solved:                    ", twins.cost(X, Y) < 0.01)

# %% [markdown]
# Equal units get equal $\delta$ and equal inputs, so they make equal steps, for ever: two hidden units do the work of one, and one cannot do XOR. Random starting weights are there to break the tie.
#
# ## 8 · Explore: a weight, and what moves
#
# Drag any weight, or an input, up and down; the targets are now 0.75 and 0.3, so that the cost has a bottom along the weight from $h_1$ to $\hat y_1$. Every number that changes lights up for a moment; the small purple ones are $\partial J/\partial w$ and $\delta$. Beside it is the cost along the way, with the tangent that backpropagation computes. Where is the tangent flat? Is that the bottom, or saturation?

# %% mystnb={"image": {"alt": "The worked network with its activities and deltas, one weight highlighted: the one from the first hidden unit to the first output."}}
one_weight(net, x, np.array([0.75, 0.3]))


# %% [markdown]
# ## 9 · Exercises
#
# Each exercise is one function: plain arrays in, plain arrays out. The cell after it judges your answer, demand by demand; the grader has more cases.
#
# **Exercise 1: an output of another kind.** With $f = \tanh$ instead of the sigmoid, $f'(s) = 1 - \tanh^2 s$. Compute the lecture's $\delta$ of the outputs.

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
# **Exercise 2: back through one layer.** Given are the sums `s` of hidden sigmoid units for a batch, shape (n, J), the weights `w` to the next layer, shape (I, J), and that layer's `delta`, shape (n, I). Return the hidden deltas, shape (n, J), without a loop over samples.

# %% nbgrader={"grade": false, "grade_id": "ex00-2-hidden-delta", "locked": false, "schema_version": 3, "solution": true, "task": false}
def hidden_delta(s, w, delta):
    """Lecture's delta of sigmoid hidden units, one row per sample."""
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-s))
    return h * (1 - h) * (delta @ w)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex00-2-hidden-delta-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex00-2-hidden-delta")


# %% [markdown]
# **Exercise 3: one online step.** One sample, sigmoid units in both layers. Return the four updated arrays. Mind the order: which weights does $\delta_j$ belong to, the old or the new ones?

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
# **Question.** Someone starts a network with random weights in the first layer and *all zeros* in the second. What does line 2 say about the first step of the first layer's weights? Does the network learn at all? Explain, in about five sentences.

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex00-w-zero-weights", "locked": false, "schema_version": 3, "solution": true, "task": false}
# A hidden unit's delta collects the deltas of the outputs through the weights that lead to them. If these weights are all zero, every hidden delta is zero, whatever the outputs' errors are, so the first layer's weights do not move in the first step. The second layer's gradient is different: it is minus the output's delta times the hidden activity, and neither factor is zero (the first layer is random, so activities also differ between units). So the second layer moves in the first step and is no longer zero, and from the second step on the first layer gets its share. The network does learn; unlike a start with equal weights everywhere, the hidden units differ from the beginning.

# %% [markdown]
# ## Summary
#
# - $\delta = -\partial J/\partial s$: which way each sum should move. Outputs: $\delta_i = (y_i - \hat y_i) f'(s_i)$. Hidden units: $\delta_j = f'(s_j) \sum_i w_{ij}\delta_i$.
# - Weights: $\partial J/\partial w_{jk} = -\delta_j x_k$, what arrives times what was sent; biases: $-\delta$. The step is $\Delta w = \eta\,\delta\,x$.
# - Autograd and UFLDL carry the opposite sign. Say which one you mean.
# - A falling cost does not show that a gradient is right. Agreement with central differences to seven digits is strong evidence, at the points that were tested.
# - With the squared error a saturated sigmoid output is deaf to its error; in a deep sigmoid network $\delta$ fades from layer to layer; and equal units stay equal.
#

# %%
predictions.calibration("00")

# %% [markdown]
# Next: give this network pictures of digits, ask it for the same pictures back, and look at what its hidden layer has to keep.
#
# ## Further reading
#
# - Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating errors, *Nature* 323, 533–536, [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0). Four pages, with the derivation and what hidden units come to represent.
# - Werbos (1990), Backpropagation through time: what it does and how to do it, *Proceedings of the IEEE* 78, 1550–1560, [doi:10.1109/5.58337](https://doi.org/10.1109/5.58337). The chain rule, ordered.
# - LeCun, Bottou, Orr & Müller (2012), Efficient BackProp, [doi:10.1007/978-3-642-35289-8_3](https://doi.org/10.1007/978-3-642-35289-8_3). Why learning is slow, and what helps.
# - Glorot & Bengio (2010), [Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html), AISTATS. Saturation, measured; the source of our starting weights.
# - Baydin, Pearlmutter, Radul & Siskind (2018), [Automatic differentiation in machine learning: a survey](https://jmlr.org/papers/v18/17-468.html), *JMLR* 18(153). What autograd does.
# - Stanford's UFLDL tutorial, [Backpropagation algorithm](http://ufldl.stanford.edu/wiki/index.php/Backpropagation_Algorithm) and gradient checking: another way of telling it, with the other sign of $\delta$.
