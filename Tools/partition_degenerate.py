"""Networks made of coincidences for Benchmarks/PartitionBenchmark --filter, in the form of Tools/partition_networks.py.

Made with Python 3.11, numpy 2.4:  python3 Tools/partition_degenerate.py DIRECTORY
"""
import json
import pathlib
import sys

import numpy

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
random = numpy.random.default_rng(0)


def save(name, layers):
    parts = []
    for i, (weight, bias) in enumerate(layers):
        parts.append({"kind": "dense", "weight": weight.tolist(), "bias": bias.tolist()})
        if i + 1 < len(layers):
            parts.append({"kind": "relu"})
    case = {"name": name, "network": {"inputSize": 2, "layers": parts}, "domain": {"box": [[-1, 1], [-1, 1]]}}
    (folder / f"{name}.json").write_text(json.dumps(case))


def he(widths, bias=0.1):
    """Normal weights and biases in single precision, as Doubles."""
    return [[(random.normal(size=(m, n)) * numpy.sqrt(2 / n)).astype(numpy.float32).astype(float),
             (random.normal(size=m) * bias).astype(numpy.float32).astype(float)] for n, m in zip(widths, widths[1:])]


# No biases: all lines of the first layer meet in one point, and every later one ends there.
for widths in ([2, 64, 64, 1], [2, 64, 64, 64, 1], [2, 128, 128, 128, 1], [2, 256, 256, 256, 256, 1]):
    save("bias-free " + "-".join(map(str, widths)), he(widths, 0))

# Multiples of 1/4 from -1 to 1.
widths = [2, 64, 64, 64, 1]
save("dyadic 2-64-64-64-1", [[random.integers(-4, 5, size=(m, n)) / 4, random.integers(-4, 5, size=m) / 4]
                             for n, m in zip(widths, widths[1:])])

# Half of the rows of every layer are multiples of others.
layers = he(widths)
for weight, bias in layers[:-1]:
    for r in range(32, 64):
        source, factor = random.integers(0, 32), [-1, 2, 0.5, -2, 1, 0, -0.25, 4][random.integers(0, 8)]
        weight[r], bias[r] = factor * weight[source], factor * bias[source]
save("repeated 2-64-64-64-1", layers)

# Half of the rows nearly equal others; or all lines of the first layer nearly meet in one point.
widths = [2, 24, 24, 24, 1]
for distance in (1e-6, 1e-10, 1e-14):
    layers = he(widths)
    for weight, bias in layers[:-1]:
        for r in range(12, 24):
            weight[r] = weight[r - 12] * (1 + distance * random.normal())
            bias[r] = bias[r - 12] * (1 + distance * random.normal())
    save(f"nearly equal {distance:g}", layers)
    layers = he(widths)
    layers[0][1] = -layers[0][0] @ [0.3, 0.2] + distance * random.normal(size=24)
    save(f"nearly concurrent {distance:g}", layers)

# Mirrored units, and differences of them, which are 0 on the whole axis x = 0.
layers = he([2, 32, 32, 32, 1])
for r in range(0, 32, 2):
    layers[0][0][r + 1], layers[0][1][r + 1] = layers[0][0][r] * [-1, 1], layers[0][1][r]
for weight, bias in layers[1:3]:
    for r in range(16):
        half = random.normal(size=16).astype(numpy.float32).astype(float)
        weight[r], bias[r] = numpy.stack([half, -half], 1).reshape(-1), 0
save("symmetric 2-32-32-32-1", layers)
