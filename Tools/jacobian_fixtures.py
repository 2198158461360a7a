"""Float64 Jacobians of the papers' networks, for Tests/AnalysisTests/Fixtures/jacobian-*.npy.

Command: python3 Tools/jacobian_fixtures.py
Versions: torch 2.15.0, numpy 2.4.6.
The weights are those that `Network(architecture, seed: 5)` draws: xoshiro256**, its state from SplitMix64, one stream a parameter,
Glorot uniform, rounded to float32. They are drawn again here, from the published definitions. Biases, scales and running statistics,
which start constant, are set by formulas so that they matter. Each file has shape [1 + inputs, classes]: the outputs, then the
Jacobian transposed.
"""
import os

import numpy as np
import torch
import torch.nn.functional as F

OUT = os.path.join(os.path.dirname(__file__), "..", "Tests", "AnalysisTests", "Fixtures")
MASK = 2**64 - 1


def generator(seed, purpose):
    h = 0xCBF29CE484222325
    for byte in purpose.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    state, s = seed ^ h, []
    for _ in range(4):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        s.append(z ^ (z >> 31))
    rotate = lambda x, k: ((x << k) | (x >> (64 - k))) & MASK
    while True:
        result = (rotate((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)
        yield (result >> 11) * 2.0**-53


def weight(name, shape, fan_in=None, fan_out=None):
    places = int(np.prod(shape[2:]))
    fan_in, fan_out = fan_in or shape[1] * places, fan_out or shape[0] * places
    limit = (6 / (fan_in + fan_out)) ** 0.5
    g = generator(5, f"initialization of {name}")
    drawn = np.array([-limit + 2 * limit * next(g) for _ in range(int(np.prod(shape)))])
    return torch.tensor(drawn.astype(np.float32).astype(np.float64).reshape(shape))


def formula(name, count):
    i = np.arange(count)
    kind = name.split(".")[-1]
    values = {
        "bias": 0.1 * np.cos(i + 1),
        "shift": 0.1 * np.cos(i + 1),
        "scale": 1 + 0.25 * np.cos(i + 2),
        "mean": 0.1 * np.sin(i + 3),
        "variance": 1 + 0.5 * np.sin(i + 4),
    }[kind]
    return torch.tensor(values.astype(np.float32).astype(np.float64))


def conv(x, name, out, kernel, padding=0, stride=1):
    w = weight(f"{name}.weight", (out, x.shape[1], kernel, kernel))
    return F.conv2d(x, w, formula(f"{name}.bias", out), stride=stride, padding=padding)


def dense(x, name, out):
    return F.linear(x, weight(f"{name}.weight", (out, x.shape[1])), formula(f"{name}.bias", out))


def norm(x, name):
    p = {k: formula(f"{name}.{k}", x.shape[1]) for k in ("scale", "shift", "mean", "variance")}
    return F.batch_norm(x, p["mean"], p["variance"], p["scale"], p["shift"], False, 0, 1e-5)


def leaky(x):
    return F.leaky_relu(x, 0.01)


def small_cnn(x):
    x = F.max_pool2d(leaky(conv(x, "conv1", 32, 5, 4)), 2)
    x = F.max_pool2d(leaky(conv(leaky(conv(x, "conv2", 64, 3)), "conv3", 64, 3, 2)), 2)
    x = conv(leaky(conv(x, "conv4", 128, 3)), "conv5", 10, 1)
    return dense(x.mean((2, 3)), "dense1", 10)


def large_cnn(pool):
    def run(x):
        for i, padding in enumerate([1, 2, 2]):
            x = leaky(conv(x, f"conv{i + 1}", 96, 3, padding))
        x = pool(x, 2)
        for i, padding in enumerate([0, 2, 0]):
            x = leaky(conv(x, f"conv{i + 4}", 192, 3, padding))
        x = leaky(conv(pool(x, 2), "conv7", 192, 3))
        x = conv(leaky(conv(x, "conv8", 192, 1)), "conv9", 10, 1)
        return dense(x.mean((2, 3)), "dense1", 10)

    return run


def resnet3(x):
    x = leaky(norm(conv(x, "conv1", 16, 3), "norm1"))
    block = 0
    for stage in range(3):
        for index in range(3):
            block += 1
            name, channels, changes = f"block{block}", 16 << stage, stage > 0 and index == 0
            y = leaky(norm(conv(x, f"{name}.conv1", channels, 3, 1, 2 if changes else 1), f"{name}.norm1"))
            y = leaky(norm(conv(y, f"{name}.conv2", channels, 3, 1), f"{name}.norm2"))
            x = y + (conv(x, f"{name}.shortcut.conv1", channels, 1, 0, 2) if changes else x)
    return dense(x.mean((2, 3)), "dense1", 10)


def rnn(x):
    x = x.reshape(x.shape[0], x.shape[-2], x.shape[-1])
    states = [x[:, t] for t in range(x.shape[1])]
    for level in (1, 2):
        scope, width = f"recurrent1.layer{level}", states[0].shape[1]
        into = weight(f"{scope}.{'input' if level == 1 else 'up'}", (64, width))
        again, bias = weight(f"{scope}.recurrent", (64, 64)), formula(f"{scope}.bias", 64)
        z, after = None, []
        for u in states:
            v = F.linear(u, into) + bias
            z = F.relu(v if z is None else v + F.linear(z, again))
            after.append(z)
        states = after
    return dense(states[-1], "dense1", 10)


NETWORKS = {
    "SmallCNN": ((1, 28, 28), small_cnn),
    "LargeCNN-max": ((3, 12, 12), large_cnn(F.max_pool2d)),
    "LargeCNN-mean": ((3, 12, 12), large_cnn(F.avg_pool2d)),
    "Resnet3-batchNorm": ((3, 12, 12), resnet3),
    "RNN": ((28, 28), rnn),
}

os.makedirs(OUT, exist_ok=True)
for name, (shape, network) in NETWORKS.items():
    d = np.arange(int(np.prod(shape)))
    x = torch.tensor(np.round(np.sin(0.7 * d) + np.cos(0.013 * d * d), 3).reshape((1,) + shape), requires_grad=True)
    f = network(x)
    rows = [torch.autograd.grad(f[0, c], x, retain_graph=True)[0].flatten() for c in range(10)]
    np.save(os.path.join(OUT, f"jacobian-{name}.npy"), np.vstack([f.detach().numpy(), torch.stack(rows, 1).numpy()]))
    print(name, f.detach().numpy().round(3))
print("torch", torch.__version__, "numpy", np.__version__)
