# %% [markdown] slideshow={"slide_type": "slide"}
# # 02 · Latent variables
#
# **Who pulls the strings?** A picture of a digit has 784 pixels, but whoever wrote it made
# only a few decisions: which digit, how far to lean, which pen. Those decisions are not in
# the file. Can they be found in it?
#
# **You will**
#
# - prove that the minimum of a linear autoencoder is PCA's subspace, and see what it takes to
#   find the same axes;
# - mix texts from three topics, and count how many flat directions two interacting numbers need;
# - compute a dependence that a hidden cause explains, and one that knowing an effect *creates*;
# - measure what can be read from codes of 2, 8 and 32 numbers, and what the same reader gets
#   from pixels, PCA, Isomap and k-means anyway.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** B1 to B5.
# **Before:** [notebook 01](01-shallow-autoencoder.ipynb) builds the autoencoders used here.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, PCA
from sklearn.manifold import Isomap
from sklearn.neighbors import KNeighborsRegressor

from aelib import diagrams, evaluation, explore, load_data, plots, probes
from aelib.autoencoders import Autoencoder
from aelib.desk import predictions
from aelib.desk.verdicts import verdict
from aelib.digits import drawn
from aelib.results import load_table
from aelib.training import fit

plots.use_style()

# %% [markdown]
# ## What is a latent variable? (B1)
#
# An **observable** is what was recorded, here the pixels. A **latent variable** was not
# recorded, and yet it explains what was: how far the hand leaned, how wide the pen was, which
# digit the writer had in mind. Whether such variables exist is often a matter of taste
# (intelligence? the topic of a text?). For the drawn digits of this course it is a matter of
# fact: a program drew them, and it kept a record. So here a claim can be checked.
#
# The lecture names three things that latent variables do, and we follow its order. They are a
# *basis* of which observables are mixtures (B2). They explain *complex behaviour* by a few
# causes that interact (B3). They explain why observables *depend* on each other (B4). Then
# comes the claim that autoencoders can discover latent variables (B5). This is the machine:

# %% mystnb={"image": {"alt": "Seven bars for the layers of an autoencoder with 784, 256, 64, 2, 64, 256 and 784 units; the shortest, in the middle, is the code h, and the arrows to its left are the encoder, those to its right the decoder."}} slideshow={"slide_type": "slide"}
sizes = [784, 256, 64, 2, 64, 256, 784]
names = ["x", "", "", "code h", "", "", "ŷ"]
arrows = ["", "encode", "", "", "decode", ""]
diagrams.draw_layers(sizes, names, arrows);

# %% [markdown]
# The right half tells the story of latent variables: from a few numbers $h$ come many pixels.
# The left half has to run the story backwards. Nobody tells the network what the numbers
# should mean.
#
# ## A basis: observables as mixtures (B2)
#
# The simplest latent variables are those of which the observables are **linear
# combinations**: $x\approx\mu+\sum_k h_k v_k$. **Principal component** analysis (PCA) takes for
# $v_1, v_2, \dots$ the eigenvectors of the data's covariance $S$, ordered by their eigenvalues,
# which are the variances of the $h_k$. To have quick results, we halve the resolution: 14 × 14
# = 196 pixels.

# %% mystnb={"image": {"alt": "Above: the first fourteen principal components, blurred patterns of dark and light. Below: ten digits rebuilt from 0, 1, 3, 6, 20 and 60 of them, from a common cloud to readable digits."}} slideshow={"slide_type": "slide"}
data = load_data(n_train=20_000)
x = torch.from_numpy(data.train.images[:10_000])
small = torch.nn.AvgPool2d(2)(x).flatten(1).double().numpy()
mean = small.mean(axis=0)
pca = PCA(svd_solver="covariance_eigh").fit(small)
scores, v = pca.transform(small), pca.components_
rebuilt = {f"{k}": mean + scores[:10, :k] @ v[:k] for k in (0, 1, 3, 6, 20, 60)}
figure, (above, below) = plt.subplots(2, 1, figsize=(7, 5.2), height_ratios=[1, 5])
plots.show_features(v[:14], ax=above)
plots.show_rows({**rebuilt, "input": small[:10]}, ax=below);

# %% [markdown]
# From row to row more components are added, up to 60 (the first fourteen are shown above); the last
# row is the input. A **scree plot** shows
# the variance along each component (the name is that of the rubble at the foot of a cliff).

# %% mystnb={"image": {"alt": "Left, scree plot: the variance along the components falls steeply from 1.2 and flattens out, with small steps, after the tenth. Right: the share of variance held by the first k components rises quickly to one half at about eight and to nine tenths at about forty-five."}} slideshow={"slide_type": "slide"}
variance = pca.explained_variance_
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.8))
left.plot(np.arange(1, 41), variance[:40], "o-", ms=3)
left.set(xlabel="component", ylabel="variance", ylim=0, title="scree plot")
right.plot(np.arange(197), np.r_[0, pca.explained_variance_ratio_.cumsum()])
right.set(xlabel="first k components", ylabel="share of the variance", ylim=(0, 1.02));

# %% [markdown]
# ### Eigenfunctions
#
# Where the observables form a curve, the components are curves too, called
# **eigenfunctions**. For a random walk they can be computed. Up to times $s$ and $t$, two
# values of one walk share the steps until the earlier time, so their covariance is
# $\min(s,t)$, and an eigenfunction $\varphi$ with eigenvalue $\kappa$ satisfies
# $\int_0^1\min(s,t)\,\varphi(s)\,ds=\kappa\,\varphi(t)$. Differentiate once:
# $\int_t^1\varphi(s)\,ds=\kappa\,\varphi'(t)$. And again: $-\varphi(t)=\kappa\,\varphi''(t)$, whose
# solutions are sines and cosines. The first line says $\varphi(0)=0$, the second
# $\varphi'(1)=0$; that leaves $\varphi_k(t)=\sqrt2\,\sin\big((k-\tfrac12)\pi t\big)$.

# %% mystnb={"image": {"alt": "Left: forty random walks that spread out from zero. Right: the first three components of 2,000 walks, wavy lines, lie on the dashed sines of the formula: a quarter, three quarters and five quarters of a wave."}} slideshow={"slide_type": "slide"}
steps = np.random.default_rng(0).normal(size=(2_000, 200))
walks, time = steps.cumsum(axis=1) / np.sqrt(200), np.arange(1, 201) / 200
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.8))
left.plot(time, walks[:40].T, color="grey", lw=0.5)
for k, curve in enumerate(PCA(3).fit(walks).components_ * np.sqrt(200)):
    sine = np.sqrt(2) * np.sin((k + 0.5) * np.pi * time)
    curve = curve * np.sign(curve @ sine)
    assert np.mean(curve * sine) > 0.98
    right.plot(time, curve, lw=1)
    right.plot(time, sine, "k--", lw=1)
left.set(xlabel="time", title="random walks")
right.set(xlabel="time", title="components, eigenfunctions (dashed)");

# %% [markdown]
# ### PCA is the best linear autoencoder
#
# A linear autoencoder without biases, $\hat y=W_2W_1x$, has $k$ units and centred data, the
# rows of $X$. What is the least error that it can reach? Four steps lead to a theorem of Eckart
# and Young.
#
# 1. *Rank.* Each output is a combination of the $k$ columns of $W_2$. So all outputs lie in
#    one subspace of $k$ dimensions; let $q_1,\dots,q_k$ be an orthonormal basis of it.
# 2. *Projection.* No point of the subspace is nearer to $x$ than the projection of $x$, so by
#    Pythagoras the mean squared error is at least
#    $\operatorname{tr}S-\sum_j q_j^\top S\,q_j$.
# 3. *The largest variances.* With the eigenvectors $v_i$ of $S$ and their variances $s_i$,
#    $\sum_j q_j^\top S\,q_j=\sum_i s_ic_i$, where $c_i=\sum_j(q_j^\top v_i)^2$. Each $c_i$ is at
#    most 1, because it is the squared length of a projection of a unit vector; and
#    $\sum_ic_i=\sum_j\lVert q_j\rVert^2=k$. Such a sum is largest if the $k$ largest variances
#    get $c_i=1$ and all others 0. So the error is at least $\sum_{i>k}s_i$.
# 4. *Reached.* $W_2=(v_1\dots v_k)$ with $W_1=W_2^\top$ attains it, and that is PCA. If
#    $s_k>s_{k+1}$, no other $c$ does: the columns of $W_2$ then span PCA's subspace.
#
# That is about the minimum. Does training arrive there? Baldi and Hornik [2] proved that
# there is no other local minimum, for data whose covariance can be inverted and has distinct
# eigenvalues. Ours cannot be inverted: some pixels are white in every image. So we look.
# **Principal angles** are all 0° if two subspaces are the same. We take six units, because on
# the scree plot the seventh component is clearly weaker than the sixth.

# %%
linear = Autoencoder([196, 6], activation="linear", output="linear", seed=0)
found = []
for epoch in range(30):
    w2 = linear.decoder[0].weight.detach().numpy()  # (196, 6): columns span
    found.append([probes.principal_angles(w2, v[[k]].T)[0] for k in range(6)])
    fit(linear, small - mean, epochs=1, batch_size=500, learning_rate=2e-3, seed=epoch)

# %% mystnb={"image": {"alt": "Angle of each of six principal components to the decoder's subspace against epochs: all start near 80 degrees and fall towards zero, the two strongest components first, the others a few epochs later."}} slideshow={"slide_type": "slide"}
figure, ax = plt.subplots(figsize=(6, 3))
for k, angles in enumerate(np.transpose(found)):
    colour = plt.cm.cividis(k / 6)
    ax.plot(angles, ".-", color=colour, label=f"v{k + 1}")
ax.set(xlabel="epoch", ylabel="angle to the decoder's subspace (°)", ylim=(0, 92))
ax.legend(ncols=2)
assert np.mean(found, axis=0).argmin() == 0  # the strongest is found first

# %% [markdown]
# In this run all six angles fall towards zero, that of the strongest component first. How near
# do we get, with 50 more epochs and smaller steps?

# %% tags=["nbval-ignore-output"]
fit(linear, small - mean, epochs=50, batch_size=500, learning_rate=5e-4)
w1, w2 = (part[0].weight.detach().numpy() for part in (linear.encoder, linear.decoder))
pairs = {
    "columns of the decoder": (w2, v[:6].T),
    "codes, and PCA's scores": ((small - mean) @ w1.T, scores[:, :6]),
    "rows of the encoder": (w1.T, v[:6].T),
}
angle = {what: probes.principal_angles(*pair)[0] for what, pair in pairs.items()}
for what, largest in angle.items():
    print(f"{what:24} largest angle {largest:5.1f}°")
assert angle["columns of the decoder"] < 3 and angle["codes, and PCA's scores"] < 6
assert angle["rows of the encoder"] > 10

# %% [markdown]
# The last line is a trap. The encoder's rows point elsewhere: in directions in which the data
# hardly vary, such as the pixels at the margin, they give hardly any reason to forget the
# random weights of the start. That does the codes no harm (second line). So judge an encoder by
# its codes.
#
# ### The same subspace; the same axes?

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "02-axes",
    "A linear autoencoder with six units has reached its minimum. What have its units in "
    "common with the first six principal components?",
    [
        "each unit is one component",
        "they are other axes of the same space",
        "they span another space with the same error",
    ],
)

# %% [markdown] slideshow={"slide_type": "slide"}
# For any invertible $A$, the weights $W_2A^{-1}$ and $AW_1$ give the same outputs as $W_2$ and
# $W_1$, so the error alone cannot choose axes. A weight penalty, $\frac\lambda2\sum w^2$ (the
# lecture's C1, [notebook 03](03-weight-penalty.ipynb)), can, even without more [3]. The proof is
# short with **tied weights**, which use one matrix twice, $W_1=W$ and $W_2=W^\top$, and are
# counted once; tying alone chooses nothing. Write $W=O\,D\,U^\top$ (singular value decomposition,
# $D$ with the singular values $d_j$ on its diagonal). Then $W^\top W=UD^2U^\top$: the rotation
# $O$ of the units has dropped out. With $s_j=u_j^\top S u_j$, the variance along $u_j$,
#
# $$J=\tfrac12\operatorname{tr}\big[(I-UD^2U^\top)\,S\,(I-UD^2U^\top)\big]+\tfrac\lambda2\sum_jd_j^2
# =\tfrac12\Big[\operatorname{tr}S-\sum_js_j(2d_j^2-d_j^4)+\lambda\sum_jd_j^2\Big].$$
#
# The derivative with respect to $d_j^2$ is zero at $d_j^2=1-\lambda/(2s_j)$, if $s_j>\lambda/2$
# (else $d_j=0$ is best); put that in, and what remains is
# $J=\frac12\big[\operatorname{tr}S-\sum_jf(s_j)\big]$ with $f(s)=(s-\lambda/2)^2/s$ for
# $s>\lambda/2$, and 0 otherwise.
#
# - Without a penalty, $f(s)=s$: only the *sum* of the variances counts, and every orthonormal
#   basis of PCA's subspace has the same sum.
# - With a penalty, $f$ is convex and (for $s>\lambda/2$) increasing, so it prefers large and
#   *unequal* variances, and of all orthonormal bases the eigenvectors have the most unequal
#   ones (Schur). So the $u_j$ *are* the principal
#   components, and the singular values tell their order. They can be computed from the
#   decoder [3].
# - The units themselves are still turned by $O$. Penalties that differ from unit to unit
#   ($\lambda_1<\lambda_2<\dots$) fix that as well [4].
#
# Is it the penalty that chooses, or the tying? *Check* both, each with and without the other, by
# the exact cost, which needs the data's covariance only, and L-BFGS, which comes much closer to
# the minimum. (Two matrices pay twice, so without tying each pays half the price.)

# %%
covariance, identity = torch.tensor(np.cov(small.T, bias=True)), torch.eye(196).double()


def at_the_minimum(tied, decay, seed):
    """Return encoder and decoder, each (196, 6); `decay` is one λ per unit."""
    chance = torch.Generator().manual_seed(seed)
    layers = 0.1 * torch.randn(1 if tied else 2, 6, 196, generator=chance).double()
    layers.requires_grad_()
    optimizer = torch.optim.LBFGS([layers], max_iter=300, line_search_fn="strong_wolfe")

    def cost():
        rest = identity - layers[-1].T @ layers[0]
        j = ((rest @ covariance) * rest).sum() / 2
        j = j + (torch.tensor(decay)[:, None] * layers**2).sum() / 2
        optimizer.zero_grad()
        j.backward()
        return j

    optimizer.step(cost)
    layers = layers.detach().numpy()
    return layers[0].T, layers[-1].T


# %%
equal, unequal = np.full(6, 0.1), 0.1 * np.arange(1, 7)
wishes = {
    "the error alone": (False, np.zeros(6)),
    "equal λ": (False, equal / 2),
    "unequal λ": (False, unequal / 2),
    "tied": (True, np.zeros(6)),
    "tied, equal λ": (True, equal),
    "tied, unequal λ": (True, unequal),
}
networks = {
    name: [at_the_minimum(*wish, seed) for seed in range(3)]
    for name, wish in wishes.items()
}


# %% tags=["claim-02-axes"]
def compare(w1, w2):
    """Angle of the spaces, |cosines| of components with units and u, and W₁ᵀ from W₂."""
    units, u = w2 / np.linalg.norm(w2, axis=0), np.linalg.svd(w2)[0][:, :6]
    apart = np.linalg.norm(w1 - w2) / np.linalg.norm(w2)
    angle = probes.principal_angles(w2, v[:6].T)[0]
    return angle, abs(v[:6] @ units), abs(v[:6] @ u), apart


print(
    f"{'three starts each':17} same space  u: components  units: components  W₁ᵀ = W₂"
)
verdicts = {}
for name, starts in networks.items():
    angles, by_unit, by_u, apart = zip(*(compare(*start) for start in starts))
    each = [np.max(by_unit, axis=1).min(), np.min([np.diag(c) for c in by_u])]
    verdicts[name] = max(angles) < 1, each[1] > 0.99, each[0] > 0.99, max(apart) < 0.01
    print(f"{name:18}", "".join(f"{bool(yes)!s:15}" for yes in verdicts[name]))
assert [sum(yes) for yes in verdicts.values()] == [1, 3, 4, 2, 3, 4]

# %% mystnb={"image": {"alt": "Two rows of six six-by-six colour maps of absolute cosines, three of them without and three with tied weights. Above, components against units: mixed values everywhere, except for the two maps with unequal penalties, which are diagonals. Below, components against the singular directions u of the decoder: mixed for the two maps without a penalty, a diagonal for the four with one."}} slideshow={"slide_type": "slide"}
figure, axes = plt.subplots(2, 6, figsize=(10, 3.6), sharex=True, sharey=True)
for (name, starts), column in zip(networks.items(), axes.T):
    for ax, cosines, what in zip(column, compare(*starts[0])[1:3], ("unit", "u")):
        image = ax.imshow(cosines, vmin=0, vmax=1, cmap="Blues")
        ax.set(xticks=[], yticks=[], xlabel=what)
        ax.grid(False)
    column[0].set_title(name, fontsize=9)
for ax in axes[:, 0]:
    ax.set_ylabel("component")
bar = figure.colorbar(image, ax=axes, label="|cosine|", shrink=0.7)

# %% slideshow={"slide_type": "slide"}
predictions.reveal("02-axes", "they are other axes of the same space")

# %% [markdown]
# All eighteen networks found PCA's subspace. It is the penalty that chooses axes: with it, the
# singular directions $u$ of the decoder are the components, one by one, tied or not (lower row);
# without it, tying chooses nothing. With unequal penalties the units themselves are the
# components (upper row). And under a penalty nobody has to tie the weights: the two matrices
# became each other's transposes (last column), as Kunin and others have proved for equal
# penalties [3]. Reconstruction alone finds a *space*; it takes a further wish to make its *axes*
# mean something. Sparsity, in [notebook 05](05-sparse-features.ipynb), is another such wish.
#
# ## Complex behaviour from a few causes (B3)
#
# ### Texts from topics
#
# The lecture's example: texts, explained by topic mixtures. Three topics, each with its own
# probabilities for twelve words; a text has *shares* $\theta$ of the topics, and each of its 60
# words comes from a topic drawn by these shares. So
# $P(\text{word})=\sum_t\theta_t\,P(\text{word}\mid t)$. Twelve probabilities move, but only two
# numbers move them, since the shares add up to 1; the counts also scatter by chance.

# %%
words = ["goal", "team", "match", "cup", "salt", "oven"]
words += ["soup", "table", "vote", "law", "bill", "party"]
topics = np.array(
    [
        [0.25, 0.20, 0.20, 0.20, 0.00, 0.00, 0.00, 0.10, 0.00, 0.00, 0.00, 0.05],
        [0.00, 0.00, 0.00, 0.10, 0.20, 0.20, 0.20, 0.15, 0.00, 0.00, 0.10, 0.05],
        [0.00, 0.05, 0.00, 0.00, 0.00, 0.00, 0.00, 0.05, 0.25, 0.25, 0.20, 0.20],
    ]
)


def write(seed, texts=2_000):
    """Return shares of topics and shares of words in as many texts."""
    rng = np.random.default_rng(seed)
    theta = rng.dirichlet([0.5, 0.5, 0.5], size=texts)
    return theta, np.stack([rng.multinomial(60, t @ topics) for t in theta]) / 60


# %% [markdown]
# Who finds the topics again, given only the texts? PCA's axes, the centres of k-means, or
# non-negative matrix factorization (NMF), which looks for mixtures too, but insists that
# nothing is negative? For each topic the best |cosine| among the three directions found counts;
# printed is that of the worst topic, for three collections of texts.

# %% tags=["claim-02-topics"]
def best_match(directions):
    """Best |cosine| of each topic with any of the directions; the worst topic's."""
    rows = [a / np.linalg.norm(a, axis=1, keepdims=True) for a in (topics, directions)]
    return abs(rows[0] @ rows[1].T).max(axis=1).min()


match = {"PCA": [], "k-means": [], "NMF": []}
for seed in range(3):
    theta, texts = write(seed)
    match["PCA"].append(best_match(PCA(3).fit(texts).components_))
    clusters = KMeans(3, n_init=5, random_state=seed).fit(texts)
    match["k-means"].append(best_match(clusters.cluster_centers_))
    nmf = NMF(3, init="nndsvda", max_iter=2_000, random_state=seed).fit(texts)
    match["NMF"].append(best_match(nmf.components_))
for name, values in match.items():
    print(f"{name:8} three collections of texts: {np.round(values, 2).tolist()}")
assert min(match["NMF"]) > 0.99 > max(match["k-means"]) > 0.9 > max(match["PCA"])

# %% mystnb={"image": {"alt": "Left: a colour map of three topics by twelve words. Right: 2,000 texts in the plane of the first two principal components form a triangle; black crosses at its corners are the topics, circles around them are what NMF found; squares of k-means lie inside the triangle, near the corners."}} slideshow={"slide_type": "slide"}
plane = PCA(2).fit(texts)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), width_ratios=[1.25, 1])
image = left.imshow(topics, cmap="Blues")
left.set_xticks(range(12), words, rotation=60, ha="right")
left.set(
    yticks=range(3),
    yticklabels=["sport", "kitchen", "politics"],
    title="P(word | topic)",
)
left.grid(False)
bar = figure.colorbar(image, ax=left, shrink=0.5)
right.scatter(*plane.transform(texts).T, c=theta, s=3)
found = nmf.components_ / nmf.components_.sum(axis=1, keepdims=True)
right.plot(*plane.transform(topics).T, "kx", ms=9, label="topics")
right.plot(*plane.transform(found).T, "ko", ms=13, mfc="none", label="NMF")
right.plot(
    *plane.transform(clusters.cluster_centers_).T, "ks", mfc="w", label="k-means"
)
right.set(xticks=[], yticks=[], xlabel="component 1", ylabel="component 2")
right.legend(loc="center left", bbox_to_anchor=(1, 0.5));

# %% [markdown]
# The texts fill a triangle, scattered by the chance that picks words. PCA has found its
# plane. The topics are its *corners*: NMF finds them, k-means stops short of them, and PCA's
# axes do not look for corners. The model behind this picture is called latent Dirichlet
# allocation [5].
#
# ### Causes that interact
#
# Topics add up. The lecture says *structured interactions*, and that is more. Take two
# traits, and how likely somebody is to help a stranger in the street: 0.1 if neither bold nor
# kind, 0.2 if either, 0.9 if both.

# %%
helps = np.array([[0.1, 0.2], [0.2, 0.9]])  # rows: timid, bold; columns: unkind, kind
print("what kindness adds: timid {:.1f}, bold {:.1f}".format(*np.diff(helps).ravel()))

# %% [markdown]
# If effects only added up, the two differences would be equal. Where they are not, there is an
# **interaction**.
#
# Pictures of digits are full of it. The generator of the drawn digits draws one and the same
# 4 here, and *only two numbers vary*, slant and width of the pen. (Nothing in this section
# depends on your data set.)

# %%
still = replace(drawn.NATURAL, pressure=0.0, edge=(1.1, 1.1), grain=0.0)
skeletons = drawn.load_skeletons()


def draw(slant, width, way=60):
    """Draw pictures that differ in slant and width of the pen, and in no more."""
    same = np.full(drawn.CHUNK, way)  # one way of writing one digit, 250 times
    ink, stroke = skeletons.points[same], skeletons.same_stroke[same]
    lean = slant - drawn.slant_of(ink, drawn.ink_per_point(ink, stroke))
    ink = drawn.fit_box(drawn.shear(ink, lean), width)
    no_chance = drawn.Chance(np.random.default_rng(0), clip=0.0)
    return drawn.ink_in(no_chance, still, ink, width, same)[0] / np.float32(255)


def draw_all(pairs, way=60):
    """Draw a picture for each row (slant, width), a multiple of 250 of them."""
    chunks = np.float32(pairs).reshape(-1, drawn.CHUNK, 2)
    return np.concatenate([draw(*chunk.T, way) for chunk in chunks])


# %% mystnb={"image": {"alt": "A grid of the digit 4: leaning more and more from left to right, drawn with a thicker pen from top to bottom."}} slideshow={"slide_type": "slide"}
slants, widths = np.linspace(-0.5, 0.7, 50), np.linspace(1.4, 4.0, 20)
grid = np.stack(np.meshgrid(slants, widths), axis=-1)  # (20 widths, 50 slants, 2)
table = draw_all(grid).reshape(20, 50, 784)
plots.show_images(table[::5, ::6].reshape(-1, 784), columns=9);

# %% slideshow={"slide_type": "slide"}
predictions.number(
    "02-components",
    "Let only the slant vary: four principal components hold 90 % of the variance. Let only "
    "the pen vary: two do. How many does it take if both vary, each independently?",
    bands=["0", "1", "2", "4"],
)


# %% tags=["claim-02-interaction"]
def components(pictures):
    """Return how many components hold 90 % of the variance."""
    held = PCA(svd_solver="covariance_eigh").fit(pictures.reshape(-1, 784))
    return 1 + int((held.explained_variance_ratio_.cumsum() < 0.9).sum())


print("slant  pen  both  both, as if they added up")
for way in (60, 10, 30, 45):  # ways of writing four digits
    cells = draw_all(grid, way).reshape(20, 50, 784)
    by_slant, by_pen = cells.mean(axis=0)[None], cells.mean(axis=1)[:, None]
    added = by_slant + by_pen - cells.mean(axis=(0, 1))
    numbers = [components(part) for part in (cells[10], cells[:, 25], cells, added)]
    print("{:5} {:4} {:5} {:5}".format(*numbers))
    assert numbers[3] <= numbers[0] + numbers[1] < numbers[2]

# %% slideshow={"slide_type": "slide"}
both = components(table)
predictions.reveal("02-components", both)

# %% [markdown]
# The first line is our 4. Four components and two make eight. If the picture were one effect of
# the slant *plus* one of the pen (last column: the best such sum for each picture), four
# components would suffice. So the difference is interaction, and the three other ways of writing
# show it, too. Where it sits:

# %% mystnb={"image": {"alt": "Five pictures: an upright thin 4; what leaning adds, dark and light strokes; what a thick pen adds, dark outlines; the leaning thick 4; and what is left of it after both effects were added, strong dark and light strokes at the places that the leaning outline enters and leaves."}} slideshow={"slide_type": "slide"}
upright = np.abs(slants).argmin()
corner, leaning = table[0, upright], table[0, -1]
thick, last = table[-1, upright], table[-1, -1]
effects = {"upright, thin": corner, "+ leaning": leaning - corner}
effects |= {"+ thick": thick - corner, "leaning, thick": last}
effects["interaction"] = last - (leaning + thick - corner)
figure, axes = plt.subplots(1, 5, figsize=(9, 2.2))
for ax, (name, picture) in zip(axes, effects.items()):
    image = ax.imshow(picture.reshape(28, 28), vmin=-1, vmax=1, cmap="RdBu_r")
    ax.set(title=name, xticks=[], yticks=[])
    ax.grid(False)
bar = figure.colorbar(image, ax=axes, shrink=0.7)

# %% [markdown]
# A thicker pen inks different pixels when the digit leans. The pictures form a *curved* sheet
# with two directions in the space of 784, and flat directions can only enclose it: each factor
# alone already bends it (four components for one number), and the interaction bends it further.
# We give a nonlinear autoencoder two code units and 3,000 pictures with random slants and
# widths, three times from different starts. Its opponents get two numbers, too: PCA, and
# Isomap, a method that was made to unroll sheets [6] (it is content with 1,000 of the pictures).

# %%
rng = np.random.default_rng(1)
truth = rng.uniform([-0.5, 1.4], [0.7, 4.0], size=(4_000, 2)).astype(np.float32)
fours = draw_all(truth)
learn, flat = fours[:3_000], fours.reshape(4_000, 784)
isomap = Isomap(n_neighbors=100).fit(flat[:1_000])
codes = {
    "PCA": PCA(2).fit(flat[:3_000]).transform(flat),
    "Isomap": isomap.transform(flat),
}
settings = {"epochs": 40, "batch_size": 100, "schedule": "one-cycle"}
for seed in range(3):
    finder = Autoencoder([784, 256, 64, 2], activation="silu", code="linear", seed=seed)
    fit(finder, learn, learning_rate=3e-3, seed=seed, **settings)
    codes[f"autoencoder, start {seed + 1}"] = evaluation.encode(finder, fours)

# %% mystnb={"image": {"alt": "Six scatter plots of two-number codes, coloured by slant above and by width of the pen below. PCA: a horseshoe, slant runs along it, widths lie on top of each other at its ends. Isomap: a flat sheet, slant changes from left to right and width from top to bottom. Autoencoder: a bent and torn sheet in which slant changes along one direction and width along another."}} slideshow={"slide_type": "slide"} tags=["cover"]
figure, axes = plt.subplots(2, 3, figsize=(8.5, 5.2))
shown = ["PCA", "Isomap", "autoencoder, start 3"]
for row, name, factor in zip(axes, ("slant", "width of the pen"), truth.T):
    for ax, method in zip(row, shown):
        h = codes[method][3_000:]
        points = ax.scatter(*h.T, c=factor[3_000:], s=5, cmap="viridis")
        ax.set(title=method, xticks=[], yticks=[])
        ax.grid(False)
    bar = figure.colorbar(points, ax=row, label=name)

# %% [markdown]
# The colours were shown to none of the three. Slant runs along each of the shapes. At the ends
# of PCA's horseshoe, pens of different width lie on top of each other; the two nonlinear methods
# have spread them out. (The tears may come from the generator, which moves the ink by whole
# pixels.) In numbers, on 1,000 pictures that no method has learned from, by a reader that can
# only draw straight lines and by one that averages over the ten nearest codes:

# %% tags=["nbval-ignore-output", "claim-02-two-units"]
nearest = {}
print(f"{'R² of':22} linear: slant  pen   nearest: slant    pen")
for method, h in codes.items():
    h = (h - h.mean(axis=0)) / h.std(axis=0)
    parts = [(h[:3_000], t[:3_000], h[3_000:], t[3_000:]) for t in truth.T]
    linear_r2 = [probes.factor_r2(*part) for part in parts]
    nearest[method] = [
        KNeighborsRegressor(10).fit(a, b).score(c, d) for a, b, c, d in parts
    ]
    numbers = "{:13.2f} {:5.2f} {:15.3f} {:6.3f}".format(*linear_r2, *nearest[method])
    print(f"{method:22} {numbers}")
curved = [r2 for method, r2 in nearest.items() if method != "PCA"]
assert np.min(curved) > 0.95 > 0.9 > nearest["PCA"][1]

# %% [markdown]
# From each start, the autoencoder's two numbers hold both factors, and so do Isomap's, whereas
# PCA's hold less of the pen (0.84): what it takes is a method that may bend. The autoencoder
# holds them *bent*, for a straight ruler reads the pen badly; from Isomap, which keeps distances
# along the sheet, it reads both. So "the code has found slant and width" is true here with a
# footnote: the autoencoder has found the sheet, and has drawn coordinates of its own choice on
# it. What it has and Isomap lacks is a decoder, which draws a picture for every point of the
# plane.
#
# ## Why observables depend on each other (B4)
#
# A world that fits on a napkin. A hand leans ($h=1$) or stands upright ($h=0$), each with
# probability ½. Let $x$ be a pixel at the top right and $y$ one at the bottom left, the two
# ends of a leaning stroke. Given $h$, chance decides for each of them separately:

# %%
p_h = np.array([0.5, 0.5])  # upright, leaning
p_x = np.array([[0.8, 0.2], [0.2, 0.8]])  # P(x|h): row h, column x = white, black
p_y = np.array([[0.9, 0.1], [0.1, 0.9]])  # P(y|h)
with_h = p_h[:, None, None] * p_x[:, :, None] * p_y[:, None, :]  # P(h, x, y)
joint = with_h.sum(axis=0)  # P(x, y) = Σ_h P(h) P(x|h) P(y|h)
print("P(both black) =", joint[1, 1].round(2), "=", "½ · 0.2 · 0.1 + ½ · 0.8 · 0.9")

# %% [markdown] slideshow={"slide_type": "slide"}
# If they were independent, it would be $\frac12\cdot\frac12=0.25$. The **mutual information**
# puts a number on the dependence, in bits; it is zero for independent variables and for no
# others [1]:
#
# $$I(x;y)=\sum_{x,y}P(x,y)\,\log_2\frac{P(x,y)}{P(x)\,P(y)}.$$

# %%
by_hand = 2 * 0.37 * np.log2(0.37 / 0.25) + 2 * 0.13 * np.log2(0.13 / 0.25)
by_probes = probes.mutual_information(joint)
print(f"I(x; y) = {by_hand:.4f} bits by hand, {by_probes:.4f} by probes")
assert np.isclose(by_hand, by_probes, rtol=1e-12)

# %% [markdown]
# Now suppose that we know $h$. Among leaning hands both are black with probability
# $0.8\cdot0.9=0.72$, which is $P(x{=}1\mid h)\,P(y{=}1\mid h)$, and so for every entry of both
# tables: $P(x,y\mid h)=P(x\mid h)\,P(y\mid h)$.

# %% mystnb={"image": {"alt": "Three tables of two by two probabilities: all hands with 0.37 and 0.13, upright with 0.72 at white-white, leaning with 0.72 at black-black."}} slideshow={"slide_type": "slide"}
tables = {"all hands": joint, "upright": with_h[0] / 0.5, "leaning": with_h[1] / 0.5}
figure, axes = plt.subplots(1, 3, figsize=(7, 2.4))
for ax, (name, cells) in zip(axes, tables.items()):
    ax.imshow(cells, vmin=0, vmax=1.2, cmap="Blues")
    for x_value, y_value in np.ndindex(2, 2):
        number = f"{cells[x_value, y_value]:.2f}"
        ax.text(y_value, x_value, number, ha="center", va="center")
    information = probes.mutual_information(cells)
    ax.set(title=f"{name}: {information:.3f} bits", xlabel="y", ylabel="x")
    ax.set(xticks=[0, 1], yticks=[0, 1])
    ax.grid(False)

# %% [markdown]
# The table on the left is a *mixture* of two tables without any dependence; the mixing creates it.
#
# ### Two real pixels
#
# The same two pixels in your data set, black if above ½. Mutual information *counted* from
# samples is hardly ever exactly zero, even without dependence, and on average the more values
# of $h$ share the samples, the further it is from zero. So we **shuffle** $x$ among the
# pictures with the same $h$: no dependence is left, and what we then count is chance. (MNIST
# has no slant on record; there it is measured from the ink.)

# %% tags=["nbval-ignore-output"]
black, labels = data.train.images > 0.5, data.train.labels
slant = probes.measured_slant(data.train.images)
if data.train.factors is not None:
    slant = data.train.factors["slant"]
given = {
    "nothing": None,
    "one of 100 random numbers": rng.integers(100, size=len(labels)),
    "the class": labels,
    "class and slant, 100 cells": 10 * labels + probes.bins(slant, 10),
}
one, other = black[:, 6, 18], black[:, 22, 9]  # row, column
for name, h in given.items():
    counted = probes.dependence(one, other, h)
    chance = probes.dependence_by_chance(one, other, h).mean()
    print(f"given {name:27} counted {counted:.4f}, by chance {chance:.4f} bits")

# %% [markdown]
# The class explains some of the dependence; class and slant explain most of it. A hundred
# random numbers explain next to nothing, though they raise what chance alone would count.
#
# Is that how it is with pixels in general? We have *picked* this pair. A stored table has it
# for three seeds and both data sets, and beside it the mean over 60 random pairs, at least
# eight pixels apart, a new draw for each seed. There are more candidates for $h$: two components
# (PCA 2), two units of an untrained and two of a trained deep autoencoder (code 2), each cut into
# 10 × 10 boxes; a code of eight units, cut into 100 clusters; and, as the strongest opponent, 10
# or 100 clusters that k-means finds in the pixels themselves.

# %% mystnb={"image": {"alt": "Two panels of dots, a row for each thing that is known, with the share of dependence that is left. Left, the two ends of a stroke. Right, the mean of 60 random pairs, where several lie beyond the line at 1."}} slideshow={"slide_type": "slide"}
stored = load_table("dependence")
knowns = list(dict.fromkeys(stored.columns["given"]))[1:]
panels = {"pair_left": "two ends of a stroke", "mean_left": "60 random pairs"}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
for ax, (column, title) in zip(axes, panels.items()):
    for shift, name, marker in ((-0.12, "drawn", "o"), (0.12, "mnist", "s")):
        for row, known in enumerate(knowns):
            left = stored.where(data=name, given=known)[column]
            colour = plots.COLOURS["blue" if name == "drawn" else "vermilion"]
            label = name if row == 0 else None
            ax.plot(
                left, np.full(3, row + shift), marker, color=colour, ms=4, label=label
            )
    ax.axvline(1, color="k", lw=0.8)
    ax.set(title=title, xlabel="share of the dependence that is left", xlim=0)
axes[0].set_yticks(range(len(knowns)), knowns)
axes[0].invert_yaxis()
axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5));

# %%
print("share that is left, lowest to highest of three seeds")
print(f"{'':17} two ends:  drawn       mnist        60 pairs:  drawn       mnist")
for known in knowns:
    ranges = [
        stored.where(data=name, given=known)[column]
        for column in panels
        for name in ("drawn", "mnist")
    ]
    texts = [f"{left.min():.2f} to {left.max():.2f}" for left in ranges]
    print(f"{known:17}       {texts[0]}, {texts[1]}           {texts[2]}, {texts[3]}")

# %% [markdown]
# For the two ends of a stroke, class and slant leave 7–10 % in this table, and the two-number
# code, which has seen neither, leaves 11–32 % (two principal components 29–31 %). For random
# pairs the picture is another. The class alone leaves *more* dependence than there was, 1.2 to
# 1.6 times as much; we come back to that under "Where it fails". Class and slant, or two code
# units, leave between 0.7 and 1.5 times as much. The code of eight
# numbers explains a third to two thirds, and 100 clusters of k-means, without any network, a
# little more. There is more behind two pixels of a digit than its class and slant.
#
# ## Can an autoencoder discover latent variables? (B5)
#
# The lecture says that autoencoders can discover latent variables that are useful. The 4s
# were an easy case. Now we take all ten digits, in all ways of writing, where slant and pen
# are two factors among many, and ask three questions that "discover" may mean. A **linear
# probe** or some other reader gets codes, and the true value of a factor, for some digits, and
# predicts the factor for others (R², or the share of right classes). A high R² alone proves
# nothing, so each question has its own opponents.
#
# 1. *Is the factor kept in few numbers?* Opponents, all of equal size: PCA; Isomap; the distances
#    to as many centres of k-means; the same network untrained.
# 2. *Is it easier to read than from pixels?* By the **data-processing inequality**, a code
#    that is computed from the pixels cannot hold more about a factor than they do [1]. That
#    says nothing about ease: a probe that has few labels, or may only draw straight lines,
#    could well read more from a code.
# 3. *Does it have a unit of its own?* Opponent: the same code, turned into random axes. Here the
#    reader gets one unit, and draws a straight line or a curve through it.
#
# The stored table `readout` has them all, on both data sets, for three seeds. Encoders learn from
# 10,000 training images, and so does Isomap (20 neighbours each; neither was tuned). Probes learn
# from up to 8,000 others, of which a quarter chooses their scale and strength, and are scored on
# 2,000 test images. The nonlinear probe is a kernel machine (Gaussian bells, ridge regression).

# %% slideshow={"slide_type": "slide"}
predictions.choose(
    "02-best-source",
    "The kernel machine learns the slant of 2,000 drawn digits. From what does it read the "
    "slant of new ones best?",
    [
        "32 random projections",
        "32 principal components",
        "32 code units of a deep autoencoder",
        "784 pixels",
    ],
)

# %%
readout = load_table("readout")


def scores(code, size, factor, probe, name="drawn"):
    """Scores of the three seeds."""
    return readout.where(data=name, code=code, size=size, factor=factor)[probe]


# %% mystnb={"image": {"alt": "Six panels, four factors of drawn digits and two of MNIST: score of a kernel machine against the size of the code. At 8 numbers the deep autoencoder lies highest, level with Isomap for the class; at 2 it lies highest but for the stroke width. At 32 deep, PCA and k-means meet just below the dashed line of the pixels, Isomap lies lower for the factors, and the untrained network lowest."}} slideshow={"slide_type": "slide"}
panels = [("drawn", f) for f in ("slant", "stroke_width", "aspect", "class")]
panels += [("mnist", "slant"), ("mnist", "class")]
figure, axes = plt.subplots(2, 3, figsize=(9, 5.2), sharex=True, sharey=True)
for ax, (name, factor) in zip(axes.flat, panels):
    for code in ("deep", "PCA", "Isomap", "k-means", "untrained"):
        numbers = [2, 8, 32]
        seeds = np.array(
            [scores(code, k, factor, "kernel_2000", name) for k in numbers]
        )
        mean = seeds.mean(axis=1)
        reach = abs([seeds.min(axis=1), seeds.max(axis=1)] - mean)
        ax.errorbar(numbers, mean, reach, marker="o", ms=4, label=code)
    pixels = scores("pixels", 784, factor, "kernel_2000", name).mean()
    ax.axhline(pixels, color="k", ls="--", lw=1, label="784 pixels")
    ax.set(xscale="log", title=f"{name}: {factor.replace('_', ' ')}", ylim=(0, 1))
    ax.set_xticks([2, 8, 32], ["2", "8", "32"], minor=False)
    ax.minorticks_off()
for ax in axes[1]:
    ax.set_xlabel("numbers in the code")
figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=6);

# %%
print("kernel machine, mean of three seeds, from 2 / 8 / 32 numbers")
for name, factor in panels:
    line = f"{name:5} {factor.replace('_', ' '):13}"
    for code in ("deep", "PCA", "Isomap", "k-means"):
        means = [scores(code, k, factor, "kernel_2000", name).mean() for k in numbers]
        line += f"{code:>9} " + " / ".join(f"{mean:.2f}" for mean in means)
    print(line)

# %% slideshow={"slide_type": "slide"}
sources = {
    "32 random projections": scores("random", 32, "slant", "kernel_2000").mean(),
    "32 principal components": scores("PCA", 32, "slant", "kernel_2000").mean(),
    "32 code units of a deep autoencoder": scores(
        "deep", 32, "slant", "kernel_2000"
    ).mean(),
    "784 pixels": scores("pixels", 784, "slant", "kernel_2000").mean(),
}
predictions.reveal("02-best-source", max(sources, key=sources.get))

# %% [markdown]
# From the pixels. With **8 numbers** the deep code holds more than PCA, k-means and the untrained
# network in every panel: the slant is read with R² 0.93 (PCA 0.87), the aspect with 0.90 (0.74).
# Isomap is its strongest opponent for the class, which it keeps as well, to within 0.01; for slant,
# pen and aspect it stays behind (0.88, 0.63, 0.84). With **2 numbers** the deep code leads for
# slant, aspect and class; the pen is badly held by all, by the deep code (0.16) worse than by the
# distances to two centres of k-means (0.31). With **32 numbers** the lead is gone: deep code, PCA
# and k-means lie within 0.03 of each other and of the pixels, and Isomap falls behind for the
# factors. The untrained network stays behind in nearly all panels.
#
# ### Easier to read than from pixels?

# %% mystnb={"image": {"alt": "Four tables of numbers, for a linear probe and a kernel machine with 200 and with 2,000 labels. Rows are pixels, PCA, k-means, shallow, deep, deep trained longer, Isomap, untrained, random; columns are slant, pen, aspect and class. With the linear probe and 2,000 labels the pixels have the highest number in each column but the last, where Isomap has. The rows of untrained and random are the palest everywhere."}} slideshow={"slide_type": "slide"}
rows = {"pixels": 784, **dict.fromkeys(["PCA", "k-means", "shallow", "deep"], 32)}
rows |= dict.fromkeys(["deep, longer", "Isomap", "untrained", "random"], 32)
readers = {"linear_200": "linear, 200 labels", "linear_2000": "linear, 2,000"}
readers |= {"kernel_200": "kernel, 200 labels", "kernel_2000": "kernel, 2,000"}
factors = ["slant", "stroke_width", "aspect", "class"]
figure, axes = plt.subplots(1, 4, figsize=(10, 3.4), sharey=True)
for ax, (probe, title) in zip(axes, readers.items()):
    values = np.array(
        [[scores(c, k, f, probe).mean() for f in factors] for c, k in rows.items()]
    )
    image = ax.imshow(values, vmin=0.2, vmax=1.2, cmap="Blues", aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=8)
    ax.set_xticks(range(4), ["slant", "pen", "aspect", "class"])
    ax.set_title(title, fontsize=9)
    ax.grid(False)
labels_of_rows = axes[0].set_yticks(range(len(rows)), rows)

# %% [markdown]
# Straight lines with 2,000 labels read slant, pen and aspect best from the *pixels*, though the
# pen by a hair. With 200 labels there is less to fit, and most summaries catch up on pen and
# aspect; but k-means does so, too. The *class* is another matter: Isomap's 32 numbers make it
# easier to read than any other code or the pixels do, with straight lines (0.90 against 0.85 with
# 2,000 labels, 0.86 against 0.76 with 200) and with the kernel machine and 200 labels. A graph of
# neighbours may bring images of one class together; with straight lines or few labels the deep code
# does not make the class easier to read than pixels do. One
# number speaks for it: with 200 labels, the kernel machine reads the aspect with 0.81 from the
# deep code, with 0.77 from PCA and 0.76 from pixels. Two more numbers, a null and a check that
# the training was long enough:

# %%
columns = [name for name in readout.columns if name.startswith(("linear", "kernel"))]
null = readout.columns["factor"] == "shuffled"
highest = max(np.nanmax(readout.columns[name][null]) for name in columns)
print(f"shuffled slant, all codes, seeds and readers: R² is {highest:.3f} at most")
changes = [
    scores("deep, longer", 32, f, reader).mean() - scores("deep", 32, f, reader).mean()
    for f in factors
    for reader in readers
]
print(f"three times as many epochs: {min(changes):+.3f} to {max(changes):+.3f}")

# %% [markdown]
# Of the shuffled slant no reader reads anything, and longer training moves no mean score of the
# deep code, on drawn digits, by more than 0.02, up or down.
#
# ### A unit of its own?

# %% mystnb={"image": {"alt": "Three panels, slant, pen and aspect, a row for each code. Dots for three seeds show R squared of the best single unit along a straight line, between 0.05 and 0.5; open circles, along a curve, lie close to most of them. Black strokes, the whole code read together, stand far to the right, between 0.6 and 0.9. Deep and turned have their dots in the same region."}} slideshow={"slide_type": "slide"}
kinds = ["pixels", "PCA", "Isomap", "k-means", "shallow", "deep", "turned"]
figure, axes = plt.subplots(1, 3, figsize=(9, 3.4), sharex=True, sharey=True)
for ax, factor, title in zip(axes, factors, ("slant", "pen", "aspect")):
    for row, code in enumerate(kinds):
        size = 784 if code == "pixels" else 32
        line, bend = (scores(code, size, factor, how) for how in ("unit", "curve"))
        ax.plot(line, [row] * 3, "o", ms=4, color="C0")
        ax.plot(bend, [row + 0.25] * 3, "o", ms=4, color="C1", mfc="none")
        whole = "deep" if code == "turned" else code
        together = scores(whole, size, factor, "linear_2000").mean()
        ax.plot(together, row, "|", ms=12, color="k")
    ax.set(title=title, xlabel="R²", xlim=(0, 1))
axes[0].set_yticks(range(len(kinds)), kinds)
axes[0].invert_yaxis();

# %%
codes_of_32 = [kind for kind in kinds if kind != "pixels"]
for how in ("unit", "curve"):
    best = [scores(kind, 32, f, how).max() for kind in codes_of_32 for f in factors[:3]]
    print(f"{how:5}: best single number of these codes, any run: R² {max(best):.2f}")

# %% [markdown]
# Dots are the best single unit, chosen on training images, for three seeds. Open circles are the
# best unit for a reader that may bend: it takes the mean of the factor in each of 20 equally full
# pieces of the unit's range, and it, too, chose on training images. Strokes are all units
# together, read by the linear probe. No unit of any code *is* a factor, along a straight line or
# along a curve. And the deep code's own axes are nothing special: among 32 random axes of the
# same code (`turned`) the best reads about as much. For the aspect, the distance to one of
# k-means' centres is the best single number. Units that do line up with factors are called
# **disentangled**; that no unsupervised method can be sure to find them, without further
# assumptions, has been proved [7].
#
# **Explore.** Pull the strings yourself: move slant, width or stroke of a digit, with the mouse
# or the arrow keys, and watch the 32 numbers of a deep autoencoder that is trained now. Which
# units follow the slant? Do they leave the others alone?

# %%
model = Autoencoder([784, 256, 64, 32], activation="silu", code="linear", seed=0)
settings = {"epochs": 10, "batch_size": 100, "schedule": "one-cycle"}
fit(model, data.train.images[:10_000], learning_rate=3e-3, **settings);

# %% mystnb={"image": {"alt": "Explorer: sliders for the digit and its factors beside three digits 4, upright, leaning to the right, and rebuilt from its code, a little blurred; and bars that tell how far each of the 32 code units has moved: most of them have."}} slideshow={"slide_type": "slide"}
explore.factors(model, digit=4)

# %% [markdown]
# Leaning moves many of the 32 units at once. Give the 4 a thicker pen instead: which units
# answer now?
#
# ### So what was discovered?
#
# "Autoencoders can discover useful latent variables" holds here in the first meaning: squeezed
# into 8 numbers, a deep autoencoder keeps more of slant, pen and aspect than any opponent that we
# tried, without having been told of them, and as much of the class as Isomap. In the second
# meaning there is little to show (only the aspect, with few labels; for the class a graph of
# neighbours does what it doesn't); in the third, nothing. And with 2,000 labels, the kernel machine
# reads from 32 components what it reads from its 32 numbers, to within 0.01. A high R² alone shows
# no discovery.
#
# ## Where it fails
#
# **Knowing a part of the causes can create dependence.** Take 60 random pairs of pixels of your
# data set, each pixel black in 15 to 85 % of the images, at least eight apart.

# %% slideshow={"slide_type": "slide"}
predictions.number(
    "02-class-known",
    "In how many of the 60 pairs does knowing the class reduce the dependence?",
    bands=["3", "6", "12"],
)

# %% mystnb={"image": {"alt": "Scatter plot, linear near zero and logarithmic beyond: mutual information of 60 pairs of pixels against what is left given the class. Some of the strong pairs lie below the diagonal; most of the weak pairs lie above it."}} slideshow={"slide_type": "slide"}
often = np.argwhere(np.abs(black.mean(axis=0) - 0.5) < 0.35)
chosen = often[np.random.default_rng(0).choice(len(often), size=(1_200, 2))]
far = np.linalg.norm(chosen[:, 0] - chosen[:, 1], axis=1) >= 8
bits = []
for a, b in chosen[far][:60]:
    for h in (None, labels):
        x_and_y = black[:, *a], black[:, *b]
        chance = probes.dependence_by_chance(*x_and_y, h, repeats=5).mean()
        bits.append(probes.dependence(*x_and_y, h) - chance)
before, after = np.reshape(bits, (60, 2)).T
figure, ax = plt.subplots(figsize=(4.6, 4))
ax.plot(before, after, "o", alpha=0.6)
ax.plot([-1e-3, 0.3], [-1e-3, 0.3], color="grey", lw=1)
ax.set_xscale("symlog", linthresh=1e-3)
ax.set_yscale("symlog", linthresh=1e-3)
ax.set(xlabel="I(x; y), bits", ylabel="I(x; y | class), bits");

# %%
for name in ("drawn", "mnist"):
    raised = stored.where(data=name, given="class")["raised"].astype(int)
    print(f"stored table, {name}: the class raises {raised.tolist()} of 60 pairs")

# %% slideshow={"slide_type": "slide"}
reduced = int((after < before).sum())
predictions.reveal("02-class-known", reduced)

# %% [markdown]
# In most of the pairs knowing the class *raises* the dependence (points above the line). (Both
# axes are linear below 10⁻³, where points scatter by chance, even below zero; and a pair that
# starts near zero can hardly fall.) In the stored table it is 34 to 44 of 60 pairs, whatever
# the seed and the data set. One way in which this comes about: in one digit the two pixels go
# together, in another they exclude each other, and in the mixture that cancels. The lecture's
# independence is meant given *all* latent variables that the two share.
#
# The same happens when a common *effect* is known. Let $x$ and $y$ be two fair coins, and $h$
# whether they agree: knowing $h$ *creates* a full bit of dependence. Where one cause, once
# confirmed, makes the other less likely, this is called **explaining away** (exercise 3).
#
# **A latent variable can be empty.** Let $h=x$. Then $x$ and $y$ are independent given $h$, always,
# and nothing has been explained.

# %%
agree, copy = np.zeros((2, 2, 2, 2))
for x_value, y_value in np.ndindex(2, 2):
    agree[int(x_value == y_value), x_value, y_value] = 0.25
    copy[x_value, x_value, y_value] = joint[x_value, y_value]
for name, cells in {"h: do they agree?": agree, "h = x": copy}.items():
    plain = probes.mutual_information(cells.sum(axis=0))
    rest = probes.conditional_mutual_information(cells)
    print(f"{name:18} I(x; y) = {plain:.2f}, I(x; y | h) = {rest:.2f}")


# %% [markdown]
# So independence given $h$ proves nothing by itself. A good latent variable explains many
# observables at once, and is much smaller than all of them together. A code as wide as the
# picture, such as notebook 01's identity, can make all pixels independent given the code, and
# explains nothing.
#
# ## Exercises
#
# ### Exercise 1: how much is interaction?
#
# Derive and write a measure. (The table is not constant.) Two latent variables $a$ and $b$ are
# independent of each other, and each of their values is as likely as any other. `table[a, b]`
# holds the $d$ observables for each combination. Return the share of the variance (summed over
# the observables, about the mean of all cells) that no sum of an effect of $a$ and an effect of
# $b$ explains. For the stranger in the street ($a$: timid, bold; $b$: unkind, kind) it is 0.22.

# %% nbgrader={"grade": false, "grade_id": "ex02-5-interaction", "locked": false, "schema_version": 3, "solution": true, "task": false}
def interaction_share(table):
    """Share of the variance of table, shape (A, B, d), that is interaction."""
    ### BEGIN SOLUTION
    centred = table - table.mean(axis=(0, 1))
    effect_a = centred.mean(axis=1, keepdims=True)
    effect_b = centred.mean(axis=0, keepdims=True)
    rest = centred - effect_a - effect_b
    return (rest**2).sum() / (centred**2).sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex02-5-interaction-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex02-5-interaction")


# %% [markdown]
# ### Exercise 2: find the bug
#
# A fellow student asks which single unit of a code reads a factor best, and how well:
#
# ```python
# def best_unit_r2(train_code, train_factor, test_code, test_factor):
#     r = [np.corrcoef(unit, test_factor)[0, 1] for unit in test_code.T]
#     return max(r) ** 2
# ```
#
# Three symptoms. Given 784 units, 50 test digits and a *shuffled* factor, it reports about 0.2.
# It never reports less than 0. If all units are multiplied by −1, its answer can change. Find
# the causes and repair it: the unit, and the straight line fitted to it, are chosen on the
# training digits; the score is $R^2=1-\sum(y-\text{reading})^2/\sum(y-\bar y)^2$ on the test
# digits, with $\bar y$ their own mean. (No unit is constant.)

# %% nbgrader={"grade": false, "grade_id": "ex02-6-best-unit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def best_unit_r2(train_code, train_factor, test_code, test_factor):
    """R² on test digits of a line through the unit that is best on training digits.

    Codes: (n, units) and (m, units); factors: (n,) and (m,).
    """
    ### BEGIN SOLUTION
    r = [np.corrcoef(unit, train_factor)[0, 1] for unit in train_code.T]
    unit = np.abs(r).argmax()
    slope, start = np.polyfit(train_code[:, unit], train_factor, 1)
    error = test_factor - slope * test_code[:, unit] - start
    return 1 - (error**2).mean() / test_factor.var()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex02-6-best-unit-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex02-6-best-unit")


# %% [markdown]
# ### Exercise 3: explaining away, predicted and measured
#
# Two causes $a$ and $b$ occur independently, with probabilities $p_a$ and $p_b$ between 0 and 1.
# An alarm sounds if at least one of them is there. Return how many bits of dependence knowing the
# alarm creates, $I(a;b\mid\text{alarm})$, the average over "it sounds" and "it is silent".
#
# Before you run it, predict: with $p_a=p_b=p$, at which $p$ is that largest? Then measure it at a
# dozen values of $p$. It is tempting to say "for rare causes", thinking of an alarm that
# sounds. What does that forget?

# %% nbgrader={"grade": false, "grade_id": "ex02-7-explaining-away", "locked": false, "schema_version": 3, "solution": true, "task": false}
def explaining_away(p_a, p_b):
    """Bits of dependence between two causes once their common alarm is known."""
    ### BEGIN SOLUTION
    table = np.outer([1 - p_a, p_a], [1 - p_b, p_b])
    # With p_a = p_b = p this is largest at p = 0.31, where it is 0.234 bits: a rare
    # cause is explained away almost wholly, but then the alarm hardly ever sounds.
    table[0, 0] = 0  # silence: both are known to be absent, no doubt is left
    alarm = table.sum()
    table = table / alarm
    product = np.outer(table.sum(axis=1), table.sum(axis=0))
    some = table > 0
    return alarm * (table[some] * np.log2(table[some] / product[some])).sum()
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex02-7-explaining-away-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex02-7-explaining-away")

# %% [markdown]
# ### Open project (optional): has it discovered the pressure?
#
# Drawn digits have more factors on record than we have probed: `data.train.factors` also knows
# `pressure`, `jitter`, `edge`, `blend` and others. Choose one. Write down, *before* you
# measure, what "an autoencoder has discovered it" is to mean, and which result would refute
# that. Then train, probe, and set it against its opponents. Report in about 150 words, with your
# numbers in the text, a table or a picture, and end with the strongest sentence that your numbers
# allow.

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex02-8-discovered", "locked": false, "schema_version": 3, "solution": true, "task": false}
# Claim, written down first: "A deep autoencoder (784-256-64-32) has discovered the pressure, the
# fading of a stroke along its length, if a probe reads it better from the code than from 32
# components and from the pixels, by more than the starts differ." PCA or pixels reaching as much
# would refute it. Probes learned from 2,000 drawn digits that the encoder had not seen, a quarter
# of which tuned them, and were scored on 2,000 test digits; three starts. Kernel machine, R²: code
# 0.56, 0.56, 0.58; PCA 0.59, 0.59, 0.60; pixels 0.60, 0.60, 0.61; shuffled pressure below 0. Best
# single unit, chosen on training digits: 0.04 at most; best component 0.06. The claim is
# refuted. What the numbers allow: "32 code units keep most of what can be read about the pressure
# from pixels, slightly less than PCA keeps, and no unit stands for it."

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Summary
#
# - Latent variables are unobserved and explain what is observed; drawn digits have them on
#   record ([B1](#What-is-a-latent-variable?-(B1))).
# - As a basis: the minimum of a linear autoencoder is PCA's subspace, which we have
#   [proved](#PCA-is-the-best-linear-autoencoder). A weight penalty makes its [singular
#   directions](#The-same-subspace;-the-same-axes?) PCA's axes (proved for tied weights, found for
#   untied ones), and unequal penalties its units (B2).
# - Complex behaviour: texts from three topics fill a
#   [triangle](#Texts-from-topics), and its corners are the topics; slant and pen
#   [interact](#Causes-that-interact), so that four components and two become eight, but two
#   numbers of a nonlinear method hold both (B3).
# - Dependence: in the [small world](#Why-observables-depend-on-each-other-(B4)) the hidden cause
#   explains all of it; for [two real pixels](#Two-real-pixels) class and slant explain most of
#   it, for random pairs they do not. Chance is subtracted by shuffling (B4).
# - Discovery: at 8 numbers a deep autoencoder
#   [keeps more](#Can-an-autoencoder-discover-latent-variables?-(B5)) of slant, pen and aspect than
#   PCA, k-means and Isomap, and of the class as much as Isomap; at 32 it and PCA are level, to
#   within 0.01.
#   One factor of four, with 200 labels and a kernel machine, was slightly [easier to
#   read](#Easier-to-read-than-from-pixels?) (the class is so from Isomap), and none got [a unit of
#   its own](#A-unit-of-its-own?) (B5).
# - Knowing part of the causes can [create](#Where-it-fails) dependence.

# %%
predictions.calibration("02")

# %% [markdown]
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
# 4. X. Bao, J. Lucas, S. Sachdeva and R. Grosse, "Regularized linear autoencoders recover the
#    principal components, eventually", *NeurIPS* 2020,
#    [arXiv:2007.06731](https://arxiv.org/abs/2007.06731).
# 5. D. M. Blei, A. Y. Ng and M. I. Jordan, "Latent Dirichlet allocation", *JMLR* 3 (2003),
#    993–1022, [jmlr.org](https://www.jmlr.org/papers/v3/blei03a.html).
# 6. J. B. Tenenbaum, V. de Silva and J. C. Langford, "A global geometric framework for nonlinear
#    dimensionality reduction", *Science* 290 (2000), 2319–2323,
#    [doi:10.1126/science.290.5500.2319](https://doi.org/10.1126/science.290.5500.2319).
# 7. F. Locatello et al., "Challenging common assumptions in the unsupervised learning of
#    disentangled representations", *ICML* 2019,
#    [arXiv:1811.12359](https://arxiv.org/abs/1811.12359).
# 8. A. Skrondal and S. Rabe-Hesketh, "Latent variable modelling: a survey", *Scandinavian
#    Journal of Statistics* 34 (2007), 712–745,
#    [doi:10.1111/j.1467-9469.2007.00573.x](https://doi.org/10.1111/j.1467-9469.2007.00573.x).
# 9. J. Runge, "Conditional independence testing based on a nearest-neighbor estimator of
#    conditional mutual information", *AISTATS* 2018,
#    [arXiv:1709.01447](https://arxiv.org/abs/1709.01447). The shuffling within bins, refined.
