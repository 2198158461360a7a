"""Writes Tests/InterchangeTests/Fixtures/ONNX: small exported models with outputs, Jacobians and codes.

    python3 Tools/onnx_fixtures.py [NAME…]        (all where none is named)

Made with torch 2.15.0, onnxscript 0.7.2, onnx 1.23.2, onnxruntime 1.31.1, skl2onnx 1.20.0, scikit-learn 1.9.1, numpy 2.4.6.
Each NAME-EXPORTER-OPSET.onnx has its answers in NAME.npz: x, y (outputs in float64: PyTorch in double precision; onnxruntime for scikit-learn),
jacobian [N, outputs, inputs] (PyTorch in float64), codes [N, units] of the ReLU-like units in the order of execution, and windows
[N, units], the places of the maxima within the windows of max pooling.
"""

import copy
import os
import sys
import warnings

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(7)
FOLDER = os.path.join(os.path.dirname(__file__), "..", "Tests", "InterchangeTests", "Fixtures", "ONNX")
os.makedirs(FOLDER, exist_ok=True)
ONLY = sys.argv[1:]
for old in (name for name in os.listdir(FOLDER) if not name.startswith("keras-") and not ONLY):
    os.remove(os.path.join(FOLDER, old))


class Residual(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.a, self.na = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.b, self.nb = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.p = nn.Conv2d(i, o, 1, stride, bias=False) if stride > 1 else nn.Identity()
        self.r1, self.r2 = nn.ReLU(), nn.ReLU()

    def forward(self, x):
        return self.r2(self.nb(self.b(self.r1(self.na(self.a(x))))) + self.p(x))


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.ModuleList([nn.Conv2d(2 + 2 * i, 2, 3, padding=1) for i in range(3)])
        self.r = nn.ModuleList([nn.ReLU() for _ in range(3)])
        self.f = nn.Linear(8, 3)

    def forward(self, x):
        for c, r in zip(self.c, self.r):
            x = torch.cat([x, r(c(x))], 1)
        return self.f(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Shuffle(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.r = nn.Conv2d(4, 4, 1, groups=2), nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.ReLU()
        self.f = nn.Linear(4, 3)

    def forward(self, x):
        x = self.a(x)
        n, c, h, w = x.size()
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)
        x = self.r(self.b(x))
        return self.f(x.mean([2, 3]))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.d, self.p, self.m = nn.Conv2d(1, 2, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(2, 3, 3, padding=1)
        self.u, self.o = nn.ConvTranspose2d(3, 2, 3, 2, 1, 1), nn.Conv2d(4, 1, 1)
        self.r1, self.r2 = nn.ReLU(), nn.LeakyReLU(0.1)

    def forward(self, x):
        s = self.r1(self.d(x))
        m = self.r2(self.m(self.p(s)))
        return self.o(torch.cat([s, self.u(m)], 1)).flatten(1)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        make = {"rnn": lambda: nn.RNN(3, 4, nonlinearity="relu", batch_first=True), "lstm": lambda: nn.LSTM(3, 4, batch_first=True),
                "gru": lambda: nn.GRU(3, 4, batch_first=True, bidirectional=True)}
        self.r = make[kind]()
        self.f = nn.Linear(8 if kind == "gru" else 4, 2)

    def forward(self, x):
        return self.f(self.r(x)[0][:, -1])


class Maxout(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(3, 12), nn.Linear(4, 2)

    def forward(self, x):
        return self.b(self.a(x).reshape(-1, 4, 3).max(dim=2).values)


class Idioms(nn.Module):
    """Piecewise-affine functions written out in arithmetic."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(2, 5), nn.Linear(20, 2)

    def forward(self, x):
        u = self.a(x)
        return self.b(torch.cat([torch.maximum(u, torch.zeros_like(u)), torch.where(u > 0, u, 0.2 * u), (u + u.abs()) / 2, torch.clamp(u, 0, 6)], 1))


class NHWC(nn.Module):
    def __init__(self):
        super().__init__()
        self.c, self.r, self.f = nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.Linear(3, 2)

    def forward(self, x):
        x = self.r(self.c(x.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)
        return self.f(x).mean((1, 2))


def sequential(*layers):
    return nn.Sequential(*layers)


MODELS = {
    "mlp": (lambda: sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 6), nn.LeakyReLU(0.2), nn.Linear(6, 2)), [3]),
    "lenet": (lambda: sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(),
                                 nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 5)), [1, 10, 10]),
    "resnet": (lambda: sequential(nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), Residual(3, 3, 1), Residual(3, 4, 2),
                                  nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)), [1, 6, 6]),
    "densenet": (Dense, [2, 5, 5]),
    "mobilenet": (lambda: sequential(nn.Conv2d(2, 4, 1), nn.BatchNorm2d(4), nn.ReLU6(), nn.Conv2d(4, 4, 3, padding=1, groups=4),
                                     nn.BatchNorm2d(4), nn.ReLU6(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(16, 3)), [2, 4, 4]),
    "shufflenet": (Shuffle, [4, 4, 4]),
    "unet": (UNet, [1, 6, 6]),
    "rnn": (lambda: Recurrent("rnn"), [5, 3]),
    "lstm": (lambda: Recurrent("lstm"), [5, 3]),
    "gru": (lambda: Recurrent("gru"), [4, 3]),
    "maxout": (Maxout, [3]),
    "idioms": (Idioms, [2]),
    "nhwc": (NHWC, [4, 4, 2]),
    "mixer": (lambda: sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.GELU(), nn.Linear(6, 6), nn.GroupNorm(2, 6), nn.SiLU(),
                                 nn.Linear(6, 3), nn.Softmax(1)), [4]),
    "hardnet": (lambda: sequential(nn.Linear(3, 6), nn.Hardtanh(), nn.Linear(6, 6), nn.PReLU(6), nn.Linear(6, 6), nn.Hardswish(),
                                   nn.Linear(6, 6), nn.ELU(), nn.Linear(6, 2)), [3]),
    "pools": (lambda: sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1), nn.Conv2d(2, 3, 2, padding=1),
                                 nn.MaxPool2d((2, 3), (1, 2), (1, 1), ceil_mode=True), nn.ReLU(), nn.Flatten(), nn.Linear(54, 3)), [1, 9, 9]),
    "fixed": (lambda: sequential(nn.Linear(3, 7), nn.ReLU(), nn.Linear(7, 2)), [3]),
    "resizer": (lambda: sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2, mode="bilinear"),
                                   nn.Conv2d(2, 1, 3, stride=2), nn.Upsample(scale_factor=2), nn.Flatten()), [1, 4, 4]),
}


def codes(model, x):
    """1 where the input of a ReLU, leaky ReLU or PReLU is above 0, unit by unit, in the order of execution."""
    found = []
    hooks = [m.register_forward_hook(lambda m, i, o: found.append((i[0] > 0).flatten(1))) for m in model.modules()
             if isinstance(m, (nn.ReLU, nn.LeakyReLU, nn.PReLU))]
    model(x)
    for hook in hooks:
        hook.remove()
    return torch.cat(found, 1).to(torch.uint8).numpy() if found else np.zeros([len(x), 0], np.uint8)


def windows(model, x):
    """For each maximum over a window the place of the entry that is largest, row by row in the full window, in the order of execution."""
    found = []
    def look(module, inputs, output):
        pair = lambda n: (n, n) if isinstance(n, int) else n
        (kh, kw), (sh, sw), (ph, pw) = pair(module.kernel_size), pair(module.stride), pair(module.padding)
        indices = F.max_pool2d(inputs[0], (kh, kw), (sh, sw), (ph, pw), ceil_mode=module.ceil_mode, return_indices=True)[1]
        width = inputs[0].shape[-1]
        top = (torch.arange(indices.shape[-2]) * sh - ph)[:, None]
        left = torch.arange(indices.shape[-1]) * sw - pw
        found.append(((indices // width - top) * kw + indices % width - left).flatten(1))
    hooks = [m.register_forward_hook(look) for m in model.modules() if isinstance(m, nn.MaxPool2d)]
    model(x)
    for hook in hooks:
        hook.remove()
    return torch.cat(found, 1).to(torch.uint8).numpy() if found else np.zeros([len(x), 0], np.uint8)


def strip(path):
    """Drops what readers do not need: doc strings and metadata are most of an export's bytes."""
    model = onnx.load(path)
    del model.metadata_props[:]
    model.doc_string = ""
    def bare(graph):
        graph.doc_string = ""
        del graph.value_info[:]
        del graph.metadata_props[:]
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    bare(attribute.g)
        for value in list(graph.input) + list(graph.output) + list(graph.initializer):
            del value.metadata_props[:]
    bare(model.graph)
    for function in model.functions:
        function.doc_string = ""
        del function.value_info[:]
        del function.metadata_props[:]
        for node in function.node:
            del node.metadata_props[:]
    onnx.save(model, path)


def export(name, make, shape, kind, opset):
    torch.manual_seed(sum(map(ord, name)))
    model = make().eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.3)
    example = torch.randn([1 if name == "fixed" else 2] + shape)
    path = os.path.join(FOLDER, f"{name}-{kind}-{opset}.onnx")
    try:
        if kind == "script":
            torch.onnx.export(model, (example,), path, dynamo=False, opset_version=opset, input_names=["x"], output_names=["y"],
                              dynamic_axes=None if name == "fixed" else {"x": {0: "batch"}, "y": {0: "batch"}})
        else:
            torch.onnx.export(model, (example,), path, dynamo=True, opset_version=opset, input_names=["x"], output_names=["y"],
                              dynamic_shapes=None if name == "fixed" else ({0: torch.export.Dim("batch")},), external_data=False, verbose=False)
    except Exception as error:
        print("not exported:", name, kind, opset, type(error).__name__, str(error).split("\n")[0][:100])
        if os.path.exists(path):
            os.remove(path)
        return
    strip(path)
    onnx.checker.check_model(path)
    answers = os.path.join(FOLDER, name + ".npz")
    if os.path.exists(answers):
        return
    double = copy.deepcopy(model).double()
    x = torch.randn([3] + shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 1.5
    y = double(x).detach().flatten(1)
    jacobian = torch.stack([torch.autograd.functional.jacobian(lambda u: double(u[None]).flatten(), s).reshape(y.shape[1], -1) for s in x])
    np.savez_compressed(answers, x=x.numpy(), y=y.numpy(), jacobian=jacobian.numpy(), codes=codes(double, x),
                        windows=windows(double, x))


def scikit():
    from skl2onnx import to_onnx
    from sklearn.datasets import make_classification, make_regression
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
    import onnxruntime

    X, c = make_classification(60, 4, random_state=0)
    R, t = make_regression(60, 4, n_targets=2, random_state=0)
    cases = {
        "scikit-classifier": (MLPClassifier(hidden_layer_sizes=(5,), max_iter=300, random_state=0).fit(X, c), X),
        "scikit-regressor": (MLPRegressor(hidden_layer_sizes=(6, 4), max_iter=300, random_state=0).fit(R, t), R),
        "scikit-pipeline": (make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(5,), max_iter=200, random_state=0)).fit(R, t), R),
        "scikit-logistic": (make_pipeline(MinMaxScaler(), LogisticRegression()).fit(X, c), X),
        "scikit-linear": (LinearRegression().fit(R, t), R),
    }
    for name, (model, data) in cases.items():
        options = {"zipmap": False} if hasattr(model, "predict_proba") else None
        exported = to_onnx(model, data[:1].astype(np.float32), options={id(model): options} if options else None)
        path = os.path.join(FOLDER, name + ".onnx")
        onnx.save(exported, path)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        x = data[:3].astype(np.float32)
        y = session.run(None, {"X": x})[-1]
        np.savez_compressed(path[:-5] + ".npz", x=x.astype(np.float64), y=y.astype(np.float64).reshape(3, -1))


if __name__ == "__main__":
    everywhere = [("script", 17), ("dynamo", 20)]
    for name, (make, shape) in MODELS.items():
        if ONLY and name not in ONLY:
            continue
        for kind, opset in everywhere + ({"mlp": [("script", 9), ("dynamo", 23)], "resnet": [("script", 11)], "shufflenet": [("script", 9)],
                                          "pools": [("script", k) for k in range(7, 21) if k != 17] + [("dynamo", k) for k in range(18, 26) if k != 20],
                                          "lenet": [("script", 13)], "resizer": [("script", 11)]}.get(name, [])):
            export(name, make, shape, kind, opset)
    scikit()
    print(sum(os.path.getsize(os.path.join(FOLDER, f)) for f in os.listdir(FOLDER)), "bytes")
