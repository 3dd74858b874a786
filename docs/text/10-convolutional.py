# %% [markdown]
# # 10 · The convolutional autoencoder
#
# **What does an autoencoder gain by knowing which pixels are neighbours?**
#
# To a dense network an image is a list of 784 numbers. Shuffle them, in the same way in all
# images, and shuffle its first weights alike: it computes what it computed before, for none
# of its weights knows which pixels are neighbours. A stroke that it has learned at one place
# it has to learn anew at every other. A convolution looks everywhere for the same thing. The
# encoder is then a matter of course; the lecture's point is the way back.
#
# **You will**
#
# - convolve and *transpose* a convolution by hand, and prove that the one's matrix is the
#   other's, transposed;
# - follow an image through the shapes of a convolutional autoencoder, and look at its
#   feature maps;
# - compare it with a dense one at equal code size: parameters, errors, and how many images
#   it takes to learn;
# - produce the infamous checkerboard on purpose, measure it, and try two decoders that start
#   with less of it;
# - let it clean noisy digits, run it on images of your own, and find what it cannot do.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** F1.
# **Before:** notebook 01 builds the dense autoencoder, notebook 09 the denoising one.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits, load_sample_images
from torch.nn import functional

from aelib import evaluation, explore, load_data, plots
from aelib.autoencoders import Autoencoder, ConvAutoencoder
from aelib.autoencoders.convolutional import checkerboard
from aelib.corruption import Corruption
from aelib.desk.verdicts import verdict
from aelib.diagrams import draw_shapes
from aelib.results import load_table
from aelib.training import fit

plots.use_style()
data = load_data()
x, x_test = data.train.images[:3_000], data.test.images


# %% [markdown]
# We take 3,000 digits only. Convolutions cost more time than matrices, and few data are
# where it shows what a network knows beforehand.
#
# ## A convolution by hand
#
# A **filter** $w$ of 3 × 3 weights slides over the image; at each place, multiply and add:
#
# $$y_{rc}=\sum_{a=0}^{2}\sum_{b=0}^{2} w_{ab}\;x_{tr+a,\;tc+b}.$$
#
# $t$ is the **stride**, the number of pixels by which it moves on. (In signal processing this
# is a cross-correlation: a convolution proper would flip the filter in both directions.
# Networks learn their filters, so it does not matter.)

# %%
def convolve(image, w, stride=1):
    """Slide the filter over the image."""
    size = len(w)
    places = range(0, len(image) - size + 1, stride)
    return np.array(
        [
            [(image[r : r + size, c : c + size] * w).sum() for c in places]
            for r in places
        ]
    )


# %%
w = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
image = np.array([[0.0, 0, 3, 3], [0, 0, 3, 3], [0, 3, 3, 0], [3, 3, 0, 0]])
print(convolve(image, w))


# %% [markdown]
# This filter finds edges: it weighs what is on the left against what is on the right. In the
# top left corner of `image`, by hand: $1\cdot0+2\cdot0+1\cdot0$ from its left column, and
# $-1\cdot3-2\cdot3-1\cdot3=-12$ from its right one. Ink on the right: a large negative number.
#
# ### It is a matrix
#
# A convolution is linear, so that it is a matrix. Which one? Its columns are what the function
# makes of each unit vector, an image with a single 1.

# %%
def matrix_of(function, height, width):
    """Matrix of a linear function of images."""
    unit_images = np.eye(height * width).reshape(-1, height, width)
    return np.stack([function(unit).ravel() for unit in unit_images], axis=1)


# %% mystnb={"image": {"alt": "A matrix of 4 rows and 16 columns. Each row has the same six coloured entries in groups of three, shifted to the right from row to row; everything else is empty."}}
matrix = matrix_of(lambda unit: convolve(unit, w), 4, 4)
figure, ax = plt.subplots(figsize=(7, 2.2))
ax.imshow(matrix, cmap="RdBu", vmin=-2, vmax=2)
ax.set(xlabel="pixel of the 4 × 4 image", ylabel="output", yticks=range(4))
ax.grid(False)
print(matrix.shape, np.array_equal(matrix @ image.ravel(), convolve(image, w).ravel()))


# %% [markdown]
# A dense layer from 16 to 4 units has 64 free weights. Here most are zero, since an output
# sees only its neighbourhood, and the same nine weights return in every row, since all places
# are alike. (Three of the nine are zero in our filter.) That is all that a convolutional layer
# is: **a dense layer that has been told two things about images.**
#
# ## And back: the transposed convolution (F1)
#
# With stride 2, a convolution halves an image. The decoder needs the opposite. The
# lecture calls it *deconvolution*. Turn the picture around: instead of reading a
# neighbourhood, each value of the small image **stamps** the filter onto the large one,
# multiplied by itself. Where stamps overlap, they add up.

# %%
def stamp(small, w, stride=2):
    """Transposed convolution: stamp the filter once per value, and add up."""
    size = len(w)
    large = np.zeros([stride * (n - 1) + size for n in small.shape])
    for (r, c), value in np.ndenumerate(small):
        top, left = stride * r, stride * c
        large[top : top + size, left : left + size] += value * w
    return large


# %% [markdown]
# **Predict first.** The filter below is a soft blob. What will become of a 4 × 4 input: how
# large will the output be, and what will the place look like where two neighbouring stamps
# meet?

# %% mystnb={"image": {"alt": "Three small images with their numbers: a 4 \u00d7 4 input with five values of 1 along a bent line, a 3 \u00d7 3 filter that is strongest in its middle, and the 9 \u00d7 9 output, a thick soft line of the same shape."}}
blob = np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4
small = np.array([[0.0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]])
large = stamp(small, blob)

figure, axes = plt.subplots(1, 3, figsize=(8, 3.2), width_ratios=[4, 3, 9])
pictures = {"input": small, "filter": blob, "output": large}
for ax, (name, picture) in zip(axes, pictures.items()):
    ax.imshow(picture, vmin=0, vmax=2)
    for (row, column), value in np.ndenumerate(picture):
        ax.text(column, row, f"{value:.2g}", ha="center", va="center", fontsize=7)
    ax.set_title(name)
    ax.axis("off")

# %% [markdown]
# Nine by nine: three moves of two pixels, plus the filter's three. The line has been enlarged,
# and where stamps overlap their edges add up to a smooth ridge, $\frac12+\frac12=1$: this
# filter is chosen so that they do. What happens with others, we shall see.
#
# Now the claim. The convolution of a 9 × 9 image with stride 2 gives 4 × 4; let $C$ be its
# matrix, 16 × 81. Line by line:
#
# 1. by the formula above, the entry of $C$ in row $(r,c)$ and column $(i,j)$ is
#    $w_{i-2r,\;j-2c}$, or 0 outside the filter;
# 2. stamping puts $h_{rc}\,w_{i-2r,\;j-2c}$ on pixel $(i,j)$, summed over $(r,c)$;
# 3. that is $\sum_{rc}C_{(rc),(ij)}\,h_{rc}$, a sum over the *rows* of $C$:
#    $\;\mathrm{stamp}(h)=C^\top h$.
#
# Each line is checked (the second at pixel (4, 4), where four stamps meet), and torch has
# to agree:

# %%
C = matrix_of(lambda unit: convolve(unit, blob, stride=2), 9, 9)
(r, c), (i, j) = (1, 2), (4, 4)
print("1. one entry:  ", C[4 * r + c, 9 * i + j] == blob[i - 2 * r, j - 2 * c])
four = sum(small[r, c] * blob[4 - 2 * r, 4 - 2 * c] for r in (1, 2) for c in (1, 2))
print("2. one pixel:  ", four == large[4, 4])
up = matrix_of(lambda unit: stamp(unit, blob), 4, 4)
print("3. transposed: ", C.shape, up.shape, np.abs(up - C.T).max() < 1e-12)

h, filters = (torch.from_numpy(a)[None, None] for a in (small, blob))
by_torch = functional.conv_transpose2d(h, filters, stride=2)[0, 0].numpy()
print("   and torch:  ", np.abs(by_torch - large).max() < 1e-12)

# %% [markdown]
# That is where it got its proper name. And we have met it before: in backpropagation
# $\delta$ travels back through the *transposed* weights, $\sum_iw_{ij}\delta_i$ (C7). So the
# gradient of a convolution with respect to its input must be a transposed convolution:

# %%
pixels = torch.rand(1, 1, 9, 9, dtype=torch.float64, requires_grad=True)
functional.conv2d(pixels, filters, stride=2).backward(gradient=h)
print("autograd's gradient is our stamp:", np.allclose(pixels.grad[0, 0], large))
print("C'C is the identity:", np.allclose(C.T @ C, np.eye(81)))
print("rank of C:", np.linalg.matrix_rank(C), "of", C.shape[1])

# %% [markdown]
# The last two lines say what it is *not*. To deconvolve, in mathematics, is to undo a
# convolution.
# $C^\top$ undoes nothing: of 81 dimensions 16 are left, whatever comes after. It only brings
# the *shape* back. What to put there, the decoder has to learn.
#
# ## Shapes
#
# Our autoencoder has two convolutions with stride 2, of 16 and 32 filters. A filter of
# the second one looks at all 16 maps of the first: its weights are 16 × 3 × 3. A dense
# layer makes the code of 32 numbers from what is left. The decoder mirrors all this, with
# transposed convolutions.

# %% mystnb={"image": {"alt": "A diagram from left to right: one large sheet 1 \u00d7 28 \u00d7 28, a stack of smaller sheets 16 \u00d7 14 \u00d7 14, a stack of small sheets 32 \u00d7 7 \u00d7 7, a thin bar for the code of 32, and the same stacks back in reverse order."}}
conv = ConvAutoencoder((28, 28), channels=(16, 32), code_size=32, seed=0)
draw_shapes(conv.map_shapes, conv.code_size);


# %%
def count(module):
    return sum(p.numel() for p in module.parameters())


dense = Autoencoder([784, 256, 32], activation="relu", code="linear", seed=0)
for name, part in conv.named_children():
    print(f"{name:15} {count(part):7,}")
print(f"{'together':15} {count(conv):7,}\n{'dense':15} {count(dense):7,}")
print(ConvAutoencoder((3, 25, 31)).map_shapes)

# %% [markdown]
# Almost all parameters are in the two *dense* layers around the code; the filters have less
# than a tenth of them. A dense autoencoder with one hidden layer of 256 units, which also has
# a code of 32, has nearly four times as many.
#
# The last line shows other sizes. An odd one is halved and rounded up: 25 → 13 → 7. So a
# transposed convolution must be told where it goes, since both 13 and 14 are halved to 7.
#
# ## Against the dense autoencoder
#
# **Predict first.** Both get 3,000 digits and about the same computing time, which for the
# dense one means three times as many steps. Which has the smaller error on the digits it has
# trained on, and which on new ones?

# %%
how = {"batch_size": 50, "schedule": "one-cycle"}
fit(conv, x, epochs=10, learning_rate=1e-2, **how)

# %%
fit(dense, x, epochs=30, learning_rate=3e-3, **how)


# %%
def error(model, images, target=None):
    """Squared error per image, to the images themselves or to a target."""
    output = evaluation.reconstruct(model, images)
    return evaluation.squared_error(images if target is None else target, output).mean()


# %% mystnb={"image": {"alt": "Three rows of ten digits: inputs, the dense autoencoder's copies, slightly ragged, and the convolutional one's, smoother and closer."}} tags=["nbval-ignore-output"]
models = {"dense": dense, "convolutional": conv}
outputs = {name: evaluation.reconstruct(m, x_test) for name, m in models.items()}
plots.show_rows({"input": x_test[:10]} | {n: y[:10] for n, y in outputs.items()})
for name, m in models.items():
    print(f"{name:14} train {error(m, x):.1f}  test {error(m, x_test):.1f}")
assert error(conv, x_test) < 0.95 * error(dense, x_test)
assert error(dense, x_test) / error(dense, x) > 1.3 * error(conv, x_test) / error(
    conv, x
)

# %% [markdown]
# In this run the dense one copies the digits it was trained on a little better, and new ones
# worse: it overfits more. If what is built into the convolutions is the reason, their
# advantage should grow as digits get fewer. The command `benchmarks/convolutional.py` has
# tried, with three seeds:

# %% mystnb={"image": {"alt": "Test error against the number of training images, 300 to 3,000, on two panels, drawn digits and MNIST. Both curves fall; the convolutional one lies below the dense one everywhere, farthest at 300."}}
table = load_table("convolutional")
figure, axes = plt.subplots(1, 2, figsize=(8, 2.8), sharey=True)
for ax, name in zip(axes, ("drawn", "mnist")):
    for model, steps in (("dense", 1_800), ("transposed 3", 600)):
        rows = table.where(data=name, model=model, steps=steps)
        sizes = np.unique(rows["n"])
        errors = np.array([rows["test_error"][rows["n"] == n] for n in sizes])
        ax.plot(sizes, errors.mean(axis=1), "o-", label=model)
        ax.fill_between(sizes, errors.min(axis=1), errors.max(axis=1), alpha=0.3)
    ax.set(xticks=sizes, title=name, xlabel="training images", ylim=(0, 23))
axes[0].set_ylabel("squared error on test images")
axes[0].legend();

# %%
for name in ("drawn", "mnist"):
    gap = {}
    for n in (300, 3_000):
        at = {"data": name, "n": n}
        rival = table.where(model="dense", **at)["test_error"]
        ours = table.where(model="transposed 3", steps=600, **at)["test_error"]
        assert ours.max() < rival.min()
        gap[n] = rival.mean() - ours.mean()
    print(f"{name}: {gap[300]:.1f} better with 300 images, {gap[3_000]:.1f} with 3,000")

# %% [markdown]
# The band from the best to the worst seed is hardly wider than the line. With 300 images the
# network that knows what neighbours are is ahead by far; with 3,000 by less. That is what one
# would expect if what is built in need not be learned. (The two networks differ in size, too;
# this experiment does not separate that from the convolutions.)
#
# ## Feature maps
#
# What does the encoder see? Each map is the image, as one filter finds it. Choose a digit, a
# layer and a map. Blue weights are positive, red ones negative. The frame in the large map is
# where its filter answers most; the frame in the digit shows the pixels behind that answer.
# Can you tell from a filter of layer 1 where it will answer?

# %% mystnb={"image": {"alt": "Explorer: a slider for the digit, a choice of layer and a slider for the map, above four panels. A 4 with a small frame at the upper left end of its stroke; filter 13, 3 \u00d7 3 weights, positive on the right, negative above and on the left; its map of 14 \u00d7 14, darkest at upper and left edges of its strokes; and all 16 maps of layer 1, with a frame around this one."}}
explore.feature_maps(conv, x_test[:20], data.test.labels[:20], channel=13)

# %% [markdown]
# Filter 13 wants ink on the right and none above or on the left, nearly our edge filter
# with its signs exchanged: it answers most at the upper and left edges of strokes. The maps of
# layer 1 are still digits: drawn thick or thin, or only their edges from one side. A filter
# of layer 2 reads all 16 of them, so that it has 16 squares, and each of its answers comes
# from 7 × 7 pixels. What moves with the image is the *place* in the map. Move a digit by 4
# pixels, and the maps must move by 2 and by 1:

# %%
moved = np.roll(x_test[:20], 4, axis=2)
with torch.no_grad():
    pairs = zip(conv.feature_maps(x_test[:20]), conv.feature_maps(moved), (2, 1))
for here, there, cells in pairs:
    same = torch.allclose(here.roll(cells, 3)[..., 2:-1], there[..., 2:-1], atol=1e-5)
    print(f"maps {tuple(here.shape[1:])} have moved by {cells}: {same}")

# %% [markdown]
# This is called **equivariance**. Away from the border it holds exactly for moves by a
# multiple of the strides (2 pixels for the first maps, 4 for the second), and only for those.
# Remember it for the end.
#
# ## The checkerboard, on purpose
#
# In our example the stamps added up evenly. In general they do not. Count how many filter
# entries reach each pixel: stamp a filter of ones, once for each value. Three decoders:
# stamps of 3 × 3 every 2 pixels, as above; stamps of 4 × 4 every 2 pixels; and
# **resize-convolution** [1], which repeats every pixel 2 × 2 times and then convolves
# with stride 1.

# %% mystnb={"image": {"alt": "Three grey images. Stamps of 3 \u00d7 3 make a checkerboard of crosses and dots; stamps of 4 \u00d7 4 and resizing make an even grey away from the border."}}
ones = np.ones((8, 8))
reached = {
    "stamps 3 × 3": stamp(ones, np.ones((3, 3))),
    "stamps 4 × 4": stamp(ones, np.ones((4, 4))),
    "resize": convolve(np.kron(ones, np.ones((2, 2))), np.ones((3, 3))),
}
figure, axes = plt.subplots(1, 3, figsize=(7, 2.5))
for ax, (name, counts) in zip(axes, reached.items()):
    ax.imshow(counts / counts.mean(), vmin=0, vmax=2.5)
    ax.set_title(name)
    ax.axis("off")
    print(f"{name}: {np.unique(counts[4:-4, 4:-4])}")

# %% [markdown]
# With 3 × 3, some pixels are reached by one entry of a filter, some by two, some by four.
# A decoder with filters like that paints a checkerboard on whatever it paints, *unless it
# learns not to*. The other two are even away from the border: 4 is divisible by the
# stride, 3 is not.
#
# **Predict first.** Three autoencoders with these decoders, trained for *one epoch*. Can you
# see it in what they paint?

# %%
decoders = {"transposed 3": {"kernel": 3}, "transposed 4": {"kernel": 4}}
decoders["resize 3"] = {"upsampling": "resize"}
brief = {name: ConvAutoencoder(**how, seed=0) for name, how in decoders.items()}
for model in brief.values():
    fit(model, x, epochs=1, batch_size=50, learning_rate=1e-2, schedule="one-cycle")

# %% mystnb={"image": {"alt": "Four rows of five digits: the inputs; blurred clouds covered with a fine grid, from transposed 3; blurred clouds with a faint grid, from transposed 4; smooth shapes, some already like a 9, from resize 3."}} tags=["cover"]
painted = {name: evaluation.reconstruct(m, x_test) for name, m in brief.items()}
plots.show_rows({"input": x_test[:5]} | {n: y[:5] for n, y in painted.items()});

# %% [markdown]
# The first decoder's clouds are woven like cloth; the second's have a faint weave, too. Now
# in numbers. A pattern that alternates from pixel to pixel has the highest frequency that an
# image can have, ½ per pixel: along rows, along columns, or both. In the Fourier transform of
# the outputs these are three points. Their share of the energy is what `checkerboard`
# computes. Digits themselves have a little of it; the picture shows the spectrum along rows,
# and in its legend all three points together, in ten-thousandths.

# %% mystnb={"image": {"alt": "Energy against horizontal frequency from 0 to one half per pixel, on a logarithmic scale. All four curves fall by three orders of magnitude; that of transposed 3 rises again at one half, to ten times the digits\u2019; transposed 4 stays near the digits\u2019 and resize 3 ends below."}} tags=["nbval-ignore-output"]
frequency = np.arange(15) / 28
for name, images in ({"digits": x_test} | painted).items():
    energy = np.square(np.abs(np.fft.fft2(images))).mean(axis=0)
    label = f"{name}: {1e4 * checkerboard(images):.2f}"
    plt.semilogy(frequency, energy[0, :15] / energy.sum(), label=label)
plt.gca().set(xlabel="frequency along a row (per pixel)", ylabel="share of energy")
plt.legend();

# %%
share = {name: checkerboard(images) for name, images in painted.items()}
assert share["transposed 3"] > 5 * checkerboard(x_test)
assert share["transposed 3"] > 4 * max(share["transposed 4"], share["resize 3"])

# %% [markdown]
# A blurred picture should have *less* energy at high frequencies than a sharp one, and so it
# is over much of the range. Near ½ `transposed 3` rises again, to many times the digits' own
# share: that is the checkerboard. The sums of the other two, in the legend, are at or below
# that of the digits in this run. That is a lenient yardstick, for these outputs are far more
# blurred than digits and should have much less. Nor do even stamps or resizing make a
# checkerboard impossible: a 4 × 4 filter with weights at its even places only paints a
# perfect one. They only start with far less of it.
#
# Does it stay? The stored table has all three after one epoch and after ten, three seeds each:

# %%
for name in ("drawn", "mnist"):
    print(f"{name:14} one epoch    ten epochs    test error after ten")
    for model in decoders:
        rows = table.where(data=name, model=model, n=3_000)
        brief_runs, long_runs = rows["steps"] == 60, rows["steps"] == 600
        board = rows["checkerboard"]
        print(
            f"  {model:12} {board[brief_runs].mean():8.2f} {board[long_runs].mean():11.2f}"
            f" {rows['test_error'][long_runs].mean():15.2f}"
        )

# %% [markdown]
# How strong it is after one epoch differs much from seed to seed. After ten epochs the strong
# pattern is gone: on drawn digits every decoder is below the digits' own share (1.46), and
# the errors are close, with `transposed 3` slightly behind. A filter *can* learn to be even,
# and on these small images with plain targets it did. In the article that made it known [1]
# it stayed, in networks that paint without being told the right value of each pixel. So in
# our runs it is a bad start that training repairs; elsewhere it need not be. Resizing starts
# with far less of it, but it convolves what is enlarged already: four times the
# multiplications of stamps of 3 × 3.
#
# ## The denoising version
#
# Nothing new is needed: `fit(…, corrupt=…)` spoils each batch and keeps its target clean
# (notebook 09). A dense and a convolutional network of the same shapes as above:

# %%
noise = Corruption("gaussian", 0.5)
cleaner = ConvAutoencoder(seed=0)
fit(cleaner, x, corrupt=noise, epochs=10, learning_rate=1e-2, **how)

# %%
dense_cleaner = Autoencoder([784, 256, 32], activation="relu", code="linear", seed=0)
fit(dense_cleaner, x, corrupt=noise, epochs=20, learning_rate=3e-3, **how)

# %% mystnb={"image": {"alt": "Four rows of ten: clean digits, the same under heavy noise, and the outputs of both networks, clean but a little blurred, with a wrong stroke here and there."}} tags=["nbval-ignore-output"]
noisy = noise(x_test, seed=1)
cleaned = {"noisy": noisy, "dense": evaluation.reconstruct(dense_cleaner, noisy)}
cleaned["convolutional"] = evaluation.reconstruct(cleaner, noisy)
plots.show_rows({"clean": x_test[:10]} | {n: y[:10] for n, y in cleaned.items()})
psnr = {name: evaluation.psnr(x_test, y).mean() for name, y in cleaned.items()}
for name, m in {"dense": dense_cleaner, "convolutional": cleaner}.items():
    print(
        f"{name} {psnr['noisy']:.1f} → {psnr[name]:.1f} dB; error from noisy", end=" "
    )
    print(f"{error(m, noisy, x_test):.1f}, from clean {error(m, x_test):.1f}")

# %%
assert psnr["convolutional"] > psnr["noisy"] + 7
assert psnr["convolutional"] > psnr["dense"] + 0.3
assert error(cleaner, x_test) < error(cleaner, noisy, x_test)
assert error(dense_cleaner, x_test) > error(dense_cleaner, noisy, x_test)

# %% [markdown]
# The convolutional network cleans a little better than the dense one of the same code size.
# On *clean* inputs, which neither has seen in training, it does better still, and the dense
# one does *worse* than on noisy ones. We have not looked for the reason. A bottleneck of 32
# numbers bounds both; notebook 09 has wider networks.
#
# ## Your own images
#
# The same class reads any height and width, grey or in colour. First real digits, scanned
# in the 1990s and reduced to 8 × 8 pixels; scikit-learn has brought them along:

# %% mystnb={"image": {"alt": "Three rows of twelve coarse 8 \u00d7 8 digits: input, convolutional with 8 numbers, PCA with 8 numbers. The convolutional copies are closer."}} tags=["nbval-ignore-output"]
scanned = load_digits().images.astype(np.float32) / 16
known, new = scanned[:1_400], scanned[1_400:]
tiny = ConvAutoencoder((8, 8), channels=(16, 32), code_size=8, seed=0)
fit(tiny, known, epochs=20, learning_rate=1e-2, **how)
by_pca = evaluation.pca_reconstruct(known, new, 8)
rows = {"input": new, "conv": evaluation.reconstruct(tiny, new), "PCA": by_pca}
plots.show_rows({name: images[:12] for name, images in rows.items()})
loss = {n: evaluation.squared_error(new, y).mean() for n, y in rows.items()}
print(f"error {loss['conv']:.2f}, PCA {loss['PCA']:.2f}")
assert loss["conv"] < 0.9 * loss["PCA"]


# %% [markdown]
# Then a folder of images. In place of yours we fill a folder with pieces of two colour
# photographs. Scale the values to [0, 1] and put the colours first; that is all.

# %%
def read_folder(folder):
    """Read all PNG files: (n, 3, height, width), float32 in [0, 1]."""
    files = sorted(Path(folder).glob("*.png"))
    images = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    return np.stack(images).transpose(0, 3, 1, 2).astype(np.float32) / 255


# %%
photos = np.stack(load_sample_images().images)[:, :425, :625]
pieces = photos.reshape(2, 17, 25, 25, 25, 3).swapaxes(2, 3).reshape(-1, 25, 25, 3)
with tempfile.TemporaryDirectory() as folder:
    for number, piece in enumerate(pieces):
        Image.fromarray(piece).save(f"{folder}/{number:04}.png")
    colour = read_folder(folder)
print(colour.shape, colour.min() >= 0, colour.max() <= 1)

# %% mystnb={"image": {"alt": "Three rows of twelve small colour pieces of photographs: the input, the convolutional autoencoder's blurred copies, some of them brown where the input is green or red, and those of PCA, with more texture."}} tags=["nbval-ignore-output"]
order = np.random.default_rng(0).permutation(len(colour))
known, new = colour[order[:-100]], colour[order[-100:]]
paint = {"channels": (16, 32), "code_size": 32, "upsampling": "resize"}
painter = ConvAutoencoder(known.shape[1:], activation="silu", **paint, seed=0)
fit(painter, known, epochs=12, batch_size=20, learning_rate=1e-2, schedule="one-cycle")

rows = {"input": new, "conv": evaluation.reconstruct(painter, new)}
rows["PCA"] = evaluation.pca_reconstruct(known, new, 32)
sheet = np.concatenate([np.hstack(y[:12].transpose(0, 2, 3, 1)) for y in rows.values()])
plt.figure(figsize=(8, 2)).gca().imshow(sheet.clip(0, 1))
plt.axis("off")
loss = {n: evaluation.squared_error(new, y).mean() for n, y in rows.items()}
print(f"error {loss['conv']:.0f}, PCA {loss['PCA']:.0f}")
assert error(painter, known) > loss["PCA"]

# %% [markdown]
# It works, and it **loses to PCA**, and not only on new pieces: its error on the pieces that
# it has learned from is larger than PCA's error on new ones. Most pieces are smooth, which
# may suit PCA, and 12 epochs of 38 steps are few; we have not found out which of the two
# matters. PCA needs no iterative training: try that opponent first.
#
# ## Where it fails
#
# The maps move with the image, in steps of their strides. So a convolutional autoencoder
# should not mind if digits are off-centre, should it?
#
# **Predict first.** Digits moved to the right by 0 to 6 pixels, which none of the
# networks has seen: what share of their energy is lost? A third network has been trained
# on digits moved by up to 4 pixels in all directions.

# %%
rng = np.random.default_rng(0)
shifts = rng.integers(-4, 5, size=(len(x), 2))
anywhere = np.stack([np.roll(digit, by, (0, 1)) for digit, by in zip(x, shifts)])
mover = ConvAutoencoder(seed=0)
fit(mover, anywhere, epochs=10, learning_rate=1e-2, **how)

# %% mystnb={"image": {"alt": "Share of energy lost against shift, 0 to 6 pixels. Dense and convolutional rise steeply together, from a tenth to more than half, the convolutional a little lower. The network trained on moved digits begins higher than the convolutional one and stays low up to 4 pixels."}}
networks = {"dense": dense, "convolutional": conv, "trained on moved": mover}
lost = {name: [] for name in networks}
for shift in range(7):
    images = np.roll(x_test, shift, axis=2)
    energy = np.square(images).sum(axis=(1, 2)).mean()
    for name, model in networks.items():
        lost[name].append(error(model, images) / energy)
for name, shares in lost.items():
    plt.plot(shares, "o-", label=name)
plt.gca().set(xlabel="pixels moved", ylabel="share of energy lost", ylim=(0, None))
plt.legend();

# %%
assert lost["convolutional"][4] > 3 * lost["convolutional"][0]
assert lost["convolutional"][4] > 0.75 * lost["dense"][4]
assert lost["trained on moved"][4] < 0.6 * lost["convolutional"][4]
assert lost["trained on moved"][0] > lost["convolutional"][0]


# %% [markdown]
# It minds nearly as much as the dense one. Between the maps and the code stands a *dense*
# layer, to which a map that has moved looks like a new map. (That this layer is the reason is
# plausible and not tested here: a code without a dense layer would be the test.) Does the
# code notice? Compare how far it moves with how far apart the codes of two different digits
# are:

# %% tags=["nbval-ignore-output"]
def code_moves(model, shift):
    """Distance to the moved digit's code, relative to another digit's code."""
    here = evaluation.encode(model, x_test)
    there = evaluation.encode(model, np.roll(x_test, shift, axis=2))
    apart = np.linalg.norm(here - np.roll(here, 1, axis=0), axis=1).mean()
    return np.linalg.norm(here - there, axis=1).mean() / apart


for name, model in networks.items():
    print(f"{name:17}" + "".join(f"{code_moves(model, s):7.2f}" for s in (1, 2, 4)))
assert min(code_moves(model, 4) for model in networks.values()) > 0.7


# %% [markdown]
# Move a digit by 4 pixels, and its code is about as far away as that of another digit. It has
# to move: the decoder must put the digit back *where it was*, so the code has to say where.
# **Equivariance is built in, invariance is not**; a code that ignored the place could not
# tell the decoder where to put the digit.
#
# More that it cannot do:
#
# - **Copy the unknown.** It has seen dark digits on white paper, and nothing else.
# - **Compute cheaply.** Each filter is used at 49 or 196 places, so that one image takes more
#   multiplications than in the dense network, which has nearly four times the parameters.
# - **Win by itself.** Where neighbours mean nothing, as in a table of measurements or in
#   images whose pixels have been shuffled, what is built in is wrong. (What it costs there
#   has not been measured.)
#
# ## Exercises
#
# ### Exercise 1: the matrix of a convolution
#
# One dimension is enough. Write the matrix of a convolution of `n` values with a
# filter `w`, without padding.

# %% nbgrader={"grade": false, "grade_id": "ex10-1-matrix", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_matrix(w, n, stride):
    """Matrix of a one-dimensional convolution.

    w: (size,) filter; n: number of inputs; stride: step of the filter.
    Returns (outputs, n): as many rows as there are places where the filter fits.
    """
    ### BEGIN SOLUTION
    places = range(0, n - len(w) + 1, stride)
    matrix = np.zeros((len(places), n))
    for row, place in zip(matrix, places):
        row[place : place + len(w)] = w
    return matrix
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex10-1-matrix-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex10-1-matrix")


# %% [markdown]
# ### Exercise 2: who is reached how often?
#
# For a transposed convolution in one dimension, without padding: how many filter entries reach
# each output?

# %% nbgrader={"grade": false, "grade_id": "ex10-2-reached", "locked": false, "schema_version": 3, "solution": true, "task": false}
def times_reached(n, size, stride):
    """Number of filter entries that reach each output.

    n: number of inputs; size: length of the filter; stride: step between stamps.
    Returns (stride * (n - 1) + size,) whole numbers.
    """
    ### BEGIN SOLUTION
    counts = np.zeros(stride * (n - 1) + size)
    for place in range(n):
        counts[stride * place : stride * place + size] += 1
    return counts
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex10-2-reached-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex10-2-reached")


# %% [markdown]
# ### Exercise 3: count the parameters
#
# Weights and biases of a convolutional autoencoder as above, for square grey images
# and an odd filter size. Each convolution halves the side, rounding up.

# %% nbgrader={"grade": false, "grade_id": "ex10-3-count", "locked": false, "schema_version": 3, "solution": true, "task": false}
def count_parameters(side, channels, kernel, code_size):
    """Number of weights and biases, encoder and decoder.

    side: height and width of the image; channels: filters of each convolution, first
    to last; kernel: height and width of the filters; code_size: numbers in the code.
    """
    ### BEGIN SOLUTION
    total, below = 0, 1
    for above in channels:
        total += 2 * kernel**2 * below * above + above + below
        side, below = (side + 1) // 2, above
    values = side**2 * below
    return total + 2 * values * code_size + code_size + values
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex10-3-count-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex10-3-count")

# %% [markdown]
# ### Exercise 4: in your own words
#
# "Convolutions are shift invariant", says a fellow student. "So I can find all pictures
# of the same digit, wherever it stands, by comparing the codes of a convolutional
# autoencoder." What is right about that, what is wrong, how would you measure it, and
# what would have to be changed? (About 100 words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex10-4-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
# Convolutions are equivariant, not invariant: if the image moves by a multiple of the
# strides, the feature maps move along (away from the border). The code is made from the
# maps by a dense layer, so that it changes, and it has to: the decoder needs to know
# where to put the digit. I would measure the distance between the codes of a digit and of
# the moved digit, and divide it by the distance between the codes of two different
# digits; near 1 means that the search is useless. To search, I would need features that
# forget the place, such as the mean or the maximum of each map, or a network that was
# trained to tell classes apart on moved digits.

# %% [markdown]
# ## Summary
#
# - A convolution is a dense layer with two facts built in: outputs see a neighbourhood only,
#   and all places are alike.
# - The decoder's transposed convolution stamps its filter once per value (F1). Its matrix is the
#   transpose of the convolution's, to 1e-12; it is what backpropagation does, and no inverse.
# - At equal code size, our convolutional network had a quarter of the dense one's parameters
#   and made smaller errors on new digits; with 300 training images it was farther ahead than
#   with 3,000.
# - Stamps whose size the stride does not divide overlap unevenly: a checkerboard early in
#   training, which these networks had unlearned after ten epochs. Even stamps or resizing
#   start with far less of it, which does not mean that they can't make one.
# - If the image moves by a multiple of the strides, the maps move with it, but the code does
#   not stay the same: a digit off-centre is a stranger, unless one trains on digits
#   off-centre.
#
# Next: [the course map](README.md); notebook 11 makes the code a random variable and
# draws new digits.
#
# ## Further reading
#
# 1. A. Odena, V. Dumoulin and C. Olah, "Deconvolution and checkerboard artifacts", *Distill*
#    (2016), [doi:10.23915/distill.00003](https://doi.org/10.23915/distill.00003): with
#    interactive figures.
# 2. V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning" (2016),
#    [arXiv:1603.07285](https://arxiv.org/abs/1603.07285): sizes, strides and paddings, drawn.
# 3. M. D. Zeiler, D. Krishnan, G. W. Taylor and R. Fergus, "Deconvolutional networks", CVPR
#    (2010), [doi:10.1109/CVPR.2010.5539957](https://doi.org/10.1109/CVPR.2010.5539957): where
#    the lecture's word comes from.
# 4. J. Masci, U. Meier, D. Cireşan and J. Schmidhuber, "Stacked convolutional auto-encoders
#    for hierarchical feature extraction", ICANN (2011),
#    [doi:10.1007/978-3-642-21735-7_7](https://doi.org/10.1007/978-3-642-21735-7_7).
