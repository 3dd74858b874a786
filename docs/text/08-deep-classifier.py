# %% [markdown]
# # 08 · The deep classifier
#
# **What is pretraining worth to a deep classifier, and when is it worth nothing?**
#
# Images are cheap; labels are expensive. The lecture's deep classifier learns from many
# images without labels first, and from few with labels afterwards. We build it in the
# lecture's three steps and derive the three kinds of classifier that may stand on top. Then
# we ask what a lecture seldom asks: *would it have gone as well without?* The control is the
# same network from random weights, and its answer depends on how many labels there are. It is
# the only opponent in this notebook: classifiers of other kinds, which need no pretraining,
# are not compared.
#
# **You will**
#
# - build a deep classifier in three steps, and see the accuracy after each;
# - derive the $\delta$ of an LMS layer, of a softmax and of a hidden layer below it, and check
#   each line;
# - read a fair comparison: paired seeds, error bars, every arm tuned by itself, and never on
#   the test set;
# - find out where pretraining helps *this* network, where it doesn't, and what became of the idea;
# - look at the digits that the classifier gets wrong.
#
# **Time:** an evening to read and do; about a minute to run. **Lecture:** D2, D3.
# **Before:** notebook 05 for sparse features, notebook 07 for stacks.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.metrics import confusion_matrix

from aelib import explore, load_data, plots
from aelib.autoencoders import Autoencoder
from aelib.desk.verdicts import verdict
from aelib.gradcheck import numerical_gradient, relative_error
from aelib.penalties import KL, WeightDecay
from aelib.results import load_table
from aelib.stacking import DeepClassifier, fine_tune, pretrain, train_head

plots.use_style()
data = load_data()
x, labels = data.train.images, data.train.labels
x_test, labels_test = data.test.images, data.test.labels

# %% [markdown]
# We have 10,000 training images, and pretend that somebody has labelled only the first 1,000
# of them. The other labels we do not touch.

# %%
n = 1_000
x_few, labels_few = x[:n], labels[:n]
print("labelled images per digit:", np.bincount(labels_few).min(), "or more")


# %%
def report(step, classifier):
    """Print a classifier's accuracy on the test digits; return it."""
    accuracy = classifier.accuracy(x_test, labels_test)
    print(f"after {step}: {accuracy:.1%} of the test digits are read correctly")
    return accuracy


# %% [markdown]
# ## Three steps (D2)
#
# **Step 1: the encoder layers are pretrained as autoencoders** (D2.1), on all 10,000 images
# and without any label. We use a stack of two sparse autoencoders, 784-200-200: the first
# codes pixels (notebook 05), the second codes the first one's codes (notebook 07).

# %%
stack = Autoencoder([784, 200, 200], seed=0)
settings = {"batch_size": 100, "learning_rate": 2e-2, "schedule": "one-cycle"}
sparse = [[KL(gamma=1, rho_bar=0.1), WeightDecay(lam)] for lam in (1e-3, 3e-4)]
pretrain(stack, x, per_stage=[{"penalty": p} for p in sparse], epochs=15, **settings)

# %% [markdown]
# **Step 2: a classifier on top is trained as a simple classifier** (D2.2). The decoders are
# thrown away. In their place stands a *head* that reads the 200 numbers of the code: here a
# softmax layer, 10 outputs. The encoder is *frozen*, so the head sees nothing but codes.
# Before it has learned anything it can only guess.

# %% tags=["nbval-ignore-output"]
classifier = DeepClassifier(stack, head="softmax", seed=0)
report("step 1", classifier)
train_head(classifier, x_few, labels_few, epochs=40, batch_size=50, learning_rate=1e-2)
frozen = report("step 2", classifier)

# %% [markdown]
# **Step 3: the whole is fine-tuned as a deep network with backpropagation** (D2.3). Now the
# labels may change the encoder, too.

# %% tags=["nbval-ignore-output"]
tuning = {"epochs": 20, "batch_size": 50, "learning_rate": 3e-3}
fine_tune(classifier, x_few, labels_few, **tuning)
tuned = report("step 3", classifier)

# %% [markdown]
# Is that good? A number alone doesn't tell. The **control** is the same network, with the
# same head, labels and order of batches, whose encoder starts from random weights. It goes
# straight to step 3, with the epochs of both steps.
#
# **Predict first.** By how many points is the control worse, at 1,000 labels?

# %% tags=["nbval-ignore-output"]
control = DeepClassifier(stack, head="softmax", pretrained=False, seed=0)
fine_tune(control, x_few, labels_few, **tuning | {"epochs": 60})
random = report("60 epochs from random weights", control)

# %%
assert 0.87 < frozen < tuned + 0.01 and tuned > random + 0.015
print("pretraining helps here: ", tuned > random)

# %% [markdown]
# In this run pretraining was worth some points over the control, and most of the accuracy was
# there after step 2, before any label had touched the encoder. What did fine-tuning change
# then? Look at the first layer:

# %% mystnb={"image": {"alt": "Three rows of 14 features. Pretrained: strokes and parts of digits on grey. The same units after fine-tuning look much the same, a little grainier. Trained from random weights: grey noise, in the round area that digits cover."}}
encoders = {"pretrained": stack, "fine-tuned": classifier.encoder}
encoders["from random"] = control.encoder
figure, axes = plt.subplots(3, 1, figsize=(8, 2.7))
for ax, (name, encoder) in zip(axes, encoders.items()):
    plots.show_features(encoder.features()[:14], title=name, ax=ax)


# %% tags=["nbval-ignore-output"]
def cosines(a, b):
    """Cosine of each unit's weights in two encoders."""
    a, b = a.features(), b.features()
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


start = DeepClassifier(stack, pretrained=False, seed=0).encoder
moved = {"pretrained": cosines(stack, classifier.encoder)}
moved["from random"] = cosines(start, control.encoder)
for name, cosine in moved.items():
    print(f"{name:12} median cosine of before and after: {np.median(cosine):.2f}")
assert np.median(moved["pretrained"]) > 0.8

# %% [markdown]
# After fine-tuning the pictures look much as they did before, only a little grainier, and the
# pretrained weights point nearly where they pointed. The control's weights have turned much
# farther, but that is no fair comparison: the control had three times the epochs, and the
# cosine ignores lengths. The same step turns a short weight vector more than a long one, and
# we have not looked at the lengths. All that can be said is what the pictures show: in this
# run the control's features still look like noise.
#
# ## Three heads (D3)
#
# On top may stand a layer of neurons trained by LMS, a multi-layer network, or a softmax
# classifier. All of them make one score $s_i$ per class, $s_i=\sum_jw_{ij}h_j+b_i$ (the
# multi-layer network from its own hidden activities in place of $h_j$), and the highest wins.
# The target $y$ has a 1 at the right class and 0 elsewhere. What differs is the cost, hence
# $\delta_i=-\partial J/\partial s_i$. We derive each and check each line against central
# differences, with one code $h$ of 5 numbers and 4 classes.

# %%
rng = np.random.default_rng(8)
h, W, b = rng.random(5), rng.normal(size=(4, 5)), rng.normal(size=4)
y = np.eye(4)[2]
s = W @ h + b


def check(claim, ours, theirs, bound=1e-7):
    assert relative_error(ours, theirs) < bound, claim
    print(f"{claim}: agrees")


# %% [markdown]
# ### LMS: linear neurons, least mean squares
#
# $J=\frac12\sum_i(y_i-s_i)^2$: the neurons are linear, their output is $s_i$ itself. Only one term
# of the sum contains $s_i$, and the ½ cancels the 2; and since $\partial s_i/\partial w_{ij}=h_j$, a
# step downhill with learning rate $\eta$ is
#
# $$\delta_i=y_i-s_i,\qquad\Delta w_{ij}=\eta\,\delta_ih_j.$$
#
# That is the rule of Widrow and Hoff, of 1960: one of the oldest in this course.

# %%
def lms(s):
    return 0.5 * ((y - s) ** 2).sum()


delta = y - s
check("δ_i = y_i − s_i", delta, -numerical_gradient(lms, s))
slopes = numerical_gradient(lambda W: lms(W @ h + b), W)
check("Δw_ij = η δ_i h_j", np.outer(delta, h), -slopes)


# %% [markdown]
# ### Softmax: probabilities
#
# The scores become probabilities, $p_i=e^{s_i}/\sum_le^{s_l}$, and the cost is the surprise at
# the right class, $J=-\sum_ly_l\log p_l$. Each score moves every probability, so we go slowly.
#
# **Line 1.** The logarithm takes the fraction apart: $\log p_l=s_l-\log\sum_me^{s_m}$.
#
# **Line 2.** Of the first term there is a slope only for $l=i$; the second gives
# $e^{s_i}/\sum_me^{s_m}$:
# $$\frac{\partial\log p_l}{\partial s_i}=[l=i]-p_i.$$
#
# **Line 3.** Sum over classes; the $y_l$ add up to 1:
# $$\delta_i=\sum_ly_l\big([l=i]-p_i\big)=y_i-p_i.$$

# %%
def softmax(s):
    e = np.exp(s - s.max())
    return e / e.sum()


p = softmax(s)
check("line 1", np.log(p), s - np.log(np.exp(s).sum()))
jacobian = [
    numerical_gradient(lambda s, k=k: np.log(softmax(s)[k]), s) for k in range(4)
]
check("line 2: [l = i] − p_i", np.eye(4) - p, np.array(jacobian))
delta = y - p
slope = numerical_gradient(lambda s: -(y * np.log(softmax(s))).sum(), s)
check("line 3: δ_i = y_i − p_i", delta, -slope)

# %% [markdown]
# The same form as LMS, with $p$ in place of $s$. (In lines 1 to 3 nothing was said of
# targets other than $\sum y_l=1$.)
#
# ### Multi-layer: one more stage of backpropagation
#
# Between code and softmax stands a hidden layer of ReLU units, $g_m=\max(0,s_m)$ with
# $s_m=\sum_jv_{mj}h_j+c_m$, and the scores read these, $s_i=\sum_mw_{im}g_m+b_i$. The output's $\delta$
# is that of the softmax; through the weights $w_{im}$ it comes down as always (C7):
#
# $$\delta_m=f'(s_m)\sum_iw_{im}\delta_i,\qquad f'(s_m)=1\text{ where }s_m>0,\text{ else }0.$$

# %%
V, c, U = rng.normal(size=(6, 5)), rng.normal(size=6), rng.normal(size=(4, 6))


def multi_layer(s_m):
    return -np.log(softmax(U @ np.maximum(0, s_m) + b)[2])


s_m = V @ h + c
delta_i = y - softmax(U @ np.maximum(0, s_m) + b)
delta_m = (s_m > 0) * (U.T @ delta_i)
check("δ_m = f′(s_m) Σ_i w_im δ_i", delta_m, -numerical_gradient(multi_layer, s_m))

# %% [markdown]
# Step 3 is the same line once more: through the head's weights into the code, and on down
# the encoder. Does `DeepClassifier` agree? Its costs are means over samples, so autograd must
# find $-\delta/n$, for each of 50 real codes.

# %%
targets = torch.as_tensor(labels[:50])
for head in ("lms", "softmax"):
    net = DeepClassifier(stack, head=head, seed=0).double()
    scores = net(x[:50])
    found = torch.autograd.grad(net.loss(scores, targets), scores)[0].numpy()
    s_all = scores.detach().numpy()
    given = s_all if head == "lms" else np.apply_along_axis(softmax, 1, s_all)
    check(f"{head}: −δ/n", -(np.eye(10)[labels[:50]] - given) / 50, found)

# %% [markdown]
# ### What the difference means
#
# **Predict first.** The right class has the score $s$, nine others have 0. How hard does each
# cost push on $s$, from where the network is wrong to where it is right and ever more certain?

# %% mystnb={"image": {"alt": "Delta of the right class against its score. LMS: a straight line that crosses zero at score 1 and becomes negative. Softmax: near 1 for negative scores, falling smoothly to zero for large ones."}}
score = np.linspace(-4, 8, 200)
push = np.exp(score) / (np.exp(score) + 9)
figure, ax = plt.subplots(figsize=(5, 2.8))
ax.plot(score, 1 - score, label="LMS: $1-s$")
ax.plot(score, 1 - push, label="softmax: $1-p$")
ax.axhline(0, color="grey", lw=0.8)
ax.set(xlabel="score of the right class", ylabel=r"its $\delta$", ylim=(-3, 3))
ax.legend();

# %% [markdown]
# LMS wants the score to be 1: whoever says 3 is pulled *back*, as hard as somebody who says
# −1 is pushed up. So LMS spends effort on digits that are right already. The softmax leaves
# them in peace, and never pushes harder than 1.
#
# Does it matter? We try all three on frozen codes, then fine-tuned. First each head chooses
# its learning rate, on 200 of the 1,000 labelled digits that it has not trained on.

# %% tags=["nbval-ignore-output"]
own, unseen = (x_few[:800], labels_few[:800]), (x_few[800:], labels_few[800:])
epochs, rate = {"epochs": 40, "batch_size": 50}, {}
for kind in ("lms", "multi-layer", "softmax"):
    tried = {}
    for eta in (1e-3, 3e-3, 1e-2, 3e-2):
        trial = DeepClassifier(stack, head=kind, seed=0)
        train_head(trial, *own, learning_rate=eta, **epochs)
        tried[eta] = trial.accuracy(*unseen)
    rate[kind] = max(tried, key=tried.get)
print(rate)


# %% [markdown]
# Then it trains on all 1,000; and because one run may be luck, again on the second and the
# third thousand of images, with other first weights.

# %% tags=["nbval-ignore-output"]
def try_head(kind, seed):
    """Test accuracies after steps 2 and 3, on a thousand labels of its own."""
    rows = slice(n * seed, n * (seed + 1))
    model = DeepClassifier(stack, head=kind, seed=seed)
    train_head(model, x[rows], labels[rows], learning_rate=rate[kind], **epochs)
    before = model.accuracy(x_test, labels_test)
    fine_tune(model, x[rows], labels[rows], **tuning)
    return before, model.accuracy(x_test, labels_test)


heads = {kind: np.array([try_head(kind, seed) for seed in range(3)]) for kind in rate}

# %% tags=["nbval-ignore-output"]
for kind, (before, after) in ((kind, pair.T) for kind, pair in heads.items()):
    for when, runs in (("frozen", before), ("fine-tuned", after)):
        print(
            f"{kind:12} {when:11} {runs.mean():.1%}  ({runs.min():.1%} to {runs.max():.1%})"
        )
assert min(pair.min() for pair in heads.values()) > 0.88
assert np.ptp([pair[:, 1].mean() for pair in heads.values()]) < 0.03
assert heads["lms"][:, 1].mean() > heads["softmax"][:, 1].mean() - 0.005

# %% [markdown]
# Once fine-tuned, the means of the three lie within about a point of each other. On frozen
# codes LMS is the last of the three; fine-tuned, its mean is the highest. Three runs are few,
# and the rate of step 3 was not tuned for each head, so we do not rank the heads. (Hui and
# Belkin found the squared error about as good as the cross-entropy, with many networks and
# tasks [1].) What LMS does not give is a probability; we go on with the softmax.
#
# ## Where pretraining helps this network
#
# Now the main question. The command `benchmarks/labels.py` has trained our network on
# 100, 300, 1,000, 3,000 and 10,000 labels, in four arms:
#
# - **pretrained + fine-tuned**: all three steps;
# - **pretrained, frozen**: only two;
# - **random**: the control;
# - **random + dropout**: the control with the usual means against overfitting (notebook 06;
#   each hidden activity is dropped with probability .2).
#
# Comparisons of this kind are easily bent, so here are the rules. *Paired:* seed by seed, all
# arms see the same labelled images; three seeds (at 10,000 labels only first weights differ).
# *Tuned:* every arm chooses its learning rate, of three, and its number of epochs, up to a
# limit that all arms share, by the loss on images that are held out of the $n$ labelled ones,
# and is then trained on all $n$: 100 labels mean 100 labels, tuning included. (The choice is
# made with the first seed's images, and serves for the other two.) *Tested* once, on 10,000
# test digits that no choice has seen. All pretrained encoders have seen 10,000 images, which
# the control has not: that is the point, not a flaw.
#
# **Predict first.** Sketch the four curves: accuracy against the number of labels, from 100 to
# 10,000.

# %%
table = load_table("labels")
COLUMNS = {
    "pretrained + fine-tuned": ("pretrained", "accuracy"),
    "pretrained, frozen": ("pretrained", "frozen"),
    "random": ("random", "accuracy"),
    "random + dropout": ("random + dropout", "accuracy"),
}
LABELS = np.array([100, 300, 1_000, 3_000, 10_000])


def accuracies(name, curve):
    """Stored accuracies in percent, a row per number of labels, a column per seed."""
    arm, column = COLUMNS[curve]
    return np.array([table.where(data=name, arm=arm, n=k)[column] for k in LABELS])


# %%
def draw(ax, numbers, rows, style, label):
    """Draw means of the seeds, with bars from the lowest to the highest."""
    mean = rows.mean(axis=1)
    spread = np.abs([rows.min(axis=1) - mean, rows.max(axis=1) - mean])
    ax.errorbar(numbers, mean, spread, fmt=style, capsize=3, label=label)


# %% mystnb={"image": {"alt": "Accuracy against number of labels on a logarithmic axis, for drawn digits and for MNIST, with error bars. At 100 labels the means of the two pretrained curves lie well above those of the two random ones; on MNIST their bars overlap. All rise; the gap narrows, and the frozen curve falls behind the fine-tuned one as labels become many."}} tags=["cover"]
figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
for ax, name in zip(axes, ("drawn", "mnist")):
    for curve, style in zip(COLUMNS, ("o-", "s--", "^-", "v--")):
        draw(ax, LABELS, accuracies(name, curve), style, curve)
    ax.set(xscale="log", xlabel="number of labels", title=name)
    ax.set_xticks(LABELS, [f"{k:,}" for k in LABELS], minor=False)
    ax.minorticks_off()
live = axes[("drawn", "mnist").index(data.name)]
live.plot([n, n], [100 * tuned, 100 * random], "k*", ms=9, zorder=5, label="live")
live.legend()
axes[0].set_ylabel("accuracy on test digits (%)");

# %% [markdown]
# (Bars reach from the lowest to the highest seed. The stars are the two networks that we have
# trained above, on 2,000 test digits.)
#
# **With few labels this network gains most.** With 100 to 1,000 labels, pretraining is worth
# about three to six points over random weights, and our dropout, with its one rate, does not
# make up for it. This says something about the network, not about the labels: no other kind
# of classifier stands in these curves, and one that needs no pretraining, such as a kernel
# machine on the pixels, may do as well.
#
# **Step 3 needs labels, too.** At 100 and 300 labels the frozen encoder does as well as the
# fine-tuned one; from 1,000 on, fine-tuning pays. The frozen curve flattens, and at 10,000
# even the random network has overtaken it: these features, which were made to rebuild digits,
# are not the best ones for telling them apart.
#
# **Many labels: the curves draw together.** How fast? Pair by pair:

# %%
print("points gained by pretraining, mean of three pairs (lowest, highest)")
for name in ("drawn", "mnist"):
    gain = accuracies(name, "pretrained + fine-tuned") - accuracies(name, "random")
    for k, pair in zip(LABELS, gain):
        print(
            f"{name:6} {k:6,} labels {pair.mean():5.1f}  ({pair.min():.1f}, {pair.max():.1f})"
        )
    assert (gain > 0).all()

# %% [markdown]
# Every one of the thirty pairs favours pretraining over random weights. But the gain shrinks,
# from more than five points at 100 labels to little more than one at 10,000. (The pairs are
# those without dropout. With it, the control comes closer at 10,000 on drawn digits, to less
# than half a point, and no closer on MNIST.)
#
# **Explore.** How many labels can you afford? Move the slider, and compare your arm with the
# others, pair by pair.

# %% mystnb={"image": {"alt": "Explorer: a slider for the number of labels and a choice of digits above two panels. Left, accuracy of four arms against the number of labels, a grey stripe at 100. Right, how far the pretrained and fine-tuned network is ahead of the three others there, a point per pair: of both random ones by four to seven points, of its frozen self not at all."}}
explore.label_counts(table)

# %% [markdown]
# At 100 drawn digits with labels, every pair is four to seven points ahead of both random
# networks, and none is ahead of its frozen self.
#
# ## The honest ending
#
# So far the network was the lecture's: sigmoid units, two layers, and at most dropout. A
# network of today would have ReLU units and dropout from the start. Does pretraining help it,
# too? The command has trained this pair as well: ReLU units with dropout of .2 in both arms,
# one from random weights, the other from a stack of *denoising* autoencoders (their inputs
# are corrupted by masking 30 %; the KL penalty needs sigmoids).
#
# **Predict first.** Draw zero as a line. Where do the two gains, sigmoid and ReLU, meet it?

# %%
PAIRS = {
    "sigmoid": ("pretrained", "random"),
    "ReLU + dropout": ("ReLU + dropout, pretrained", "ReLU + dropout"),
}


def gains(name, kind):
    """Numbers of labels, and points gained by pretraining: a row each, a column per seed."""
    with_, without = (table.where(data=name, arm=arm) for arm in PAIRS[kind])
    numbers = np.unique(without["n"])
    gain = [with_["accuracy"][with_["n"] == k] for k in numbers]
    return numbers, gain - np.array(
        [without["accuracy"][without["n"] == k] for k in numbers]
    )


# %% mystnb={"image": {"alt": "Points gained by pretraining against number of labels, for drawn digits and MNIST. Sigmoid networks: a large gain at 100 labels that falls steadily. ReLU networks with dropout: little gain anywhere, and none at 10,000 labels."}}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
for ax, name in zip(axes, ("drawn", "mnist")):
    for kind, style in zip(PAIRS, ("o-", "s--")):
        draw(ax, *gains(name, kind), style, kind)
    ax.axhline(0, color="grey", lw=0.8)
    ax.set(xscale="log", xlabel="number of labels", title=name)
axes[0].set_ylabel("points gained by pretraining")
axes[0].legend();

# %%
print("              ReLU + dropout                  sparse stack")
print("       labels  random  pretrained   gain (pairs)")
for name in ("drawn", "mnist"):
    for k, pair in zip(*gains(name, "ReLU + dropout")):
        arms = (*PAIRS["ReLU + dropout"][::-1], "pretrained")
        new, old, best = (
            table.where(data=name, arm=arm, n=k)["accuracy"].mean() for arm in arms
        )
        print(
            f"{name:6} {k:6,.0f}  {new:5.1f}     {old:5.1f}   {pair.mean():+5.1f}",
            end="",
        )
        print(f" ({pair.min():+.1f} to {pair.max():+.1f})  {best:5.1f}")
    assert abs(pair.mean()) < 0.3 < best - new

# %% [markdown]
# With ReLU units and dropout the gain is a fraction of what it was: at 100 labels about a
# point on drawn digits and none on MNIST, where pairs differ by more than that; less than a
# point at 1,000; and at 10,000 nothing that three pairs could tell from chance. **With all
# our labels we see no gain for this network from *this* pretraining.** (Three things have
# changed at once, units, dropout and the kind of stack, so we cannot say which of them is the
# reason.)
#
# Two remarks against jumping to conclusions. The last column is the lecture's sparse stack,
# fine-tuned: it is ahead of *both*, by four to six points at 100 labels and still by about
# half a point or more at 10,000. So our denoising stack, with one noise of one strength, is
# not the last word. (Here, too, units, dropout and stack differ at once.) And 10,000 labels
# are not the end: MNIST has 60,000, where we have not measured.
#
# **Why the field moved on.** In 2006 pretraining was believed to be what made deep networks
# trainable [2, 3]. Then it was asked why. Erhan and others found that it acts above all as a
# *regularizer*, though an unusual one, whose effect did not vanish with more data [4]. There
# turned out to be simpler means. Glorot and others found in 2011 that networks of ReLU units
# reach their best without pretraining where labels are many, and still profit from images
# without labels where they are few [5]. Our ReLU curve agrees with the first half at 10,000
# labels; of the second, our denoising stack shows little. Dropout came in 2012, and by then
# plain backpropagation with deformed digits and graphics cards had read MNIST with .35 %
# errors [6]. With a million labelled photographs, stacking autoencoders went out of use.
#
# **Where the idea lives.** In D2.1 and D2.3, with other networks. There are usually far more
# data without labels than with: most text, most pictures. BERT hides words of a sentence and
# has a network restore them; afterwards a small head is added, and the whole is fine-tuned on
# labelled examples, thousands of them or more [7]. A *masked autoencoder* hides 75 % of a
# photograph's patches, rebuilds them, throws the decoder away and is fine-tuned: on ImageNet
# alone that gave 87.8 %, more than any method had reached without further data [8]. That is a
# denoising autoencoder (notebook 09) with a new head: the lecture's steps 1 and 3. Two things
# have gone: all layers are pretrained together, not one at a time, and the head is mostly not
# trained alone first.

# %% [markdown]
# ## What it gets wrong
#
# Back to our classifier with 1,000 labels. Which digits does it take for which?

# %% mystnb={"image": {"alt": "Confusion matrix of ten digits, the wrong answers only. A few cells stand out; most are near zero."}}
predicted = classifier.predict(x_test)
counts = confusion_matrix(labels_test, predicted)
wrong = counts - np.diag(np.diag(counts))
figure, ax = plt.subplots(figsize=(4.2, 4))
ax.imshow(wrong)
for (row, column), count in np.ndenumerate(wrong):
    if count:
        colour = "white" if count > wrong.max() / 2 else "black"
        ax.text(column, row, count, ha="center", va="center", color=colour)
ax.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="is")
ax.grid(False)

# %% mystnb={"image": {"alt": "Twenty digits that were read wrongly, with the greatest certainty; above each, what it is and what it was read as."}}
with torch.no_grad():
    probability = classifier(x_test).softmax(dim=1).numpy()
errors = np.flatnonzero(predicted != labels_test)
worst = errors[np.argsort(-probability[errors].max(axis=1))][:20]
figure, axes = plt.subplots(2, 10, figsize=(9, 2.4))
for ax, q in zip(axes.flat, worst):
    plots.show_images(
        x_test[[q]], columns=1, title=f"{labels_test[q]} → {predicted[q]}", ax=ax
    )

# %% tags=["nbval-ignore-output"]
sure = probability.max(axis=1) > 0.9
right = predicted == labels_test
print(f"{sure.mean():.0%} of the digits are read with more than 90 % certainty,")
print(
    f"and {right[sure].mean():.1%} of those are right; of the rest {right[~sure].mean():.0%}"
)
assert right[sure].mean() > 0.93 > 0.85 > right[~sure].mean()


# %% [markdown]
# Many errors are between digits that share strokes, such as 3, 5 and 8, or 4 and 9. (Above
# each image: what it is → what it was read as.) Some of the twenty a person would misread,
# too; others are plainly legible, and the classifier is *certain* of its error. It has never
# been told that there are things that it does not know. Its certainty is worth something
# nevertheless: the digits that it is sure of are read correctly far more often than the rest.
# (Whether it is right nine times in ten when it says 90 % is another question, that of
# *calibration*, and we have not measured it.)
#
# ## Where it fails
#
# - **Other opponents.** The gain is a gain over the same network from random weights.
#   Logistic regression, a kernel machine or nearest neighbours, on the pixels or on principal
#   components of the unlabelled images, are not in the curves, and anyone with few labels
#   should try them first.
# - **Other data.** Here the images without labels are of the *same kind* as those with. What
#   strokes of digits are worth for other images has not been tried.
# - **Labels and images at odds.** An autoencoder keeps what images differ in most. If the
#   class is a detail (one dot on an i), a narrow code may throw it away, and no head will find
#   it.
# - **Three seeds, one architecture.** The bars show chance, not the choice of network: 200
#   units, two layers. Wider or deeper networks may have other curves.
# - **A short list of rates.** Many choices fell on the smallest or the largest of the three
#   rates: some arms, the control among them, might do better with more. The stacks' own
#   settings were set by hand.
# - **Tuning at 100 labels** rests on folds of 20 digits, for all arms alike: the choices there
#   are rough ones.
#
# ## Exercises
#
# ### Exercise 1: the gradient of a softmax head
#
# Write the gradient of the mean cost $\frac1n\sum_qJ^q$ of a softmax head. Scores may be as
# large as 1,000: your function must not overflow.

# %% nbgrader={"grade": false, "grade_id": "ex08-1-softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
def head_gradient(h, w, b, labels):
    """Gradient of the mean cross-entropy in the head's weights.

    h: (n, k) codes; w: (C, k) weights; b: (C,) biases; labels: (n,) from 0 to C - 1.
    Returns dJ/dw, (C, k).
    """
    ### BEGIN SOLUTION
    s = h @ w.T + b
    e = np.exp(s - s.max(axis=1, keepdims=True))
    delta = np.eye(len(w))[labels] - e / e.sum(axis=1, keepdims=True)
    return -delta.T @ h / len(h)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex08-1-softmax-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex08-1-softmax")


# %% [markdown]
# ### Exercise 2: LMS without steps
#
# An LMS head on frozen codes needs no gradient descent: its cost is a parabola. Find the
# minimum of
# $$\frac1n\sum_q\frac12\sum_i(y_i^q-s_i^q)^2+\frac\lambda2\sum w^2$$
# directly. The penalty spares the biases: centre codes and targets, solve for $w$, then find
# $b$.

# %% nbgrader={"grade": false, "grade_id": "ex08-2-lms", "locked": false, "schema_version": 3, "solution": true, "task": false}
def lms_head(h, y, lam):
    """Weights and biases of the best LMS head.

    h: (n, k) codes; y: (n, C) targets; lam > 0: weight penalty.
    Returns w, (C, k), and b, (C,).
    """
    ### BEGIN SOLUTION
    n, k = h.shape
    mean_h, mean_y = h.mean(axis=0), y.mean(axis=0)
    hc, yc = h - mean_h, y - mean_y
    w = np.linalg.solve(hc.T @ hc / n + lam * np.eye(k), hc.T @ yc / n).T
    return w, mean_y - w @ mean_h
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex08-2-lms-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex08-2-lms")


# %% [markdown]
# ### Exercise 3: paired
#
# Two arms were run with the same seeds. Compute the mean gain of `a` over `b`, and its standard
# error, from the *pairs*: what one seed's labels make harder for both does not count.

# %% nbgrader={"grade": false, "grade_id": "ex08-3-paired", "locked": false, "schema_version": 3, "solution": true, "task": false}
def paired_gain(a, b):
    """Mean gain of a over b, and its standard error.

    a, b: (n,) accuracies, entry k of both from seed k; n of at least 2.
    Returns two numbers.
    """
    ### BEGIN SOLUTION
    gain = a - b
    return gain.mean(), gain.std(ddof=1) / np.sqrt(len(gain))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "ex08-3-paired-tests", "locked": true, "schema_version": 3, "solution": false, "task": false}
verdict("ex08-3-paired")

# %% [markdown]
# ### Exercise 4: in your own words
#
# A report says: "Pretraining raises the accuracy at 500 labels from 88.9 to 90.6 %. We tried
# five learning rates for the pretrained network and took the one that was best on the test
# set; the control used the library's default." Name three things that are wrong with this
# comparison, say for each in which direction it errs, and how you would do it. (About 100
# words.)

# %% [markdown] nbgrader={"grade": true, "grade_id": "ex08-4-words", "locked": false, "schema_version": 3, "solution": true, "task": false}
# First, the rate was chosen on the test set, so that the test accuracy of the pretrained
# network is the best of five draws and no longer an honest estimate: too high. Second, only one arm
# was tuned; the control's default rate may be far from its best, so it looks worse than it is. Third,
# there is one run each: with 500 labels, another choice of them or other initial
# weights may move the accuracy by more than the 1.7 points claimed, in either direction. I would hold out a part of the 500
# labelled images, let both arms choose from the same rates and epochs there, repeat with several
# seeds that both arms share, report the mean difference of the pairs with its spread, and use
# the test set once.

# %% [markdown]
# ## Summary
#
# - A deep classifier takes three steps (D2): pretrain the encoder without labels, train a
#   head on frozen codes, fine-tune the whole. In our run most of the accuracy was there after
#   the second.
# - Three heads (D3): LMS has $\delta=y-s$, the softmax $\delta=y-p$, and a hidden layer hands
#   it down. Fine-tuned they end close together; on frozen codes LMS is a little behind.
# - With 100 to 1,000 labels, pretraining is worth about three to six points on average over
#   the same sigmoid network from random weights, and every pair favours it; other kinds of
#   classifier were not compared. The frozen encoder is as good as the fine-tuned one at 100
#   labels, and not at 1,000.
# - With 10,000 labels, ReLU units and dropout the gain from our denoising stack cannot be
#   told from chance; the sparse stack of sigmoids is still about half a point ahead. The idea
#   lives on in masked language models and masked autoencoders.
# - A fair comparison is paired, tunes every arm alike, and tests once.
#
# Next: [the course map](README.md) says what comes after this notebook.
#
# ## Further reading
#
# 1. L. Hui and M. Belkin, "Evaluation of neural architectures trained with square loss vs
#    cross-entropy in classification tasks", ICLR (2021),
#    [arXiv:2006.07322](https://arxiv.org/abs/2006.07322).
# 2. G. E. Hinton and R. R. Salakhutdinov, "Reducing the dimensionality of data with neural
#    networks", *Science* 313 (2006),
#    [doi:10.1126/science.1127647](https://doi.org/10.1126/science.1127647).
# 3. Y. Bengio, P. Lamblin, D. Popovici and H. Larochelle, "Greedy layer-wise training of deep
#    networks", NIPS 19 (2007).
# 4. D. Erhan et al., "Why does unsupervised pre-training help deep learning?", *Journal of
#    Machine Learning Research* 11 (2010), 625–660.
# 5. X. Glorot, A. Bordes and Y. Bengio, "Deep sparse rectifier neural networks", AISTATS
#    (2011), PMLR 15, 315–323.
# 6. D. C. Cireşan et al., "Deep, big, simple neural nets for handwritten digit recognition",
#    *Neural Computation* 22 (2010), [arXiv:1003.0358](https://arxiv.org/abs/1003.0358).
# 7. J. Devlin et al., "BERT: pre-training of deep bidirectional transformers for language
#    understanding", NAACL (2019), [doi:10.18653/v1/N19-1423](https://doi.org/10.18653/v1/N19-1423).
# 8. K. He et al., "Masked autoencoders are scalable vision learners", CVPR (2022),
#    [doi:10.1109/CVPR52688.2022.01553](https://doi.org/10.1109/CVPR52688.2022.01553).
