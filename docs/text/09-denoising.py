# %% [markdown] slideshow={"slide_type": "slide"}
# # 09 · The denoising autoencoder
#
# **What does a network learn that is shown spoilt digits, and asked for the clean ones?**
#
# A network that copies may turn into a wire (notebook 01). If its input is spoilt, a wire is no
# longer an answer: what is missing has to be filled in, what is too much has to be told apart from
# ink, and for both it helps to know what digits look like. The change to the training is one line.
#
# **You will**
#
# - train denoising autoencoders for three kinds of noise, and look for the one letter that changes
#   in backpropagation;
# - compare them, in decibels and on 2,000 digits, with six opponents, all tuned;
# - clean noise that the network was not trained for, and test an explanation of when that works;
# - test the lecture's claim that the hidden units are *robust features*;
# - prove what the best denoiser is, and what training with a *little* noise amounts to;
# - build a detector for a digit that was left out, and see why one that rebuilds too well detects
#   less.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** E1 to E3.
# **Before:** [notebook 01](01-shallow-autoencoder.ipynb); $\delta$ is from [notebook 00](00-backpropagation.ipynb).

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.neighbors import KNeighborsClassifier

from aelib import denoisers, diagrams, evaluation, explore, load_data, penalties, plots
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network
from aelib.corruption import KINDS, Corruption
from aelib.desk import predictions
from aelib.desk.verdicts import verdict
from aelib.gradcheck import check, numerical_gradient, relative_error
from aelib.results import load_table
from aelib.training import fit, half_squared_error

plots.use_style()
data = load_data()
x, x_test = data.train.images, data.test.images

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Corrupted in, clean out (E1)
#
# Call the clean digit $x$ and what the network gets to see $\tilde x$. $C$ is the distribution of
# the spoilt versions of one digit. The network is trained to give back $x$:
#
# $$\tilde x^q\sim C(\tilde x\mid x^q),\qquad J^q=\frac12\sum_i\big(x_i^q-\hat y_i(\tilde x^q)\big)^2 .$$

# %% mystnb={"image": {"alt": "Four bars from left to right: the clean digit x with 784 pixels, a grey arrow labelled C to the spoilt digit x tilde with 784, a blue arrow W1 to the code h with 500 units, and a blue arrow W2 to the output with 784."}} slideshow={"slide_type": "slide"}
diagrams.draw_layers(
    [784, 784, 500, 784],
    ["x", "x̃", "h", "ŷ"],
    ["C", "W₁", "W₂"],
    learned=[False, True, True],
);

# %% [markdown]
# The grey arrow is not learned; it only exists during training. We take three kinds of noise.
# **Gaussian noise** adds to each pixel a random number of standard deviation $\sigma$ and clips the
# result to [0, 1], as a camera would. **Masking noise** sets a share of the pixels to 0, chosen at
# random. **Salt-and-pepper noise** replaces a share of the pixels by 0 or 1, half of them each. The
# level, $\sigma$ or the share, is ½ in all three. For `fit` the noise is the argument `corrupt`:
# each batch is spoilt *afresh*, so that no digit is seen twice with the same noise. The code has
# 500 sigmoid units.

# %%
noises = {kind: Corruption(kind, 0.5) for kind in KINDS}
said = {kind: kind.replace("_", " ") for kind in KINDS}
settings = {"batch_size": 100, "learning_rate": 2e-2, "schedule": "one-cycle"}
models = {kind: Autoencoder([784, 500], seed=0) for kind in noises}
for kind, noise in noises.items():
    fit(models[kind], x, corrupt=noise, epochs=10, **settings)

# %% mystnb={"image": {"alt": "Seven rows of ten test digits. Clean digits; then, for Gaussian noise, masking and salt and pepper, the spoilt digits and under them the network's outputs, which are clean, slightly soft digits, nearly all of the right kind."}} slideshow={"slide_type": "slide"} tags=["cover"]
noisy = {kind: noise(x_test, seed=1) for kind, noise in noises.items()}
cleaned = {k: evaluation.reconstruct(models[k], z) for k, z in noisy.items()}
rows = {"clean": x_test[:10]}
for kind in noises:
    rows |= {said[kind]: noisy[kind][:10], f"{' ' * len(rows)}→": cleaned[kind][:10]}
plots.show_rows(rows);


# %% [markdown]
# The network has seen neither these ten digits nor this noise. Under salt and pepper, where the
# digits can hardly be recognized, it errs now and then.
#
# How good is that in numbers? We use the **peak signal-to-noise ratio**,
# $\mathrm{PSNR}=-10\log_{10}$ of the mean squared error per pixel, in decibels: 20 dB is an error
# of 0.1 in every pixel, and 3 dB more is half the squared error. Decibels in this notebook are
# means over 2,000 digits; only the explorer has six.

# %% tags=["nbval-ignore-output", "claim-09-cleans-live"]
def quality(images):
    """Mean PSNR over the test digits."""
    return evaluation.psnr(x_test, images).mean()


gains = {kind: (quality(noisy[kind]), quality(cleaned[kind])) for kind in noises}
for kind, (before, after) in gains.items():
    print(f"{said[kind]:16} {before:5.1f} dB → {after:4.1f} dB")
assert all(after > before + 5 for before, after in gains.values())

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The gradient: one letter changes
#
# The noise is drawn before the network is asked, so for the calculus $\tilde x$ is a constant, and
# notebook 00 holds word for word. Forward, $\tilde x$ takes the place of $x$. Backward, in the
# lecture's symbols,
#
# $$\delta_i=(x_i-\hat y_i)f'(s_i),\quad\delta_j=f'(s_j)\sum_iw_{ij}\delta_i;\qquad
# \Delta w_{ij}=\eta\,\delta_ih_j,\quad\Delta w_{jk}=\eta\,\delta_j\,\tilde x_k .$$
#
# The *error* is measured at the clean $x$, the *step* goes along the spoilt $\tilde x$. We check
# the step of the lower weights by central differences, on a small network, and then make the two
# likely slips.

# %%
net, rng = Network([6, 8, 6], seed=0), np.random.default_rng(1)
clean = rng.random((20, 6))
holes = Corruption("masking", 0.5)(clean, seed=2)

w1, w2 = net.weights
_, (_, h, y_hat) = net.forward(holes)
delta_i = (clean - y_hat) * y_hat * (1 - y_hat)
delta_j = (delta_i @ w2) * h * (1 - h)
by_hand = -delta_j.T @ holes / len(clean)


# %%
def cost(w):
    return Network.from_parameters([w, w2], net.biases).cost(holes, clean)


slope = numerical_gradient(cost, w1)
slips = {
    "δ_j x̃_k": by_hand,
    "δ_j x_k": -delta_j.T @ clean / len(clean),
    "target x̃": net.gradients(holes, holes)[0][0],
    "Network": net.gradients(holes, clean)[0][0],
}
for name, gradient in slips.items():
    print(f"{name:8} agrees with the slope: {relative_error(gradient, slope) < 1e-7}")

# %% [markdown]
# ## Against what one would try
#
# Before training a network, one would try something simpler. Six opponents:
#
# - **median**: each pixel becomes the median of its neighbourhood;
# - **Gaussian filter**: each pixel becomes a weighted mean of its neighbourhood;
# - **PCA**: project on the first components of clean digits;
# - **known digits**: a mean of 9,000 training digits, each weighted by its likeness to the noisy
#   one;
# - **linear regression**: each clean pixel as a weighted sum of all 784 noisy ones;
# - **by cluster**: k-means puts the regression's answers into clusters, and each cluster gets a
#   regression of its own.
#
# `denoisers.opponents` tunes each of them (width, number of components, strength of a ridge, number
# of clusters) on a tenth of the training digits that it holds back, separately for each noise. And
# since noise also shifts brightness (masking takes half of the ink away), it fits brightness and
# contrast afterwards. The network, for its part, has not been tuned: 500 units and ten epochs for
# all noises.

# %% slideshow={"slide_type": "slide"}
predictions.order(
    "09-opponents",
    "Gaussian noise of σ = 0.5. Order these from the worst denoiser to the best.",
    [
        "linear regression",
        "Gaussian filter",
        "median filter",
        "autoencoder",
        "a regression for each cluster",
    ],
    first="worst",
    last="best",
)

# %% mystnb={"image": {"alt": "Nine rows of ten digits: noisy input; median and Gaussian filter leave blotches; PCA leaves ghosts on grey; the mean of known digits shows clean digits that are sometimes blurred or another digit; both regressions show a soft digit on a grainy ground; the autoencoder clear strokes on white paper; clean."}} slideshow={"slide_type": "slide"}
tuned = denoisers.opponents(x, noises["gaussian"])
tried = {name: denoiser(noisy["gaussian"]) for name, denoiser in tuned.items()}
tried["autoencoder"] = cleaned["gaussian"]
rows = {"input": noisy["gaussian"]} | tried | {"clean": x_test}
plots.show_rows({name: images[:10] for name, images in rows.items()});

# %% tags=["nbval-ignore-output", "claim-09-opponents-live"]
for name, images in tried.items():
    setting = f"(setting {tuned[name].setting:g})" if name in tuned else ""
    print(f"{name:18} {quality(images):5.1f} dB  {setting}")
best = max(quality(tried[name]) for name in tuned)
assert quality(tried["autoencoder"]) > best + 0.2

# %% slideshow={"slide_type": "slide"} tags=["nbval-ignore-output"]
asked = ["median", "Gaussian filter", "linear regression", "by cluster", "autoencoder"]
words = {"median": "median filter", "by cluster": "a regression for each cluster"}
ranked = sorted(asked, key=lambda name: quality(tried[name]))
predictions.reveal("09-opponents", [words.get(name, name) for name in ranked])

# %% [markdown]
# The two regressions are the opponents to take seriously: like the network they have learned from
# pairs of noisy and clean digits. The picture shows what one regression lacks. A weighted sum
# cannot decide; it leaves a little grey wherever there *might* be ink. A regression for each
# cluster decides once, for the whole digit, and comes closer. The mean of known digits decides,
# too, but can answer only with blends of digits that it has.
#
# That was one network. The stored table has three, for each noise and two levels, on both data sets
# (`benchmarks/denoising.py`).

# %%
table = load_table("denoising")


def stored(method, **wanted):
    """PSNR of the stored rows that fit, one for each seed."""
    return table.where(method=method, **{"epochs": 10, **wanted})["psnr"]


def fixed(method, **wanted):
    """PSNR of what is not trained in epochs."""
    return stored(method, epochs=0, **wanted)[0]


# %%
heads = ["input", "median", "filter", "PCA", "known", "linear", "cluster", "network"]
print(f"{'':29}" + "".join(f"{head:>8}" for head in heads))
ahead = {}
for name, kind, level in itertools.product(("drawn", "mnist"), KINDS, (0.25, 0.5)):
    case = {"data": name, "tested": kind, "level": level}
    values = [fixed(method, **case) for method in ("input", *tuned)]
    runs = stored(kind if level == 0.5 else f"{kind} {level}", **case)
    ahead[name, kind, level] = runs - max(values)
    line = "".join(f"{value:8.1f}" for value in [*values, runs.mean()])
    print(f"{name:6} {said[kind]:16} {level:4}{line}")

# %%
lead = np.array(list(ahead.values()))
print(f"network ahead of the best opponent by {lead.min():.1f} to {lead.max():.1f} dB")
print(f"seeds differ by {np.ptp(lead, axis=1).max():.2f} dB at most")
for kind in KINDS:
    case = {"data": "drawn", "tested": kind, "level": 0.5}
    longer = stored(kind, **case, epochs=30)[0]
    best = max(fixed(method, **case) for method in tuned)
    line = f"{longer:.1f} dB, ahead by {longer - best:+.1f}"
    print(f"drawn, 30 epochs, {said[kind]:16} {line}")

# %% [markdown]
# In five of the six cases the network is ahead, with every seed, by 0.5 to 1.1 dB. The sixth is
# half of the pixels salt or pepper: there the mean of known digits is better by 0.5 to 0.6 dB.
# Where so little is left to be seen, looking for digits that would fit is a good idea. (The
# networks are not trained to the end. After 30 epochs, in one run per noise at level ½ on drawn
# digits, they gain another 0.3 to 0.9 dB, and still stay behind the known digits in that case.) The
# runner-up is mostly the regression by cluster. The median, the textbook's cure for salt and
# pepper, is about level with the other filter where half of the pixels are spoilt, and specks can
# win the majority; under masking it is of no use, since most neighbours of a thin stroke are paper.
#
# ## New digits, new noise, another noise (E2)
#
# *After learning it cleans up new noisy inputs*, says the lecture. New in which sense? First in the
# plain one: other noise on the same digit, and digits that were not trained on.

# %% mystnb={"image": {"alt": "Top row: one digit eight times with different Gaussian noise. Bottom row: eight outputs, the same digit each time with small differences in its strokes."}} slideshow={"slide_type": "slide"}
eight = noises["gaussian"](np.repeat(x_test[3:4], 8, axis=0), seed=8)
answers = evaluation.reconstruct(models["gaussian"], eight)
plots.show_rows({"new noise": eight, "output": answers});

# %% tags=["nbval-ignore-output", "claim-09-new-digits"]
again = noises["gaussian"](x[:2000], seed=9)
known = evaluation.reconstruct(models["gaussian"], again)
known = evaluation.psnr(x[:2000], known).mean()
print(f"training digits, new noise: {known:.1f} dB")
print(f"new digits, new noise:      {gains['gaussian'][1]:.1f} dB")
assert abs(known - gains["gaussian"][1]) < 0.5

# %% [markdown]
# New digits fare nearly as well as known ones. And less noise, or more?

# %% slideshow={"slide_type": "slide"}
predictions.number(
    "09-break-even",
    "The network was trained with Gaussian noise of σ = 0.5. Now the noise gets "
    "weaker. Below which σ does the output have a larger error than the input?",
    bands=("0.03", "0.1", "0.2"),
)

# %% mystnb={"image": {"alt": "PSNR against sigma from 0.05 to 1: the dashed line of the noisy input falls from 28 to 6 decibels; the output's line rises from 18 to 19 at 0.4, then falls to 13, and crosses the input's between 0.15 and 0.2."}} slideshow={"slide_type": "slide"} tags=["nbval-ignore-output", "claim-09-break-even"]
levels = np.array([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0])
spoilt = [Corruption("gaussian", level)(x_test, seed=2) for level in levels]
before = np.array([quality(z) for z in spoilt])
after = [quality(evaluation.reconstruct(models["gaussian"], z)) for z in spoilt]
break_even = np.interp(0, after - before, levels)
fig, ax = plt.subplots(figsize=(6, 3))
ax.plot(levels, before, "--", label="input")
ax.plot(levels, after, label="output")
ax.set(xlabel="σ of the noise", ylabel="PSNR, dB", xticks=np.arange(0, 1.1, 0.1))
ax.legend()
gain = (after - before)[levels == 0.25][0]
print(f"break-even at σ = {break_even:.2f}; gain at 0.25: {gain:.1f} dB")
assert 0.12 < break_even < 0.22

# %% slideshow={"slide_type": "slide"} tags=["nbval-ignore-output"]
predictions.reveal("09-break-even", round(break_even, 2))

# %% [markdown]
# Below $\sigma\approx0.17$ the network harms: its output has errors of its own, blurred strokes and
# lost details, which no longer matter once the noise is larger. At 0.25, half the noise that it was
# trained on, it gains about 4 dB (three seeds in the table, both data sets). Above 0.5 it still
# gains, and its output gets worse.
#
# **Explore.** Lower the level, on six of the digits. Then change the noise, and let another network try.

# %% mystnb={"image": {"alt": "Explorer: controls for noise, level and network beside three rows of six digits: clean, under Gaussian noise of level 0.25, and cleaned by the network that was trained on Gaussian noise; the mean PSNR rises from about 15 to about 20 dB."}} slideshow={"slide_type": "slide"}
explore.clean_noise(x_test[:6], models)

# %% [markdown]
# Now each network gets each noise.

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "09-another-noise",
    "Three networks, each trained on one of the three noises, get the other two. Which "
    "of these goes worst?",
    [
        "trained on Gaussian noise, gets masked digits",
        "trained on masking, gets Gaussian noise",
        "trained on salt and pepper, gets Gaussian noise",
        "none of them: they have learned what digits look like",
    ],
)

# %% mystnb={"image": {"alt": "Four rows of ten digits. Gaussian noise given to the network trained on masking: dark smears in which hardly a digit is left. Masked digits given to the network trained on Gaussian noise: readable digits, the holes closed."}} slideshow={"slide_type": "slide"} tags=["claim-09-another-noise-live"]
wrong = {
    "gaussian": noisy["gaussian"],
    "by masking": evaluation.reconstruct(models["masking"], noisy["gaussian"]),
    "masking": noisy["masking"],
    "by gaussian": evaluation.reconstruct(models["gaussian"], noisy["masking"]),
}
plots.show_rows({name: images[:10] for name, images in wrong.items()})
assert quality(wrong["by masking"]) < gains["gaussian"][0] + 1
assert quality(wrong["by gaussian"]) > gains["masking"][0] + 2

# %% slideshow={"slide_type": "slide"}
predictions.reveal(
    "09-another-noise",
    "trained on masking, gets Gaussian noise",
)

# %% [markdown]
# In the stored table there are also a network without any noise in training (*plain*), and one that
# met one of the three noises, drawn by lot, in every batch (*any*).

# %%
columns = [*KINDS, "clean"]
print(f"PSNR, three seeds   {''.join(f'{said.get(c, c):>17}' for c in columns)}")
for name in ("drawn", "mnist"):
    tests = {c: {"tested": c, "level": 0.5 * (c != "clean")} for c in columns}
    for method in ("plain", *KINDS, "any"):
        runs = [stored(method, data=name, **test) for test in tests.values()]
        line = "".join(f"{run.mean():10.1f} ± {np.ptp(run) / 2:.1f} " for run in runs)
        print(f"{name:6} {said.get(method, method):16}{line}")


# %% [markdown]
# Not just the diagonal is good. The network for salt and pepper cleans Gaussian noise, and the one
# for Gaussian noise fills in masked pixels. But the network for masking makes smears of Gaussian
# noise, no better than the input (9.4 dB). The one trained on *any* of the three does well on all
# of them, and pays for it with 0.2 to 1.2 dB against the three specialists.
#
# And mind the last column. Clean digits come back at 16 to 19 dB, about as well as noisy ones,
# where the plain autoencoder reaches 26 to 27. The noise that these networks expect is not there,
# and they take it away all the same.
#
# ## What has it learned to doubt?
#
# One way to read this table is by what each network has learned to *doubt*. Masking only takes ink
# away. So a dark pixel is certainly ink, and a light one may be anything. The other two noises make
# every pixel doubtful, dark or light. By this reading, a network cleans a new noise if it has
# learned to doubt what the new noise spoils.
#
# This is an explanation after the fact, and can be tested. *Salt* is the mirror image of masking:
# it sets half of the pixels to 1, so that a light pixel is certainly paper. (`salt` below masks the
# negative.) If the explanation is right, a network trained on salt cleans salt and fails on
# masking, one trained on masking does the reverse, and one trained on salt and pepper cleans both.
# If instead networks simply clean less well what they were not trained on, salt should be about as
# bad for the one trained on salt and pepper.

# %% mystnb={"image": {"alt": "Three rows of ten digits: digits of which half the pixels are black specks; what the network trained on masking makes of them, grey smears in which no digit is left; what the network trained on salt and pepper makes of them, pale digits, about half of which can be read."}} slideshow={"slide_type": "slide"} tags=["nbval-ignore-output", "claim-09-mirror-live"]
def salt(images, seed):
    return 1 - noises["masking"](1 - images, seed=seed)


salted = salt(x_test, seed=1)
rows = {"salt": salted}
for kind in ("masking", "salt_and_pepper"):
    rows[f"by {said[kind]}"] = evaluation.reconstruct(models[kind], salted)
plots.show_rows({name: images[:10] for name, images in rows.items()})
for name, images in rows.items():
    print(f"{name:18} {quality(images):5.1f} dB")
mean_digit = np.broadcast_to(x.mean(axis=0), x_test.shape)
print(f"{'the mean digit':18} {quality(mean_digit):5.1f} dB")
assert quality(rows["by masking"]) < quality(mean_digit) - 1
assert quality(rows["by salt and pepper"]) > quality(mean_digit) + 1

# %%
for name in ("drawn", "mnist"):
    print(f"{name:6} tested on:          masking           salt")
    where = [{"data": name, "tested": k, "level": 0.5} for k in ("masking", "salt")]
    inputs = [fixed("input", **here) for here in where]
    print(f"       {'input':16}{inputs[0]:9.1f}{inputs[1]:15.1f}")
    for method in ("masking", "salt", "salt_and_pepper"):
        runs = [stored(method, **here) for here in where]
        line = "".join(f"{r.mean():9.1f} ± {np.ptp(r) / 2:.1f}" for r in runs)
        print(f"       {said.get(method, method):16}{line}")

# %% [markdown]
# The network trained on masking fails on salt, as predicted: 7 dB behind the one trained on salt,
# and worse than to answer always with the mean digit. The one trained on salt and pepper stays
# within 1 dB of the specialist for salt, so that "simply less good at what is new" cannot be all.
# In the other direction the prediction holds only in part. Trained on salt, tested on masking, a
# network loses 5 dB to the specialist, more than the one trained on salt and pepper does (over 3
# dB),
# but it does not fail: it still gains almost 2 dB on the input. And is it doubt of *each* dark
# pixel? Let us count how much is left of a speck on white paper, when specks are few and when they
# are many.

# %% mystnb={"image": {"alt": "What is left of a speck against the share of specks, from one pixel in a thousand to half of them: the line of the network trained on masking rises from about 0.05 to nearly 0.4, that of the one trained on salt and pepper stays flat near 0.05."}} slideshow={"slide_type": "slide"} tags=["claim-09-doubt-is-collective"]
shares = np.array([0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5])
paper = x_test < 0.1
fig, ax = plt.subplots(figsize=(6, 3))
left = {}
for kind, style in (("masking", "-"), ("salt_and_pepper", "--")):
    left[kind] = []
    for share in shares:
        specks = 1 - Corruption("masking", share)(1 - x_test, seed=3)
        at = paper & (specks == 1)
        left[kind].append(evaluation.reconstruct(models[kind], specks)[at].mean())
    ax.semilogx(shares, left[kind], style, label=f"trained on {said[kind]}")
ax.set(xlabel="share of pixels that are specks", ylabel="left of a speck", ylim=(0, 1))
ax.legend()
for kind, values in left.items():
    print(f"{said[kind]:16}", *(f"{value:.2f}" for value in values))
assert left["masking"][0] < 0.12 < 0.25 < left["masking"][-1]
assert max(left["salt_and_pepper"]) < 0.12


# %% [markdown]
# *One* dark pixel is doubted by both networks: hardly anything is left of a lone speck. What the
# network trained on masking has not learned to doubt is *many* of them. The more specks there are,
# the more is left of each, where the network for salt and pepper takes away nearly all of each. So
# the explanation has to be put more carefully: doubt concerns the whole of the image, not a pixel
# by itself. (Many specks also make the image darker as a whole. Which of the two confuses the
# network, this does not tell apart.)
#
# ## Hide a part: the masked autoencoder
#
# A **masked autoencoder** [1], the way in which large image models are often pretrained today,
# hides *patches* where we hid pixels. Why? Among scattered holes nearly every pixel has neighbours
# that can be seen. Here is the same network as in the first section with 7 × 7 patches hidden, each
# with
# probability ½, beside the one that was trained on scattered pixels, and linear regression. All get
# digits with hidden patches.

# %% mystnb={"image": {"alt": "Five rows of ten digits: clean; with square holes, about half of each digit hidden; rebuilt by the network trained on scattered pixels, with gaps where patches were hidden; by linear regression, grey smudges in the gaps; by the network trained on patches, dark strokes in most of the gaps."}} slideshow={"slide_type": "slide"} tags=["nbval-ignore-output", "claim-09-patches"]
def patches(images, seed):
    """Hide each 7 × 7 patch with probability ½."""
    kept = np.random.default_rng(seed).random((len(images), 4, 4)) >= 0.5
    kept = torch.from_numpy(kept).repeat_interleave(7, 1).repeat_interleave(7, 2)
    images = torch.as_tensor(images)
    return images * kept.to(images.device)


hider = Autoencoder([784, 500], seed=0)
fit(hider, x, corrupt=patches, epochs=10, **settings)
z = patches(x_test, seed=1).numpy()
pairs = np.concatenate([patches(x, seed=s) for s in (2, 3, 4)]), np.tile(x, (3, 1, 1))
rows = {"clean": x_test, "hidden": z}
rows["pixels"] = evaluation.reconstruct(models["masking"], z)
rows["linear"] = denoisers.linear_regression(*pairs, 30.0)(z).clip(0, 1)
rows["patches"] = evaluation.reconstruct(hider, z)
plots.show_rows({name: images[:10] for name, images in rows.items()})
print(*(f"{name}: {quality(rows[name]):.1f} dB" for name in list(rows)[2:]), sep="   ")
assert quality(rows["patches"]) > quality(rows["pixels"]) + 1
assert quality(rows["patches"]) > quality(rows["linear"]) + 0.3

# %% [markdown]
# The network trained on scattered pixels copies what it sees and leaves large gaps open. The one
# trained on patches draws strokes into them. Same network, same share of hidden pixels: what
# differs in the training is *where* they lie, and so what must be known to fill them. Linear
# regression, trained on hidden patches, too, puts grey into the gaps, and is about a decibel
# behind. (One run each. Masked autoencoders proper hide three patches of four, let the encoder see
# only the others, are much larger, and count the error on hidden patches alone.)
#
# ## What the units look for
#
# Here are the 28 units of each network whose activity varies most.

# %% mystnb={"image": {"alt": "Three groups of 28 features. Gaussian: short strokes and hooks with light flanks on a grainy ground. Masking: grainy textures as large as a digit, and a few soft spots. Salt and pepper: strokes, hooks and rings."}} slideshow={"slide_type": "slide"}
figure, axes = plt.subplots(3, 1, figsize=(8, 4.6))
for ax, (kind, model) in zip(axes, models.items()):
    busy = np.argsort(-evaluation.encode(model, x_test).var(axis=0))[:28]
    plots.show_features(model.features()[busy], title=said[kind], ax=ax)

# %%
for name, kind in [(n, k) for n in ("drawn", "mnist") for k in ("plain", *KINDS)]:
    rows = table.where(data=name, method=kind, tested="masking", level=0.5, epochs=10)
    share, smooth = (rows[m].mean() for m in ("window_share", "smoothness"))
    print(f"{name:6} {said.get(kind, kind):16} local {share:.2f}  smooth {smooth:.2f}")


# %% [markdown]
# Gaussian noise and salt and pepper make strokes, hooks and rings; among these units masking makes
# textures as large as a digit (over all 500 its median feature is the most local). The numbers are
# notebook 05's (how much of a feature's energy lies in its best 7 × 7 window, and how alike
# neighbouring pixels are), medians over all 500 units, three seeds. Both are higher with each noise
# than in the *plain* network. Both stay below notebook 05's bounds for pen strokes, 0.6 and 0.7.
#
# ## Robust features? (E3)
#
# *Its hidden neurons are robust features for classification and other uses.* The claim goes back to
# the paper that introduced denoising autoencoders [2], under the title "Extracting and composing
# robust features". There, *robust* means two things: the code of a spoilt input should be much like
# that of the clean one, and networks that start from such codes should classify better. We test
# both.
#
# First, a classifier is trained on the codes of **clean** digits. Then it reads codes of clean
# digits, and of spoilt ones. The controls: raw pixels, and in the table an **untrained** network of
# the same shape and a plain autoencoder.

# %% tags=["nbval-ignore-output", "claim-09-robust-live"]
def accuracies(encode, reader):
    """Share of classes read rightly: clean digits, then each noise."""
    reader.fit(encode(x), data.train.labels)
    tests = [x_test, noisy["gaussian"], noisy["masking"]]
    return [reader.score(encode(z), data.test.labels) for z in tests]


codes = {"pixels": lambda z: z.reshape(len(z), -1)}
codes["gaussian"] = lambda z: evaluation.encode(models["gaussian"], z)
codes["masking"] = lambda z: evaluation.encode(models["masking"], z)
print("linear probe   clean   gaussian  masking")
live, readers = {}, {}
for name, encode in codes.items():
    readers[name] = LogisticRegression(C=0.1, max_iter=1_000)
    live[name] = accuracies(encode, readers[name])
    print(f"{name:12}" + "".join(f"{share:9.1%}" for share in live[name]))
assert live["gaussian"][1] > live["pixels"][1] + 0.15
assert live["masking"][1] < live["pixels"][1] - 0.1

# %% [markdown]
# That was one start. The table has three of each (means and half the range), and a second reader:
# three nearest neighbours, which show whose codes lie close together.

# %%
robust = load_table("robust_codes")
columns = ["clean", *KINDS]


def show(data_name, code, reader="Logistic", seen="clean"):
    """Print how well one kind of code is read, by what is tested."""
    same = {"data": data_name, "code": code, "reader": reader, "seen": seen}
    runs = [robust.where(tested=test, **same)["accuracy"] for test in columns]
    line = "".join(f"{r.mean():9.0f} ± {np.ptp(r) / 2:<3.1f}" for r in runs)
    print(f"  {said.get(code, code):16}{line}")


heads = "".join(f"{said.get(column, column):>15}" for column in columns)
for name in ("drawn", "mnist"):
    print(f"{name}, linear probe".ljust(18), heads)
    for code in ("pixels", "untrained", "plain", *KINDS, "any"):
        show(name, code)
    print(f"{name}, three neighbours")
    for code in ("pixels", *KINDS):
        show(name, code, "KNeighbors")

# %%
print("probe trained on noisy digits, tested on the same noise: pixels → code")
for name, kind in [(n, k) for n in ("drawn", "mnist") for k in KINDS]:
    same = {"data": name, "reader": "Logistic", "seen": kind, "tested": kind}
    pixels, code = (robust.where(code=c, **same)["accuracy"] for c in ("pixels", kind))
    spread = np.ptp(code) / 2
    line = f"{pixels[0]:.0f} → {code.mean():.0f} ± {spread:.1f}"
    print(f"{name:6} {said[kind]:16} {line}")

# %% [markdown]
# The claim has several halves.
#
# - **Clean digits.** The linear probe reads every denoising code better than pixels, than untrained
#   features and than the plain autoencoder's code, by one to seven points. To neighbours it makes
#   little difference.
# - **The trained noise.** The probe, which has never seen noise, reads codes far better than
#   pixels. But mind the control: under Gaussian noise and salt and pepper, *untrained* features are
#   a third to a good half of the way there. Under masking they are read no better than pixels.
# - **Another noise.** As with cleaning: the Gaussian code stands masking, too. The masking code
#   under Gaussian noise is read far *worse* than the pixels themselves.
# - **Are pixels that weak?** Not to neighbours: raw pixels withstand Gaussian noise and salt and
#   pepper better than the codes made for them. Under masking it is the other way round.
# - **Who knew about the noise?** The encoder did, the probe on pixels did not. If both probes may
#   train on noisy digits, pixels gain much, but codes stay ahead, by 6 points or more under all
#   three.
#
# So E3 holds in this form: denoising makes codes that are easier to read for a linear probe, and
# robust **to the trained noise and to what resembles it, not to any**.
#
# **A start for a classifier.** Vincent and others let a classifier start from the denoising weights and trained it on. Here are such classifiers for 1,000 labels (784-500-10, 25 epochs, the learning rate and the best epoch chosen on 1,000 other digits). The opponents: random weights, random weights four times as large (notebook 07 says why), a plain autoencoder's, an RBF SVM on pixels, tuned alike. And since noise on the input might help a classifier by itself, each network starts twice, with and without masking noise while it learns the labels.

# %%
starts = load_table("denoising_pretraining")
print("accuracy, %              no noise          masking noise")
for name in ("drawn", "mnist"):
    for first in ("random", "random, 4 times", "plain", "masking", "SVM"):
        found = starts.where(data=name, first_weights=first)
        line = ""
        for noise in ("none", "masking"):
            runs = found["accuracy"][found["noise"] == noise]
            if len(runs):
                line += f"{runs.mean():10.1f} ± {np.ptp(runs) / 2:.1f}  "
        print(f"{name:6} {first:16}{line}")

# %% [markdown]
# Here the start does not decide. On average the denoising start is better than the plain
# autoencoder's in all four pairs, by 0.4 to 2.7 points, as the paper would have it. But random
# weights do as well within the spread of the seeds, and the SVM is ahead of all of them by five
# points or more. The paper's networks had three layers and mostly 10,000 labels, and most of its
# problems were harder (rotated digits, digits on a background), so this does not refute it. With
# one layer and 1,000 labels, no advantage on clean digits is left after training on.
#
# **Explore.** Draw a digit into the frame, with mouse or finger; or let the arrow keys move the pen and the space bar lower it. Bars upwards are the first units of its code, bars downwards those of its noisy version. Which of your digits survive?

# %% mystnb={"image": {"alt": "Explorer: a pad to draw on, and controls for noise, level and network, above a drawn 4, the same under Gaussian noise, and cleaned; bars of its code, upwards, and of the noisy one's, downwards, mostly at the same units; and bars for the ten classes, high at 4 for both."}} slideshow={"slide_type": "slide"}
explore.draw_your_own(x_test[3], models, readers)

# %% [markdown]
# ## Why it works: back to where the digits are
#
# Digits fill a tiny part of the space of all images: think of a thin, curved sheet, a **manifold**
# [3]. Noise pushes a digit off the sheet. To clean it is to find the way back. In two dimensions we
# can watch that. Our sheet is a hook, a row of 40 Gaussian spots of standard deviation $s=0.05$;
# the noise has $\sigma=0.2$ (not clipped here).

# %%
turn = np.pi * np.linspace(0.4, 2, 40)[:, None]
spots = np.hstack([np.cos(turn), np.sin(turn)]) * turn / 6
s, sigma = 0.05, 0.2
rng = np.random.default_rng(0)
points = spots[rng.integers(40, size=10_000)] + rng.normal(0, s, (10_000, 2))
points = points.astype(np.float32)


def jitter(batch, seed):
    noise = seed.standard_normal(batch.shape, dtype=np.float32)
    return batch + sigma * torch.from_numpy(noise).to(batch.device)


# %%
hook = Autoencoder([2, 100, 100], activation="silu", output="linear", seed=0)
brisk = {**settings, "learning_rate": 1e-2}
fit(hook, points, corrupt=jitter, epochs=20, **brisk);


# %% [markdown]
# Which way back is the best, in expected squared error? Let $p(x)$ be the density of the clean
# data. Four lines answer that, each checked at five noisy points, by brute force: numerical slopes,
# and sums over a fine grid of the plane.
#
# **Line 1: the best answer is the mean** of all clean points that may be behind $\tilde x$. For any answer $r$,
# $\mathrm E\big[\lVert x-r\rVert^2\mid\tilde x\big]=\lVert r-\mathrm E[x\mid\tilde x]\rVert^2+{}$a
# term without $r$, so $r(\tilde x)=\mathrm E[x\mid\tilde x]$. (Write $x-r=(x-m)+(m-r)$ with
# $m=\mathrm E[x\mid\tilde x]$: the cross term has the factor $\mathrm E[x-m\mid\tilde x]=0$.)

# %%
def density(z, spread):
    """The row of spots, each of this standard deviation, at points z (…, 2)."""
    squares = np.square(z[..., None, :] - spots).sum(axis=-1)
    return np.exp(-squares / (2 * spread**2)).mean(axis=-1) / (2 * np.pi * spread**2)


def kernel(x_noisy, z):
    """N(x_noisy; z, sigma²): how likely z is to become x_noisy."""
    squares = np.square(x_noisy - z).sum(axis=-1)
    return np.exp(-squares / (2 * sigma**2)) / (2 * np.pi * sigma**2)


axis = np.linspace(-2.5, 2.5, 500)
plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
area, p = (axis[1] - axis[0]) ** 2, density(plane, s)
five = points[:5] + rng.normal(0, sigma, (5, 2))
joint = [p * kernel(z, plane) * area for z in five]
means = [weight @ plane / weight.sum() for weight in joint]


# %%
def risk(r, weight):
    return weight @ np.square(plane - r).sum(axis=-1) / weight.sum()


pairs = list(zip(means, joint))
slopes = [numerical_gradient(lambda r, w=w: risk(r, w), mean) for mean, w in pairs]
print("slope of the risk at the mean is zero:", np.allclose(slopes, 0, atol=1e-8))

# %% [markdown]
# **Line 2: the slope of a Gaussian** points to its centre; $N(\tilde x;x,\sigma^2)$ is the density of $\tilde x$ around $x$, with variance $\sigma^2$ in each direction:
# $\nabla_{\tilde x}N(\tilde x;x,\sigma^2)=N(\tilde x;x,\sigma^2)\,\frac{x-\tilde x}{\sigma^2}$.

# %%
for z, centre in zip(five, points):
    slope = numerical_gradient(lambda z, c=centre: kernel(z, c), z)
    assert np.allclose(slope, kernel(z, centre) * (centre - z) / sigma**2)
print("slope of a Gaussian: agrees")

# %% [markdown] slideshow={"slide_type": "slide"}
# **Line 3: average over $x$.** The noisy points have the density $p_\sigma(\tilde x)=\int p(x)\,N(\tilde x;x,\sigma^2)\,dx$, the data's, blurred. By Bayes' rule $p(x)\,N(\tilde x;x,\sigma^2)=p_\sigma(\tilde x)\,p(x\mid\tilde x)$, so by line 2
#
# $$\nabla p_\sigma(\tilde x)=\int p(x)\,N(\tilde x;x,\sigma^2)\,\frac{x-\tilde x}{\sigma^2}\,dx
# =p_\sigma(\tilde x)\,\frac{\mathrm E[x\mid\tilde x]-\tilde x}{\sigma^2}.$$
#
# Our $p_\sigma$ is known exactly: the same spots, with variance $s^2+\sigma^2$.

# %%
blurred = np.hypot(s, sigma)
for z, weight, mean in zip(five, joint, means):
    assert np.isclose(density(z, blurred), weight.sum())
    slope = numerical_gradient(lambda z: density(z, blurred), z)
    assert np.allclose(slope, weight.sum() * (mean - z) / sigma**2)
print("density and slope of the noisy points: agree")


# %% [markdown] slideshow={"slide_type": "slide"}
# **Line 4: divide by $p_\sigma$**, and use $\nabla p/p=\nabla\log p$:
#
# $$r(\tilde x)=\tilde x+\sigma^2\,\nabla\log p_\sigma(\tilde x).$$
#
# The best denoiser takes one step up the log density of the noisy data. Miyasawa published it in
# 1961, and Robbins in 1956 credits Tweedie [4, 5]. It is exact for every $\sigma$. The gradient
# $\nabla\log p_\sigma$ is called the **score**, and that training a denoiser *is* fitting the score
# was shown by Vincent in 2011 [6].

# %%
def climb(z, spread, sigma):
    return z + sigma**2 * numerical_gradient(lambda z: np.log(density(z, spread)), z)


exact = [climb(z, blurred, sigma) for z in five]
check("line 4 is the mean", exact, means)


# %% [markdown]
# And the network? It knows no density, only pairs. Compare its arrows, drawn at a quarter of their
# length, with the exact ones.

# %% mystnb={"image": {"alt": "Two panels with a hook of grey points. Arrows at the points of a grid lead towards the hook, along its normals, long ones afar. The network's panel and the exact one look alike, except in the opening of the hook and far away at the upper right."}} slideshow={"slide_type": "slide"}
def ideal(z, sigma=sigma):
    """Exact denoiser of many points at once: E[x | z], from line 4 by hand."""
    variance = s**2 + sigma**2
    squares = np.square(z[:, None] - spots).sum(axis=-1)
    share = np.exp((squares.min(axis=1, keepdims=True) - squares) / (2 * variance))
    nearest = share @ spots / share.sum(axis=1, keepdims=True)
    return z + sigma**2 * (nearest - z) / variance


side = np.linspace(-1.1, 1.3, 13, dtype=np.float32)
start = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
figure, axes = plt.subplots(1, 2, figsize=(8.4, 4.2), sharey=True)
ways = {"the network": evaluation.reconstruct(hook, start), "exact": ideal(start)}
for ax, (name, end) in zip(axes, ways.items()):
    ax.plot(*points[:2000].T, ".", color="0.8", ms=2)
    ax.quiver(*start.T, *(end - start).T, angles="xy", scale_units="xy", scale=4)
    ax.set(title=name, aspect="equal")

# %% tags=["nbval-ignore-output", "claim-09-hook"]
z = jitter(torch.from_numpy(points), seed=rng).numpy()
missed = np.square(evaluation.reconstruct(hook, z) - ideal(z)).sum()
share = missed / np.square(ideal(z) - z).sum()
print(f"share of the exact correction that the network misses: {share:.1%}")
assert np.allclose(ideal(five), exact, atol=1e-6) and share < 0.05

# %% [markdown] slideshow={"slide_type": "slide"}
# The network has found line 4 from examples, where there were enough of them (in the opening of the
# hook and far away at the upper right there were few or none). So a network trained by squared
# error to remove Gaussian noise that is not clipped gives an estimate of the score, $(r(\tilde
# x)-\tilde x)/\sigma^2$.
#
# ## A little noise is a contractive penalty
#
# What is left of denoising when the noise becomes small? Fix a clean $x$, and let $\varepsilon$ be
# Gaussian noise with variance $\sigma^2$ per pixel. Let $J$ be the Jacobian of the whole network at
# $x$, $J_{ik}=\partial r_i/\partial x_k$, and $H_i$ the matrix of second derivatives of output $i$.
# By Taylor,
#
# $$r_i(x+\varepsilon)=r_i+(J\varepsilon)_i+\tfrac12\varepsilon^\top H_i\varepsilon+\dots\tag{1}$$
#
# Put it into the cost, with the error $e=x-r(x)$, and keep what is of second order in
# $\varepsilon$:
#
# $$\tfrac12\lVert x-r(x+\varepsilon)\rVert^2=\tfrac12\lVert e\rVert^2-e^\top J\varepsilon+\tfrac12\lVert J\varepsilon\rVert^2-\tfrac12\sum_ie_i\,\varepsilon^\top H_i\varepsilon+\dots\tag{2}$$
#
# Average over $\varepsilon$. Its mean is zero, so the second term goes. $\mathrm
# E[\varepsilon_k\varepsilon_l]$ is $\sigma^2$ if $k=l$ and else 0, so $\mathrm E\lVert
# J\varepsilon\rVert^2=\sum_{i,k,l}J_{ik}J_{il}\,\mathrm
# E[\varepsilon_k\varepsilon_l]=\sigma^2\sum_{i,k}J_{ik}^2$, and in the same way $\mathrm
# E[\varepsilon^\top H_i\varepsilon]=\sigma^2\,\mathrm{tr}H_i$. Terms of third order have mean zero,
# too. So
#
# $$\mathrm E\,\tfrac12\lVert x-r(x+\varepsilon)\rVert^2=\tfrac12\lVert e\rVert^2+\frac{\sigma^2}2\lVert J\rVert_F^2-\frac{\sigma^2}2\sum_ie_i\,\mathrm{tr}H_i+O(\sigma^4).\tag{3}$$
#
# *Check* on the hook, at five points, with the average over $\varepsilon$ computed by quadrature.
# What (3) leaves out should be 16 times smaller at half the noise.

# %%
twin = Autoencoder([2, 100, 100], activation="silu", output="linear").double()
twin.load_state_dict(hook.state_dict())
nodes, weights = np.polynomial.hermite_e.hermegauss(24)
eps = torch.tensor(np.stack(np.meshgrid(nodes, nodes), -1).reshape(-1, 2))
weight = torch.tensor(np.outer(weights, weights).ravel() / (2 * np.pi))
derivative = torch.autograd.functional


def smooth(z):
    """The trained hook in double precision, at one point or many."""
    return twin(z.reshape(-1, 2)).reshape(z.shape)


# %% tags=["claim-09-small-noise"]
def left_over(x, sigma):
    """Exact cost under noise, less the right side of (3)."""
    noisy_cost = weight @ (x - smooth(x + sigma * eps)).square().sum(dim=1) / 2
    e, J = x - smooth(x), derivative.jacobian(smooth, x)
    H = [derivative.hessian(lambda z, i=i: smooth(z)[i], x) for i in (0, 1)]
    bend = sum(e[i] * H[i].trace() for i in (0, 1))
    series = e.square().sum() + sigma**2 * (J.square().sum() - bend)
    return (noisy_cost - series / 2).item()


sample = torch.tensor(points[:5], dtype=torch.float64)
for z in sample:
    ratio = left_over(z, 0.004) / left_over(z, 0.002)
    print(f"at half the noise, what is left out is {ratio:.1f} times less")
    assert 14 < ratio < 18


# %% [markdown]
# The third term holds the error $e$. For a network with enough freedom, the best $r$ at small
# $\sigma$ differs from the identity by $O(\sigma^2)$ only (line 4), and so do its second
# derivatives: that term is of order $\sigma^6$, while $\frac12\lVert e\rVert^2$ is of order
# $\sigma^4$. What
# remains is the squared error plus a price on the Jacobian: a **contractive penalty**. Rebuild, but
# answer to small changes of the input as little as you can [7, 8]. Along the sheet a network has to
# answer, or it could not tell two digits apart; across it, nothing forces it to. Rifai and others
# [9] put the same price on the encoder alone (`penalties.contractive`). For a linear network,
# $r(x)=Wx$, there is no $H$ and no remainder: noise of any $\sigma$ is exactly the weight penalty
# of [notebook 03](03-weight-penalty.ipynb) on the matrix $W$, with $\lambda=\sigma^2$.
#
# So there are two ways to train: draw noise, or compute the penalty. Is one as good as the other?

# %% tags=["nbval-ignore-output"]
class Contractive(Autoencoder):
    """An autoencoder that pays sigma² · ½ ‖J‖² in place of seeing noise."""

    def cost(self, x, y):
        price = sigma**2 * penalties.contraction(self, x)
        return half_squared_error(self(x), y) + price


calm = Contractive([2, 100, 100], activation="silu", output="linear", seed=0)
fit(calm, points, epochs=10, **brisk)
z = jitter(torch.from_numpy(points), seed=np.random.default_rng(1)).numpy()
missed = np.square(evaluation.reconstruct(calm, z) - ideal(z)).sum()
print(f"penalty, σ = {sigma}: misses {missed / np.square(ideal(z) - z).sum():.1%}")

# %%
both = load_table("contraction")
print("share of the best correction that is missed, ten epochs, three seeds")
for level in (0.1, 0.2, 0.4):
    line = ""
    for way in ("noise", "penalty"):
        runs = 100 * both.where(way=way, sigma=level)["missed"]
        line += f"   {way} {runs.mean():5.1f} ± {np.ptp(runs) / 2:.1f} %"
    print(f"σ = {level}{line}")

# %% [markdown]
# For the smallest noise the penalty comes closer, probably because noise has to be averaged over
# many draws before it says what the Jacobian says at once. For the largest it loses, because (3)
# ends at the second order, and the noise itself does not. In between (0.2) it already has twice the
# error. (Ten epochs each. The penalty needs a backward pass for each output: two here, 784 with
# digits.)
#
# ## A door: from denoising to drawing
#
# A denoiser knows the score. Could it *make* a digit, starting from pure noise, by cleaning again
# and again? Let us try it on the hook, with the exact denoiser for one $\sigma$.

# %% mystnb={"image": {"alt": "Two panels. Left: a square filled with 400 random dots over a pale hook. Right: after 300 steps all of them lie on one single spot at the hook's inner end."}} tags=["claim-09-climbing"]
z = np.random.default_rng(0).uniform(-1.2, 1.4, (400, 2))
ends = z
for _ in range(300):
    ends = ideal(ends, sigma=0.2)
figure, axes = plt.subplots(1, 2, figsize=(7, 3.4), sharex=True, sharey=True)
for ax, dots, title in zip(axes, (z, ends), ("start", "after 300 steps")):
    ax.plot(*points[:2000].T, ".", color="0.8", ms=2)
    ax.plot(*dots.T, ".", ms=6)
    ax.set(title=title, aspect="equal")
apart = np.ptp(ends, axis=0).max()
print(f"400 points end within {apart:.3f} of each other")
assert apart < 0.05

# %% [markdown]
# Climbing ends at a peak of $p_\sigma$. At this $\sigma$ all 400 points end at the same one, and
# all variety is lost. What is missing is **annealing**. To draw fairly, one starts at a large
# $\sigma$, where $p_\sigma$ is nearly one broad Gaussian that can be sampled directly, and lowers
# $\sigma$ little by little. On the way down there are two ways. Either each level adds *fresh
# noise* to its small steps up the score, so that the points keep spreading over $p_\sigma$ as they
# climb. Or one follows a differential equation without noise,
# $\frac{dx}{d\sigma}=-\sigma\,\nabla\log p_\sigma(x)=-\frac{r_\sigma(x)-x}\sigma$ by line 4: from
# $\sigma$ to $\sigma-d\sigma$, go the *share* $d\sigma/\sigma$ of the way to the denoiser's answer,
# never all of it. Both need the score at every $\sigma$, mostly from one network that is told the
# noise level. This is a diffusion model, and the subject of [notebook
# 13](13-from-denoiser-to-sampler.ipynb), after the lecture.
#
# ## A digit that was left out
#
# A denoising autoencoder pulls towards the digits that it knows. It should do badly on a digit that
# it doesn't know, and its error could tell: an **anomaly detector**. We train without one class,
# and then ask for the error on new digits of all classes. The measure is the area under the **ROC
# curve**: the share of pairs, one left-out digit and one known digit, in which the left-out digit
# has the larger error. It is 0.5 by chance and 1 at best.

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "09-left-out",
    "Autoencoders with codes of 2, 8, 32 and 128 numbers are trained without one "
    "class. Which makes the best detector of it, by its error?",
    [
        "the one with 2 numbers",
        "the one with 8 or 32 numbers",
        "the one with 128 numbers: it has the smallest error on known digits",
        "all alike: what was never seen can't be rebuilt",
    ],
)

# %%
left_out = 4
known, labels = (part[data.train.labels != left_out] for part in (x, data.train.labels))
is_new = data.test.labels == left_out
deep = Autoencoder([784, 256, 128, 8], activation="silu", code="linear", seed=0)
fit(deep, known, epochs=8, **settings | {"learning_rate": 7e-3})
wide = Autoencoder([784, 500], seed=0)
fit(wide, known, epochs=8, **settings)
makers = {"code of 8": deep, "code of 500": wide}
rebuilt = {name: evaluation.reconstruct(m, x_test) for name, m in makers.items()}
error = {name: evaluation.squared_error(x_test, z) for name, z in rebuilt.items()}
for name, score in error.items():
    print(f"{name:12} error on known digits {score[~is_new].mean():4.1f}")

# %% mystnb={"image": {"alt": "Three rows of ten fours that the networks have never seen. First the input; then, from a code of 8 numbers, mostly nines and blurred shapes in place of the fours; then, from a code of 500 numbers, faithful fours."}} slideshow={"slide_type": "slide"} tags=["nbval-ignore-output"]
rows = {"left out": x_test[is_new][:10]}
rows |= {name: z[is_new][:10] for name, z in rebuilt.items()}
plots.show_rows(rows);

# %% mystnb={"image": {"alt": "ROC curves of three detectors of the left-out digit, share of left-out digits found against share of known digits accused: the code of 8 numbers highest, the nearest neighbour below it, the code of 500 numbers lowest, all above the diagonal."}} slideshow={"slide_type": "slide"} tags=["nbval-ignore-output", "claim-09-rebuilds-too-well-live"]
near = KNeighborsClassifier(1).fit(known.reshape(len(known), -1), labels)
error["neighbour"] = near.kneighbors(data.test.flat)[0][:, 0]
fig, ax = plt.subplots(figsize=(6.4, 3.6))
for (name, score), style in zip(error.items(), ("-", "--", ":")):
    area = roc_auc_score(is_new, score)
    accused, found, _ = roc_curve(is_new, score)
    ax.plot(accused, found, style, label=f"{name}: {area:.2f}")
ax.plot([0, 1], [0, 1], color="0.7", lw=1)
ax.set(xlabel="known digits accused", ylabel="left-out digits found", aspect="equal")
fig.legend(loc="outside right center", title="area")
areas = {name: roc_auc_score(is_new, score) for name, score in error.items()}
assert areas["code of 8"] > areas["code of 500"] + 0.08

# %% [markdown]
# A detector by error lives on what it *cannot* rebuild. The narrow code turns fours into what it
# knows, and so gives them away. The wide one rebuilds fours that it has never seen: its code is
# large enough for pieces of strokes, and fours are made of the same pieces as other digits. It
# copies, as wires do (A2 in notebook 01), and its error tells little. The distance from the nearest
# training digit, without any network, lies between the two. (The two networks differ in depth and
# kind of units, too. In the table that follows, only the size of the code does, in the row
# *autoencoder*.)
#
# That was one digit and one start of each network. The stored table leaves out each of the ten
# digits in turn, with a start of its own. The sizes of the codes (and numbers of components,
# neighbours and Gaussians) are shown side by side; the last column is what a user would get who
# chooses the size on validation digits with the *other* nine as left-out ones, never with the digit
# in question.

# %%
missing = load_table("left_out")


def areas_by_size(data_name, method):
    """Area under the ROC curve: sizes, then ten left-out digits by sizes."""
    rows = missing.where(data=data_name, method=method)
    sizes = np.unique(rows["size"])
    pick = [rows["size"] == size for size in sizes]
    test, validation = (
        np.array([rows[f"area_{part}"][p] for p in pick]).T
        for part in ("test", "validation")
    )
    return sizes, test, validation


def chosen_elsewhere(data_name, method):
    """Ten areas, the size chosen with the other nine digits left out."""
    _, test, validation = areas_by_size(data_name, method)
    rest = [np.delete(validation, digit, axis=0).mean(axis=0) for digit in range(10)]
    return test[range(10), np.argmax(rest, axis=1)]


# %%
names = {"deep": "autoencoder", "PCA": "PCA", "mixture": "mixture on PCA"}
names |= {"neighbours": "neighbours", "plain": "plain, 500 units"}
names |= {"masking": "denoising, 500 units", "ink": "ink alone"}
for name in ("drawn", "mnist"):
    print(f"{name}: mean area, by size; chosen elsewhere, and lowest of ten digits")
    for method, label in names.items():
        sizes, test, _ = areas_by_size(name, method)
        by_size = [f"{k:.0f}: {v:.2f}" for k, v in zip(sizes, test.mean(axis=0))]
        best = chosen_elsewhere(name, method)
        chosen = f"{best.mean():.2f} ({best.min():.2f})"
        print(f"  {label:21}{'  '.join(by_size):62}{chosen}")

# %%
for name in ("drawn", "mnist"):
    test = areas_by_size(name, "deep")[1]  # codes of 2, 8, 32 and 128
    wide = areas_by_size(name, "plain")[1]
    print(f"{name:6} left-out digit     {''.join(f'{digit:7}' for digit in range(10))}")
    for label, change in (("128", test[:, 3]), ("500", wide[:, 0])):
        line = "".join(f"{value:7.2f}" for value in change - test[:, 1])
        print(f"       area: 8 → {label:9}{line}")
    print(f"       a left-out 1: code of 8 {test[1, 1]:.2f}, of 500 {wide[1, 0]:.2f}")

# %%
for name, method in itertools.product(("drawn", "mnist"), ("deep", "plain")):
    rows = missing.where(data=name, method=method)
    for size in np.unique(rows["size"]):
        mean = rows["score_test"][rows["size"] == size].mean()
        print(f"{name:6} code of {size:3.0f}: error on known digits {mean:4.1f}")

# %% slideshow={"slide_type": "slide"} tags=["nbval-ignore-output"]
sizes, test, _ = areas_by_size(data.name, "deep")
winner = sizes[test.mean(axis=0).argmax()]
said_of = {2: "the one with 2 numbers", 8: "the one with 8 or 32 numbers"}
said_of |= {32: said_of[8]}
said_of[128] = "the one with 128 numbers: it has the smallest error on known digits"
predictions.reveal("09-left-out", said_of[int(winner)])

# %% [markdown]
# What this table says, on both data sets:
#
# - **Rebuilding too well.** As the code grows from 8 to 128 numbers (same network otherwise, eight
#   epochs), the error on known digits falls by nearly half, and detection gets worse: the area
#   falls with all ten digits of MNIST, and with nine of the ten drawn ones (one ties). For PCA,
#   too, the best number of components is in the middle. The plain network of 500 units has about a
#   sixth of the error of the code of 8, and detects little more than PCA with 160 components.
# - **Too narrow.** Codes of 2 numbers rebuild known digits badly, too, and detect less than those
#   of 8.
# - **Denoising helps a wide code.** With the same 500 units, training with masking noise raises the
#   area by 0.06 to 0.07: such a network has not learned to copy. The narrow code is still better.
# - **Against others.** The narrow code beats PCA's error by about 0.1. It is behind the nearest
#   neighbour and further behind a mixture of 30 Gaussians for 30 principal components, which judges
#   how *likely* an image is (notebook 11 uses such mixtures for drawing).
# - **A blind spot.** A left-out 1 gets a *smaller* error than most known digits: its area is 0.36
#   and 0.31 with the code of 8, and about 0.1 with the plain network. It has so little ink that
#   there is little to get wrong, and *ink alone* has the same blind spot.
#
# ## Where it fails
#
# - **Another noise, or little noise, or none.** [Seen
#   above](#New-digits,-new-noise,-another-noise-(E2)).
# - **The mean is not a digit.** By line 1 the answer is a mean over all clean digits that may be
#   behind the noise. If a 4 and a 9 may, it is a blend of both. So outputs are soft.
# - **Twice?**

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "09-again",
    "The network's output goes in again as input, three more times. What happens?",
    [
        "it gets cleaner each time",
        "it stays as it is: what is clean is left alone",
        "it gets worse",
    ],
)

# %% mystnb={"image": {"alt": "Five rows of ten digits: noisy; cleaned once, good digits; cleaned twice, three and four times: the strokes grow thicker and darker each time, until loops close to blots."}} slideshow={"slide_type": "slide"}
rows = {"input": noisy["gaussian"]}
z = noisy["gaussian"]
for name in ("once", "twice", "3 times", "4 times"):
    z = rows[name] = evaluation.reconstruct(models["gaussian"], z)
plots.show_rows({name: images[:10] for name, images in rows.items()});

# %% tags=["nbval-ignore-output", "claim-09-again"]
neighbour = KNeighborsClassifier(1).fit(data.train.flat, data.train.labels)
for name in ("once", "twice", "4 times"):
    kept = neighbour.score(rows[name].reshape(len(z), -1), data.test.labels)
    print(f"{name:7} {quality(rows[name]):5.1f} dB, neighbour's class kept: {kept:.0%}")
assert quality(rows["once"]) > quality(rows["twice"]) + 2 and kept < 0.9

# %% slideshow={"slide_type": "slide"}
predictions.reveal("09-again", "it gets worse")


# %% [markdown]
# A likely reason: clipped noise pales the ink, and the network has learned to darken it again,
# whether or not it was paled. A denoiser is right for *its* noise, and is told by nobody how much
# of it is left.
#
# **Stacked denoising.** The code of a denoising autoencoder can be the input of another one, which spoils *codes* in turn, and so on [3]. Noise is for training only; what is handed up are codes of clean inputs. That is stage-by-stage pretraining (notebook 07) with `corrupt=Corruption("masking", …)`.
#
# ## Exercises
#
# ### Exercise 1: repair a denoiser
#
# Someone trains a linear denoiser $\hat y=W\tilde x$, starting from the identity, by gradient
# descent on $\frac1n\sum_q\frac12\lVert x^q-W\tilde x^q\rVert^2$ with masking noise. `masks` holds,
# for each epoch, a mask of zeros and ones for each sample.
#
# ```python
# def train_denoiser(x, masks, eta):
#     W = np.eye(x.shape[1])
#     for mask in masks:
#         noisy = x * masks[0]
#         error = noisy - noisy @ W.T
#         W = W + eta * error.T @ x / len(x)
#     return W
# ```
#
# *Symptoms.* It returns the identity, whatever `eta` is. It has three faults, and three colleagues
# each repair two of them. The first one's function still returns the identity. The second one's
# training error falls far below that of doing nothing, but on freshly masked samples the error is
# larger than that of doing nothing. The third one's $W$ is not much more than a multiple of the
# identity: it makes all pixels brighter and fills in hardly anything, and its error is larger than
# that of doing nothing, too. Match each symptom to the fault that is left, and repair all three.

# %% nbgrader={"grade": false, "grade_id": "ex09-5-repair", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_denoiser(x, masks, eta):
    """Weights W (d, d) after one step of size eta per epoch, from the identity.

    x: (n, d) clean samples; masks: (epochs, n, d) of 0 and 1, fresh ones per epoch.
    """
    ### BEGIN SOLUTION
    W = np.eye(x.shape[1])
    for mask in masks:
        spoilt = mask * x
        missing = x - spoilt @ W.T
        W += eta / len(x) * missing.T @ spoilt
    return W
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex09-5-repair-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex09-5-repair")


# %% [markdown]
# ### Exercise 2: the best linear cure for masking
#
# Exercise 1 finds its $W$ step by step. Averaged over *all* masks, the best $W$ is known without
# drawing a single one: $W=\mathrm E[x\tilde x^\top]\,\mathrm E[\tilde x\tilde x^\top]^{-1}$, where
# each value is set to 0 with probability $p$. Work out the two matrices (mind the diagonal of the
# second), then write it. Chen et al. [10] stack such layers.

# %% nbgrader={"grade": false, "grade_id": "ex09-2-masking", "locked": false, "schema_version": 3, "solution": true, "task": false}
def masking_cure(x, p):
    """Weights W (d, d) with the least expected squared error under masking.

    x: (n, d) clean data, one row per sample; p: probability of being masked, 0 < p < 1.
    """
    ### BEGIN SOLUTION
    moment = x.T @ x / len(x)
    spoilt = (1 - p) ** 2 * moment + p * (1 - p) * np.diag(np.diag(moment))
    return (1 - p) * np.linalg.solve(spoilt, moment).T
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex09-2-masking-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex09-2-masking")


# %% [markdown]
# ### Exercise 3: measure the doubt
#
# "It has learned to doubt ink" should be a number. Take a clean image and a network of two sigmoid
# layers. A pixel below 0.5 is paper, any other is ink. Put a *speck* on each paper pixel in turn
# (set it to 1, all others stay as they are), and see how much of it is gone in the output *at that
# pixel*: $1-\hat y_i$. Put a *hole* into each ink pixel in turn (set it to 0), and see how far it
# is filled: $\hat y_i$. Return the two means. Before you run it on the networks above, predict both
# numbers for the one trained on masking and the one trained on salt and pepper.

# %% nbgrader={"grade": false, "grade_id": "ex09-6-doubts", "locked": false, "schema_version": 3, "solution": true, "task": false}
def doubts(x, w1, b1, w2, b2):
    """Mean share of a speck that is gone, and mean share of a hole that is filled.

    x: (d,) an image with paper and ink; w1: (k, d), b1: (k,), w2: (d, k), b2: (d,).
    """
    ### BEGIN SOLUTION
    gone, filled = [], []
    for i, pixel in enumerate(x):
        spoilt = x.copy()
        spoilt[i] = float(pixel < 0.5)
        h = 1 / (1 + np.exp(-(w1 @ spoilt + b1)))
        y_i = 1 / (1 + np.exp(-(w2[i] @ h + b2[i])))
        if pixel < 0.5:
            gone.append(1 - y_i)
        else:
            filled.append(y_i)
    return np.mean(gone), np.mean(filled)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex09-6-doubts-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex09-6-doubts")

# %% [markdown]
# ### Open project: clean what you haven't been told (optional)
#
# A competition, for one or for a class. `aelib.corruption.undisclosed(seed)` makes a mixture of the
# three noises with unknown shares and levels, and each image meets one of them. Spoil the test
# digits with it, look at the noisy ones only, and guess. Train one denoiser on whatever noise you
# think right; the highest mean PSNR wins. Hand in a card, **"What has my network learned to
# doubt?"**: which noise you trained on and why you guessed it; what the network doubts, measured;
# tuned opponents, three seeds and their spread; where it does harm; and, written down before you
# call `.disclose()`, which result would count against your choice. (About 200 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex09-7-competition", "locked": false, "schema_version": 3, "solution": true, "task": false}
# *Noise.* Of the pixels of the noisy digits 74 % are exactly 0 and 18 % exactly 1; clean training
# digits have 81 % and 7 %. So ink is added, and some images show grain, others holes. I can't tell
# the shares and trained on a third of each noise, all at level 0.45. *Against my choice* it would
# count if a network trained on salt and pepper alone came within 0.3 dB of mine. *Result*
# (undisclosed(4), noise seed 5, drawn digits, 10 epochs, seeds 0, 1, 2): input 9.4 dB; linear
# regression 15.5 and a regression by cluster 15.7, tuned on my noise; salt and pepper alone 15.1,
# 15.1, 15.1; mine 16.4, 16.4, 16.4. *What it doubts.* One speck at a time it removes 0.92, one hole
# at a time it fills 0.85 (20 digits). The network trained on masking alone has 0.91 and 0.86 and
# reaches 14.2 dB only, so doubts about single pixels don't tell the two apart; many specks do. By
# itself, at 0.45, each noise is cleaned: Gaussian 10.1 → 19.0, masking 13.4 → 18.9, salt and pepper
# 6.7 → 16.7. *Harm.* Clean digits come back at 18.8 dB. *Disclosed*: 8 % Gaussian of 0.67, 50 %
# masking of 46 %, 42 % salt and pepper on 69 %. I underrated the last level.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Summary
#
# - A denoising autoencoder sees $\tilde x$ and is asked for $x$
#   ([E1](#Corrupted-in,-clean-out-(E1))). In backpropagation, $\tilde x$ takes the place of $x$ in
#   $\Delta w_{jk}=\eta\,\delta_j\tilde x_k$; the target stays $x$ ([the
#   gradient](#The-gradient:-one-letter-changes)).
# - At the noise that it was trained on, it beats six tuned opponents in five of six cases, by 0.5
#   to 1.1 dB; where half of the pixels are salt or pepper, a mean of known digits beats it
#   ([opponents](#Against-what-one-would-try)).
# - It cleans new digits nearly as well as known ones. Trained at $\sigma=0.5$ it harms below
#   $\sigma\approx0.17$. Another noise it may clean or not
#   ([E2](#New-digits,-new-noise,-another-noise-(E2))). That it cleans what it has learned to doubt
#   fits the table, and predicted one of two new failures; lone specks, though, are doubted even by
#   the network trained on masking ([doubt](#What-has-it-learned-to-doubt?)).
# - A linear probe reads its code better than pixels, a plain or an untrained code; it is robust to
#   the trained noise and to what resembles it, not to any. As a start for a classifier with 1,000
#   labels it is no better than random weights ([E3](#Robust-features?-(E3))).
# - For Gaussian noise that is not clipped, the best denoiser is $\tilde x+\sigma^2\nabla\log p_\sigma(\tilde x)$ ([four lines](#Why-it-works:-back-to-where-the-digits-are)). For little noise, its cost is the squared error plus $\frac{\sigma^2}2\lVert J\rVert^2$ ([contractive](#A-little-noise-is-a-contractive-penalty)).
# - Climbing at one $\sigma$ ends at a peak; drawing needs $\sigma$ to fall, with fresh noise or along a differential equation ([a door](#A-door:-from-denoising-to-drawing)).
# - The error of an autoencoder with a narrow code detects a digit that was left out better than
#   PCA's error. Wider codes rebuild more and detect less. Neighbours and a mixture of Gaussians
#   detect more ([left out](#A-digit-that-was-left-out)).

# %%
predictions.calibration("09")

# %% [markdown]
# Next: [the course map](README.md); notebook 10 gives the network eyes that know what a
# neighbouring pixel is.
#
# ## Further reading
#
# 1. K. He, X. Chen, S. Xie, Y. Li, P. Dollár and R. Girshick, "Masked autoencoders are scalable
#    vision learners", CVPR (2022), [arXiv:2111.06377](https://arxiv.org/abs/2111.06377).
# 2. P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and composing robust
#    features with denoising autoencoders", ICML (2008),
#    [doi:10.1145/1390156.1390294](https://doi.org/10.1145/1390156.1390294).
# 3. P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio and P.-A. Manzagol, "Stacked denoising
#    autoencoders", *Journal of Machine Learning Research* 11 (2010), 3371–3408,
#    [jmlr.org/papers/v11/vincent10a](https://jmlr.org/papers/v11/vincent10a.html).
# 4. K. Miyasawa, "An empirical Bayes estimator of the mean of a normal population", *Bulletin of
#    the International Statistical Institute* 38 (1961), 181–188.
# 5. B. Efron, "Tweedie's formula and selection bias", *Journal of the American Statistical
#    Association* 106 (2011),
#    [doi:10.1198/jasa.2011.tm11181](https://doi.org/10.1198/jasa.2011.tm11181).
# 6. P. Vincent, "A connection between score matching and denoising autoencoders", *Neural
#    Computation* 23 (2011), [doi:10.1162/NECO_a_00142](https://doi.org/10.1162/NECO_a_00142).
# 7. C. M. Bishop, "Training with noise is equivalent to Tikhonov regularization", *Neural
#    Computation* 7 (1995), 108–116,
#    [doi:10.1162/neco.1995.7.1.108](https://doi.org/10.1162/neco.1995.7.1.108).
# 8. G. Alain and Y. Bengio, "What regularized auto-encoders learn from the data-generating
#    distribution", *Journal of Machine Learning Research* 15 (2014),
#    [arXiv:1211.4246](https://arxiv.org/abs/1211.4246).
# 9. S. Rifai, P. Vincent, X. Muller, X. Glorot and Y. Bengio, "Contractive auto-encoders: explicit
#    invariance during feature extraction", ICML (2011), 833–840,
#    [icml.cc](https://icml.cc/2011/papers/455_icmlpaper.pdf).
# 10. M. Chen, Z. Xu, K. Weinberger and F. Sha, "Marginalized denoising autoencoders for domain adaptation", ICML (2012), [arXiv:1206.4683](https://arxiv.org/abs/1206.4683).
#
# The lecture's picture of denoising comes from an article in *Towards Data Science*.
