# %% [markdown]
# # 09 · The denoising autoencoder
#
# **What does a network learn that is shown spoilt digits, and asked for the clean ones?**
#
# A network that copies may turn into a wire (notebook 01). Spoil its input, and a wire is no
# longer an answer: what is missing has to be put in, what is too much has to be told apart
# from ink, and for both it helps to know what digits look like. The change to the training is
# one line.
#
# **You will**
#
# - train denoising autoencoders for three kinds of noise, and look for the one letter that
#   changes in backpropagation;
# - compare them, in decibels, with what you would have tried first, tuned as fairly;
# - clean noise that the network was not trained for, and see when that works;
# - test the lecture's claim that the hidden units are *robust features*;
# - prove what the best denoiser is (it takes a step up the log density of the noisy data),
#   and watch a network find it.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** E1 to E3.
# **Before:** notebook 01; $\delta$ is from [notebook 00](00-backpropagation.ipynb).

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from aelib import denoisers, evaluation, explore, load_data, plots
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network
from aelib.corruption import KINDS, Corruption
from aelib.desk.verdicts import verdict
from aelib.gradcheck import numerical_gradient, relative_error
from aelib.results import load_table
from aelib.training import fit

plots.use_style()
data = load_data()
x, x_test = data.train.images, data.test.images

# %% [markdown]
# ## Three ways to spoil a digit
#
# - **Gaussian**: add to each pixel a random number of standard deviation $\sigma$, and clip
#   to [0, 1], as a camera would.
# - **Masking**: set a share of the pixels to 0, chosen at random.
# - **Salt and pepper**: replace a share of the pixels by 0 or 1, half of them each.

# %% mystnb={"image": {"alt": "Three rows of one digit, more and more spoilt from left to right: grainy grey paper; ink with more and more holes; black and white dots in which the digit drowns."}}
digit, levels = x_test[3:4], (0, 0.1, 0.25, 0.5, 0.75, 1)
said = {kind: kind.replace("_", " ") for kind in KINDS}
spoilt = {
    name: np.concatenate([Corruption(kind, level)(digit, seed=0) for level in levels])
    for kind, name in said.items()
}
ax = plots.show_rows(spoilt)
ax.set(xlabel="level", xticks=14 + 30 * np.arange(6), xticklabels=levels);

# %% [markdown]
# At the right end nothing is left after masking and after salt and pepper. We shall work at
# level ½ of each.
#
# ## Corrupted in, clean out (E1)
#
# Call the clean digit $x$ and what the network gets to see $\tilde x$; $C$ is the distribution of
# the spoilt versions of one digit. The network is trained to give back $x$:
#
# $$\tilde x^q\sim C(\tilde x\mid x^q),\qquad
# J^q=\frac12\sum_i\big(x_i^q-\hat y_i(\tilde x^q)\big)^2 .$$
#
# For `fit` that is the argument `corrupt`. It spoils each batch *afresh*: no digit is seen
# twice with the same noise. The code has 500 sigmoid units.

# %%
noises = {kind: Corruption(kind, 0.5) for kind in KINDS}
settings = {"batch_size": 100, "learning_rate": 2e-2, "schedule": "one-cycle"}
models = {kind: Autoencoder([784, 500], seed=0) for kind in noises}
for kind, noise in noises.items():
    fit(models[kind], x, corrupt=noise, epochs=10, **settings)

# %% mystnb={"image": {"alt": "Seven rows of ten test digits. Clean digits; then, for Gaussian noise, masking and salt and pepper, the spoilt digits and under them the network's outputs, which are clean, slightly soft digits, nearly all of the right kind."}} tags=["cover"]
noisy = {kind: noise(x_test, seed=1) for kind, noise in noises.items()}
cleaned = {k: evaluation.reconstruct(models[k], z) for k, z in noisy.items()}
rows = {"clean": x_test[:10]}
for kind in noises:
    rows |= {said[kind]: noisy[kind][:10], f"{' ' * len(rows)}→": cleaned[kind][:10]}
plots.show_rows(rows);


# %% [markdown]
# The network has never seen these ten digits, nor this noise. Under salt and pepper the
# digit is hard to find at all; there it errs now and then.
#
# How good is that in numbers? We use the **peak signal-to-noise ratio**,
# $\mathrm{PSNR}=-10\log_{10}$ of the mean squared error per pixel, in decibels: 20 dB is an
# error of 0.1 in every pixel, and 3 dB more is half the squared error.

# %% tags=["nbval-ignore-output"]
def quality(images):
    """Mean PSNR over the test digits."""
    return evaluation.psnr(x_test, images).mean()


gains = {kind: (quality(noisy[kind]), quality(cleaned[kind])) for kind in noises}
for kind, (before, after) in gains.items():
    print(f"{said[kind]:16} {before:5.1f} dB → {after:4.1f} dB")
assert all(after > before + 5 for before, after in gains.values())
assert gains["gaussian"][1] > 18.3 and gains["masking"][1] > 18.8

# %% [markdown]
# ## The gradient: one letter changes
#
# The noise is drawn before the network is asked, so for the calculus $\tilde x$ is a constant,
# and notebook 00 holds word for word. Forward, $\tilde x$ takes the place of $x$. Backward, in
# the lecture's symbols,
#
# $$\delta_i=(x_i-\hat y_i)f'(s_i),\quad\delta_j=f'(s_j)\sum_iw_{ij}\delta_i;\qquad
# \Delta w_{ij}=\eta\,\delta_ih_j,\quad\Delta w_{jk}=\eta\,\delta_j\,\tilde x_k .$$
#
# The *error* is measured at the clean $x$, the *step* goes along the spoilt $\tilde x$. We check
# the step of the lower weights by central differences, on a small network; then we make the
# two likely slips.

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
# Before training a network, one would try something simpler. Four opponents:
#
# - **median**: each pixel becomes the median of its neighbourhood;
# - **Gaussian filter**: each pixel becomes a weighted mean of its neighbourhood;
# - **PCA**: project on the first components of clean digits;
# - **linear regression**: each clean pixel as a weighted sum of all 784 noisy ones.
#
# To be fair, `denoisers.opponents` tunes each of them (width, number of components, strength
# of a ridge) on a tenth of the training digits that it holds back, separately for each
# noise. And since noise also shifts brightness (masking takes half of the ink away), it fits
# brightness and contrast afterwards. That is worth 3 dB to the Gaussian filter, so leaving
# it out would have flattered us.
#
# **Predict first.** Gaussian noise at $\sigma=.5$, 9.4 dB. Rank the four. How close does the
# best one come to the network?

# %% mystnb={"image": {"alt": "Seven rows of ten digits: noisy input, median, Gaussian filter, PCA, linear regression, autoencoder, clean. Median and filter leave blotches, PCA ghosts on grey, linear regression a soft digit on a grainy ground, the autoencoder clear strokes on white paper."}}
tuned = denoisers.opponents(x, noises["gaussian"])
tried = {name: denoiser(noisy["gaussian"]) for name, denoiser in tuned.items()}
tried["autoencoder"] = cleaned["gaussian"]
rows = {"input": noisy["gaussian"]} | tried | {"clean": x_test}
plots.show_rows({name: images[:10] for name, images in rows.items()});

# %% tags=["nbval-ignore-output"]
for name, images in tried.items():
    setting = f"(setting {tuned[name].setting:g})" if name in tuned else ""
    print(f"{name:18} {quality(images):5.1f} dB  {setting}")
best = max(quality(tried[name]) for name in tuned)
assert best == quality(tried["linear regression"])
assert quality(tried["autoencoder"]) > best + 0.8

# %% [markdown]
# Linear regression is the opponent to take seriously: it, too, has learned from pairs of noisy
# and clean digits. Its picture shows what it lacks. A weighted sum cannot decide; it leaves a
# little grey wherever there *might* be ink.
#
# Now all three noises at three levels, with a network trained for each line, stored by
# `benchmarks/denoising.py`. This is for the drawn digits; `where(data="mnist", …)` has MNIST.

# %%
table = load_table("denoising")


def stored(method, **wanted):
    """Mean PSNR of the stored rows that fit."""
    return table.where(method=method, **wanted)["psnr"].mean()


def compare(data, kind, level):
    """The four opponents, then the network."""
    row = {"data": data, "tested": kind, "level": level}
    return [stored(method, **row) for method in [*tuned, kind]]


# %%
grid = [(kind, level) for kind in KINDS for level in (0.25, 0.5, 0.75)]
heads = "".join(f"{m.split()[0]:>10}" for m in [*tuned, "network"])
print(f"{'noise':17}level   input{heads}")
for kind, level in grid:
    values = compare("drawn", kind, level)
    before = stored("input", data="drawn", tested=kind, level=level)
    print(
        f"{said[kind]:17}{level:5}{before:8.1f}" + "".join(f"{v:10.1f}" for v in values)
    )

# %%
ahead = [
    compare("drawn", *case)[-1] - max(compare("drawn", *case)[:-1]) for case in grid
]
print("network ahead of the best opponent by", np.round(ahead, 1), "dB")
assert min(ahead) > 0

# %% [markdown]
# The network is ahead in every line: by 0.8 to 1.5 dB in eight of them, and by a mere 0.1 dB
# (one start) where three quarters of the pixels are salt or pepper. The median, the
# textbook's cure for salt and pepper, is good at a quarter and the last of the four at half
# of the pixels, where specks can win the majority. Under masking it is of no use: most
# neighbours of a thin stroke are paper. The Gaussian filter does better there, for ink has
# neighbours: it is 1.6 and 2.2 dB behind the network at a quarter and a half.
#
# ## New digits, new noise, another noise (E2)
#
# *After learning it cleans up new noisy inputs*, says the lecture. New in which sense? First
# in the plain one: other noise on the same digit, and digits that were not trained on.

# %% mystnb={"image": {"alt": "Top row: one digit eight times with different Gaussian noise. Bottom row: eight outputs, the same digit each time with small differences in its strokes."}}
eight = noises["gaussian"](np.repeat(x_test[3:4], 8, axis=0), seed=8)
answers = evaluation.reconstruct(models["gaussian"], eight)
plots.show_rows({"new noise": eight, "output": answers});

# %% tags=["nbval-ignore-output"]
again = noises["gaussian"](x[:2000], seed=9)
known = evaluation.reconstruct(models["gaussian"], again)
known = evaluation.psnr(x[:2000], known).mean()
print(f"training digits, new noise: {known:.1f} dB")
print(f"new digits, new noise:      {gains['gaussian'][1]:.1f} dB")
assert abs(known - gains["gaussian"][1]) < 0.5

# %% [markdown]
# It holds: new digits fare nearly as well as known ones. But is "noisy" one thing? Each network now
# gets each noise, and clean digits, too. We add a network without any noise in training (*plain*),
# and one that met one of the three, drawn by lot, in every batch (*any*), from the stored table.
#
# **Predict first.** Which of the networks will fail worst, and on what?

# %%
tests = {kind: {"tested": kind, "level": 0.5} for kind in KINDS}
tests["clean"] = {"tested": "masking", "level": 0.0}
print(f"{'trained on':17}" + "".join(f"{said.get(t, t):>17}" for t in tests))
for method in ("plain", *KINDS, "any"):
    row = [stored(method, data="drawn", **test) for test in tests.values()]
    print(f"{said.get(method, method):17}" + "".join(f"{v:17.1f}" for v in row))

# %% mystnb={"image": {"alt": "Four rows of ten digits. Gaussian noise given to the network trained on masking: ten dark smears, no digit left. Masked digits given to the network trained on Gaussian noise: readable digits, the holes closed."}}
wrong = {
    "gaussian": noisy["gaussian"],
    "by masking": evaluation.reconstruct(models["masking"], noisy["gaussian"]),
    "masking": noisy["masking"],
    "by gaussian": evaluation.reconstruct(models["gaussian"], noisy["masking"]),
}
plots.show_rows({name: images[:10] for name, images in wrong.items()})
assert quality(wrong["by masking"]) < gains["gaussian"][0] + 1
assert quality(wrong["by gaussian"]) > gains["masking"][0] + 2

# %% [markdown]
# Not just the diagonal is good. The network for salt and pepper cleans Gaussian noise, and the
# one for Gaussian noise fills in masked pixels. But the network for masking makes smears of
# Gaussian noise, no better than the input (9.4 dB).
#
# One way to read the table is by what each has learned to *doubt*. Masking only takes ink
# away, so a dark pixel is certainly ink, and all specks are built into the answer. The other
# two noises make every pixel doubtful, dark or light. By this reading a network cleans new
# noise if it has learned to doubt what the new noise spoils. The one trained on *any* of the
# three does well on all, and pays with up to about a decibel on each.
#
# And mind the last column: clean digits. The networks return them at 16 to 19 dB, the
# three for a single noise *worse* than their own noisy ones. What they expect is not there.
#
# **Explore.** Lower the level: from where on does cleaning do harm? Then let another network try.

# %% mystnb={"image": {"alt": "Explorer: controls for noise, level and network beside three rows of six digits: clean, under Gaussian noise of level 0.25, and cleaned by the network that was trained on Gaussian noise; the mean PSNR rises from about 15 to about 20 dB."}}
explore.clean_noise(x_test[:6], models)

# %% [markdown]
# On these six digits, at half the noise that it was trained on, the network still gains some
# decibels, and at a low level it does harm. Six digits are few; where exactly the gain ends
# over the whole test set is not shown here.
#
# ## What the units look for
#
# Here are the 28 units of each network whose activity varies most.

# %% mystnb={"image": {"alt": "Three groups of 28 features. Gaussian: short strokes and hooks with light flanks on a grainy ground. Masking: grainy textures as large as a digit, and a few soft spots. Salt and pepper: strokes, hooks and rings."}}
figure, axes = plt.subplots(3, 1, figsize=(8, 4.6))
for ax, (kind, model) in zip(axes, models.items()):
    busy = np.argsort(-evaluation.encode(model, x_test).var(axis=0))[:28]
    plots.show_features(model.features()[busy], title=said[kind], ax=ax)

# %%
for kind in ("plain", *KINDS):
    rows = table.where(data="drawn", method=kind, tested="gaussian", level=0.5)
    share, smooth = (np.nanmean(rows[m]) for m in ("window_share", "smoothness"))
    print(f"{said.get(kind, kind):16} local {share:.2f}  smooth {smooth:.2f}")


# %% [markdown]
# Notebook 05's plain network had features like noise, and this one's *plain* sister in the table
# is not much more local. With noise in the training they become something. Gaussian
# noise and salt and pepper make strokes, hooks and rings; masking makes busy textures as large
# as a digit.
#
# The numbers are notebook 05's (how much of a feature's energy lies in its best 7 × 7 window, and
# how alike neighbouring pixels are), medians over all 500 units, where the picture shows the 28
# busiest. Both rise with every noise, but the window share stays far below .6, the bound for
# pen strokes, and smoothness below its .7.
#
# ## Robust features? (E3)
#
# *Its hidden neurons are robust features for classification and other uses.* A classifier is
# trained on the codes of **clean** digits. Then it reads codes of clean digits, and of spoilt
# ones. A logistic regression shows what is easy to read; three nearest neighbours show which
# codes are close to each other. The controls: raw pixels, and an **untrained** network of the
# same shape, since 500 random features may be worth something.
#
# **Predict first.** Whose classes can be read best under Gaussian noise: from pixels, from
# the code trained on it, from the code trained on masking?

# %% tags=["nbval-ignore-output"]
def accuracies(encode, reader):
    """Share of classes read rightly: clean digits, then each noise."""
    reader.fit(encode(x), data.train.labels)
    tests = [x_test, noisy["gaussian"], noisy["masking"]]
    return [reader.score(encode(z), data.test.labels) for z in tests]


codes = {"pixels": lambda z: z.reshape(len(z), -1)}
codes["untrained"] = lambda z: evaluation.encode(Autoencoder([784, 500], seed=0), z)
codes["gaussian"] = lambda z: evaluation.encode(models["gaussian"], z)
codes["masking"] = lambda z: evaluation.encode(models["masking"], z)
print("linear probe   clean   gaussian  masking")
live, readers = {}, {}
for name, encode in codes.items():
    readers[name] = LogisticRegression(C=0.1, max_iter=1_000)
    live[name] = accuracies(encode, readers[name])
    print(f"{name:12}" + "".join(f"{share:9.1%}" for share in live[name]))

# %%
pixels, untrained, gaussian, masking = map(np.array, live.values())
assert min(gaussian[0], masking[0]) > max(pixels[0], untrained[0]) + 0.015
assert gaussian[1] > pixels[1] + 0.15 and masking[2] > pixels[2] + 0.1
assert masking[1] < pixels[1] - 0.2

# %% [markdown]
# The stored table has more: two starts of every network for the probe (means and
# ranges), the plain one as another control, and the neighbours, for one start.

# %% mystnb={"image": {"alt": "Eight panels of bars, accuracy of seven representations for clean, Gaussian, masking, and salt and pepper. Probe: the masking code leads under masking, the code trained on any noise under the other two; the masking code and the plain code collapse there. Neighbours: all alike on clean digits; pixels lead under Gaussian noise and salt and pepper and trail under masking."}}
robust = load_table("robust_codes")
names = ["pixels", "untrained", "plain", *KINDS, "any"]
figure, axes = plt.subplots(2, 4, figsize=(9, 5), sharey=True)
for line, reader in zip(axes, ("Logistic", "KNeighbors")):
    for ax, tested in zip(line, ("clean", *KINDS)):
        same = {"data": "drawn", "reader": reader, "seen": "clean", "tested": tested}
        runs = [robust.where(code=name, **same)["accuracy"] for name in names]
        spread = [np.ptp(run) / 2 for run in runs]
        bars = ax.barh(
            [said.get(c, c) for c in names], [run.mean() for run in runs], xerr=spread
        )
        ax.bar_label(bars, fmt="%.0f", padding=2)
        ax.set(title=said.get(tested, tested), xlim=(0, 120), xticks=[])
    line[0].set_ylabel("probe, %" if reader == "Logistic" else "neighbours, %")
axes[0, 0].invert_yaxis()

# %%
print("linear probe that was trained on noisy digits, tested on the same noise")
for kind in KINDS:
    same = {"data": "drawn", "reader": "Logistic", "seen": kind, "tested": kind}
    pair = [robust.where(code=c, **same)["accuracy"].mean() for c in ("pixels", kind)]
    print(f"{said[kind]:16} {pair[0]:.0f} % from pixels, {pair[1]:.0f} % from the code")

# %% [markdown]
# The claim has several halves.
#
# - **Clean digits.** The linear probe reads every denoising code better than pixels, than random
#   features, and than the plain autoencoder's code, by one to six points. To neighbours
#   it makes hardly a difference.
# - **The trained noise.** The probe, which has never seen noise, reads codes far better than
#   pixels. But mind the control: under Gaussian noise and salt and pepper, untrained features
#   are a good part of the way there. That much comes without any training; the rest is
#   learned. Under masking random features don't help at all.
# - **Another noise.** As with cleaning: the Gaussian code stands masking, too. The masking
#   code under Gaussian noise is read far *worse* than the pixels themselves.
# - **Are pixels that weak?** Not to neighbours: raw pixels withstand Gaussian noise and salt
#   and pepper *better* than the codes made for them. Why that is so we have not examined.
#   (Under masking it is the other way round: pixels fail and codes hold.)
# - **Who knew about the noise?** The encoder did, the probe on pixels did not. If it may
#   train on noisy digits, it catches up under Gaussian noise and salt and pepper, and makes
#   up more than half of the difference under masking. If the probe on the codes trains on
#   noise, too, they are clearly ahead under all three (last lines).
#
# So E3 holds in this form: denoising makes codes that are easier to read, and robust **to the
# trained noise and to what resembles it, not to any**.
#
# (Nothing is standardized, which favours the pixels: noise on those that are nearly always paper
# would be blown up.)
#
# **Explore.** Draw a digit into the frame, with mouse or finger; or let the arrow keys move the
# pen and the space bar lower it. Bars upwards are the first units of its code, bars downwards
# those of its noisy version. Which of your digits survive?

# %% mystnb={"image": {"alt": "Explorer: a pad to draw on, and controls for noise, level and network, above a drawn 4, the same under Gaussian noise, and cleaned; bars of its code, upwards, and of the noisy one's, downwards, mostly at the same units; and bars for the ten classes, high at 4 for both."}}
explore.draw_your_own(x_test[3], models, readers)

# %% [markdown]
# The noise moves many units of this 4; yet its code is read as a 4, with some doubt.
#
# ## Why it works: back to where the digits are
#
# Digits fill a tiny part of the space of all images: think of a thin, curved sheet, a
# **manifold** [1]. Noise pushes a digit off the sheet. To clean it is to find the way back. In
# two dimensions we can watch that. Our sheet is a hook, a row of 40 Gaussian spots of standard
# deviation $s=.05$; the noise has $\sigma=.2$ (not clipped here).

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
hook = Autoencoder([2, 100, 100], activation="relu", output="linear", seed=0)
brisk = {**settings, "learning_rate": 1e-2}
fit(hook, points, corrupt=jitter, epochs=20, **brisk);


# %% [markdown]
# Which way back is the best, in expected squared error? Let $p(x)$ be the density of the clean
# data. Four lines answer that, each checked at five noisy points, by brute force: sums over a fine
# grid of the plane.
#
# **Line 1: the best answer is the mean** of all clean points that may be behind $\tilde x$. For
# any answer $r$,
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
# **Line 2: the slope of a Gaussian** points to its centre; $N(\tilde x;x,\sigma^2)$ is the density
# of $\tilde x$ around $x$, with variance $\sigma^2$ in each direction:
# $\nabla_{\tilde x}N(\tilde x;x,\sigma^2)=N(\tilde x;x,\sigma^2)\,\frac{x-\tilde x}{\sigma^2}$.

# %%
for z, centre in zip(five, points):
    slope = numerical_gradient(lambda z, c=centre: kernel(z, c), z)
    assert np.allclose(slope, kernel(z, centre) * (centre - z) / sigma**2)
print("slope of a Gaussian: agrees")

# %% [markdown]
# **Line 3: average over $x$.** The noisy points have the density
# $p_\sigma(\tilde x)=\int p(x)\,N(\tilde x;x,\sigma^2)\,dx$, the data's, blurred. By Bayes' rule
# $p(x)\,N(\tilde x;x,\sigma^2)=p_\sigma(\tilde x)\,p(x\mid\tilde x)$, so by line 2
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


# %% [markdown]
# **Line 4: divide by $p_\sigma$**, and use $\nabla p/p=\nabla\log p$:
#
# $$r(\tilde x)=\tilde x+\sigma^2\,\nabla\log p_\sigma(\tilde x).$$
#
# The best denoiser takes one step up the log density of the noisy data. Miyasawa found it in
# 1961, and Tweedie before him [2, 3]. It is exact for every $\sigma$. For *small* $\sigma$
# the blur can be left out, and $r(x)\approx x+\sigma^2\nabla\log p(x)$: this is Alain and
# Bengio's result [4], by which a denoising autoencoder learns the shape of the data's own
# density. Dropping the blur should cost an error of order $\sigma^4$, 16 times less at half
# the noise:

# %%
def climb(z, spread, sigma):
    return z + sigma**2 * numerical_gradient(lambda z: np.log(density(z, spread)), z)


exact = [climb(z, blurred, sigma) for z in five]
print("line 4 is the mean:", np.allclose(exact, means, atol=1e-8))
gap = [
    np.linalg.norm([climb(z, s, t) - climb(z, np.hypot(s, t), t) for z in points[:5]])
    for t in (0.004, 0.002)
]
print(f"error without the blur, at half the noise: {gap[0] / gap[1]:.0f} times less")
assert 15.5 < gap[0] / gap[1] < 16.4


# %% [markdown]
# And the network? It knows no density, only pairs. Compare its arrows, drawn at a
# quarter of their length, with the exact ones.

# %% mystnb={"image": {"alt": "Two panels with a hook of grey points. Arrows at the points of a grid lead towards the hook, along its normals, long ones afar. The network's panel and the exact one look alike, except in the opening of the hook."}}
def ideal(z):
    """Exact denoiser of many points at once: E[x | z], from line 4 by hand."""
    squares = np.square(z[:, None] - spots).sum(axis=-1)
    share = np.exp((squares.min(axis=1, keepdims=True) - squares) / (2 * blurred**2))
    nearest = share @ spots / share.sum(axis=1, keepdims=True)
    return z + sigma**2 * (nearest - z) / blurred**2


side = np.linspace(-1.1, 1.3, 13, dtype=np.float32)
start = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
figure, axes = plt.subplots(1, 2, figsize=(8.4, 4.2), sharey=True)
ways = {"the network": evaluation.reconstruct(hook, start), "exact": ideal(start)}
for ax, (name, end) in zip(axes, ways.items()):
    ax.plot(*points[:2000].T, ".", color="0.8", ms=2)
    ax.quiver(*start.T, *(end - start).T, angles="xy", scale_units="xy", scale=4)
    ax.set(title=name, aspect="equal")

# %% tags=["nbval-ignore-output"]
z = jitter(torch.from_numpy(points), seed=rng).numpy()
missed = np.square(evaluation.reconstruct(hook, z) - ideal(z)).sum()
share = missed / np.square(ideal(z) - z).sum()
print(f"share of the exact correction that the network misses: {share:.1%}")
assert np.allclose(ideal(five), exact, atol=1e-6) and share < 0.03

# %% [markdown]
# The network has found line 4 from examples, wherever there were any (in the opening of the
# hook there were few). A network trained by squared error to clean Gaussian noise that is not
# clipped thus gives an estimate of the **score** $\nabla\log p_\sigma$, namely
# $(r(\tilde x)-\tilde x)/\sigma^2$. Today's diffusion models start from pure noise and use
# such estimates to draw their pictures. Climbing alone would not do: at one $\sigma$ it ends
# at the peaks of $p_\sigma$. They go through many $\sigma$, from large to small, mostly
# adding a little fresh noise at each step.
#
# With digits the arrows live in 784 dimensions. Here they are in the plane of the first two
# principal components of clean digits.

# %% mystnb={"image": {"alt": "Three panels with test digits as grey points. Gaussian and salt and pepper: arrows start in a small region right of the middle and fan out to the left, to where the digits are. Masking: arrows start in a small crowd and spread outward in all directions."}}
pca = PCA(2).fit(data.train.flat)
figure, axes = plt.subplots(1, 3, figsize=(9, 3.4), sharey=True)
for ax, kind in zip(axes, noises):
    pair = [noisy[kind][:50], cleaned[kind][:50]]
    a, b = (pca.transform(images.reshape(50, -1)) for images in pair)
    ax.plot(*pca.transform(data.test.flat).T, ".", color="0.8", ms=2)
    ax.quiver(*a.T, *(b - a).T, angles="xy", scale_units="xy", scale=1, width=0.006)
    ax.set(title=said[kind], aspect="equal", xlabel="component 1")
axes[0].set_ylabel("component 2");

# %% [markdown]
# The arrows lead back to where digits are. Masking draws all digits together towards blank paper,
# and the network spreads them out again. Clipped Gaussian noise and salt and pepper grey the paper,
# which shifts digits to one side; the network takes them back. (None of the three is Gaussian and
# unclipped, so line 4 does not hold for them. Line 1 does.)
#
# ## Stacked denoising
#
# The code of a denoising autoencoder can be the input of another one, which spoils *codes* in
# turn, and so on: the **stacked denoising autoencoder** [1]. Noise is for training only; what
# is handed up are codes of clean inputs. That is stage-by-stage pretraining with
# `corrupt=Corruption("masking", …)`, and notebooks 07 and 08 are about what it is good for.
#
# ## Where it fails
#
# - **Another noise, or none.** Seen above. Clean digits come back at under 20 dB, from a plain
#   autoencoder at 26.
# - **The mean is not a digit.** By line 1 the answer is a mean over all clean digits that may
#   be behind the noise. If a 4 and a 9 may, it is a blend of both. So outputs are soft.
# - **Twice is not cleaner.**
#
# **Predict first.** We put the output in again as input, three more times.

# %% mystnb={"image": {"alt": "Five rows of ten digits: noisy; cleaned once, good digits; cleaned twice, three and four times: the strokes grow thicker and darker each time, until loops close to blots."}}
rows = {"input": noisy["gaussian"]}
z = noisy["gaussian"]
for name in ("once", "twice", "3 times", "4 times"):
    z = rows[name] = evaluation.reconstruct(models["gaussian"], z)
plots.show_rows({name: images[:10] for name, images in rows.items()});

# %% tags=["nbval-ignore-output"]
neighbour = KNeighborsClassifier(1).fit(data.train.flat, data.train.labels)
for name in ("once", "twice", "4 times"):
    kept = neighbour.score(rows[name].reshape(len(z), -1), data.test.labels)
    print(f"{name:7} {quality(rows[name]):5.1f} dB, neighbour's class kept: {kept:.0%}")
assert quality(rows["once"]) > quality(rows["twice"]) + 2 and kept < 0.9


# %% [markdown]
# A likely reason: clipped noise pales the ink, and the network has learned to darken it
# again, whether or not it was paled. A denoiser is right for *its* noise; diffusion models
# are usually told at each step how much is left.
#
# ## Exercises
#
# ### Exercise 1: the gradient
#
# Write the gradients of the denoising cost, averaged over samples, for sigmoid units.

# %% nbgrader={"grade": false, "grade_id": "ex09-1-gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
def denoising_gradients(x, x_noisy, w1, b1, w2, b2):
    """Gradients (dw1, dw2) of the mean of ½ Σ (x − ŷ(x_noisy))².

    x, x_noisy: (n, d); w1: (k, d), b1: (k,), w2: (d, k), b2: (d,).
    """
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-(x_noisy @ w1.T + b1)))
    y_hat = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    delta_i = (x - y_hat) * y_hat * (1 - y_hat)
    delta_j = (delta_i @ w2) * h * (1 - h)
    return -delta_j.T @ x_noisy / len(x), -delta_i.T @ h / len(x)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex09-1-gradients-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex09-1-gradients")


# %% [markdown]
# ### Exercise 2: the best linear cure for masking
#
# Without bias, $\hat y=W\tilde x$. Each value is set to 0 with probability $p$. Averaged over
# *all* masks, the best $W$ is known without drawing a single one:
# $W=\mathrm E[x\tilde x^\top]\,\mathrm E[\tilde x\tilde x^\top]^{-1}$. Work out the two matrices
# (mind the diagonal of the second), then write it. Chen et al. [5] stack such layers.

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
# ### Exercise 3: the best denoiser of all
#
# Suppose that the data are just `m` known images, all equally likely, plus Gaussian noise that
# is not clipped. By line 1 the best answer is $\mathrm E[x\mid\tilde x]$, a weighted mean of
# those images. Write it, so that it works far away from all of them, too, where every
# $e^{-\dots}$ is 0 to the computer.

# %% nbgrader={"grade": false, "grade_id": "ex09-3-posterior", "locked": false, "schema_version": 3, "solution": true, "task": false}
def posterior_mean(x_noisy, images, sigma):
    """E[x | x_noisy] (n, d), if x is one of `images` (m, d), each equally likely.

    x_noisy: (n, d); sigma: standard deviation of the noise.
    """
    ### BEGIN SOLUTION
    squares = np.square(x_noisy[:, None] - images[None]).sum(axis=2)
    squares = squares - squares.min(axis=1, keepdims=True)
    weight = np.exp(-squares / (2 * sigma**2))
    return weight @ images / weight.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex09-3-posterior-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex09-3-posterior")

# %% [markdown]
# ### Exercise 4: in your own words
#
# A company trains a denoising autoencoder on scans with dropped-out pixels (masking noise). It
# reads the classes of masked scans far better than from raw pixels, so the code is sold as
# "robust features". A customer has scans with *specks of dirt*. What will happen and why, what
# should the company have measured, and what could be changed? (About 100 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex09-4-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
# The features are robust to the noise that they were trained on. Masking only ever removes
# ink, so whatever is dark in the input is certainly ink, and the network builds on it: specks of
# dirt will be taken for strokes and completed. The classes may then be read worse than from raw
# pixels. The company should have tested the code on noises that were not used in training, clean
# inputs among them, against controls: raw pixels with a nearest-neighbour classifier, an untrained
# network, a classifier that has seen the noise. As a remedy, train with specks as well, or with
# several noises in turn, and accept a little less on each.

# %% [markdown]
# ## Summary
#
# - A denoising autoencoder sees $\tilde x$ and is asked for $x$ (E1). In backpropagation,
#   the network runs on $\tilde x$, which also takes the place of $x$ in
#   $\Delta w_{jk}=\eta\,\delta_j\tilde x_k$; the target stays $x$.
# - It cleans new digits as well as known ones (E2), better than median, filter, PCA and, mostly by
#   about a decibel, linear regression, all tuned.
# - Another noise it may clean or not: the network trained on masking fails on noise that adds
#   ink. (One reading: a network cleans what it has learned to doubt.)
# - Its code is easier to read, and robust to the trained noise, not to any (E3); raw pixels with
#   nearest neighbours withstand Gaussian noise better.
# - For Gaussian noise that is not clipped the best denoiser is
#   $\tilde x+\sigma^2\nabla\log p_\sigma(\tilde x)$.
#
# Next: [the course map](README.md); notebook 10 gives the network eyes that know what a
# neighbouring pixel is.
#
# ## Further reading
#
# 1. P. Vincent, H. Larochelle, I. Lajoie, Y. Bengio and P.-A. Manzagol, "Stacked denoising
#    autoencoders", *Journal of Machine Learning Research* 11 (2010), 3371–3408,
#    [jmlr.org/papers/v11/vincent10a](https://jmlr.org/papers/v11/vincent10a.html).
# 2. K. Miyasawa, "An empirical Bayes estimator of the mean of a normal population", *Bulletin of
#    the International Statistical Institute* 38 (1961), 181–188.
# 3. B. Efron, "Tweedie's formula and selection bias", *Journal of the American Statistical
#    Association* 106 (2011),
#    [doi:10.1198/jasa.2011.tm11181](https://doi.org/10.1198/jasa.2011.tm11181).
# 4. G. Alain and Y. Bengio, "What regularized auto-encoders learn from the data-generating
#    distribution", *Journal of Machine Learning Research* 15 (2014),
#    [arXiv:1211.4246](https://arxiv.org/abs/1211.4246).
# 5. M. Chen, Z. Xu, K. Weinberger and F. Sha, "Marginalized denoising autoencoders for domain
#    adaptation", ICML (2012), [arXiv:1206.4683](https://arxiv.org/abs/1206.4683).
#
# The lecture's picture of denoising comes from an article in *Towards Data Science*. The
# denoising autoencoder was introduced, for robust features, by P. Vincent, H. Larochelle, Y.
# Bengio and P.-A. Manzagol, "Extracting and composing robust features with denoising
# autoencoders", ICML (2008),
# [doi:10.1145/1390156.1390294](https://doi.org/10.1145/1390156.1390294); its link to the
# score is P. Vincent, "A connection between score matching and denoising autoencoders",
# *Neural Computation* 23 (2011),
# [doi:10.1162/NECO_a_00142](https://doi.org/10.1162/NECO_a_00142).
