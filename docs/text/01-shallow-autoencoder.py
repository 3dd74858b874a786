# %% [markdown]
# # 01 · The shallow autoencoder
#
# **What does a network learn whose only task is to hand back what it was given?**
#
# Copying is the most boring task there is: a wire does it. Yet if the copy has to squeeze
# through a narrow place on its way, a network that learns to copy has to find out what its
# data are made of.
#
# **You will**
#
# - build an autoencoder by hand, train it, and see it turn from grey cloud to digit;
# - take it apart into an encoder, a code and a decoder, and see what the code must keep;
# - narrow the code from 64 numbers to a single one and compare it with PCA;
# - see an autoencoder that is *too wide* learn little but the identity, and two ways to
#   restrain it;
# - put a number on each of three meanings of "a more useful representation".
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** A1 to A6.
# **Before:** [notebook 00](00-backpropagation.ipynb) recalls backpropagation.

# %%
import string

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.display import display
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier

from aelib import evaluation, explore, load_data, plots
from aelib.autoencoders import Autoencoder
from aelib.backprop import Network
from aelib.corruption import Corruption
from aelib.desk.verdicts import verdict
from aelib.results import load_table
from aelib.training import fit, half_squared_error

plots.use_style()

# %% [markdown]
# ## The data
#
# `load_data` gives 10,000 digits to learn from and 2,000 to be judged on. By default
# they are drawn by a pen that this course brings along, so that nothing has to be
# downloaded; `load_data("mnist")`, or the environment variable `AELIB_DATASET=mnist`,
# gives the famous real ones. Everything below holds for both, except where a section
# says otherwise.

# %% mystnb={"image": {"alt": "Forty handwritten-looking digits in four rows, dark ink on white."}}
data = load_data()
x, x_test = data.train.images, data.test.images
plots.show_images(x[:40], columns=20);

# %% [markdown]
# Each image is a point in a space of 28 × 28 = 784 dimensions, one per pixel, from 0
# (paper) to 1 (ink). Almost every point of that space looks like snow on a television
# screen. Digits are a tiny part of it: *that* is what there is to learn.
#
# ## A network that copies (A1)
#
# An autoencoder is an ordinary feed-forward network whose target is its own input. With
# one hidden layer, in the lecture's symbols,
#
# $$s_j=\sum_k w_{jk}\,x_k+b_j,\quad h_j=f(s_j);\qquad
# s_i=\sum_j w_{ij}\,h_j+b_i,\quad \hat y_i=f(s_i),\qquad y_i=x_i.$$
#
# The error is that of notebook 00, $J^q=\frac12\sum_i(y_i^q-\hat y_i^q)^2$ for sample
# $q$, and so is the learning rule. Nothing new is needed: `Network` from notebook 00,
# in plain NumPy, with 784 inputs, 32 hidden units and 784 outputs.

# %%
net = Network([784, 32, 784], activation="sigmoid", seed=0)
parameters = sum(w.size for w in net.weights) + sum(b.size for b in net.biases)
print(f"{parameters:,} weights and biases, all of them random so far")

# %% [markdown]
# **Predict first.** We now show the network batches of 10 digits, and take a step
# against the mean gradient after each. The picture under the cell follows it live (on paper,
# the next picture tells the story). What will
# all ten outputs look like after the first 50 steps, when it knows next to nothing about
# single digits?

# %% mystnb={"image": {"alt": "Top row: ten digits. Bottom row: the outputs of the network before training, ten grey squares of noise."}}
sample = x_test[:10]
batches = np.random.default_rng(0).integers(len(x), size=(3_001, 10))
live, seen = explore.Picture(), {"input": sample}
for step, rows in enumerate(batches):
    output = net.predict(sample)
    if step in (0, 50, 300, 3_000):
        seen[f"step {step}"] = output
    if step % 100 == 0:
        ax = plots.show_rows({"input": sample, f"step {step:\u2007>4}": output})
        live.show(ax.figure, alt=f"Ten digits and the outputs at step {step}")
    if step == 0:
        display(live)
    net.step(x[rows], x[rows], eta=0.5)

# %% mystnb={"image": {"alt": "Five rows of ten: the inputs; noise at step 0; the same blurred cloud ten times at step 50; vague differing shapes at step 300; soft shapes at step 3000, most of them already the right digit."}}
plots.show_rows(seen);

# %% [markdown]
# At step 0 the outputs are noise. At step 50 they are all *the same cloud*, close to the mean
# of all digits, which is the best answer that ignores the question. Then the shapes part,
# coarse traits first. A check of that reading: at step 50, is each output closer to the mean
# digit than to the digit that it should copy?

# %%
cloud = evaluation.squared_error(
    np.broadcast_to(x.mean(axis=0), sample.shape), seen["step 50"]
)
digit = evaluation.squared_error(sample, seen["step 50"])
print("closer to the mean digit:", (cloud < digit).sum(), "of", len(sample))
assert (cloud < digit).all()

# %% [markdown]
# ### The same in torch
#
# From here on we use torch, which finds the gradients by itself. Is it the same network?
# Give a torch `Autoencoder` the weights of our NumPy network, in double precision, and
# compare outputs and gradients.

# %%
model = Autoencoder([784, 32], activation="sigmoid").double()
with torch.no_grad():
    for layer, w, b in zip([*model.encoder, *model.decoder], net.weights, net.biases):
        layer.weight.copy_(torch.from_numpy(w))
        layer.bias.copy_(torch.from_numpy(b))

batch = x[:100].astype(float)
half_squared_error(model(batch), torch.from_numpy(batch)).backward()
layers = zip([*model.encoder, *model.decoder], *net.gradients(batch, batch))
pairs = [(net.predict(batch), model(batch).detach())]
for layer, dw, db in layers:
    pairs += [(dw, layer.weight.grad), (db, layer.bias.grad)]
print(
    "same outputs, same gradients:",
    [np.allclose(a, b, rtol=0, atol=1e-12) for a, b in pairs],
)

# %% [markdown]
# Twelve decimals in the outputs and in the gradients of all four blocks: the calculus of
# notebook 00 and torch's autograd agree. So we may let `fit` do the training. It is the loop
# above with a better step (Adam, which gives every weight a step size of its own), a learning
# rate that rises and then falls ("one-cycle"), and a progress bar.
#
# One choice is ours: the code units are linear, $h_j=s_j$, and only the output keeps its sigmoid.

# %% mystnb={"image": {"alt": "Training loss against epoch: falling steeply, then levelling off."}}
narrow = Autoencoder([784, 32], code="linear", seed=0)
settings = {
    "epochs": 10,
    "batch_size": 100,
    "learning_rate": 2e-2,
    "schedule": "one-cycle",
}
history = fit(narrow, x, **settings)
plots.plot_history(history, title="half the squared error per image, training data");

# %% mystnb={"image": {"alt": "Inputs, outputs of the NumPy network and sharper outputs of the torch model, ten digits each."}}
by_hand, by_torch = net.predict(x_test), evaluation.reconstruct(narrow, x_test)
rows = {"input": sample, "by hand": by_hand[:10], "by torch": by_torch[:10]}
plots.show_rows(rows);


# %% tags=["nbval-ignore-output"]
def error(outputs):
    """Sum of squares per test image, averaged over images."""
    return evaluation.squared_error(x_test, outputs).mean()


print(f"by hand: {error(by_hand):.1f}, by torch: {error(by_torch):.1f}")
assert error(by_torch) < error(by_hand)

# %% [markdown]
# Torch does not copy better by itself: it had ten passes over all images, Adam, and a linear
# code. The error is the **sum of squares per image**, averaged over test images that the
# network has never seen: twice the lecture's $J$. We use it throughout, because published
# results do.
#
# ## Two stages and a code between them (A3, A4)
#
# Cut the network in the middle. The **encoder stage** turns an image into 32 numbers, the
# **code** $h$. The **decoder stage** sees nothing but these numbers.

# %%
code = narrow.encode(x_test)
y_hat = narrow.decode(code)
print(x_test.shape, "→", tuple(code.shape), "→", tuple(y_hat.shape))
print(
    "decode(encode(x)) is the model:",
    torch.equal(y_hat.reshape(x_test.shape), narrow(x_test)),
)

# %% mystnb={"image": {"alt": "Three rows: a digit, its code as a bar chart of 32 positive and negative numbers, and the digit rebuilt from these."}}
codes = evaluation.encode(narrow, x_test)
figure, axes = plt.subplots(3, 3, figsize=(7, 3.6), width_ratios=[1, 3, 1])
for (left, middle, right), image, h, rebuilt in zip(axes, x_test, codes, by_torch):
    plots.show_images(image[None], columns=1, ax=left)
    middle.bar(range(32), h)
    middle.set(
        ylim=(-1.05 * abs(codes[:3]).max(), 1.05 * abs(codes[:3]).max()), xticks=[]
    )
    plots.show_images(rebuilt[None], columns=1, ax=right)
axes[0, 0].set_title("input")
axes[0, 1].set_title("code: 32 numbers")
axes[0, 2].set_title("output");

# %% [markdown]
# The bars are all that the decoder gets to see, and it draws the digit from them. So the
# code *must* retain everything that is needed to reconstruct the input (A4).
#
# **Predict first.** Suppose that one of the 32 numbers is lost, and we put in its place the
# best guess from the other 31, by linear regression. How many could be lost without harm?

# %% mystnb={"image": {"alt": "Bar chart, sorted: the rise of the error when one of the 32 code numbers is guessed from the others. Every bar is clearly above zero."}}
codes_train = evaluation.encode(narrow, x)
rise = np.empty(32)
for j in range(32):
    others, guess = np.delete(codes_train, j, axis=1), LinearRegression()
    guess.fit(others, codes_train[:, j])
    damaged = codes.copy()
    damaged[:, j] = guess.predict(np.delete(codes, j, axis=1))
    output = narrow.decode(damaged).detach().numpy().reshape(x_test.shape)
    rise[j] = error(output) - error(by_torch)

_, ax = plt.subplots(figsize=(6, 2.4))
ax.bar(range(32), np.sort(rise))
ax.set(xlabel="code number, sorted", ylabel="rise of the error", xticks=[]);

# %%
print("code numbers whose loss raises the error by less than 0.1:", (rise < 0.1).sum())
assert (rise > 0.1).all()

# %% [markdown]
# None, in this run. Every number carries something that cannot be predicted linearly from the
# others. And the reverse: what does *not* fit into the code is gone. Let us put something
# useless into the images, a little random noise $e$ on each pixel.

# %% mystnb={"image": {"alt": "Ten digits with speckled noise, and the outputs of the narrow autoencoder: the digits, somewhat smudged, with most of the speckles gone."}}
noise = np.random.default_rng(0).normal(0, 0.2, x_test.shape).astype(np.float32)
cleaned = evaluation.reconstruct(narrow, x_test + noise)
plots.show_rows({"noisy input": (x_test + noise)[:10], "output": cleaned[:10]});

# %% [markdown]
# How much of the noise is still there in the output? `noise_passed` measures the slope of the
# output's change along the noise, $\sum e\cdot(\hat y(x+e)-\hat y(x))\,/\sum e\cdot e$: 1 for
# a wire, 0 for a network that always says the same, and $k/d$ for a projection on $k$ of $d$
# dimensions. It has a blind spot: noise that comes out as *another* pattern, at a right angle
# to $e$, is not counted.

# %% tags=["nbval-ignore-output"]
before, after = error(x_test + noise), error(cleaned)
share = evaluation.noise_passed(narrow, x_test)
kept = 1 - error(by_torch) / np.square(x_test - x.mean(axis=0)).sum(axis=(1, 2)).mean()
print(f"slope along a little noise: {share:.0%}; of a projection: {32 / 784:.0%}")
print(f"of the variance of the digits {kept:.0%} is kept")
print(f"squared error to the clean digit: {before:.1f} before, {after:.1f} after")

# %%
assert share < 0.1
assert kept > 0.8
assert after < 0.8 * before

# %% [markdown]
# *Useless information is squeezed out* (A6): 32 numbers have no room for 784 independent
# speckles, and the outputs are nearer to the clean digits than the inputs were. How good is
# that? Along the noise as little passes as through a projection on 32 directions, but the
# measure's blind spot keeps us from saying that hardly any noise is left. PCA, which also has
# 32 numbers, is not in this table: nothing here shows that the autoencoder cleans better than
# it does.
#
# ## A new space for the data (A5)
#
# The hidden units span a new space in which every digit is a point. With a code of two
# numbers, we can look at it. (For so narrow a code we use more hidden layers, 784 → 256 → 64
# → 2 and back; notebook 07 is about depth.)

# %% mystnb={"image": {"alt": "The plane of two code units: 2000 test digits as points coloured by class; a few classes, such as 0 and 1, have places of their own; most overlap."}}
plane = Autoencoder([784, 256, 64, 2], activation="silu", code="linear", seed=0)
fit(plane, x, **{**settings, "learning_rate": 5e-3})
plots.plot_codes(evaluation.encode(plane, x_test), data.test.labels);

# %% [markdown]
# Nobody told the network the labels; they only colour the points. Yet some classes have
# places of their own, while others overlap. Is 2 too few? Let each test digit take the label
# of its nearest neighbour among the training digits: once among the pixels, once among the
# codes of 32 numbers, once in this plane.

# %% tags=["nbval-ignore-output"]
neighbour = KNeighborsClassifier(1)
labels, labels_test = data.train.labels, data.test.labels
spaces = {
    "784 pixels": (data.train.flat, data.test.flat),
    "32 numbers": (codes_train, codes),
}
spaces["2 numbers"] = evaluation.encode(plane, x), evaluation.encode(plane, x_test)
agree = {
    k: neighbour.fit(a, labels).score(b, labels_test) for k, (a, b) in spaces.items()
}
for space, score in agree.items():
    print(f"nearest neighbour by {space:10}: same label for {score:.0%}")

# %%
assert agree["32 numbers"] > agree["784 pixels"] - 0.05
assert 0.4 < agree["2 numbers"] < agree["32 numbers"] - 0.1

# %% [markdown]
# Distances between codes of 32 numbers tell digits apart about as well as distances between
# 784 pixels: what makes a digit a digit has survived. In the plane it is crowded.
#
# ## How narrow may it be? (A6)
#
# Now vary the width of the code. The fair opponent is **PCA**: of all *linear* ways to
# write images as $k$ numbers and back, it has the least squared error on the data it is made
# from [2]. With linear
# outputs a single hidden layer could do no better than PCA, whatever the activation of its
# hidden units [3]. Ours has one advantage, a sigmoid at the output.

# %%
sizes = [1, 2, 4, 8, 16, 32, 64]
by_size, outputs = {}, {}
for k in sizes:
    by_size[k] = Autoencoder([784, k], code="linear", seed=0)
    fit(by_size[k], x, **settings)
    outputs[k] = evaluation.reconstruct(by_size[k], x_test)

# %% mystnb={"image": {"alt": "Rows of ten digits rebuilt from 64, 32, 16, 8, 4, 2 and 1 numbers under the input row: from nearly exact to a cloud."}} tags=["cover"]
plots.show_rows(
    {"input": sample, **{f"{k}": outputs[k][:10] for k in reversed(sizes)}}
);

# %% [markdown]
# At 64 numbers the copy can hardly be told from the input; at 8 some digits turn into
# others; at 1 there is little but a darker or lighter cloud. Now the same as a curve.

# %% mystnb={"image": {"alt": "Squared error against code size on logarithmic axes: the autoencoder lies near PCA for one to four numbers and clearly below it from eight on."}}
pca = [error(evaluation.pca_reconstruct(x, x_test, k)) for k in sizes]
ours = [error(outputs[k]) for k in sizes]
plots.plot_errors({"PCA": (sizes, pca), "one hidden layer": (sizes, ours)});

# %% tags=["nbval-ignore-output"]
better = {k: bool(a < p) for k, a, p in zip(sizes, ours, pca)}
print("better than PCA:", better)
assert better[16] and better[32] and better[64]

# %% [markdown]
# With one or two numbers, one hidden layer is no better than PCA in this run; from 8 on it is
# clearly better. (One seed for each size.) Is that because its sigmoid can't leave [0, 1], as
# PCA's outputs can? Clip PCA's, and take the sigmoid from ours:

# %% tags=["nbval-ignore-output"]
straight = Autoencoder([784, 32], code="linear", output="linear", seed=0)
fit(straight, x, **{**settings, "learning_rate": 5e-3})
at_32 = {"PCA": pca[5], "ours": ours[5]}
at_32["PCA, clipped"] = error(evaluation.pca_reconstruct(x, x_test, 32).clip(0, 1))
at_32["ours, linear output"] = error(evaluation.reconstruct(straight, x_test))
print({name: round(float(value), 1) for name, value in at_32.items()})

# %%
assert at_32["PCA"] <= at_32["ours, linear output"] < 1.1 * at_32["PCA"]
assert at_32["ours"] < 0.8 * at_32["PCA, clipped"]

# %% [markdown]
# With a linear output the same network only equals PCA, as the theory says. Clipping PCA's
# outputs afterwards gains little. It pays to *learn* with the bent output: then a sum may
# overshoot white or black without being punished.
#
# And what has each of the 32 numbers come to stand for? This is what it adds to the sums of
# the output (dark) and takes away (light):

# %% mystnb={"image": {"alt": "Thirty-two images of decoder weights: blurred, digit-sized patterns of dark and light, none of them a digit or a stroke."}}
plots.show_features(narrow.decoder[-1].weight.detach().numpy().T, columns=16);

# %% [markdown]
# Patterns of plus and minus all over the digit: *fewer* features than pixels, and each more
# significant, but no strokes. Nothing has asked for strokes yet.
#
# ### On MNIST, and deeper
#
# Is "squared error per image" computed as in the literature? For 30 principal components
# on MNIST's test set, Hinton and Salakhutdinov [1] published 13.87. The next cell shows a
# *stored* table: real MNIST, all 60,000 digits, made by `benchmarks/bottleneck.py`.

# %% mystnb={"image": {"alt": "MNIST, squared error against code size for PCA, one hidden layer and a deep autoencoder; the deep one is lowest at every size."}}
table = load_table("bottleneck")
models = ["PCA", "shallow", "deep"]
rows = {model: table.where(model=model) for model in models}
curves = {m: (row["code_size"], row["squared_error"]) for m, row in rows.items()}
plots.plot_errors(curves, title="MNIST, stored table");

# %%
pca_30 = table.where(model="PCA", code_size=30)["squared_error"][0]
deep_30 = table.where(model="deep", code_size=30)["squared_error"][0]
print(f"PCA, 30 components: {pca_30:.2f} (published: 13.87)")
print(f"deep autoencoder, 30 numbers: {deep_30:.2f} (published: 3.00)")
print(*table.provenance, sep="\n")


# %% [markdown]
# The first line fixes the measure: the published figure, to the second decimal. The second
# has no such meaning: the published 3.00 is that of a network with other layers, which was
# pretrained and trained for longer. (The same paper has 8.01 for 30 numbers of *logistic*
# PCA, a linear code with a sigmoid output like our one hidden layer.) The picture compares
# one layer with several, in a stored run of one seed (the deep network also has far more
# weights): with hidden layers between image and code, the deep autoencoder beats PCA at every
# size, also at one and two numbers, where one layer did not. At 64 numbers one layer does as
# well.
#
# ## Not always narrower: the identity (A2)
#
# The lecture says that hidden layers are *typically, not always* smaller. What if the code
# is **wider** than the input? Then there is a way to copy without understanding anything:
# pass every pixel through. To see it quickly we halve the resolution, 14 × 14 = 196 pixels,
# and allow 392 hidden units, twice as many.
#
# Three networks of one shape, with ReLU units, $f(s)=\max(0,s)$, and linear outputs: a
# **plain** one; a **sparse** one, which pays for all its activity (notebooks 04 and 05); a
# **denoising** one [4], which is shown noisy digits and asked for the clean ones
# (notebook 09).
#
# **Predict first.** Which of the three will have the smallest error? And which of them would
# you trust to have learned something about digits?

# %%
def sparsity(model, code):
    """Lambda times the mean sum of activities."""
    return 0.1 * code.abs().sum() / len(code)


halve = torch.nn.AvgPool2d(2)
small, small_test = halve(torch.from_numpy(x)), halve(torch.from_numpy(x_test)).numpy()
ways = {
    "plain": {},
    "sparse": {"penalty": sparsity},
    "denoising": {"corrupt": Corruption("gaussian", 0.5)},
}
wide = {}
for name, way in ways.items():
    wide[name] = Autoencoder([196, 392], activation="relu", output="linear", seed=0)
    fit(wide[name], small, **{**settings, "learning_rate": 3e-3}, **way)

# %% tags=["nbval-ignore-output"]
passed = {name: evaluation.noise_passed(m, small_test) for name, m in wide.items()}
wide_error = {}
for name, m in wide.items():
    copies = evaluation.reconstruct(m, small_test)
    wide_error[name] = evaluation.squared_error(small_test, copies).mean()
    print(f"{name:10} error {wide_error[name]:5.2f}   noise passed {passed[name]:4.0%}")

# %% mystnb={"image": {"alt": "Rows of ten small digits: noisy inputs; the plain network's outputs, just as noisy; the sparse network's, less noisy; the denoising network's, clean."}}
noisy_small = Corruption("gaussian", 0.3)(small_test[:10], seed=0)
copies = {name: evaluation.reconstruct(m, noisy_small) for name, m in wide.items()}
plots.show_rows({"noisy input": noisy_small, **copies})
assert wide_error["plain"] == min(wide_error.values())
assert passed["plain"] > 0.5 > passed["sparse"] > passed["denoising"]

# %% [markdown]
# The plain network wins the contest it was entered for: its error is almost zero. But it also
# copies most of the *noise*, on which it was never trained. It has gone most of the way to
# being a wire. The other two have larger errors, and much less of the noise passes through
# them. Small error alone proves nothing.
#
# What are their units for? Again the decoder weights, of the 20 units in each network whose
# activity varies most.

# %% mystnb={"image": {"alt": "Decoder weights of 20 units each. Plain: shapeless noise. Sparse and denoising: whole digits for the most part, some blurred or in pieces."}}
figure, axes = plt.subplots(3, 1, figsize=(7, 5))
for ax, (name, m) in zip(axes, wide.items()):
    used = np.argsort(-evaluation.encode(m, small_test).var(axis=0))[:20]
    weights = m.decoder[-1].weight.detach().numpy().T[used]
    plots.show_features(weights, columns=10, title=name, ax=ax)

# %% [markdown]
# The plain network's units are shapeless: any mixture of pixels will do, as long as the
# others can make up for it. The busiest units of the other two look like whole digits, some
# of them blurred or in pieces. Notebooks 04 and 05 are about sparseness, and find strokes.
#
# ## "More useful": three meanings, three numbers (A3)
#
# The lecture names three ways in which a code can be more useful than the pixels.
#
# - *Lower-dimensional*: count the numbers.
# - *More orthogonal, less correlated features*: **redundancy**, how well a feature can be
#   predicted from all the others by linear regression: the mean $R^2$, from 0 to 1.
# - *More sparsely coded*: **population sparseness** [5],
#   $(1-\bar h^2/\overline{h^2})/(1-1/n)$ over the $n$ units of a code: 0 if all are equally
#   active, 1 if a single one is. It is not defined for activities with both signs.

# %%
codes_of = {
    "784 pixels": x,
    "narrow, 784 → 32": codes_train,
    "PCA, 784 → 32": PCA(32).fit_transform(data.train.flat),
    "196 pixels": small.numpy(),
    "plain, 196 → 392": evaluation.encode(wide["plain"], small),
    "sparse, 196 → 392": evaluation.encode(wide["sparse"], small),
}
numbers = {name: code[0].size for name, code in codes_of.items()}
redundancy = {name: evaluation.redundancy(code) for name, code in codes_of.items()}
sparseness = {
    name: evaluation.population_sparseness(code) if code.min() >= 0 else None
    for name, code in codes_of.items()
}

# %% mystnb={"image": {"alt": "Three bar charts over six representations. Numbers: 784, 32, 32, 196, 392, 392. Redundancy: high for pixels, lower for the narrow code, none for PCA, second highest for the plain wide code, low for the sparse code. Sparseness: high for pixels, low for the plain wide code, highest for the sparse code."}}
panels = {"how many numbers": numbers, "redundancy (R²)": redundancy}
plots.show_bars({**panels, "sparseness": sparseness});

# %% tags=["nbval-ignore-output"]
for name in ["plain, 196 → 392", "sparse, 196 → 392"]:
    on = codes_of[name] > 0
    silent = (on.mean(axis=0) < 0.001).sum()
    print(f"{name}: {on.mean():.0%} of units active in an image; {silent} units silent")

# %%
pixels, narrow_code, by_pca, small_pixels, plain, sparse = redundancy
assert redundancy[by_pca] < 0.01 < redundancy[narrow_code] < redundancy[pixels]
assert redundancy[sparse] < redundancy[small_pixels] < redundancy[plain]
assert sparseness[plain] < sparseness[small_pixels] < sparseness[sparse]

# %% [markdown]
# Three meanings, and no code that wins them all.
#
# The narrow code is short, and its numbers repeat each other less than pixels do. But nothing
# in its task *asks* for uncorrelated numbers: mix its 32 numbers by any invertible matrix,
# undo that in the decoder, and the error is the same, while the redundancy may be anything
# from 0 to nearly 1. PCA picks, in its own space, the axes with 0. Fewer numbers come by
# themselves; uncorrelated ones must be demanded.
#
# The sparse code is *longer* than the image and the sparsest of all, with little redundancy;
# many of its units are silent in almost every image, which notebook 05 looks into. The plain
# wide code is worse than its pixels by every measure: longer, more predictable, and on
# average three quarters of its units are active in an image. "Useful" is not what an
# autoencoder does by itself. It is what one demands of it.
#
# ## Explore: the width of the code
#
# Narrow the code from 32 numbers on. Which digit is the first to be mistaken for another? Then
# empty the pad and draw a digit of your own, with the mouse, a finger, or the arrow keys and
# the space bar: it is moved to the middle, as the course's digits are, and sent through all six
# networks.

# %% mystnb={"image": {"alt": "Explorer: a slider for the code size beside ten digits, the digits rebuilt from 32 numbers, and the difference."}}
explore.code_sizes({k: by_size[k] for k in sizes[:-1]}, sample)

# %% [markdown]
# ## Where it fails
#
# **Predict first.** Rank these strangers by how badly they will be copied: capital letters;
# digits on their heads; digits moved four pixels to the right; digits white on black; noise.

# %% mystnb={"image": {"alt": "Top row: a digit, the letters A, K and W, two digits upside down, two moved to the right, one white on black, one image of noise. Bottom row: their reconstructions. Letters come out well except for W; upside-down and moved digits are blurred; the last two are lost."}}
turned = x_test[:, ::-1, ::-1]
moved = np.roll(x_test, 4, axis=2)
noise = np.random.default_rng(0).random((10, 28, 28), dtype=np.float32)
letters = plots.text_images(string.ascii_uppercase)
strangers = [x_test[:1], letters[[0, 10, 22]], turned[3:5], moved[3:5]]
strangers = np.concatenate([*strangers, 1 - x_test[5:6], noise[:1]])
plots.show_rows(
    {"input": strangers, "output": evaluation.reconstruct(narrow, strangers)}
);


# %% [markdown]
# Dark images have more to lose than light ones, so we measure the *share* of an image's
# energy that is lost, $\sum(x-\hat y)^2/\sum x^2$.

# %% tags=["nbval-ignore-output"]
def share_lost(images):
    """Share of each image's energy that the narrow autoencoder loses."""
    error = evaluation.squared_error(images, evaluation.reconstruct(narrow, images))
    return error / np.square(images).sum(axis=(1, 2))


kinds = {"digits": x_test, "letters": letters, "upside down": turned}
kinds |= {"moved": moved, "white on black": 1 - x_test, "noise": noise}
lost = {kind: share_lost(images).mean() for kind, images in kinds.items()}
for kind, value in lost.items():
    print(f"{kind:15} {value:4.0%} lost")

# %%
assert lost["letters"] < 1.5 * lost["digits"]
assert 2 * lost["digits"] < lost["moved"]
assert 1.2 * lost["digits"] < lost["upside down"] < lost["moved"] < 0.5
assert min(lost["white on black"], lost["noise"]) > 0.8


# %% [markdown]
# Letters are copied about as well as digits! Most of them, that is: they are printed bolder,
# which helps, and look at the W. One reading is that the network has learned not digits but
# *strokes of digits, in their usual places*, and that letters are made of these, too. Digits
# on their heads have their strokes in unusual places and lose more; moved ones lose three
# times as much as digits. (To this network a pixel and its neighbour have nothing to do with
# each other. That need not be the reason: the network of notebook 10 builds in what
# neighbours are, and minds nearly as much.) White on black and noise are lost almost
# entirely.
#
# A large error thus says "this is not one of mine"; a small one says less than one would think.
# And nothing here can make up *new* digits: that is the business of notebook 11.
#
# ## Exercises
#
# ### Exercise 1: forward, by hand
#
# Write the two stages of a shallow autoencoder with sigmoid code and sigmoid output in plain
# NumPy. Weights have the shape (out, in), one image is one row of `x`.

# %% nbgrader={"grade": false, "grade_id": "ex01-1-reconstruct", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reconstruct(x, w1, b1, w2, b2):
    """Outputs of a shallow autoencoder.

    x: (n, d) inputs; w1: (k, d), b1: (k,) encoder; w2: (d, k), b2: (d,) decoder.
    Returns y_hat, (n, d).
    """
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    return 1 / (1 + np.exp(-(h @ w2.T + b2)))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex01-1-reconstruct-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex01-1-reconstruct")


# %% [markdown]
# ### Exercise 2: the opponent
#
# Compute the error of PCA with `np.linalg.svd`: centre with the mean of the *training* images,
# find their $k$ principal directions, rebuild the *test* images from them, and return the mean over images of
# the sum of squares.

# %% nbgrader={"grade": false, "grade_id": "ex01-2-pca-error", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pca_error(train, test, k):
    """Squared error per image of PCA with k components.

    train: (n, d); test: (m, d); k: number of components.
    Returns a number: the sum of squares per test image, averaged over images.
    """
    ### BEGIN SOLUTION
    mean = train.mean(axis=0)
    directions = np.linalg.svd(train - mean, full_matrices=False)[2][:k]
    rebuilt = (test - mean) @ directions.T @ directions + mean
    return np.square(test - rebuilt).sum(axis=1).mean()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex01-2-pca-error-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex01-2-pca-error")


# %% [markdown]
# ### Exercise 3: the slope along the noise
#
# For a *linear* autoencoder, $\hat y=W_2(W_1x+b_1)+b_2$, what `noise_passed` measures can be
# computed without any noise. White noise $e$ on the input changes the output by $W_2W_1e$;
# wanted is the slope of that change along the noise,
# $\mathrm E[e^\top W_2W_1e]\,/\,\mathrm E[e^\top e]$. Work it out, then write the function.

# %% nbgrader={"grade": false, "grade_id": "ex01-3-noise-passed", "locked": false, "schema_version": 3, "solution": true, "task": false}
def linear_noise_passed(w1, w2):
    """Slope of a linear autoencoder's output along white noise on its input.

    w1: (k, d) encoder weights; w2: (d, k) decoder weights.  Returns a number.
    """
    ### BEGIN SOLUTION
    return np.trace(w2 @ w1) / w1.shape[1]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex01-3-noise-passed-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex01-3-noise-passed")

# %% [markdown]
# ### Exercise 4: in your own words
#
# A fellow student trains an autoencoder with 2,000 hidden units on 784 pixels, reaches a
# test error of almost zero, and concludes that it has understood digits. Which two
# measurements would you ask for, what would you expect of each, and what would you change in
# the training? (About 100 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex01-4-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
# With 2,000 hidden units for 784 pixels the network can pass every pixel through, so that an
# error near zero on test digits is what the identity would have, too. I would ask for the
# slope of the output along a little noise on the input: near 1 means that it is a wire, and a
# network that knows digits would keep it small. I would also ask for its error on images that
# are not digits, such as noise or shuffled pixels: if that is as small as on digits, nothing
# particular to digits has been learned. In the training I would add a constraint: a narrow
# code, a penalty on active units, or corrupted inputs with clean targets.

# %% [markdown]
# ## Summary
#
# - An autoencoder is a feed-forward network trained to reproduce its input (A1). Ours first
#   learned roughly the mean of its data, then what they differ in.
# - The encoder stage makes a code, and the decoder stage sees nothing else (A3, A4): in our
#   run, losing any one of 32 numbers hurt. The codes form a new space (A5): by 32 numbers a
#   digit's nearest neighbour nearly always has the same label, by two numbers for about half
#   of the digits.
# - A narrow code cannot keep everything (A6): ours kept most of the digits' variance, and
#   noisy digits came out nearer to the clean ones than they went in. One hidden layer was
#   better than PCA from 8 numbers on; in a stored run, a deep network was better at every
#   size.
# - A code wider than the input lets a plain autoencoder learn almost the identity: nearly no
#   error, and most of the noise copied as well. With sparsity or denoising much less of it
#   passed, in one run each (A2).
# - "More useful" means smaller, less redundant or sparser. These are different demands, and
#   each can be measured (A3).
#
# Next: [the course map](README.md) says what comes after this notebook.
#
# ## Further reading
#
# 1. G. E. Hinton and R. R. Salakhutdinov, "Reducing the dimensionality of data with neural
#    networks", *Science* 313 (2006),
#    [doi:10.1126/science.1127647](https://doi.org/10.1126/science.1127647).
# 2. P. Baldi and K. Hornik, "Neural networks and principal component analysis", *Neural
#    Networks* 2 (1989),
#    [doi:10.1016/0893-6080(89)90014-2](https://doi.org/10.1016/0893-6080%2889%2990014-2).
# 3. H. Bourlard and Y. Kamp, "Auto-association by multilayer perceptrons and singular value
#    decomposition", *Biological Cybernetics* 59 (1988),
#    [doi:10.1007/BF00332918](https://doi.org/10.1007/BF00332918).
# 4. P. Vincent et al., "Stacked denoising autoencoders", *Journal of Machine Learning
#    Research* 11 (2010), 3371–3408.
# 5. W. E. Vinje and J. L. Gallant, "Sparse coding and decorrelation in primary visual cortex
#    during natural vision", *Science* 287 (2000),
#    [doi:10.1126/science.287.5456.1273](https://doi.org/10.1126/science.287.5456.1273).
#
# The lecture itself points beginners to the article on autoencoders and handwriting by
# *subsubroutine* (2015); its picture of denoising comes from an article in *Towards Data
# Science*.
