# %% [markdown]
# # 03 · The weight penalty
#
# **What does a network gain if it has to pay for the size of its weights?**
#
# A network can do well on the digits that it was shown and badly on all others. One of the oldest remedies is a term in the cost, and it changes one term in the learning rule. This notebook derives both, says what the number $\lambda$ in front means, and then tests the promise that comes with it: *smaller weights generalize better*.
#
# **You will**
#
# - catch a network overfitting, that is, learning by heart;
# - derive the gradient of the penalty line by line, and check each line;
# - see two forces balance, and find out in which sense $\lambda$ is a Lagrange multiplier;
# - turn $\lambda$ from 0 to 0.1, and look at weights, features and errors;
# - measure where the promise holds, and see three places where it doesn't;
# - know what `weight_decay` means to Adam and to AdamW, which are not the same.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** C1 to C3.
# **Before:** [notebook 00](00-backpropagation.ipynb) for $\delta$, [notebook 01](01-shallow-autoencoder.ipynb) for autoencoders.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch
from scipy.optimize import minimize

from aelib import evaluation, explore, load_data, plots
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network
from aelib.desk.verdicts import verdict
from aelib.gradcheck import check, numerical_gradient
from aelib.penalties import WeightDecay, weight_penalty
from aelib.results import load_table
from aelib.training import evaluate, fit, half_squared_error
from aelib.units import smoothness

plots.use_style()

# %% [markdown]
# As in notebook 00, a claim is followed by its `check`, and one that fails stops the notebook.

# %% [markdown]
# ## A network that learns by heart
#
# Take an autoencoder with 196 sigmoid units, 308,308 weights and biases in all, and show it no more than 100 digits, 300 times over.
#
# **Predict first.** There are about four times as many weights and biases as pixels to be copied. How will the network do on these 100 digits, and how on digits it has never seen?

# %%
data = load_data()
few, x_test = data.train.images[:100], data.test.images
settings = {"batch_size": 100, "learning_rate": 1e-2, "schedule": "one-cycle"}


def train(images, lam, epochs):
    model = Autoencoder([784, 196], seed=0)
    fit(model, images, penalty=WeightDecay(lam), epochs=epochs, **settings)
    return model


by_heart = train(few, lam=0.0, epochs=300)

# %% mystnb={"image": {"alt": "Ten training digits copied closely, with faint smudges; ten unseen digits copied with smudges, gaps and wrong strokes."}}
seen, unseen = few[:10], x_test[:10]
rows = {"seen": seen, "its copy": evaluation.reconstruct(by_heart, seen)}
rows |= {"unseen": unseen, "copy": evaluation.reconstruct(by_heart, unseen)}
plots.show_rows(rows)
gap = {"seen": evaluate(by_heart, few), "unseen": evaluate(by_heart, x_test)}
print(
    "error on unseen digits > 2 × error on seen ones:", gap["unseen"] > 2 * gap["seen"]
)
assert gap["unseen"] > 2 * gap["seen"]

# %% [markdown]
# Row two follows row one closely; in row four, strokes are blurred, broken or lost. The network has fitted what these 100 digits have in common *and* what each of them has by accident. That difference between training and test is the **gap**.
#
# ## A price on weights (C1)
#
# The lecture's answer: let the network pay for its weights. The cost of sample $q$ becomes
#
# $$J_{wd}^q=\tfrac12\sum_{i\in\text{Outputs}}(y_i^q-\hat y_i^q)^2+\tfrac\lambda2\sum_{L=1}^{D-1}\sum_{j\in L}\sum_{i\in L+1}w_{ij}^2 .$$
#
# The first term is $J^q$ as before. The triple sum only looks busy: for each layer $L$, each unit $j$ in it and each unit $i$ in the next, it takes the weight from $j$ to $i$ once. In other words, *all weights*. Three remarks on notation:
#
# - There are $D$ layers, hence $D-1$ layers of weights. On one slide the lecture writes $N$ for this number, and elsewhere $N$ for the number of samples. Here $N$ always counts samples.
# - The lecture writes $J^q$ with and without penalty. Here $J^q$ is without, $J_{wd}^q$ with the weight penalty ("weight decay"); $J_s^q$ and $J_{wd,s}^q$ will have the sparsity term of [the next notebooks](README.md).
# - Biases are not in the sum. A bias only shifts the point at which a unit responds; it is weights that make the output change steeply with the input.
#
# Here is the sum for the 2-2-2 network of notebook 00, written as the formula has it:

# %%
W1 = np.array([[0.4, -0.6], [-0.8, 0.4]])  # W1[j, k]: from input k to hidden j
W2 = np.array([[1.0, -0.5], [-0.4, 0.8]])  # W2[i, j]: from hidden j to output i
net = Network.from_parameters([W1, W2], [[0.1, 0.2], [0.1, -0.2]])
x, y, lam = np.array([1.0, 0.5]), np.array([1.0, 0.0]), 0.1

total = 0.0
for layer in net.weights:
    for i, j in np.ndindex(layer.shape):
        total += layer[i, j] ** 2
print(
    f"Σw² = {total:.2f}, so the penalty is ½ · {lam} · {total:.2f} = {lam / 2 * total:.4f}"
)
check("J_wd by hand", net.cost(x, y) + lam / 2 * total, net.cost(x, y, lam=lam), 1e-12)

# %% [markdown]
# ## Its gradient, line by line (C2)
#
# We want $\partial J_{wd}^q/\partial w_{ij}$ for one weight.
#
# **Line 1: one term of the sum.** All weights are independent variables, so only one of the squares changes with $w_{ij}$, and the ½ cancels the 2:
#
# $$\frac{\partial}{\partial w_{ij}}\;\frac\lambda2\sum_{\text{all }w}w^2=\frac\lambda2\cdot2w_{ij}=\lambda w_{ij}.$$
#
# *Check by algebra*, with eight symbols for the eight weights: SymPy differentiates the whole sum by each of them.

# %%
w = sympy.symbols("w_1:9")
strength = sympy.Symbol("lambda")
penalty = strength / 2 * sum(w_ij**2 for w_ij in w)
print([sympy.diff(penalty, w_ij) for w_ij in w])
assert all(sympy.diff(penalty, w_ij) == strength * w_ij for w_ij in w)


# %% [markdown]
# **Line 2: the whole cost.** The derivative of a sum is the sum of the derivatives. That is C2:
#
# $$\frac{\partial J_{wd}^q}{\partial w_{ij}}=\frac{\partial J^q}{\partial w_{ij}}+\lambda w_{ij},\qquad\frac{\partial J_{wd}^q}{\partial b_i}=\frac{\partial J^q}{\partial b_i}.$$
#
# *Check by central differences*, which nudge each weight of the whole cost and know nothing of line 1:

# %%
def cost(w1=W1, b1=net.biases[0]):
    nudged = Network.from_parameters([w1, W2], [b1, net.biases[1]])
    return nudged.cost(x, y) + lam / 2 * (np.sum(w1**2) + np.sum(W2**2))


(dw, _), (db, _) = net.gradients(x, y)
check("∂J_wd/∂w = ∂J/∂w + λw", dw + lam * W1, numerical_gradient(cost, W1))
bias_slopes = numerical_gradient(lambda b: cost(b1=b), net.biases[0])
check("∂J_wd/∂b = ∂J/∂b", db, bias_slopes)

# %% [markdown]
# *Check by autograd*, which differentiates the penalty as torch sees it; and `Network`, which has it built in:

# %%
t1, t2 = (torch.tensor(w, requires_grad=True) for w in net.weights)
c1, c2 = (torch.tensor(b) for b in net.biases)
y_hat = torch.sigmoid(t2 @ torch.sigmoid(t1 @ torch.tensor(x) + c1) + c2)
J = 0.5 * (torch.tensor(y) - y_hat).square().sum()
(J + weight_penalty([t1, t2], lam)).backward()
built_in = net.gradients(x, y, lam=lam)[0]
check("first layer, autograd", dw + lam * W1, t1.grad, bound=1e-12)
check("first layer, Network", dw + lam * W1, built_in[0], bound=1e-12)
check("second layer, Network", t2.grad, built_in[1], bound=1e-12)

# %% [markdown]
# **Line 3: the update.** Learning goes against the gradient, and C7 says $\partial J^q/\partial w_{ij}=-\delta_i x_j$. Therefore
#
# $$\Delta w_{ij}=-\eta\,\frac{\partial J_{wd}^q}{\partial w_{ij}}=\eta\,(\delta_i x_j-\lambda w_{ij}),\qquad\Delta b_i=\eta\,\delta_i .$$
#
# ($x_j$ is what the layer receives: for the second layer, $h_j$.) $\delta$ itself is unchanged: the error that is sent backward knows nothing of the penalty. *Check*, one online step of the network against the formula:

# %%
eta = 0.5
delta = net.deltas(x, y)[0]
learner = Network.from_parameters(net.weights, net.biases)
learner.step(x, y, eta, lam=lam)
by_formula = W1 + eta * (np.outer(delta, x) - lam * W1)
check("Δw = η(δx − λw)", learner.weights[0], by_formula, bound=1e-12)
check("Δb = ηδ", learner.biases[0], net.biases[0] + eta * delta, bound=1e-12)

# %% [markdown]
# **Line 4: the same, regrouped.** Put the two terms with the old weight together:
#
# $$w_{ij}^{\text{new}}=(1-\eta\lambda)\,w_{ij}+\eta\,\delta_i x_j .$$
#
# First every weight shrinks by the same factor, then the data speak. A weight of which the data say nothing *decays* like a radioactive substance, $w(t)=(1-\eta\lambda)^t\,w(0)$, with half-life $\ln\frac12/\ln(1-\eta\lambda)\approx0.69/(\eta\lambda)$ steps; hence "weight decay". *Check*: an input that is always 0 sends nothing, so its weights should halve in that time.

# %%
half_life = np.log(0.5) / np.log(1 - eta * lam)
print(f"half-life at η = {eta}, λ = {lam}: {half_life:.1f} steps")
silent = Network.from_parameters(net.weights, net.biases)
for _ in range(27):
    silent.step([1.0, 0.0], y, eta, lam=lam)
decayed = (1 - eta * lam) ** 27 * W1[:, 1]
check("weights of the silent input", silent.weights[0][:, 1], decayed, bound=1e-12)
print("halved twice in 27 steps:", np.allclose(decayed, W1[:, 1] / 4, atol=1e-3))

# %% [markdown]
# ## Two forces, and a Lagrange multiplier (C3)
#
# So each weight feels two forces: the data pull it to where the error is small, the decay pulls it to zero. Learning comes to rest where they cancel, $-\partial J/\partial w=\lambda w$. To see this we need few weights and a bowl-shaped cost: one linear unit, two inputs, no bias, and $J=\frac1N\sum_q\frac12(y^q-w\cdot x^q)^2$. Setting the gradient $Aw-b+\lambda w$ to zero, with $A=\frac1N\sum_q x^q{x^q}^\top$ and $b=\frac1N\sum_q y^qx^q$, gives *ridge regression* [4],
#
# $$w(\lambda)=(A+\lambda I)^{-1}\,b .$$

# %%
rng = np.random.default_rng(0)
inputs = rng.normal(size=(50, 2)) @ [[1.0, 0.5], [0.0, 0.4]]
targets = inputs @ [0.4, 1.2] + 0.3 * rng.normal(size=50)
A, b = inputs.T @ inputs / 50, inputs.T @ targets / 50


def ridge(lam):
    return np.linalg.solve(A + lam * np.eye(2), b)


unit = Network.from_parameters([ridge(0.1)[None]], [[0.0]], "linear")
slope = unit.gradients(inputs, targets[:, None], lam=0.1)[0][0]
check("at w(λ) the two forces cancel", slope, np.zeros((1, 2)), bound=1e-12)


# %% [markdown]
# The lecture calls $\lambda$ a **Lagrange multiplier**. Of which problem? Of this one: make $J$ as small as possible *on a budget* $c$ for the squared weights,
#
# $$\min_w J(w)\quad\text{subject to}\quad\textstyle\sum w^2\le c .$$
#
# Its Lagrangian is $J+\frac\lambda2(\sum w^2-c)$. The budget is a constant, so its derivative by $w$ is C2 again. *Check*: give a solver that has never heard of $\lambda$ the budget that $w(0.1)$ spends.

# %%
def error(w):
    return 0.5 * np.mean((targets - inputs @ w) ** 2)


def on_a_budget(c):
    limit = {"type": "ineq", "fun": lambda w: c - w @ w, "jac": lambda w: -2 * w}
    known = {"jac": lambda w: A @ w - b, "constraints": limit}
    return minimize(error, [0.1, 0.1], **known, options={"ftol": 1e-15}).x


c = ridge(0.1) @ ridge(0.1)
check("minimum on a budget", on_a_budget(c), ridge(0.1), bound=1e-5)

# %% [markdown]
# **What the multiplier says.** Let $J^*(c)$ be the smallest error on budget $c$. By the envelope theorem $\lambda=-\partial J^*/\partial(c/2)$ (at the minimum a small change of $w$ leaves the Lagrangian as it is, to first order, so that only its explicit dependence on $c$ counts): it is the *price*, how much error one more unit of (half) budget would save. *Check*: change the budget a little both ways, and let the solver find the new minima.

# %%
for lam in (0.01, 0.1, 1.0):
    c, d = ridge(lam) @ ridge(lam), 1e-3
    more, less = error(on_a_budget(c + d)), error(on_a_budget(c - d))
    price = -(more - less) / d  # c/2 goes from (c-d)/2 to (c+d)/2: d in all
    print(f"λ = {lam:<4}: the budget's price is {price:.2g}")
    assert np.isclose(price, lam, rtol=1e-3)

# %% mystnb={"image": {"alt": "Left: elliptic contours of the error over the plane of two weights, circles of equal norm, and the path of the minimum from the bottom of the bowl to zero as lambda grows; at one point on the path a blue arrow downhill, at right angles to the contour, and an equally long orange arrow towards zero. Right: squared norm falling with lambda."}}
grid = np.linspace(-0.3, 1.7, 101)
surface = [[error(np.array([w1, w2])) for w1 in grid] for w2 in grid]
lambdas = np.logspace(-4, 1.5, 100)
path = np.array([ridge(lam) for lam in lambdas])
point = ridge(0.1)
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.3))
levels = np.min(surface) * 1.25 ** np.arange(1, 14)
left.contour(grid, grid, surface, levels, cmap="Greys_r", linewidths=0.8)
left.plot(*path.T, color="black")
for force, colour in ((b - A @ point, "blue"), (-0.1 * point, "vermilion")):
    left.quiver(*point, *force, color=plots.COLOURS[colour], scale=0.35, zorder=3)
left.add_patch(plt.Circle((0, 0), np.linalg.norm(point), fill=False, ls="--"))
left.set(xlabel="w₁", ylabel="w₂", title="data (blue) against decay (orange)")
left.set(aspect="equal", xlim=(-0.3, 1.7), ylim=(-0.3, 1.7))
right.semilogx(lambdas, (path**2).sum(axis=1))
right.set(xlabel="λ", title="squared weights spent, c(λ)");

# %% [markdown]
# The circle is the budget; outside it the constrained problem may not go. The minimum lies where a contour just touches the circle: there the pull of the data (blue) stands at a right angle to the circle, and decay (orange) cancels it. As $\lambda$ grows, $w(\lambda)$ runs along the black line to zero, and the norm falls and falls. It must: $\frac{d}{d\lambda}\sum w^2=-2\,w^\top(A+\lambda I)^{-1}w<0$.

# %%
slopes = [
    -2 * w @ np.linalg.solve(A + lam * np.eye(2), w) for lam, w in zip(lambdas, path)
]
nudged = [
    numerical_gradient(lambda t: ridge(t[0]) @ ridge(t[0]), [lam])[0] for lam in lambdas
]
check("d c/dλ", slopes, nudged)
assert max(slopes) < 0

# %% [markdown]
# The remark, then. A true Lagrange multiplier is *found*: one states the budget $c$, and $\lambda$ follows. In the lecture, as everywhere in practice, $\lambda$ is *chosen* and the budget follows. For a bowl-shaped cost these are two names for the same family of solutions. For a network, whose cost has many valleys, one direction survives: whatever minimizes $J_{wd}$ also minimizes $J$ among all networks with no larger weights (a better one of the same size would have a lower $J_{wd}$, too).
#
# ## How large is λ?
#
# *Typically very small, 0.0001 to 0.001*, says the lecture. Small compared with what? $J$ is a sum over 784 pixels, but the penalty is a sum over 307,328 weights. We train on all 10,000 digits, with $\lambda$ in that range and far beyond it.
#
# **Predict first.** Which pixels have nothing to say about their weights, and what will become of these weights?

# %%
lambdas = [0.0, 1e-4, 1e-3, 1e-2, 1e-1]
models = {lam: train(data.train.images, lam, epochs=6) for lam in lambdas}
features = {lam: model.features() for lam, model in models.items()}

# %% mystnb={"image": {"alt": "Five rows of features of fourteen units: noise all over the image for lambda 0; with growing lambda clean grey borders and softer, larger blobs; at 0.1 a few blurred whole shapes that several units share."}} tags=["cover"]
fig, axes = plt.subplots(5, 1, figsize=(7, 2.9))
for ax, lam in zip(axes, lambdas):
    plots.show_features(features[lam][:14], ax=ax)
    ax.set_ylabel(f"λ = {lam:g}", rotation=0, ha="right", va="center")

# %% mystnb={"image": {"alt": "Histograms of the weights on a logarithmic scale, one per lambda: broad for 0, ever narrower and more peaked at zero as lambda grows."}}
edges = np.linspace(-1.5, 1.5, 76)
fig, axes = plt.subplots(1, 5, figsize=(8, 2.2), sharey=True)
for ax, lam in zip(axes, lambdas):
    ax.hist(features[lam].ravel(), edges, log=True)
    ax.set(title=f"λ = {lam:g}", xlabel="weight")
axes[0].set_ylabel("number of weights");

# %%
# WeightDecay(2) is 2/2 Σw²: the sum itself.
spent = [WeightDecay(2.0)(model, None).item() for model in models.values()]
smooth = [smoothness(features[lam]).mean() for lam in lambdas]
print("Σw² falls with every larger λ:        ", all(np.diff(spent) < 0))
print("neighbouring pixels agree more and more:", all(np.diff(smooth) > 0))
assert all(np.diff(spent) < 0) and all(np.diff(smooth) > 0)

# %% [markdown]
# The pixels at the border are white in nearly every image, $x_k=0$. Without a penalty, the weights that lead from there keep the random numbers that they started with: the snow in the first row. With a penalty they decay (line 4), and the snow clears, already at $10^{-4}$ (why so fast? see the remark at the end). In the lecture's range nothing much else can be seen. Beyond it, features become smoother: a pixel and its neighbour mostly say the same, and the cheapest way to use both is to share a weight between them, since $2(\frac w2)^2<w^2$. At $\lambda=0.1$ nearly everything is too expensive: what is left are a few blurred shapes, and several units have the same one. So in these six epochs a strong penalty makes features smooth, but shows no pen strokes; notebooks 04 and 05 add another idea ([the course map](README.md)).
#
# ## Do smaller weights generalize better? (C1)
#
# Back to the network that learned by heart from 100 digits. **Predict first.** Draw, against $\lambda$, the error on these 100 digits and that on unseen digits. Which of the two curves must rise? Which one has a bottom, and where?

# %%
small = {lam: train(few, lam, epochs=300) for lam in lambdas}
on_seen = [evaluate(model, few) for model in small.values()]
on_unseen = [evaluate(model, x_test) for model in small.values()]

# %% [markdown]
# One run is luck, so the next cell shows it beside a *stored* table: five seeds, each with its own digits and its own initial weights, on both data sets and for 100 and 1,000 training images, made by `benchmarks/weight_penalty.py`. Lines are means, bars are standard deviations over seeds; crosses are the live run; $\lambda=0.1$ lies above the frame.

# %%
table = load_table("weight_penalty")


def stored(column, **setting):
    return np.array([table.where(lam=lam, **setting)[column] for lam in lambdas])


def draw(ax, title, **setting):
    for column, style in (("test", "s-"), ("train", "o--")):
        runs = stored(column, **setting)
        mean, spread = runs.mean(axis=1), runs.std(axis=1, ddof=1)
        ax.errorbar(range(5), mean, spread, fmt=style, capsize=3, label=column)
    ax.set(title=title, xlabel="λ", ylim=(0, 15))
    ax.set_xticks(range(5), ["0", "$10^{-4}$", "$10^{-3}$", "$10^{-2}$", "$10^{-1}$"])


# %% mystnb={"image": {"alt": "Four panels of training and test error against lambda: with 100 digits the test error has a bottom at one thousandth, the training error only rises; with 1000 digits the two curves lie close together and rise beyond one thousandth. Crosses of one live run lie near the curves."}}
fig, axes = plt.subplots(1, 4, figsize=(9.5, 2.8), sharey=True)
panels = [(name, n) for n in (100, 1_000) for name in ("drawn", "mnist")]
for ax, (name, n) in zip(axes, panels):
    draw(ax, f"{name}, {n:,} digits", data=name, n=n, task="autoencoder")
live = axes[int(data.train.factors is None)]  # MNIST has none
live.plot(on_seen, "kx", on_unseen, "kx")
axes[0].set_ylabel("J, half the squared error")
axes[3].legend();

# %%
print("live: lowest test error at λ =", lambdas[int(np.argmin(on_unseen))])
assert np.all(np.diff(on_seen) > 0) and np.argmin(on_unseen) == 2

# %% [markdown]
# The training error (orange) must rise: without a penalty it was all that counted. The test error (blue) has a bottom, and with 100 digits it lies at $\lambda=10^{-3}$, the upper end of the lecture's range. There the promise holds.
#
# **Explore.** Here are the five live networks, with the digits that they know and digits that they don't. Turn $\lambda$, with the mouse or the arrow keys: which rows can you tell apart?

# %% mystnb={"image": {"alt": "Explorer: a slider for lambda above three panels, at one thousandth. Left, sixteen features, grainy patches. Middle, six known digits with their copies, which look the same, and six new ones with blurred copies. Right, the squared error against lambda: that of known digits rises from about 6, that of new ones has a bottom at one thousandth."}}
explore.weight_prices(small, few, x_test)


# %% [markdown]
# At $10^{-3}$ the copies of known digits are already a little worse than without a penalty, and those of new ones are the best. How much is that worth? For each seed, take the test error without penalty minus that with it; the half-width is a 95 % interval for the mean of five.

# %%
def saved(better, **setting):
    errors = stored("test", **setting)
    differences = errors[0] - errors[lambdas.index(better)]
    return differences.mean(), 2.78 * differences.std(ddof=1) / np.sqrt(5)


for name, n in panels:
    for lam in (1e-4, 1e-3):
        gain, margin = saved(lam, data=name, n=n, task="autoencoder")
        print(
            f"{name} {n:5,} digits, λ = {lam:<6}: saves {gain:5.2f} ± {margin:.2f} of J"
        )
        assert gain - margin > 0.3 if n == 100 else abs(gain) < 0.05

# %% [markdown]
# With 100 digits, $\lambda=10^{-3}$ saves about a tenth of the error, on both data sets, and zero is far outside the interval. (It was picked because its *test* error is the lowest, which flatters the saving a little; validation digits would be the fair way to choose it.) With 1,000 digits, and after these 300 steps, it saves nothing: unseen digits are copied only a little worse than seen ones, so that there is little gap to close. But 300 steps are too few to overfit 1,000 digits, and stopping early restrains a network, too. So this is a statement about a short training, not about 1,000 digits: trained to the end, the penalty may well save something there. At $10^{-4}$ the saving with 1,000 digits is measurable and tiny, 0.03 of $J$; with 100 digits it is 0.41.
#
# ### A case that can be worked out
#
# Why should it help at all? Take the one network for which we have the exact answer, $w(\lambda)$ of ridge regression: ten linear units that read digits straight from 784 pixels (targets 1 for the right class and 0 for the others), from 100, 600 and 5,000 digits.
#
# **Predict first.** With next to no penalty, which of the three training sets will give the worst reader?

# %%
pixels, labels = data.train.flat.astype(float), data.train.labels
strengths = np.array([1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1.0])


def misread(n, lam, seed):
    rows = np.random.default_rng(seed).choice(len(pixels), n, replace=False)
    x, y = pixels[rows], np.eye(10)[labels[rows]]
    w = np.linalg.solve(x.T @ x / n + lam * np.eye(784), x.T @ y / n)
    return np.mean((data.test.flat @ w).argmax(axis=1) != data.test.labels)


linear = {
    n: np.array([[misread(n, lam, seed) for seed in range(5)] for lam in strengths])
    for n in (100, 600, 5_000)
}

# %% mystnb={"image": {"alt": "Share of misread test digits against lambda on a logarithmic axis for 100, 600 and 5000 training digits: 600 digits begin far above 100 at tiny lambda and end far below it at 0.1; 5000 digits are nearly flat with a shallow bottom."}}
fig, ax = plt.subplots(figsize=(5.5, 3))
for (n, shares), style in zip(linear.items(), ("o--", "s-", "^:")):
    ax.errorbar(
        strengths,
        shares.mean(axis=1),
        shares.std(axis=1, ddof=1),
        fmt=style,
        capsize=3,
        label=f"{n:,} digits",
    )
ax.set(xscale="log", xlabel="λ", ylabel="test digits misread", ylim=(0, None))
ax.legend()
mean = {n: shares.mean(axis=1) for n, shares in linear.items()}
assert mean[600][0] > mean[100][0] + 0.1 and mean[600][4] < mean[100][4] - 0.05
assert mean[600][4] < mean[600][0] / 2 and mean[5_000][3] < mean[5_000][0]

# %% [markdown]
# Without a penalty, 600 digits make a *worse* reader than 100! There are about as many digits as pixels that matter, so that they can just be fitted exactly, but only with enormous weights that cancel each other on the training digits and nowhere else. This peak is the one known from "double descent" [3]. A penalty of 0.1 takes away most of the errors. Krogh and Hertz [1] have proved for linear networks what it does: of all weights that solve the task it picks the smallest, dropping what the data do not ask for; and it damps the noise in the targets.
#
# Note where the bottom lies: for 600 digits at $\lambda=0.1$, a hundred times the lecture's largest value, and for the other two numbers of digits elsewhere. What is "typical" depends on the cost that $\lambda$ stands beside, and on the data. [The notation table](../docs/notation.md) converts $\lambda$ between losses; a validation set finds it.
#
# ## Where the promise fails
#
# **A small gap is not a small error.** At $\lambda=0.1$ the autoencoders above had the smallest weights of all and almost no gap: they were bad on *all* digits. "Smaller weights generalize better" holds down to a point.

# %%
gaps = np.array(on_unseen) - on_seen
print("smallest gap at λ =", lambdas[int(gaps.argmin())])
print("largest test error at λ =", lambdas[int(np.argmax(on_unseen))])
assert gaps.argmin() == np.argmax(on_unseen) == 4

# %% [markdown]
# **Not every network needs it.** The same stored table has a small classifier, 784-64-10 sigmoid units trained with the lecture's cost: on correct labels, and on labels of which three in ten are wrong.

# %%
for task in ("classifier", "classifier, wrong labels"):
    print(f"{task}: digits misread that λ saves, in per cent")
    for name, n in panels:
        found = [saved(lam, data=name, n=n, task=task) for lam in (1e-4, 1e-3)]
        weak, strong = (f"{100 * gain:4.1f} ± {100 * w:.1f}" for gain, w in found)
        print(f"  {name} {n:5,} digits: λ = 0.0001 {weak}, λ = 0.001 {strong}")

# %% [markdown]
# The best that $10^{-4}$ does is to save one digit in a hundred, after training on 100; most intervals reach zero or nearly so. With wrong labels, of which the theory [1] made us expect more, we see no more. And after training on 1,000 digits $\lambda=10^{-3}$ does harm: it costs between one and four digits in a hundred. The lecture's range is no law: this $J$ is a sum over 10 outputs, not over 784 pixels, so that the same $\lambda$ weighs more beside it. Large networks, too, often generalize well without any penalty [5].
#
# **The norm is not a property of the function.** Multiply the weights and biases into a layer of ReLU units by 10 and divide those out of it by 10. Nothing that the network computes has changed.

# %%
relu = Autoencoder([784, 32], activation="relu", output="linear", seed=0)
before, norm = evaluation.reconstruct(relu, seen), WeightDecay(2.0)(relu, None).item()
with torch.no_grad():
    for parameter in relu.encoder.parameters():
        parameter *= 10
    relu.decoder[0].weight /= 10
print(
    "same outputs:", np.allclose(evaluation.reconstruct(relu, seen), before, atol=1e-4)
)
print("Σw² is larger:", WeightDecay(2.0)(relu, None).item() > 10 * norm)

# %% [markdown]
# So a small norm is not *what* generalizes. The penalty is a tax: among networks that do the same it prefers the cheapest, and what the tax does to the function depends on the architecture.
#
# ## One remark: `weight_decay` in Adam and in AdamW
#
# Line 4 says that penalty and decay are the same thing. That is true of plain gradient descent and false of Adam, as Loshchilov and Hutter [2] pointed out. Adam divides each weight's gradient by its usual size. `Adam(weight_decay=…)` adds $\lambda w$ to the gradient *before* that division, so a weight about which the data say little is shrunk at full speed whatever $\lambda$ is. `AdamW(weight_decay=…)` shrinks every weight by $1-\eta\lambda$, apart from the gradient.
#
# **Predict first.** Look at the pixels that are white in all our 100 digits. Their weights get no gradient from the data. How fast will they fall for $\lambda=10^{-3}$, and for a thousandth of it?

# %%
flat = torch.from_numpy(few).flatten(1)
white = (flat == 0).all(dim=0)


def left_over(optimizer, lam, eta=5e-3):
    model, sizes = Autoencoder([784, 32], seed=0), []
    groups = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": lam},
        {"params": [p for p in model.parameters() if p.ndim == 1], "weight_decay": 0},
    ]
    optimizer = optimizer(groups, lr=eta)
    for _ in range(101):
        sizes.append(model.encoder[0].weight[:, white].square().mean().sqrt().item())
        optimizer.zero_grad()
        half_squared_error(model(flat), flat).backward()
        optimizer.step()
    return np.array(sizes) / sizes[0]


# %% mystnb={"image": {"alt": "Size of the weights from white pixels against steps: both Adam curves, lambda one thousandth and one millionth, fall steeply together and are near zero after fifty steps; AdamW with 0.1 falls gently and AdamW with 0.001 hardly at all."}}
adam, adamw = torch.optim.Adam, torch.optim.AdamW
runs = [(adam, 1e-3, "-"), (adam, 1e-6, "--"), (adamw, 1e-3, "-"), (adamw, 0.1, ":")]
fig, ax = plt.subplots(figsize=(5.5, 3))
size = {}
for optimizer, lam, style in runs:
    size[optimizer, lam] = left_over(optimizer, lam)
    ax.plot(size[optimizer, lam], style, label=f"{optimizer.__name__}, {lam:g}")
ax.set(xlabel="step", ylabel="share that is left", title="weights from white pixels")
ax.legend()
assert size[adam, 1e-3][60] < 0.1 and size[adam, 1e-6][60] < 0.1
check("AdamW: (1 − ηλ)^t", size[adamw, 0.1], (1 - 5e-3 * 0.1) ** np.arange(101), 1e-4)

# %% [markdown]
# A thousand times smaller, and just as fast. Where the data are silent, Adam cannot tell a large $\lambda$ from a tiny one; AdamW decays exactly as line 4 says. Which one generalizes better? For our hundred digits and 196 units:

# %% tags=["nbval-ignore-output"]
decays = (0.1, 0.3, 1.0)
tries = {lam: Autoencoder([784, 196], seed=0) for lam in decays}
for lam, model in tries.items():
    fit(model, few, weight_decay=lam, epochs=300, **settings)
by_adamw = [evaluate(model, x_test) for model in tries.values()]
names = ["no penalty", "L2, λ = 0.001", *(f"AdamW, {lam:g}" for lam in decays)]
for name, value in zip(names, [on_unseen[0], on_unseen[2], *by_adamw]):
    print(f"{name:14} J on unseen digits {value:5.2f}")
assert on_unseen[2] < min(by_adamw)


# %% [markdown]
# Here the L2 term wins: no AdamW decay that we tried comes near it, though each is the result of one seed. Loshchilov and Hutter found the opposite for large image classifiers, and a handier choice of $\lambda$ and $\eta$. There is no contradiction: the two are different penalties. Adam with an L2 term still seeks the minimum of the lecture's $J_{wd}$, by another path; AdamW has no such cost, and holds back more strongly than L2 does those weights that the data pull on most. In this course `penalties.WeightDecay` is the first (and spares the biases), `fit(weight_decay=…)` the second (and does not).

# %% [markdown]
# ## Exercises
#
# Each exercise is one function: plain arrays in, plain arrays or numbers out. The cell after it judges your answer, demand by demand; the grader has more cases.
#
# ### Exercise 1: one step with decay
#
# Given are a layer's weights `w` (I, J) and biases `b` (I,), the lecture's `delta` (n, I) of a batch, and what the layer received, `x` (n, J). Return the new weights and biases after one step on the *mean* cost of the batch, with weight penalty.

# %% nbgrader={"grade": false, "grade_id": "ex03-1-decayed-step", "locked": false, "schema_version": 3, "solution": true, "task": false}
def decayed_step(w, b, delta, x, eta, lam):
    """New (w, b) after one step with learning rate eta and weight penalty lam."""
    ### BEGIN SOLUTION
    new_w = w + eta * (delta.T @ x / len(x) - lam * w)
    return new_w, b + eta * delta.mean(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex03-1-decayed-step-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex03-1-decayed-step")


# %% [markdown]
# ### Exercise 2: the exact answer
#
# For one linear unit without bias, return the weights that minimize $\frac1N\sum_q\frac12(y^q-w\cdot x^q)^2+\frac\lambda2\sum w^2$.

# %% nbgrader={"grade": false, "grade_id": "ex03-2-ridge", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ridge_weights(x, y, lam):
    """Best weights (d,) for inputs x (n, d), targets y (n,) and a penalty lam > 0."""
    ### BEGIN SOLUTION
    n, d = x.shape
    return np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex03-2-ridge-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex03-2-ridge")


# %% [markdown]
# ### Exercise 3: find the multiplier
#
# Now the other way round: given is a budget $c$. Return the $\lambda\ge0$ for which the minimum of exercise 2 spends exactly $\sum w^2=c$. If least squares without any penalty stays within the budget, the constraint is idle, and its price is 0. ($x^\top x$ can be inverted. Mind that $c(\lambda)$ falls: halving an interval will do.)

# %% nbgrader={"grade": false, "grade_id": "ex03-3-multiplier", "locked": false, "schema_version": 3, "solution": true, "task": false}
def multiplier(x, y, c):
    """Lagrange multiplier lam >= 0 of the budget c > 0 for the squared weights."""
    ### BEGIN SOLUTION
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    b = vectors.T @ x.T @ y / len(x)
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        too_much = ((b / (values + middle)) ** 2).sum() > c
        low, high = (middle, high) if too_much else (low, middle)
    return low
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex03-3-multiplier-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex03-3-multiplier")

# %% [markdown]
# ### Exercise 4: in your own words
#
# A fellow student writes `torch.optim.Adam(model.parameters(), weight_decay=1e-3)`, trains an autoencoder of 784 pixels with `torch.nn.MSELoss()`, and reports results "with the lecture's weight penalty, $\lambda=10^{-3}$". Name three differences from the lecture, and say what to write instead. (About 100 words; the notation table helps.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex03-4-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
# First, `MSELoss()` is the mean over images and pixels, 2/784 times the lecture's cost. Beside it, a penalty of 1e-3 is 392 times as strong as beside the lecture's; it should be 2.6e-6. Second, `model.parameters()` contains the biases, which the lecture never penalizes. Third, Adam divides the gradient, penalty included, by its usual size, so that the update is not η(δx − λw): weights of which the data say little decay at full speed for any λ, although the minimum aimed at is the same. I would use half the sum of squares, averaged over images, and add λ/2 Σw² over the weight matrices alone, or put the biases into a parameter group with weight_decay=0; for the lecture's rule itself, plain SGD.

# %% [markdown]
# ## Summary
#
# - The penalty $\frac\lambda2\sum w^2$ sums over the weights of all layers, never biases (C1). It adds $\lambda w_{ij}$ to each weight's gradient and leaves $\delta$ alone (C2): $\Delta w=\eta(\delta x-\lambda w)$.
# - Hence decay: a weight that the data do not hold up shrinks by $1-\eta\lambda$ in each step.
# - $\lambda$ is the price of a budget: the Lagrange multiplier of "least error with $\sum w^2\le c$". One chooses the price, and the budget follows (C3).
# - In our runs smaller weights generalized better where the data are few for what the network could learn: a tenth less error for an autoencoder with 100 digits, and most errors gone for a linear reader with about as many digits as pixels. With 1,000 digits and only 300 steps, or in a small classifier, the lecture's $\lambda$ changed little or did harm (C1).
# - The smallest weights are not the best ones, and the norm is no property of the function. A good $\lambda$ depends on cost, network and data.
# - Adam with an L2 term and AdamW are two different rules.
#
# Next: [the course map](README.md). The penalty on weights asks nothing of *activities*; the sparsity penalty of the next notebooks does.
#
# ## Further reading
#
# 1. A. Krogh and J. A. Hertz, "A simple weight decay can improve generalization", *Advances in Neural Information Processing Systems* 4 (1991), 950–957, [papers.nips.cc](https://papers.nips.cc/paper/1991/hash/8eefcfdf5990e441f0fb6f3fad709e21-Abstract.html).
# 2. I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", *ICLR* (2019), [doi:10.48550/arXiv.1711.05101](https://doi.org/10.48550/arXiv.1711.05101).
# 3. M. Belkin, D. Hsu, S. Ma and S. Mandal, "Reconciling modern machine-learning practice and the classical bias–variance trade-off", *PNAS* 116 (2019), [doi:10.1073/pnas.1903070116](https://doi.org/10.1073/pnas.1903070116).
# 4. A. E. Hoerl and R. W. Kennard, "Ridge regression: biased estimation for nonorthogonal problems", *Technometrics* 12 (1970), [doi:10.1080/00401706.1970.10488634](https://doi.org/10.1080/00401706.1970.10488634).
# 5. C. Zhang et al., "Understanding deep learning requires rethinking generalization", *ICLR* (2017), [doi:10.48550/arXiv.1611.03530](https://doi.org/10.48550/arXiv.1611.03530): networks generalize even without explicit penalties.
