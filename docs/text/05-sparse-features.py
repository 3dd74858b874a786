# %% [markdown]
# # 05 · Sparse features
#
# **What does a network find in digits when each of its units may speak only rarely?**
#
# Notebook 04 derived how to keep hidden units quiet. Here is what that is good for: the
# picture with which the lecture advertises sparse autoencoders. On its left a part of MNIST,
# on its right pen strokes that nobody has put in. We make the picture, measure what its
# features have in common, and then ask the less comfortable questions: for which settings it
# comes out, what becomes of the others, and how far our runs support what is claimed of
# sparse features.
#
# **You will**
#
# - make the lecture's figure and measure how local and how smooth its features are;
# - sort out three ways of writing one and the same cost, so that you can take settings
#   from other texts;
# - read a map of $\gamma$, $\bar\rho$ and $\lambda$, and derive, without any training, which
#   patterns of the data pay for their weights;
# - compare a sparse with a plain autoencoder on three claims of the lecture, and see what
#   this comparison cannot decide;
# - meet two other ways to sparseness, their dead units, and today's largest use of it.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** A7, B6, C10.
# **Before:** notebook 04 derives the penalty; here it is used.

# %%
import matplotlib.pyplot as plt
import numpy as np

from aelib import evaluation, explore, load_data, penalties, plots, units
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network
from aelib.desk.verdicts import verdict
from aelib.penalties import KL, L1, WeightDecay
from aelib.results import load_table
from aelib.training import fit

plots.use_style()
data = load_data()
x, x_test = data.train.images, data.test.images

# %% [markdown]
# ## The lecture's figure (B6)
#
# The network has 784 inputs, 196 hidden units and 784 outputs, all sigmoid. Its cost is
# that of notebook 04, averaged over samples:
#
# $$\frac1N\sum_q J^q+\frac\lambda2\sum w^2+\gamma\sum_j KL(\bar\rho\parallel\rho_j),
# \qquad \gamma=1,\quad\bar\rho=0.1,\quad\lambda=3\cdot10^{-3}.$$
#
# Beside it we train a **plain** autoencoder of the same shape, with neither penalty, and for
# 12 epochs instead of 30. So the two differ in *three* things, which has to be kept in mind
# whenever they are compared.
#
# **Predict first.** Both networks have to rebuild digits. What will the 784 weights that
# lead to one hidden unit look like, drawn as an image: a digit, a part of one, or neither?

# %%
settings = {"batch_size": 100, "learning_rate": 2e-2, "schedule": "one-cycle"}
strokes = [KL(gamma=1, rho_bar=0.1), WeightDecay(lam=3e-3)]

sparse = Autoencoder([784, 196], seed=0)
fit(sparse, x, penalty=strokes, epochs=30, **settings)

# %%
plain = Autoencoder([784, 196], seed=0)
fit(plain, x, epochs=12, **settings);

# %% mystnb={"image": {"alt": "Left: a hundred digits. Right: the weights of a hundred hidden units on grey: short dark pen strokes, straight and curved, at many different places, some with light flanks, and a few ghosts of whole digits."}} tags=["cover"]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.7))
plots.show_images(x[:100], ax=left, title="digits")
plots.show_features(sparse.features()[:100], columns=10, ax=right, title="strokes");

# %% mystnb={"image": {"alt": "Two rows of 14 features. Plain: grey noise. Sparse: pen strokes."}}
figure, axes = plt.subplots(2, 1, figsize=(8, 1.8))
for ax, (name, model) in zip(axes, {"plain": plain, "sparse": sparse}.items()):
    plots.show_features(model.features()[:14], title=name, ax=ax)


# %% [markdown]
# There it is: not digits but what digits are drawn with. Dark weights excite the unit, light
# ones silence it. Many strokes have light flanks: the unit wants ink *here* and none beside
# it, so that a thick blot will not do. Here and there a faint whole digit is left. Nobody has
# told the network about pens. (The ancestor of such pictures was made from photographs of
# nature, and shows edges [2].) The plain network's features look like noise, as in
# notebook 01.
#
# ## Are they strokes? A score
#
# The eye is easily pleased, so we measure. No single number tells a stroke from everything
# else. Four together tell small, smooth, different and rarely active patches from the other
# things that we shall try:
#
# - **window share**: which share of a feature's energy $\sum w^2$ lies in its best
#   7 × 7 window? At least .6 in the median: a stroke is *local*.
# - **smoothness**: the correlation of neighbouring pixels. At least .7: a stroke is not a
#   scatter of dots.
# - **similarity**: the mean |cosine| of two features. At most .15: not one feature many
#   times over.
# - **mean activity**: within .03 of $\bar\rho$, and within a factor of 2, with hardly any
#   dead or constant unit: the units speak as rarely as they were told to, but they speak.
#
# Before we trust the score, let it judge things that we know: noise, whole digits, and
# strokes, cut out of digits with a window of 7 × 7 (so that their window share is 1 by
# construction). Mind what it does not see: it asks for *small and smooth*, not for *long and
# thin*. A round blob of a stroke's size passes, too.

# %%
def cut_strokes(images, rng):
    """One 7 × 7 window of each image, where there is much ink; the rest is empty."""
    parts = np.zeros_like(images)
    for part, image in zip(parts, images):
        row, column = rng.choice(np.argwhere(image[3:-4, 3:-4] > 0.9))
        window = np.s_[row : row + 7, column : column + 7]
        part[window] = image[window]
    return parts


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(0)
known = {
    "noise": rng.normal(size=(196, 28, 28)),
    "whole digits": x[:196],
    "cut strokes": cut_strokes(x[:196], rng),
    "plain": plain.features(),
    "sparse": sparse.features(),
}
print("              share  smooth  similar")
for name, w in known.items():
    columns = units.window_share(w), units.smoothness(w), units.similarity(w)
    print(f"{name:12}" + "".join(f"{np.median(column):8.2f}" for column in columns))

# %% tags=["nbval-ignore-output"]
code = {"plain": evaluation.encode(plain, x_test)}
code["sparse"] = evaluation.encode(sparse, x_test)
score = units.stroke_score(sparse.features(), code["sparse"], rho_bar=0.1)
for condition, met in score.verdicts.items():
    print(f"{condition:26} {met}")
print("dead units:", score.counts.dead, "  constant units:", score.counts.constant)
assert score.passes and score.counts.active == 196
assert not units.stroke_score(plain.features(), code["plain"], 0.1).passes

# %% [markdown]
# The score separates these, and our features pass. A lucky seed? The command
# `benchmarks/stroke_score.py` has trained this network five times on each data set. The
# worst of each column:

# %%
table = load_table("stroke_score")
for name in ("drawn", "mnist"):
    runs = table.where(data=name)
    print(
        f"{name:6}"
        f" share {runs['window_share'].min():.2f}"
        f"  smoothness {runs['smoothness'].min():.2f}"
        f"  similarity {runs['similarity'].max():.2f}"
        f"  |rho - rho_bar| {abs(runs['rho'] - 0.1).max():.3f}"
        f"  passed {runs['passes'].sum():.0f} of {len(runs['passes'])}"
    )
assert table.columns["passes"].all()

# %% [markdown]
# The copies are worse:

# %% mystnb={"image": {"alt": "Three rows of ten digits: inputs, the plain network's faithful copies, the sparse network's softer ones."}} tags=["nbval-ignore-output"]
output = {
    m: evaluation.reconstruct(n, x_test)
    for m, n in [("plain", plain), ("sparse", sparse)]
}
error = {
    m: evaluation.squared_error(x_test, y_hat).mean() for m, y_hat in output.items()
}
plots.show_rows({"input": x_test[:10]} | {m: y_hat[:10] for m, y_hat in output.items()})
print(
    f"squared error per image: {error['plain']:.1f} plain, {error['sparse']:.1f} sparse"
)
assert error["sparse"] > 3 * error["plain"]

# %% [markdown]
# The sparse network copies several times worse. It was asked for something else.
#
# ## One cost, three ways of writing it (C10)
#
# We have used $\gamma=1$, within the lecture's range of 1 to 5. Another text says $\beta=3$.
# Is that the same thing? With $N$ samples, the same cost can be written in three forms:
#
# 1. **summed**: $\sum_q J^q+N\frac\lambda2\sum w^2+\beta\sum_j KL(\bar\rho\parallel\rho_j)$:
#    the KL divergence is counted once, not once per sample;
# 2. **averaged**: the summed form divided by $N$, so that $\gamma=\beta/N$ and the weight
#    term is $\frac\lambda2\sum w^2$;
# 3. **per sample**: a step $\Delta w=\eta(\delta_j^qx_k^q-\lambda w)$ for each sample in
#    turn, with the sparsity in $\delta$:
#    $\delta_j^q=\big[\sum_iw_{ij}\delta_i^q-\gamma\big(\frac{1-\bar\rho}{1-\rho_j}
#    -\frac{\bar\rho}{\rho_j}\big)\big]f'(s_j^q)$.
#
# Line by line, on a small network. First 1 against 2; the averaged form is that of
# `Network.cost`, the summed one we write out:

# %%
lam, rho_bar, gamma = 3e-3, 0.1, 1.0
net, small = Network([6, 4, 6], seed=0), np.random.default_rng(1).random((50, 6))
n = len(small)
_, (_, h, y_hat) = net.forward(small)

errors = 0.5 * np.square(small - y_hat).sum(axis=1)
squares = sum(np.square(w).sum() for w in net.weights)
divergence = penalties.kl_divergence(rho_bar, h.mean(axis=0)).sum()

averaged = net.cost(small, small, lam=lam, rho_bar=rho_bar, gamma=gamma)
beta = n * gamma
summed = errors.sum() + n * lam / 2 * squares + beta * divergence
print("summed is N times averaged:", np.isclose(summed, n * averaged, rtol=1e-12))

# %% [markdown]
# Then 3: sample by sample, the shares of the encoder weights' step, from the formula. Their
# sum must be $-N$ times the gradient of the averaged cost, weight term included.

# %%
w1, w2 = net.weights
rho = h.mean(axis=0)
step = np.zeros_like(w1)
for x_q, h_q, y_q in zip(small, h, y_hat):
    delta_i = (x_q - y_q) * y_q * (1 - y_q)
    force = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    delta_j = (w2.T @ delta_i - gamma * force) * h_q * (1 - h_q)
    step += np.outer(delta_j, x_q) - lam * w1

dw, _ = net.gradients(small, small, lam=lam, rho_bar=rho_bar, gamma=gamma)
print("N shares of a step are -N gradients:", np.allclose(step, -n * dw[0], atol=1e-12))
once = step + (n - 1) * lam * w1
print("with the weight term only once:     ", np.allclose(once, -n * dw[0], atol=1e-12))

# %% [markdown]
# The last line is the slip that is easily made: the weight term belongs to *each* sample's
# step, so in the summed form it has to be $N\lambda$.
#
# **Reading other texts.** UFLDL, the Stanford tutorial from which the lecture's figure
# comes, averages over samples: what it calls $\beta$ is our $\gamma$ [1]. Its exercise on
# MNIST uses
#
# | | lecture | UFLDL on MNIST | our figure |
# | --- | --- | --- | --- |
# | $\gamma$ | 1 to 5 | 3 (called β) | 1 |
# | $\bar\rho$ | .01 to .05 | .1 | .1 |
# | $\lambda$ | .0001 to .001 | .003 | .003 |
#
# So the settings behind the famous picture are *outside* the ranges that the lecture gives
# for $\bar\rho$ and for $\lambda$, and inside that for $\gamma$. Are the ranges wrong then?
#
# ## The map: strokes, noise, collapse
#
# The command `benchmarks/sparse_map.py` has trained networks on drawn digits and on MNIST
# over the lecture's ranges, and with UFLDL's $\bar\rho$ and $\lambda$, for 12 epochs each.
# Here are those on drawn digits; `table.where(data="mnist", …)` has the others.
# That takes minutes; the table is stored.

# %%
table = load_table("sparse_map")
measures = ("window_share", "smoothness", "similarity")


def draw_grid(ax, rows, measure):
    """One number per setting, rho_bar down and lam across."""
    rho_bars, lams = np.unique(rows["rho_bar"]), np.unique(rows["lam"])
    order = np.lexsort((rows["lam"], rows["rho_bar"]))
    grid = rows[measure][order].reshape(len(rho_bars), len(lams))
    ax.imshow(grid, vmin=0, vmax=1.3)
    for (row, column), value in np.ndenumerate(grid):
        ax.text(column, row, f"{value:.2f}", ha="center", va="center")
    ax.set_xticks(range(len(lams)), lams)
    ax.set_yticks(range(len(rho_bars)), rho_bars)
    ax.grid(False)


# %% mystnb={"image": {"alt": "Nine grids over desired activity and lambda, for gamma 1, 3 and 5. Window share and smoothness are low at lambda .0001 and rise with lambda; the window share is highest at desired activity .1 and lambda .003. Similarity is low for desired activity .1 and high for .01, most of all at lambda .003."}}
figure, axes = plt.subplots(3, 3, figsize=(8.5, 6.6), sharex=True, sharey=True)
for row, gamma in zip(axes, (1, 3, 5)):
    for ax, measure in zip(row, measures):
        draw_grid(ax, table.where(data="drawn", gamma=gamma), measure)
        ax.set_title(rf"{measure.replace('_', ' ')}, $\gamma={gamma}$")
    row[0].set_ylabel(r"$\bar\rho$")
for ax in axes[2]:
    ax.set_xlabel(r"$\lambda$")

# %% [markdown]
# **Predict first.** Now we mix the recipes: the lecture's smallest $\bar\rho=.01$, the
# rarest speakers of all, with UFLDL's $\lambda=.003$. Finer strokes? This point of the
# map we compute live. Try other points of it: the settings are in the first line.

# %% mystnb={"image": {"alt": "Features of a collapsed network: most are the same light cloud, the mean digit with a minus sign; a few are whole dark digits."}}
point = {"gamma": 1.0, "rho_bar": 0.01, "lam": 0.003}
collapsed = Autoencoder([784, 196], seed=0)
penalty = [KL(point["gamma"], point["rho_bar"]), WeightDecay(point["lam"])]
fit(collapsed, x, penalty=penalty, epochs=12, **settings)
plots.show_features(collapsed.features()[:28], title=str(point));

# %% tags=["nbval-ignore-output"]
code["collapsed"] = evaluation.encode(collapsed, x_test)
live = units.stroke_score(collapsed.features(), code["collapsed"], point["rho_bar"])
stored = table.where(data="drawn", **point)
for measure in measures:
    print(
        f"{measure:13} {getattr(live, measure):5.2f} live {stored[measure][0]:5.2f} stored"
    )
assert live.similarity > 0.5 > 5 * score.similarity

# %% [markdown]
# A **collapse**. Most units have one and the same feature, the mean digit in light: whatever
# comes, keep quiet. That is the direction in which the sparsity term pushes (C8: a step along
# $-x$). A few respond to whole digits. Why are there no strokes? One possible reason: when a
# unit hardly varies, a sigmoid is nearly linear there, with the slope
# $f'(s_j)=\bar\rho(1-\bar\rho)$: 0.09 at $\bar\rho=.1$, but 0.0099 at $\bar\rho=.01$. A quiet
# unit is a *weak* one: to get the same message across, its weights have to be larger, and
# $\lambda$ has them pay for it.
#
# This can be made exact at the idle state, in which every unit sits at $\bar\rho$ and the
# output is the mean digit $\bar x$. Let one unit try a pattern: let it listen to a unit
# vector $u$ with weights $\varepsilon u$ and answer with $\varepsilon v$. To lowest order,
#
# $$\Delta J=\varepsilon^2\big[\lambda-\bar\rho(1-\bar\rho)\;v^\top\!DC\,u\big],\qquad
# D=\mathrm{diag}\big(\bar x_i(1-\bar x_i)\big),$$
#
# with the covariance matrix $C$ of the pixels. First the price of the two weight vectors,
# $\frac\lambda2(\varepsilon^2+\varepsilon^2)$; then what the error gains. The KL divergence
# does not take part: the mean $\rho_j$ stays where it is. The best patterns are the singular
# vectors of $DC$, with $v^\top\!DC\,u=\sigma_k$. Check it with `Network`, for the 1st, 10th
# and 100th pattern:

# %%
pixels = data.train.flat.astype(float)
mean = pixels.mean(axis=0).clip(1e-3, 1 - 1e-3)
slopes = (mean * (1 - mean))[:, None]
answer, sigma, listen = np.linalg.svd(slopes * np.cov(pixels, rowvar=False))


# %%
def logit(p):
    return np.log(p / (1 - p))


def price(k, rho_bar, lam, eps=1e-3):
    """Change of the cost, per eps², when an idle unit tries the k-th pattern."""
    u, v = listen[k - 1], answer[:, k - 1]
    costs = []
    for e in (0.0, eps):
        unit = np.array([logit(rho_bar) - e * u @ mean])
        weights = [e * u[None, :], e * v[:, None]]
        biases = [unit, logit(mean) - e * v * rho_bar]
        net = Network.from_parameters(weights, biases, "sigmoid")
        costs.append(net.cost(pixels, pixels, lam=lam))
    return (costs[1] - costs[0]) / eps**2


# %%
for k in (1, 10, 100):
    formula = 0.003 - 0.01 * 0.99 * sigma[k - 1]
    found = price(k, rho_bar=0.01, lam=0.003)
    print(f"pattern {k:3}: {found:.4f} measured, {formula:.4f} by the formula")
    assert np.isclose(found, formula, atol=1e-4)


# %% [markdown]
# So a pattern pays if $\sigma_k>\lambda/\big(\bar\rho(1-\bar\rho)\big)$. That needs no
# training at all: we can count the paying patterns of the data for every setting, and see
# afterwards how many dimensions the trained codes use (principal components that hold 90 %
# of their variance).

# %% tags=["nbval-ignore-output"]
def dimensions(code):
    """Number of principal components that hold 90 % of a code's variance."""
    variances = np.linalg.eigvalsh(np.cov(code, rowvar=False))[::-1]
    return 1 + int((np.cumsum(variances) < 0.9 * variances.sum()).sum())


def paying(rho, lam):
    """Number of patterns that pay."""
    return int((sigma > lam / (rho * (1 - rho))).sum())


print("at lambda = .0001 and rho_bar = .1:", paying(0.1, 0.0001), "pay")
for name, rho_bar in (("collapsed", 0.01), ("sparse", 0.1)):
    used, rho = dimensions(code[name]), code[name].mean()
    print(f"{name:9} uses {used} dimensions; {paying(rho_bar, 0.003)} patterns pay")
    print(f"{'':9} ({paying(rho, 0.003)} at the mean activity of its units, {rho:.3f})")
assert dimensions(code["collapsed"]) < 30 < dimensions(code["sparse"]) < 70

# %% [markdown]
# At $\bar\rho$ itself the count is 9 for 18 dimensions, and 46 for 52. At the mean activity
# of all units it is 24 and 51: the same order in these two networks, no more. (A mean over
# all units need not be the activity of any of them.) That is an observation, not a law of the
# whole map, on which it has not been tested. With this caution the map can be read as
# follows.
#
# - **Noise**, on the left, at $\lambda=.0001$. With $\bar\rho=.1$ more patterns pay there
#   (286) than there are units, so that nothing has to be chosen. With a smaller $\bar\rho$
#   fewer pay, and the count does not explain the whole column.
# - **Collapse**, at the top, worst at the right, where few patterns pay for 196 units. (At
#   the left end of that row more pay, and features are alike there, too: the count does not
#   explain this row either.) With a larger $\gamma$ it spreads; one reading is that $\gamma$
#   holds the units closer to the $\bar\rho$ at which they are weak.
# - **Strokes** at the lower right, for $\gamma=1$, where some fifty patterns pay for 196
#   units. After 12 epochs the window share is at .52 there, and lower for $\gamma=3$ and 5;
#   the 30 epochs of our figure take it beyond .6.
#
# **Are the lecture's ranges wrong?** Twelve epochs can't tell: none of these networks is
# trained to the end. What the map shows after 12 epochs is that the settings act together.
# One thing that they share is the price $\lambda/\big(\bar\rho(1-\bar\rho)\big)$. UFLDL's
# values make it .033. The lecture's largest, $\bar\rho=.05$ and $\lambda=.001$, make it .021,
# and at $\gamma=1$ the features become more local and smoother there, too; its smallest
# $\lambda$ leaves noise, and its smallest $\bar\rho$ with either $\lambda$ gives look-alikes.
# And $\gamma=1$ gets farther in these 12 epochs than $\gamma=5$.
#
# ## Three claims about sparse features, and a comparison that is not enough (A7)
#
# The lecture says what sparse activity forces. (1) Features become **dissimilar**. (2) They
# become **specific** to particular aspects of the data. (3) Sufficiently different data get
# more **distinct codes**. We have a plain autoencoder of the same shape to compare with. It
# lacks the KL penalty *and* the weight penalty, and was trained for 12 epochs against 30. So
# what follows shows how these two networks differ; it does not show that *sparsity* is the
# reason. For that, one thing at a time has to be changed. (Notebook 06 has a network with the
# weight penalty alone: its features are much more local than the plain one's already.) The
# first two claims:
#
# - **similarity**: mean |cosine| of two features, as above;
# - **overlap**: the same for $|w|$: do two features look at the same *places*?
# - **lifetime sparseness**: how few digits a unit answers to, 0 (to all alike) to 1 (to a
#   single one).
#
# **Predict first.** Random features, pure noise, compete as well. Who is the most
# dissimilar of the three?

# %% mystnb={"image": {"alt": "Three bar charts for noise, plain and sparse. Similarity: sparse is the highest, noise the lowest. Overlap: sparse is clearly the lowest. Lifetime sparseness: low for plain, high for sparse, not defined for noise."}}
features = {
    name: known[name].reshape(196, 784) for name in ("noise", "plain", "sparse")
}
similarity = {name: units.similarity(w) for name, w in features.items()}
overlap = {name: units.similarity(abs(w)) for name, w in features.items()}
lifetime = {
    m: np.median(units.lifetime_sparseness(code[m])) for m in ("plain", "sparse")
}
plots.show_bars(
    {
        "similarity": similarity,
        "overlap": overlap,
        "lifetime sparseness": {"noise": None} | lifetime,
    }
);

# %%
assert similarity["noise"] < similarity["plain"] < similarity["sparse"]
assert overlap["sparse"] < 0.8 * overlap["plain"]
assert lifetime["sparse"] > 2 * lifetime["plain"]

# %% [markdown]
# **Claim 1 is not what the cosine shows.** The plain network's features are *less* similar
# than those of the network with both penalties, and noise is the least similar of all: in 784
# dimensions any two random vectors are nearly orthogonal, so that a small cosine is cheap.
# What differs in the expected direction is *where* features lie: with both penalties they
# overlap less. Which of the two penalties does that, we have not separated. **Claim 2**: with
# both penalties a unit sees a smaller window and answers to fewer digits than in the plain
# network. And in the collapsed network, whose units are quiet, too, most features look alike:
# quiet units are not enough.
#
# ## Explore: one unit at a time
#
# See for yourself what a unit is specific to. Move the slider over the 196 units of the
# three networks, with the mouse or with the arrow keys. Can you tell from the weights alone
# which digits will excite it? And in the plain network?

# %% mystnb={"image": {"alt": "Explorer: a choice of network and a slider for the unit beside three panels. Left, the unit's weights: a short dark stroke. Middle, the nine digits that excite it most, seven 0s and two 7s: all have ink there. Right, on a logarithmic axis, how many digits have which activity: most near 0, and some all the way up to 1; the mean activity and the desired one are marked."}}
most_local = int(units.window_share(sparse.features()).argmax())
networks = {"sparse": sparse, "plain": plain, "collapsed": collapsed}
explore.hidden_units(
    networks, x_test, {"sparse": 0.1, "collapsed": 0.01}, unit=most_local
)


# %% [markdown]
# The most local unit of all responds to one short piece of a stroke. Its nine favourites,
# seven 0s and two 7s on the drawn digits, have ink just there; to most others it is silent.
# Try the plain network's units: can you say what their favourites have in common?
#
# For claim 3 we take pairs of test digits of different classes and compare their codes, or
# their pixels:
#
# - **cosine** of the two codes: 0 if no unit answers to both;
# - **shared**: of the units active (above ½) for either digit, which fraction is for both?
# - **contrast**: how much farther apart are digits of different classes than digits of
#   the same class? Above 1: digits of one class are nearer to each other, on average.

# %%
def cosine(a, b):
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def shared(a, b):
    return ((a > 0.5) & (b > 0.5)).sum(1) / ((a > 0.5) | (b > 0.5)).sum(1).clip(1)


# %%
def distinctness(code):
    """Cosine and share of active units for different classes; contrast of distances."""
    a, b = code[first], code[second]
    distance = np.linalg.norm(a - b, axis=1)
    contrast = distance[~same].mean() / distance[same].mean()
    return cosine(a, b)[~same].mean(), shared(a, b)[~same].mean(), contrast


# %%
first, second = np.random.default_rng(0).integers(len(x_test), size=(2, 20_000))
first, second = first[first != second], second[first != second]
same = data.test.labels[first] == data.test.labels[second]
measured = {"pixels": distinctness(data.test.flat)}
measured |= {m: distinctness(code[m]) for m in ("plain", "sparse")}

# %% mystnb={"image": {"alt": "Three bar charts for pixels, plain and sparse codes. Cosine: plain codes are the most alike, sparse codes the least. Shared active units: many for plain, very few for sparse. Contrast between classes: lowest for plain, highest for sparse."}}
titles = ("cosine", "shared active units", "contrast of classes")
plots.show_bars(
    {t: {m: v[i] for m, v in measured.items()} for i, t in enumerate(titles)}
)
of = dict(zip(titles, np.transpose(list(measured.values()))))
assert (np.argsort(of["cosine"]) == [2, 0, 1]).all()
assert of["shared active units"][2] < 0.3 * of["shared active units"][1]
assert of["contrast of classes"][2] > 1.05 * of["contrast of classes"][1]


# %% [markdown]
# **Claim 3**: by all three measures the codes of the network with both penalties are more
# distinct than the plain one's. The first two should be taken with a grain of salt: codes
# with few active units share few of them whatever the units mean. The third is immune to
# that, and its differences are small, in one run each: classes stand apart less in the plain
# code than among the pixels, and in the sparse code a little more.
#
# ## Other ways to sparseness: L1 and top-k
#
# The KL divergence asks each unit for a certain *mean*. Two other demands are common today,
# with ReLU units, which can be exactly zero:
#
# - **L1**: a cost for the sum of all activities. Zero is best; no mean is asked for.
# - **top-k** [3]: of each code only the $k$ largest activities are kept. No cost: sparse by
#   construction.
#
# **Predict first.** After training, how many of the 196 units will never answer to any of
# the 10,000 training digits: with KL, with L1, with top-k?

# %%
class TopK(Autoencoder):
    """An autoencoder that keeps the k largest activities of each code."""

    k = 20

    def encode(self, x):
        return penalties.top_k(super().encode(x), self.k)


# %%
relu = {"batch_size": 100, "learning_rate": 3e-3, "schedule": "one-cycle"}
ways = {"KL": sparse}
ways["L1"] = Autoencoder([784, 196], activation="relu", seed=0)
fit(ways["L1"], x, penalty=[L1(0.1), WeightDecay(3e-3)], epochs=9, **relu)

# %%
ways["top-k"] = TopK([784, 196], activation="relu", seed=0)
fit(ways["top-k"], x, penalty=WeightDecay(3e-3), epochs=9, **relu)

eased = ways["top-k, eased"] = TopK([784, 196], activation="relu", seed=0)
for k in (98, 49, 20):
    eased.k = k
    fit(eased, x, penalty=WeightDecay(3e-3), epochs=3, **relu)

# %% mystnb={"image": {"alt": "Three bar charts for KL, L1, top-k and eased top-k. Squared errors between 10 and 16. Population sparseness: lowest for KL. Dead units: none for KL, some for L1, most for top-k, less than half as many when eased."}}
answers = {name: evaluation.encode(model, x) for name, model in ways.items()}
errors = {
    name: evaluation.squared_error(x_test, evaluation.reconstruct(model, x_test)).mean()
    for name, model in ways.items()
}
population = {name: evaluation.population_sparseness(h) for name, h in answers.items()}
dead = {name: units.count_units(h).dead for name, h in answers.items()}
plots.show_bars(
    {"squared error": errors, "population sparseness": population, "dead units": dead}
)
assert dead["KL"] == 0 and dead["L1"] > 20 and population["top-k"] > population["KL"]
assert dead["top-k"] > 1.3 * dead["top-k, eased"]

# %% mystnb={"image": {"alt": "Four rows of the busiest features. KL: strokes. L1, top-k and eased top-k: whole digits and large parts of digits on a grainy ground."}}
figure, axes = plt.subplots(4, 1, figsize=(8, 3.6))
for ax, (name, model) in zip(axes, ways.items()):
    busy = np.argsort(-answers[name].var(axis=0))[:14]
    plots.show_features(model.features()[busy], title=name, ax=ax)


# %% [markdown]
# With the same weight penalty, the ReLU networks with L1 and top-k have sparser codes after 9
# epochs than our sigmoid network with KL after 30, at errors that are not far apart. Their
# features are whole digits, or large parts of them, on a grainy ground, rather than strokes.
# (L1 charges for $h$ only. It could be dodged by shrinking $h$ and enlarging the decoder's
# weights; the weight penalty is there to prevent that.)
#
# **Dead units** never exceed 1 % of the largest activity. A ReLU unit that answers to nothing
# gets no gradient from the error and can hardly recover; under top-k it is enough never to be
# among the $k$ largest. The network with the KL penalty has none. C9 gives one reason: a unit
# with $\rho_j<\bar\rho$ is *pushed up*. But its units are sigmoids, whose gradient is never
# exactly zero, and this comparison does not separate the two. A simple remedy for top-k is
# that of its inventors: begin with a large $k$ and lower it (the last row: 98, 49, 20). It
# leaves fewer dead units here, and still many.
#
# **What this is used for today.** A layer of a language model has hundreds or thousands of
# units, and many of them answer to several unrelated things. Since 2023 such layers are read
# with sparse autoencoders: train one, far *wider* than the layer, on the activities of the
# layer for billions of words, and many of its units answer to one thing that people can name,
# such as Arabic script or DNA sequences. Bricken and others did it with an L1 cost for a
# transformer of one layer with 512 neurons [4]; Gao and others with top-k and 16 million
# units on GPT-4 [5]. Both had to deal with what we have just seen. The first group restarted
# dead units from inputs that were badly rebuilt. The second began with an encoder that is the
# transpose of the decoder, and let dead units learn from the remaining error; 7 % died.
# Whether such features are what the model "thinks with" is debated; that they are found at
# all is the lecture's figure once more, with words for pen strokes.
#
# ## Where it fails
#
# - **The score is ours, and it measures small smooth patches.** Its bounds are set for digits
#   of 28 × 28 pixels and a pen two or three pixels wide. Round blobs pass it; a network that
#   misses .6 at a window share of .55 does not, whatever the eye says.
# - **The comparison with the plain network is confounded**: two penalties and the length of
#   training differ at once.
# - **Which patterns pay is a linear argument**, compared with two networks only. It tells
#   which patterns *begin* to pay. A unit with large weights leaves the linear range and may
#   pay where the formula says no.
# - **Batches.** $\rho_j$ is the mean over a batch of 100 here, so that with $\bar\rho=.01$ a
#   unit should answer to one digit per batch: a rough estimate. Larger batches make fewer
#   steps per epoch.
# - **A mean is not sparseness** (notebook 04): a unit that sits at $\bar\rho$ pays nothing,
#   and in the collapsed network most units do little else.
# - **Fewer labels, better classes?** Not shown here. Notebook 08 tests what such features
#   are worth to a classifier.
#
# ## Exercises
#
# ### Exercise 1: the best window
#
# Compute the window share of *one* feature.

# %% nbgrader={"grade": false, "grade_id": "ex05-1-window", "locked": false, "schema_version": 3, "solution": true, "task": false}
def best_window(w, size):
    """Largest share of a feature's energy in one window.

    w: (height, width) weights; size: side of the square window.
    Returns a number from 0 to 1.
    """
    ### BEGIN SOLUTION
    energy = w**2
    rows, columns = energy.shape[0] - size + 1, energy.shape[1] - size + 1
    inside = [
        energy[r : r + size, c : c + size].sum()
        for r in range(rows)
        for c in range(columns)
    ]
    return max(inside) / energy.sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex05-1-window-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex05-1-window")


# %% [markdown]
# ### Exercise 2: the summed cost
#
# Write the whole cost in the summed form, given $\gamma$ and $\lambda$ of the *averaged* one.

# %% nbgrader={"grade": false, "grade_id": "ex05-2-summed", "locked": false, "schema_version": 3, "solution": true, "task": false}
def summed_cost(y, y_hat, h, w1, w2, lam, rho_bar, gamma):
    """N times the averaged sparse cost.

    y, y_hat: (n, d) targets and outputs; h: (n, k) code; w1: (k, d), w2: (d, k);
    lam, rho_bar, gamma: as in the averaged form.  Returns a number.
    """
    ### BEGIN SOLUTION
    n, rho = len(h), h.mean(axis=0)
    kl = rho_bar * np.log(rho_bar / rho)
    kl = kl + (1 - rho_bar) * np.log((1 - rho_bar) / (1 - rho))
    weights = np.square(w1).sum() + np.square(w2).sum()
    return (
        0.5 * np.square(y - y_hat).sum() + n * lam / 2 * weights + n * gamma * kl.sum()
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex05-2-summed-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex05-2-summed")


# %% [markdown]
# ### Exercise 3: what does not pay
#
# Compute the largest $\lambda$ at which at least `k` patterns of the data still pay.

# %% nbgrader={"grade": false, "grade_id": "ex05-3-pays", "locked": false, "schema_version": 3, "solution": true, "task": false}
def largest_lam(x, rho_bar, k):
    """Largest weight penalty at which the k-th best pattern pays.

    x: (n, d) pixels in [0, 1]; rho_bar: desired mean activity; k: number of patterns.
    The covariance divides by n.  Returns a number.
    """
    ### BEGIN SOLUTION
    mean = x.mean(axis=0)
    covariance = (x - mean).T @ (x - mean) / len(x)
    sigma = np.linalg.svd((mean * (1 - mean))[:, None] * covariance, compute_uv=False)
    return rho_bar * (1 - rho_bar) * sigma[k - 1]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex05-3-pays-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex05-3-pays")

# %% [markdown]
# ### Exercise 4: in your own words
#
# A fellow student copies $\beta=3$, $\bar\rho=.1$ and $\lambda=.003$ from UFLDL into a program
# that uses torch's `MSELoss()`, the mean over images *and* pixels, and gets 196 dim clouds
# that all look the same. What has happened, what should be written instead, and how could
# it have been found out before the training? (About 100 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex05-4-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
# `MSELoss()` divides the squared error by the number of images and of pixels, while UFLDL's
# cost has half the squared error per image: 784 / 2 = 392 times more. Beside the smaller
# error both penalties are 392 times too strong. With so large a λ no pattern pays for its
# weights, so that the weights shrink and the units do nearly nothing, all alike: a collapse.
# Either the loss has to be ½ Σ(y − ŷ)² per image, or both penalties have to be multiplied by
# 2/784: λ = 7.7·10⁻⁶ and γ = 0.0077. Counting the paying patterns of the data for λ = .003 ·
# 392 would have shown it before the training: there are none.

# %% [markdown]
# ## Summary
#
# - With both penalties an autoencoder finds features that look like pen strokes, on drawn
#   digits and on MNIST, five seeds each (B6): local, smooth, different from one another,
#   rarely active. The price is a larger error.
# - The summed, averaged and per-sample costs are one if $\gamma=\beta/N$ and the summed
#   form has $N\lambda$ (C10). UFLDL's $\beta$ is the lecture's $\gamma$.
# - Settings act together. At the idle state a pattern pays if
#   $\sigma_k>\lambda/(\bar\rho(1-\bar\rho))$. In two trained networks their number was of the
#   same order as the number of dimensions used (9 against 18, and 46 against 52); on the
#   whole map this has not been tested.
# - Compared with a plain network that lacks both penalties and was trained for a shorter time,
#   features lie in different places, units answer to fewer digits, and codes are more
#   distinct, while the features' cosine is larger, not smaller. This does not show which of
#   the differences is the reason (A7).
# - L1 and top-k on ReLU units made sparser codes and left units dead; the KL penalty on
#   sigmoids left none.
#
# Next: [the course map](README.md); notebook 06 takes the lecture's third regularizer, dropout.
#
# ## Further reading
#
# 1. A. Ng and others, *UFLDL Tutorial*, "Exercise: Vectorization" (2011),
#    [deeplearning.stanford.edu/wiki](http://deeplearning.stanford.edu/wiki/index.php/Exercise:Vectorization).
# 2. B. A. Olshausen and D. J. Field, "Emergence of simple-cell receptive field properties by
#    learning a sparse code for natural images", *Nature* 381 (1996),
#    [doi:10.1038/381607a0](https://doi.org/10.1038/381607a0): where it began; on natural
#    images the strokes are edges.
# 3. A. Makhzani and B. Frey, "k-Sparse autoencoders", ICLR (2014),
#    [arXiv:1312.5663](https://arxiv.org/abs/1312.5663).
# 4. T. Bricken et al., "Towards monosemanticity: decomposing language models with dictionary
#    learning", *Transformer Circuits Thread* (2023),
#    [transformer-circuits.pub](https://transformer-circuits.pub/2023/monosemantic-features).
# 5. L. Gao et al., "Scaling and evaluating sparse autoencoders", ICLR (2025),
#    [arXiv:2406.04093](https://arxiv.org/abs/2406.04093).
