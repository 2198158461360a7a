"""Values, gradients and second gradients of primitives in float64, for Tests/GraphsTests/Fixtures/primitive-gradients.json.

Command: python3 Tools/primitive_gradients.py > Tests/GraphsTests/Fixtures/primitive-gradients.json
Versions: torch 2.15.0 (any recent version serves; the seed is fixed).
Each case has the name of a row of Tests/TestSupport/PrimitiveCases.swift. With y the value, φ = Σ cotangent · y² and g = ∇φ, the second
gradients are ∇Σ⟨g, directions⟩.
"""
import json
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(7)
D = torch.float64


def pick_transposed(x, v):
    _, indices = F.max_pool2d(x, 2, 1, return_indices=True)
    out = torch.zeros(v.shape[0], v.shape[1], 16, dtype=D)
    return out.scatter_add(2, indices.flatten(2), v.flatten(2)).view(v.shape[0], v.shape[1], 4, 4)


def pick_transposed_along_axis(x, v):
    return torch.zeros_like(x).scatter(1, x.argmax(1, keepdim=True), v[:, None])


def interior_padded(x):
    out = torch.zeros(1 + 2 + 2, 3 + 2 + 2, dtype=D)
    rows, columns = torch.meshgrid(torch.tensor([1, 4]), torch.tensor([0, 2, 4]), indexing="ij")
    return out.index_put((rows, columns), x)


def winners(x):
    return x * torch.zeros_like(x).scatter(1, x.topk(2, dim=1).indices, 1.0)


CASES = {
    "matrixProduct": ([[3, 4], [4, 2]], lambda a, b: a @ b),
    "matrixProduct, left transposed": ([[4, 3], [4, 2]], lambda a, b: a.mT @ b),
    "matrixProduct, right transposed": ([[3, 4], [2, 4]], lambda a, b: a @ b.mT),
    "matrixProduct, both transposed, stacked": ([[2, 4, 3], [2, 2, 4]], lambda a, b: a.mT @ b.mT),
    "convolution": ([[2, 3, 5, 4], [4, 3, 3, 2]], lambda x, w: F.conv2d(x, w)),
    "convolution, strided, dilated, padded, grouped": (
        [[1, 4, 6, 7], [6, 2, 3, 2]],
        lambda x, w: F.conv2d(F.pad(x, (0, 1, 1, 2)), w, stride=(2, 1), dilation=(1, 2), groups=2),
    ),
    "convolution, one axis": ([[2, 2, 7], [3, 2, 3]], lambda x, w: F.conv1d(x, w, padding=2)),
    "convolution (weight)": ([[2, 3, 5, 5], [2, 4, 3, 3]], lambda x, y: torch.ops.aten.convolution_backward(
        y, x, torch.zeros(4, 3, 3, 3, dtype=D), None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [False, True, False])[1]),
    "convolution (input)": (
        [[4, 3, 3, 3], [2, 4, 3, 2]],
        lambda w, y: F.conv_transpose2d(y, w, stride=2)[:, :, 1:, :][:, :, :6, :5],
    ),
    "windowSum": (
        [[2, 2, 5, 5]],
        lambda x: F.conv2d(F.pad(x, (0, 1, 1, 1)), torch.ones(2, 1, 3, 2, dtype=D), stride=2, groups=2),
    ),
    "windowSum (transposed)": (
        [[2, 2, 3, 2]],
        lambda y: F.conv_transpose2d(y, torch.ones(2, 1, 3, 2, dtype=D), stride=(1, 2), groups=2),
    ),
    "multiply": ([[3, 2], [3, 2]], lambda a, b: a * b),
    "divide": ([[3, 2], [3, 2]], lambda a, b: a / b),
    "sum": ([[2, 3, 4]], lambda x: x.sum((0, 2))),
    "broadcast": ([[3]], lambda x: x[None, :, None].expand(2, 3, 4)),
    "reshape": ([[2, 6]], lambda x: x.reshape(3, 4)),
    "pad": ([[2, 3]], interior_padded),
    "slice": ([[5, 7]], lambda x: x[1:4:2, 0:7:3]),
    "concatenate": ([[2, 3], [2, 1], [2, 2]], lambda a, b, c: torch.cat([a, b, c], 1)),
    "constant": ([[2]], lambda x: x + torch.tensor([1.0, -2.0], dtype=D)),
    "fill": ([[2]], lambda x: x * torch.full((2,), 3.0, dtype=D)),
    "add": ([[2, 3], [2, 3]], torch.add),
    "add, one operand twice": ([[2, 3]], lambda x: x + x),
    "subtract": ([[2, 3], [2, 3]], torch.sub),
    "affine": ([[2, 3]], lambda x: -2.5 * x + 0.75),
    "transpose": ([[2, 3, 4]], lambda x: x.permute(2, 0, 1)),
    "gather": ([[2, 4, 2]], lambda x: x[:, [3, 0, 3]]),
    "scatter": ([[2, 3, 2]], lambda x: torch.zeros(2, 5, 2, dtype=D).index_add(1, torch.tensor([3, 0, 3]), x)),
    "ReLU": ([[3, 4]], F.relu),
    "leaky ReLU, slope \u22120.5": ([[3, 4]], lambda x: F.leaky_relu(x, -0.5)),
    "parametric ReLU": ([[2, 3, 2], [3]], F.prelu),
    "absolute value": ([[3, 4]], torch.abs),
    "clip": ([[3, 4]], lambda x: x.clamp(-0.25, 0.5)),
    "soft threshold": ([[3, 4]], lambda x: F.softshrink(x, 0.3)),
    "maximum pooling": ([[2, 2, 4, 6]], lambda x: F.max_pool2d(x, 2)),
    "maximum pooling, overlapping, padded, rounded up": (
        [[2, 2, 6, 6]],
        lambda x: F.max_pool2d(x, 3, 2, padding=1, ceil_mode=True),
    ),
    "maximum pooling, dilated": ([[1, 2, 5, 5]], lambda x: F.max_pool2d(x, 2, 1, dilation=2)),
    "pick (transposed)": ([[2, 2, 4, 4], [2, 2, 3, 3]], pick_transposed),
    "pick (transposed), axis": ([[2, 3, 2], [2, 2]], pick_transposed_along_axis),
    "global maximum pooling": ([[2, 3, 2, 2]], lambda x: F.adaptive_max_pool2d(x, 1).flatten(1)),
    "maxout": ([[2, 6, 2]], lambda x: x.view(2, 2, 3, 2).amax(2)),
    "maximum of three": ([[2, 3], [2, 3], [2, 3]], lambda a, b, c: torch.maximum(torch.maximum(a, b), c)),
    "minimum of two": ([[2, 3], [2, 3]], torch.minimum),
    "where": ([[2, 3], [2, 3], [2, 3]], lambda c, a, b: torch.where(c > 0.1, b, a)),
    "winners": ([[2, 5]], winners),
    "exponential": ([[2, 3]], torch.exp),
    "logarithm": ([[2, 3]], torch.log),
    "squareRoot": ([[2, 3]], torch.sqrt),
    "reciprocal": ([[2, 3]], torch.reciprocal),
    "erf": ([[2, 3]], torch.erf),
    "sigmoid": ([[2, 3]], torch.sigmoid),
    "tanh": ([[2, 3]], torch.tanh),
    "softplus": ([[2, 3]], F.softplus),
    "power 2.5": ([[2, 3]], lambda x: x**2.5),
    "swish": ([[2, 3]], lambda x: x * torch.sigmoid(2 * x)),
    "GELU": ([[2, 3]], F.gelu),
    "GELU by tanh": ([[2, 3]], lambda x: F.gelu(x, approximate="tanh")),
    "softmax": ([[2, 4, 2]], lambda x: F.softmax(x, 1)),
    "logSumExp": ([[2, 4, 2]], lambda x: torch.logsumexp(x, 1)),
    "batch normalization in training": (
        [[3, 2, 2, 2], [2], [2]],
        lambda x, s, b: F.batch_norm(x, None, None, s, b, training=True, eps=1e-5),
    ),
    "batch normalization in inference": (
        [[2, 2, 3], [2], [2], [2], [2]],
        lambda x, s, b, m, v: (x - m[:, None]) / torch.sqrt(v[:, None] + 1e-5) * s[:, None] + b[:, None],
    ),
    "mean pooling": ([[2, 2, 5, 5]], lambda x: F.avg_pool2d(x, 3, 2, padding=1, count_include_pad=False)),
}
POSITIVE = {"divide", "logarithm", "squareRoot", "reciprocal", "power 2.5", "batch normalization in inference"}

result = {}
for name, (shapes, function) in CASES.items():
    low = 0.5 if name in POSITIVE else -1
    inputs = [(low + (1.5 - low) * torch.rand(shape, dtype=D)).requires_grad_() for shape in shapes]
    output = function(*inputs)
    cotangent = torch.rand(output.shape, dtype=D) - 0.5
    gradients = torch.autograd.grad(output, inputs, cotangent, allow_unused=True, retain_graph=True)
    directions = [torch.rand(shape, dtype=D) - 0.5 for shape in shapes]
    first = torch.autograd.grad((cotangent * output**2).sum(), inputs, create_graph=True, allow_unused=True)
    along = sum((g * d).sum() for g, d in zip(first, directions) if g is not None)
    second = torch.autograd.grad(along, inputs, allow_unused=True)
    result[name] = {
        "inputs": [x.detach().flatten().tolist() for x in inputs],
        "output": output.detach().flatten().tolist(),
        "cotangent": cotangent.flatten().tolist(),
        "gradients": [None if g is None else g.flatten().tolist() for g in gradients],
        "directions": [d.flatten().tolist() for d in directions],
        "second": [None if g is None else g.flatten().tolist() for g in second],
    }

# The gradient of R = ‖A[x]ᵀ f(x) − x‖² (THEORY §10) of a small network with every kind of code, in its weights.
x = torch.rand(2, 1, 6, 6, dtype=D) - 0.5
shapes = {"w1": [3, 1, 3, 3], "b1": [3], "w2": [4, 3, 2, 2], "b2": [4], "w3": [3, 4], "b3": [3]}
p = {name: (torch.rand(shape, dtype=D) - 0.5).requires_grad_() for name, shape in shapes.items()}
x.requires_grad_()
h = F.max_pool2d(F.leaky_relu(F.conv2d(x, p["w1"], p["b1"], padding=1), 0.1), 2)
f = F.linear(F.conv2d(h, p["w2"], p["b2"]).abs().mean((2, 3)), p["w3"], p["b3"])
pulled = torch.autograd.grad(f, x, f, create_graph=True)[0]
loss = ((pulled - x) ** 2).sum()
gradients = torch.autograd.grad(loss, list(p.values()))
result["reconstruction"] = {
    "inputs": [x.detach().flatten().tolist()] + [v.detach().flatten().tolist() for v in p.values()],
    "output": [loss.item()],
    "cotangent": [1.0],
    "gradients": [g.flatten().tolist() for g in gradients],
    "directions": [],
    "second": [],
}
json.dump(result, sys.stdout, indent=0)
print(f"torch {torch.__version__}", file=sys.stderr)
