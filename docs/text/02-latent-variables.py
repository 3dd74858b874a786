# %% [markdown]
# # 02 · Latent variables
#
# **Who pulls the strings?** Take two pixels at the two ends of a slanted stroke. They lie far
# apart, and neither can see the other; and yet, if one is black, the other is more likely to
# be black as well. Something that nobody recorded moves both.
#
# **You will**
#
# - make two observables depend on each other by a hidden cause, and take the dependence away
#   again, by hand and exactly;
# - see PCA and a linear autoencoder find the same subspace, and not the same axes;
# - let two numbers draw thousands of pictures, and let an autoencoder find the two again;
# - measure what can be read about slant, pen and class from codes, *and from plain pixels*;
# - take away most of the dependence of two real pixels, and meet pairs where that backfires.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** B1 to B5.
# **Before:** [notebook 01](01-shallow-autoencoder.ipynb) builds the autoencoders used here.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsRegressor

from aelib import evaluation, explore, load_data, plots, probes
from aelib.autoencoders import Autoencoder
from aelib.desk.verdicts import verdict
from aelib.digits import drawn
from aelib.training import fit

plots.use_style()

# %% [markdown]
# ## What is a latent variable? (B1)
#
# An **observable** is what we have on file: here, pixels. A **latent variable** is not on
# file and yet explains the file: how much the hand leaned, how thick the pen was, which digit
# the writer had in mind. Latent variables are a way of *explaining*. Whether they exist is
# often a matter of taste (intelligence? the topic of a text?). For the drawn digits of this
# course it is not: a program drew them, and it kept a record. So here we can check.
#
# ## Dependent, and independent given h (B4)
#
# First a world so small that it fits on a napkin. A hand leans ($h=1$) or stands upright
# ($h=0$), each with probability ½. Let $x$ be a pixel at the top right and $y$ one at the
# bottom left: the two ends of a leaning stroke. Both are likely to be black in leaning
# writing, and for *each of them separately* chance decides:

# %%
p_h = np.array([0.5, 0.5])  # upright, leaning
p_x = np.array([[0.8, 0.2], [0.2, 0.8]])  # P(x|h): row h, column x = white, black
p_y = np.array([[0.9, 0.1], [0.1, 0.9]])  # P(y|h)

# %% [markdown]
# **Predict first.** How often are both black? If they were independent, it would be
# $P(x{=}1)\,P(y{=}1)=\tfrac12\cdot\tfrac12=0.25$.
#
# Sum over what we don't see:
#
# $$P(x,y)=\sum_h P(h)\,P(x\mid h)\,P(y\mid h).$$

# %%
joint = np.zeros((2, 2))
for x_value, y_value in np.ndindex(2, 2):
    terms = p_h * p_x[:, x_value] * p_y[:, y_value]
    joint[x_value, y_value] = terms.sum()
    print(
        f"P(x={x_value}, y={y_value}) = ½·{p_x[0, x_value]}·{p_y[0, y_value]}"
        f" + ½·{p_x[1, x_value]}·{p_y[1, y_value]} = {terms.sum():.2f}"
    )

# %% [markdown]
# 0.37, and not 0.25: the pixels agree far too often. The **mutual information** puts a
# number on it, in bits; it is zero for independent variables and for no others [1]:
#
# $$I(x;y)=\sum_{x,y}P(x,y)\,\log_2\frac{P(x,y)}{P(x)\,P(y)}.$$

# %%
by_hand = 2 * 0.37 * np.log2(0.37 / 0.25) + 2 * 0.13 * np.log2(0.13 / 0.25)
by_probes = probes.mutual_information(joint)
print(f"I(x; y) = {by_hand:.4f} bits by hand, {by_probes:.4f} by probes")
assert np.isclose(by_hand, by_probes, rtol=1e-12)

# %% [markdown]
# Now suppose that we know $h$. Among leaning hands, both are black with probability
# $0.8\cdot0.9=0.72$, which is $P(x{=}1\mid h)\,P(y{=}1\mid h)$, and so for every entry of
# both tables:
#
# $$P(x,y\mid h)=P(x\mid h)\,P(y\mid h).$$

# %% mystnb={"image": {"alt": "Three tables of two by two probabilities: all hands with 0.37 and 0.13, upright with 0.72 at white-white, leaning with 0.72 at black-black."}}
with_h = p_h[:, None, None] * p_x[:, :, None] * p_y[:, None, :]  # P(h, x, y)
tables = {"all hands": joint, "upright": with_h[0] / 0.5, "leaning": with_h[1] / 0.5}
figure, axes = plt.subplots(1, 3, figsize=(7, 2.4))
for ax, (name, table) in zip(axes, tables.items()):
    ax.imshow(table, vmin=0, vmax=1.2, cmap="Blues")
    for x_value, y_value in np.ndindex(2, 2):
        number = f"{table[x_value, y_value]:.2f}"
        ax.text(y_value, x_value, number, ha="center", va="center")
    information = probes.mutual_information(table)
    ax.set(title=f"{name}: {information:.3f} bits", xlabel="y", ylabel="x")
    ax.set(xticks=[0, 1], yticks=[0, 1])
    ax.grid(False)

# %%
print("I(x; y | h) is zero:", probes.conditional_mutual_information(with_h) < 1e-12)

# %% [markdown]
# The dependence on the left is a *mixture* of two tables without any. That is the third
# function of latent variables in the lecture: they explain why observables depend on each
# other. Keep the two pixels in mind; we shall meet them again in real pictures.
#
# ## Basis variables: PCA and the linear autoencoder (B2)
#
# The simplest latent variables are those of which the observables are **linear
# combinations**: $x\approx\mu+\sum_k h_k v_k$. Principal component analysis chooses the
# vectors $v_k$, eigenvectors of the data's covariance, such that few of them suffice. (For
# observables that form a curve instead of a list, they are called eigenfunctions.) We
# halve the resolution, 14 × 14 = 196 pixels, to have quick results.

# %% mystnb={"image": {"alt": "Above: the first fourteen principal components, blurred patterns of dark and light. Below: ten digits rebuilt from 0, 1, 3, 6, 20 and 60 of them, from a common cloud to readable digits."}}
x = torch.from_numpy(load_data().train.images)
small = torch.nn.AvgPool2d(2)(x).flatten(1).numpy()
mean = small.mean(axis=0)
pca = PCA(svd_solver="covariance_eigh").fit(small)
scores, v = pca.transform(small), pca.components_
rebuilt = {f"{k}": mean + scores[:10, :k] @ v[:k] for k in (0, 1, 3, 6, 20, 60)}
figure, (above, below) = plt.subplots(2, 1, figsize=(7, 5.2), height_ratios=[1, 5])
plots.show_features(v[:14], ax=above)
plots.show_rows({**rebuilt, "input": small[:10]}, ax=below);

# %% [markdown]
# Each row adds more of the patterns above. Their weights $h_k$, a handful of numbers per
# picture, are latent variables in the lecture's first sense, as a basis.
#
# A **linear autoencoder**, $\hat y=W_2W_1x$ (on data without their mean, so no biases are
# needed), minimizes the same squared error as PCA, by gradient descent. It was proved long
# ago [2], for data whose covariance matrix can be inverted and has distinct eigenvalues, that
# it has no local minimum other than the projection on the subspace of the principal
# components. (Ours cannot be inverted: some pixels are white in every image.) Does training
# get there? **Principal angles** tell: 0° for all of them if two subspaces are the same. We
# take six code units, because the seventh component is clearly weaker than the sixth: where
# two neighbours are equally strong, PCA itself is undecided.
#
# **Predict first.** Will the six components be found all at once, or one by one?

# %%
linear = Autoencoder([196, 6], activation="linear", output="linear", seed=0)
found = []
for epoch in range(30):
    w2 = linear.decoder[0].weight.detach().numpy()  # (196, 6): columns span
    found.append([probes.principal_angles(w2, v[[k]].T)[0] for k in range(6)])
    fit(linear, small - mean, epochs=1, batch_size=500, learning_rate=2e-3, seed=epoch)
fit(linear, small - mean, epochs=50, batch_size=500, learning_rate=5e-4);

# %% mystnb={"image": {"alt": "Angle of each of six principal components to the decoder's subspace against epochs: all start near 80 degrees and fall to zero, the two strongest components first, the others a few epochs later."}}
figure, ax = plt.subplots(figsize=(6, 3))
for k, angles in enumerate(np.transpose(found)):
    colour = plt.cm.cividis(k / 6)
    ax.plot(angles, ".-", color=colour, label=f"v{k + 1}")
ax.set(xlabel="epoch", ylabel="angle to the decoder's subspace (°)", ylim=(0, 92))
ax.legend(ncols=2);

# %% [markdown]
# All six angles go to zero: PCA's subspace has been found by descending an error. In this run
# the two strongest components are found first; the others follow a few epochs later. How near
# do we get?

# %% tags=["nbval-ignore-output"]
w1, w2 = (part[0].weight.detach().numpy() for part in (linear.encoder, linear.decoder))
code = (small - mean) @ w1.T
angle = {
    "columns of the decoder": probes.principal_angles(w2, v[:6].T)[0],
    "codes, and PCA's scores": probes.principal_angles(code, scores[:, :6])[0],
    "rows of the encoder": probes.principal_angles(w1.T, v[:6].T)[0],
}
for what, largest in angle.items():
    print(f"{what:24} largest angle {largest:5.1f}°")

# %%
assert angle["columns of the decoder"] < 3 and angle["codes, and PCA's scores"] < 6
assert angle["rows of the encoder"] > 10
assert np.mean(found, axis=0).argmin() == 0  # the strongest is found first
output = code @ w2.T
excess = np.square(small - mean - output).sum() / np.square(scores[:, 6:]).sum() - 1
print("error within 1 % of PCA's:", bool(excess < 0.01))

# %% [markdown]
# The last line of the table is a trap. The encoder's rows point elsewhere: at the margin,
# where hardly any digit has ink, the data give hardly any reason to forget the random weights
# of the start. That does no harm to the codes (second line). *Judge an encoder by its codes,
# not by its weights.*
#
# Same subspace, then. Also the same axes?

# %% mystnb={"image": {"alt": "Two rows of six patterns: the principal components and the decoder's columns, which are mixtures of them; beside them a six by six table of absolute cosines with many middling values."}}
unit = w2 / np.linalg.norm(w2, axis=0)
cosine = np.abs(v[:6] @ unit)
figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.6), width_ratios=[2, 1])
plots.show_features(
    np.concatenate([v[:6], unit.T]), columns=6, title="components; units", ax=left
)
image = right.imshow(cosine, vmin=0, vmax=1, cmap="Blues")
right.set(xlabel="unit", ylabel="component", title="|cosine|", xticks=[], yticks=[])
right.grid(False)
bar = figure.colorbar(image, ax=right)

# %%
print("each unit one component:", bool((cosine.max(axis=0) > 0.95).all()))
print("units at right angles:  ", np.allclose(unit.T @ unit, np.eye(6), atol=0.05))

# %% [markdown]
# No. The units are mixtures of the components, and not even at right angles. Any invertible
# $A$ gives $W_2A^{-1}$ and $AW_1$ with the same outputs: the error cannot tell them apart.
# Reconstruction finds *which space*; *which axes* needs another wish: PCA's order by variance;
# a weight penalty, after which the axes can be computed from the decoder [3]; or sparsity
# (notebook 05).
#
# ## Few strings, many puppets (B3)
#
# Latent variables need not add up. A person's few traits interact, a text mixes a few
# topics, and from a few causes comes behaviour in many dimensions. In this section we pull
# the strings ourselves: the generator of the drawn digits draws one and the same 4, and
# *only two numbers vary*, slant and width of the pen. (This section and the next two use
# drawn digits by name, also if you work on MNIST: there nobody knows the factors.)

# %%
still = replace(drawn.NATURAL, pressure=0.0, edge=(1.1, 1.1), grain=0.0)
skeletons = drawn.load_skeletons()
same_four = np.full(drawn.CHUNK, 60)  # one way of writing a 4


def draw(slant, width):
    """Draw 250 pictures that differ in slant and width of the pen, and in no more."""
    ink, stroke = skeletons.points[same_four], skeletons.same_stroke[same_four]
    lean = slant - drawn.slant_of(ink, drawn.ink_per_point(ink, stroke))
    ink = drawn.fit_box(drawn.shear(ink, lean), width)
    no_chance = drawn.Chance(np.random.default_rng(0), clip=0.0)
    return drawn.ink_in(no_chance, still, ink, width, same_four)[0] / np.float32(255)


# %% mystnb={"image": {"alt": "A grid of the digit 4: leaning more and more from left to right, drawn with a thicker pen from top to bottom."}}
slants, widths = np.linspace(-0.5, 0.7, 25), np.linspace(1.4, 4.0, 10)
grid = np.stack(np.meshgrid(slants, widths), axis=-1).reshape(250, 2)
pictures = draw(*np.float32(grid.T)).reshape(10, 25, 28, 28)
plots.show_images(pictures[::3, ::3].reshape(-1, 28, 28), columns=9);

# %% [markdown]
# Two strings move 784 pixels. Now draw 4,000 pictures with random slants and widths.
#
# **Predict first.** There are two latent variables. How many principal components hold 90 %
# of the variance of these pictures?

# %%
rng = np.random.default_rng(1)
low, high = np.float32([-0.5, 1.4]), np.float32([0.7, 4.0])
truth = rng.uniform(low, high, size=(4_000, 2)).astype(np.float32)
fours = np.concatenate([draw(*part.T) for part in truth.reshape(-1, drawn.CHUNK, 2)])
flat = fours.reshape(4_000, -1)
pca_fours = PCA(svd_solver="covariance_eigh").fit(flat[:3_000])
held = pca_fours.explained_variance_ratio_.cumsum()
print("components for 90 %:", (held < 0.9).sum() + 1)

# %% [markdown]
# Eight for two. A stroke that leans more does not add a pattern: it leaves some pixels and
# enters others. The pictures form a *curved* sheet with two directions in the space of 784,
# and flat directions can only enclose it. That is a task for a **nonlinear** autoencoder. We
# give it two code units, and it sees nothing but pictures.

# %%
finder = Autoencoder([784, 256, 64, 2], activation="silu", code="linear", seed=0)
settings = {"epochs": 40, "batch_size": 100, "schedule": "one-cycle"}
fit(finder, fours[:3_000], learning_rate=3e-3, **settings)
codes = {"autoencoder": evaluation.encode(finder, fours)}
codes["PCA"] = pca_fours.transform(flat)[:, :2]
new = fours[3_000:]
error = evaluation.squared_error(new, evaluation.reconstruct(finder, new)).mean()
for k in (2, 5, 10):
    by_pca = evaluation.pca_reconstruct(fours[:3_000], new, k)
    beaten = error < evaluation.squared_error(new, by_pca).mean()
    print(f"two code units rebuild better than {k} components: {beaten}")

# %% mystnb={"image": {"alt": "Four scatter plots of two-number codes. Autoencoder: a sheet in which slant changes along one direction and width along another. PCA: a horseshoe along which slant changes; widths change across it, and lie on top of each other at its ends."}} tags=["cover"]
figure, axes = plt.subplots(2, 2, figsize=(7, 5.4))
names = ["slant", "width of the pen"]
for row, (method, h) in zip(axes, codes.items()):
    for ax, factor, name in zip(row, truth.T, names):
        points = ax.scatter(*h[3_000:].T, c=factor[3_000:], s=6, cmap="viridis")
        ax.set(title=f"{method}: {name}", xticks=[], yticks=[])
        ax.grid(False)
        bar = figure.colorbar(points, ax=ax)

# %% [markdown]
# Above is the plane of the autoencoder's two code units, below that of the two components.
# The colours were not shown to either. The autoencoder has flattened the sheet: slant changes
# along it one way, width another. PCA's plane shows a horseshoe: slant runs along it, and
# pens of different widths lie close together, at its two ends on top of each other. (The
# autoencoder's sheet has tears. There the generator moves the ink by a whole pixel, as
# MNIST's makers did, and the picture jumps.) Do the codes *know* the two factors, then? Ask
# two readers: a linear one, and one that looks up the ten nearest codes.

# %% tags=["nbval-ignore-output"]
known = {}
for method, h in codes.items():
    for name, factor in zip(names, truth.T):
        parts = h[:3_000], factor[:3_000], h[3_000:], factor[3_000:]
        nearest = KNeighborsRegressor(10).fit(*parts[:2]).score(*parts[2:])
        known[method, name] = probes.factor_r2(*parts), nearest
        linear_r2, nearest = known[method, name]
        print(f"{method:12} {name:17} R² linear {linear_r2:.2f}, nearest {nearest:.3f}")

# %%
assert all(known["autoencoder", name][1] > 0.97 for name in names)
assert known["PCA", "width of the pen"][1] < 0.95
assert known["PCA", "slant"][0] > 0.8 > known["autoencoder", "width of the pen"][0]

# %% [markdown]
# The autoencoder's two numbers hold both factors almost perfectly, but *bent*: a straight
# ruler reads the width badly. And from PCA's plane the slant is read about as well as from
# the autoencoder's. So "the code has found slant and width" is true here, with a footnote: it
# has found the sheet, and drawn coordinates on it of its own choice.
#
# ## What can be read from a code, and from the pixels? (B5)
#
# Back to all ten digits, in all ways of writing. `drawn-clean` are drawn digits with less
# chance in them: slant and pen are known, and not blurred by a shaky hand. We train
# autoencoders with 8 and 32 code units, and read slant, width and class from their codes,
# with a linear reader and on digits that it has not seen. Three controls keep us honest: PCA
# of equal size, 32 *random* projections, and the 784 raw pixels.
#
# Note the limits of this experiment. The encoders here are a single *linear* layer, so that a
# linear reader of the code is a linear reader of the pixels. With enough digits to learn from
# it cannot read a factor better than from the pixels themselves. What can be found out is how
# much of it a few numbers *keep*; whether a *deep* encoder makes a factor easier to read is
# left open.
#
# **Predict first.** From which of them can slant be read best?

# %%
clean = load_data("drawn-clean", n_train=20_000)
learn, train, test = clean.train.images[:10_000], clean.train.flat, clean.test.flat
random = np.random.default_rng(0).normal(size=(784, 32))
views = {"pixels": (train, test), "random 32": (train @ random, test @ random)}
settings = {"epochs": 10, "batch_size": 100, "schedule": "one-cycle"}
for k in (8, 32):
    components = PCA(k, svd_solver="covariance_eigh").fit(train[:10_000])
    views[f"PCA {k}"] = components.transform(train), components.transform(test)
    model = Autoencoder([784, k], code="linear", seed=0)
    fit(model, learn, learning_rate=2e-2, **settings)
    images = clean.train.images, clean.test.images
    views[f"autoencoder {k}"] = tuple(evaluation.encode(model, part) for part in images)


# %%
def read(view, factor, rows=slice(5_000), test_rows=slice(None)):
    """R² of a linear reader of `factor`, learned on some digits, tried on others."""
    train, test = (np.asarray(part) for part in view)
    known, wanted = clean.train.factors[factor], clean.test.factors[factor]
    return probes.factor_r2(
        train[rows], known[rows], test[test_rows], wanted[test_rows]
    )


def read_within(view, factor):
    """Mean R² of ten readers, each for the digits of one class."""
    labels, test_labels = clean.train.labels[:10_000], clean.test.labels
    own = [(np.flatnonzero(labels == c), test_labels == c) for c in range(10)]
    return np.mean([read(view, factor, *rows) for rows in own])


# %% mystnb={"image": {"alt": "Five panels of bars for pixels, random projections, PCA and autoencoders: R squared of slant and of width, each over all digits and within a class, and the share of classes read. Pixels lead or tie; codes of 32 come close to them; codes of 8 lose; autoencoder and PCA of 32 are nearly equal."}}
labels, test_labels = clean.train.labels[:5_000], clean.test.labels
panels = {
    "slant (R²)": {name: read(view, "slant") for name, view in views.items()},
    "… in class": {n: read_within(view, "slant") for n, view in views.items()},
    "width (R²)": {name: read(view, "stroke_width") for name, view in views.items()},
    "… in class ": {n: read_within(view, "stroke_width") for n, view in views.items()},
    "class (share)": {
        name: evaluation.probe_accuracy(a[:5_000], labels, b, test_labels)
        for name, (a, b) in views.items()
    },
}
plots.show_bars(panels);

# %%
slant, slant_in, width, width_in, digit = panels.values()
for r2 in (slant, width):
    assert r2["pixels"] > max(r2["PCA 32"], r2["autoencoder 32"])
    assert r2["autoencoder 32"] > max(r2["autoencoder 8"], r2["random 32"])
for r2 in panels.values():
    assert abs(r2["PCA 32"] - r2["autoencoder 32"]) < 0.08

# %% [markdown]
# As it had to be, the best source for a linear reader over all digits is the *pixels*: slant
# and width could be read from them all along. What the codes of 32 achieve is to **keep**
# nearly all of that in a twenty-fifth of the numbers, and PCA of equal size keeps about as
# much. With 8 numbers the autoencoder keeps clearly less of the width than PCA does (0.37
# against 0.56). Even 32 random projections, which have learned nothing, are not bad for
# slant. "R² is high, so the autoencoder discovered slant" would be the wrong conclusion: the
# controls reach it too. (Within one class everything is read better, the pen most of all: a
# thick pen looks different in a 1 and in an 8, and one ruler cannot fit them all.)
#
# Is a factor at least sitting in a *single* unit? Random starts matter here, so we look at
# three.

# %% tags=["nbval-ignore-output"]
singles = {name: views[name][0] for name in ("pixels", "PCA 32", "autoencoder 32")}
for seed in (1, 2):
    model = Autoencoder([784, 32], code="linear", seed=seed)
    fit(model, learn, learning_rate=2e-2, seed=seed, **settings)
    singles[f"… start {seed + 1}"] = evaluation.encode(model, clean.train.images)
best = {}
for name, h in singles.items():
    each = [clean.train.factors[f] for f in ("slant", "stroke_width")]
    best[name] = [np.abs(probes.unit_correlations(h, factor)).max() for factor in each]
    print(
        "{:15} best single unit: slant {:.2f}, width {:.2f}".format(name, *best[name])
    )
assert max(max(pair) for pair in best.values()) < 0.93

# %% [markdown]
# No unit *is* the slant or the pen. Some correlate well, others less, and another start
# shuffles the cards; the best single pixels and components are not far behind, or ahead. So
# what have we seen of B5, "autoencoders can discover useful latent variables"? In one run,
# with two code units, several layers and data with two factors, the code was a map of the
# factors (the 4s above). On all digits we have only tried encoders of one linear layer, with
# linear readers: their codes of 32 keep slant and width about as well as 32 components do,
# and those of 8 keep less of the width. That says nothing against deeper encoders, which we
# have not tried. What none of our codes does by itself is to line up its units with the
# factors. That no unsupervised method can be sure to do so, without further assumptions, has
# been proved [4].
#
# **Explore.** Pull the strings yourself: move slant, width or pen of a digit, with the mouse
# or the arrow keys, and watch the 32 numbers. Which units follow the slant? Do they leave
# the others alone?

# %% mystnb={"image": {"alt": "Explorer: four sliders, for the digit and its factors, above a row of three digits 4, upright, leaning to the right, and rebuilt from its code, a little blurred; beside them 32 bars of the code, most of them away from the black marks of the upright 4's code."}}
explore.factors(model, digit=4)

# %% [markdown]
# The slant of this 4 is no single number: about half of the 32 units have clearly moved, up
# or down. Give it a thicker pen instead: which units answer now?
#
# ## Two real pixels (B4 again)
#
# The napkin's claim, on pictures of `drawn-clean`: pixel $x$ at the top right, $y$ at the
# bottom left, far apart, each either black or not. We compare their mutual information with
# what is left given the class; given the class and ten bins of slant; given one or two
# numbers of an autoencoder's code, in bins.
#
# One warning. Mutual information *counted* from samples is never quite zero, and the more
# bins share the samples, the further it is from zero. So we **shuffle** $x$ among pictures
# with the same $h$: then there is no dependence left, and what we count is chance.

# %%
plane = Autoencoder([784, 256, 64, 2], activation="silu", code="linear", seed=0)
fit(plane, learn, learning_rate=5e-3, **settings)
h = evaluation.encode(plane, clean.train.images)
labels, slant = clean.train.labels, clean.train.factors["slant"]
given = {
    "nothing": None,
    "100 random bins": np.random.default_rng(0).integers(100, size=len(labels)),
    "class": labels,
    "class, 10 bins of slant": 10 * labels + probes.bins(slant, 10),
    "code unit 1, 100 bins": probes.bins(h[:, 0], 100),
    "both code units, 10 × 10 bins": probes.bins(h, 10),
}

# %% mystnb={"image": {"alt": "Left: a digit's frame with the two pixels marked, top right and bottom left. Right: bars of mutual information given nothing, random bins, class, class and slant, one code unit, two code units; the grey part is chance. Class halves it; class and slant, or two code units, leave about a tenth above chance."}}
black = clean.train.images > 0.5
pair = (6, 18), (22, 9)
one, other = (black[:, row, column] for row, column in pair)
raw = [probes.dependence(one, other, g) for g in given.values()]
chance = [probes.dependence_by_chance(one, other, g).mean() for g in given.values()]
orange = plots.COLOURS["vermilion"]
figure, (frame, ax) = plt.subplots(1, 2, figsize=(7.5, 2.8), width_ratios=[1, 2])
plots.show_images(clean.train.images.mean(axis=0)[None], columns=1, ax=frame)
for (row, column), name in zip(pair, "xy"):
    frame.text(column, row, name, color=orange, ha="center", va="center")
ax.barh(list(given), raw, label="counted")
ax.barh(list(given), chance, color="grey", label="by chance")
ax.set(xlabel="mutual information (bits)")
ax.invert_yaxis()
ax.legend(loc="lower right");

# %% tags=["nbval-ignore-output"]
left = {name: r - c for name, r, c in zip(given, raw, chance)}
for name, value in left.items():
    print(f"given {name:30} {value / left['nothing']:4.0%} left")

# %%
assert abs(left["100 random bins"] / left["nothing"] - 1) < 0.1
assert 0.3 < left["class"] / left["nothing"] < 0.7
assert left["class, 10 bins of slant"] < 0.3 * left["nothing"]
assert left["both code units, 10 × 10 bins"] < 0.4 * left["nothing"]

# %% [markdown]
# Much as on the napkin, though not exactly: the class explains about half of the dependence,
# class and slant most of it. And the two code units of this one network, learned without
# label or slant, take away as much; how far that depends on the start, and what two principal
# components would take away, is not shown. Bins as such don't help: a hundred random ones
# leave everything as it was. The grey part is what chance alone would count; without
# subtracting it, a little more would seem to be left.
#
# On your data set, whichever it is, the class explains some of it, too:

# %% tags=["nbval-ignore-output"]
data = load_data(n_train=20_000)
one, other = (data.train.images[:, row, column] > 0.5 for row, column in pair)
kept = [
    probes.dependence(one, other, g) - probes.dependence_by_chance(one, other, g).mean()
    for g in (None, data.train.labels)
]
print(f"{data.name}: {kept[0]:.3f} bits, given the class {kept[1]:.3f}")
assert kept[1] < 0.85 * kept[0]

# %% [markdown]
# ## Where it fails
#
# That was one pair, picked because the two are the ends of a slanted stroke.
#
# **Predict first.** Take 60 random pairs of pixels, at least eight apart. In how many does
# the class *reduce* the dependence? (A dependence that is no more than chance is drawn as
# 10⁻⁵ bits.)

# %% mystnb={"image": {"alt": "Scatter plot, logarithmic: mutual information of 60 pairs of pixels against what is left given the class. Most of the strong pairs lie below the diagonal, nearly all weak pairs above it."}}
often = np.argwhere(np.abs(black.mean(axis=0) - 0.5) < 0.35)
pairs = rng.choice(len(often), size=(400, 2))
far = np.linalg.norm(often[pairs[:, 0]] - often[pairs[:, 1]], axis=1) >= 8
before, after = [], []
for a, b in pairs[far][:60]:
    one, other = (black[:, row, column] for row, column in (often[a], often[b]))
    for g, values in ((None, before), (labels, after)):
        null = probes.dependence_by_chance(one, other, g, repeats=5).mean()
        values.append(max(probes.dependence(one, other, g) - null, 1e-5))
figure, ax = plt.subplots(figsize=(4, 3.6))
ax.loglog(before, after, "o", alpha=0.6)
ax.loglog([1e-5, 0.2], [1e-5, 0.2], color="grey", lw=1)
ax.plot(left["nothing"], left["class"], "D", color=orange, label="x and y")
ax.set(xlabel="I(x; y), bits", ylabel="I(x; y | class), bits")
ax.legend();

# %% tags=["nbval-ignore-output"]
more = np.sum(np.array(after) > before)
print(f"knowing the class leaves more dependence in {more} of 60 pairs")
assert more > 30

# %% [markdown]
# In more than half of these pairs, knowing the class *raises* the dependence, and in nearly
# all of those that were almost independent! One way in which this can come about: within each
# digit the two pixels are related, but in one digit they go together and in another they
# exclude each other, and in the mixture that cancels. So conditioning on *part* of what is
# hidden can bring dependence to light. The lecture's independence is meant given *all* the
# latent variables that the two share, not given any one of them.
#
# Two extremes to remember. Let $x$ and $y$ be fair coins and $h$ whether they agree:
# then knowing $h$ *creates* a full bit of dependence. And let $h=x$: then $x$ and $y$ are
# independent given $h$, always, and nothing has been explained.

# %%
agree, copy = np.zeros((2, 2, 2, 2))
for x_value, y_value in np.ndindex(2, 2):
    agree[int(x_value == y_value), x_value, y_value] = 0.25
    copy[x_value, x_value, y_value] = joint[x_value, y_value]
for name, table in {"h: do they agree?": agree, "h = x": copy}.items():
    plain = probes.mutual_information(table.sum(axis=0))
    rest = probes.conditional_mutual_information(table)
    print(f"{name:18} I(x; y) = {plain:.2f}, I(x; y | h) = {rest:.2f}")


# %% [markdown]
# A good latent variable is *small*, smaller than what it explains. For an autoencoder that
# means: a code as wide as the picture can make all pixels independent given the code, and
# explain nothing (notebook 01's identity, seen from here).
#
# ## Exercises
#
# ### Exercise 1: mix
#
# The table of two observables with a common cause. Return $P(x,y)$, a row per value of $x$,
# for any number of values of $h$, $x$ and $y$.

# %% nbgrader={"grade": false, "grade_id": "ex02-1-mixture", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mixture(p_h, p_x, p_y):
    """Joint table P(x, y) of two observables that are independent given h.

    p_h: (H,) P(h); p_x: (H, X) P(x|h); p_y: (H, Y) P(y|h).  Returns (X, Y).
    """
    ### BEGIN SOLUTION
    return (p_h[:, None] * p_x).T @ p_y
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex02-1-mixture-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex02-1-mixture")


# %% [markdown]
# ### Exercise 2: how many bits?
#
# Mutual information from a table of probabilities, some of which may be zero.

# %% nbgrader={"grade": false, "grade_id": "ex02-2-information", "locked": false, "schema_version": 3, "solution": true, "task": false}
def information(joint):
    """Mutual information, in bits, of a table P(x, y) of shape (X, Y)."""
    ### BEGIN SOLUTION
    product = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    some = joint > 0
    return (joint[some] * np.log2(joint[some] / product[some])).sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex02-2-information-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex02-2-information")


# %% [markdown]
# ### Exercise 3: the largest angle
#
# The largest principal angle between the spaces that the columns of two matrices span. Make
# the columns orthonormal; the cosines of the angles are the singular values of the product
# of the one basis, transposed, and the other.

# %% nbgrader={"grade": false, "grade_id": "ex02-3-angle", "locked": false, "schema_version": 3, "solution": true, "task": false}
def largest_angle(a, b):
    """Largest angle, in degrees, between the column spaces of a and b, both (d, k)."""
    ### BEGIN SOLUTION
    basis_a, basis_b = np.linalg.qr(a)[0], np.linalg.qr(b)[0]
    cosines = np.linalg.svd(basis_a.T @ basis_b, compute_uv=False)
    return np.degrees(np.arccos(np.clip(cosines.min(), -1, 1)))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex02-3-angle-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex02-3-angle")

# %% [markdown]
# ### Exercise 4: in your own words
#
# A paper reports: "A linear regression reads the age of a person from our autoencoder's
# 64 code units with R² = 0.8, so the autoencoder has discovered age." Which controls are
# missing? Name three, and say of each which result would support the claim and which would
# not. (About 120 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex02-4-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
# First, the same regression from the raw pixels, on held-out people: if it reaches 0.8 too,
# the information was easy to read before any autoencoder came; only if it does much worse
# has the code made something available. Second, 64 principal components (or an untrained
# or random projection): if they reach the same, any summary of that size would have done.
# Third, single units: if one unit alone correlates strongly with age and the others don't,
# age has a place of its own; if the regression needs all 64, the code is a mixture from which
# age can be computed, as from the pixels. One should also ask for R² within groups that
# differ in age, such as students and staff, since recognising the group may be all of it.

# %% [markdown]
# ## Summary
#
# - Latent variables are unobserved and explain what is observed (B1): as a basis of which
#   observables are mixtures (B2), as few causes of complex behaviour (B3), as the reason why
#   observables depend on each other (B4).
# - In our run a linear autoencoder ended in PCA's subspace; its units are mixtures of the
#   components.
# - Two latent factors, slant and width, needed eight principal components, but only two units
#   of a deep autoencoder, whose code is a (bent) map of the two.
# - On all digits, a linear reader gets slant and width from pixels best, which is forced for
#   codes that are linear in the pixels, and from 32 code units or 32 components almost as
#   well; from 8 code units less of the width than from 8 components. Deep encoders were not
#   tried. A high R² alone shows no discovery (B5).
# - The two pixels at the ends of a stroke depend on each other; class and slant, or the two
#   code units of one network, explain most of it. Part of the latent variables can also
#   uncover dependence. Always subtract what chance alone would count.
#
# Next: [the course map](README.md) says what comes after this notebook.
#
# ## Further reading
#
# 1. T. M. Cover and J. A. Thomas, *Elements of Information Theory*, 2nd edition, Wiley 2006,
#    [doi:10.1002/047174882X](https://doi.org/10.1002/047174882X).
# 2. P. Baldi and K. Hornik, "Neural networks and principal component analysis", *Neural
#    Networks* 2 (1989),
#    [doi:10.1016/0893-6080(89)90014-2](https://doi.org/10.1016/0893-6080%2889%2990014-2).
# 3. D. Kunin, J. M. Bloom, A. Goeva and C. Seed, "Loss landscapes of regularized linear
#    autoencoders", *ICML* 2019, [arXiv:1901.08168](https://arxiv.org/abs/1901.08168).
# 4. F. Locatello et al., "Challenging common assumptions in the unsupervised learning of
#    disentangled representations", *ICML* 2019,
#    [arXiv:1811.12359](https://arxiv.org/abs/1811.12359).
# 5. A. Skrondal and S. Rabe-Hesketh, "Latent variable modelling: a survey", *Scandinavian
#    Journal of Statistics* 34 (2007), 712–745,
#    [doi:10.1111/j.1467-9469.2007.00573.x](https://doi.org/10.1111/j.1467-9469.2007.00573.x).
# 6. J. Runge, "Conditional independence testing based on a nearest-neighbor estimator of
#    conditional mutual information", *AISTATS* 2018,
#    [arXiv:1709.01447](https://arxiv.org/abs/1709.01447). The shuffling within bins, refined.
