# Reference values for Tests/NetworksTests/Fixtures: forward passes of small networks in PyTorch, double precision.
# Written with Python 3.11, PyTorch 2.15.0, seed 0. Run: python3 Tools/network-fixtures.py
import json, os
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
OUT = os.path.join(os.path.dirname(__file__), "..", "Tests", "NetworksTests", "Fixtures")

# Names of the parameters in the order in which PyTorch's state_dict lists them, where they differ from ours: weight, bias and the
# like are mapped by kind.
BATCH_NORM = {"weight": "scale", "bias": "shift", "running_mean": "mean", "running_var": "variance"}


def array(t):
    # 17 significant digits read back as the same double
    return {"shape": list(t.shape), "elements": [float(v) for v in t.detach().flatten()]}


def case(name, input_shape, layers, module, names, classes, training=False, batch=2):
    """`names[i]` is our prefix for the i-th module with parameters."""
    torch.manual_seed(len(name))
    for p in module.parameters():
        p.data.uniform_(-0.5, 0.5)
    for m in module.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.running_mean.uniform_(-0.3, 0.3)
            m.running_var.uniform_(0.5, 1.5)
    module.eval()
    x = torch.randn(batch, *input_shape)
    parameters = {}
    modules = [(n, m) for n, m in module.named_modules() if len(list(m.children())) == 0 and len(m.state_dict()) > 0]
    assert len(modules) == len(names), (modules, names)
    for (_, m), prefix in zip(modules, names):
        for key, value in m.state_dict().items():
            if key == "num_batches_tracked":
                continue
            if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
                key = BATCH_NORM[key]
            elif isinstance(m, nn.PReLU):
                key = "slopes"
            elif isinstance(m, nn.RNN):
                continue
            parameters[f"{prefix}.{key}"] = array(value.clone())
    for (_, m), prefix in zip(modules, names):
        if isinstance(m, nn.RNN):
            for level in range(m.num_layers):
                ours = f"{prefix}.layer{level + 1}"
                parameters[f"{ours}.{'input' if level == 0 else 'up'}"] = array(getattr(m, f"weight_ih_l{level}"))
                parameters[f"{ours}.recurrent"] = array(getattr(m, f"weight_hh_l{level}"))
                parameters[f"{ours}.bias"] = array(getattr(m, f"bias_ih_l{level}") + getattr(m, f"bias_hh_l{level}"))
    result = {
        "architecture": {"version": 1, "name": name, "input": input_shape, "classes": classes, "layers": layers},
        "parameters": parameters,
        "x": array(x),
        "outputs": array(module(x)),
    }
    if training:
        module.train()
        result["trainingOutputs"] = array(module(x))
        result["running"] = {
            f"{prefix}.{BATCH_NORM[k]}": array(v)
            for (_, m), prefix in zip(modules, names)
            if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d))
            for k, v in m.state_dict().items()
            if k.startswith("running")
        }
    return result


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut or nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Branches(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([b(x) for b in self.branches], dim=1)


class Maxout(nn.Module):
    def __init__(self, inputs, units, pieces):
        super().__init__()
        self.linear, self.pieces = nn.Linear(inputs, units * pieces), pieces

    def forward(self, x):
        return self.linear(x).reshape(len(x), -1, self.pieces).amax(2)


class LastStep(nn.Module):
    def __init__(self, rnn):
        super().__init__()
        self.rnn = rnn

    def forward(self, x):
        return self.rnn(x)[0][:, -1]


class Function(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


def conv(channels, kernel, **more):
    return {"type": "convolution", "channels": channels, "kernel": kernel, **more}


def leaky():
    return {"type": "leakyReLU", "slope": 0.01}


cases = [
    case(
        "toy", [2], [{"type": "dense", "units": 5}, {"type": "relu"}, {"type": "dense", "units": 3}, {"type": "relu"},
                     {"type": "dense", "units": 4}],
        nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 3), nn.ReLU(), nn.Linear(3, 4)), ["dense1", "dense2", "dense3"], 4),
    # SmallCNN's kinds of layers, narrow: full, valid and 1×1 convolutions, maximum and global mean pooling, a last dense layer
    case(
        "small", [1, 10, 10],
        [conv(3, 5, padding="full"), leaky(), {"type": "maximumPooling", "size": 2}, conv(4, 3), leaky(),
         conv(4, 3, padding="full"), leaky(), {"type": "maximumPooling", "size": 2}, conv(5, 3), leaky(), conv(3, 1),
         {"type": "globalMeanPooling"}, {"type": "dense", "units": 3}],
        nn.Sequential(
            nn.Conv2d(1, 3, 5, padding=4), nn.LeakyReLU(0.01), nn.MaxPool2d(2), nn.Conv2d(3, 4, 3), nn.LeakyReLU(0.01),
            nn.Conv2d(4, 4, 3, padding=2), nn.LeakyReLU(0.01), nn.MaxPool2d(2), nn.Conv2d(4, 5, 3), nn.LeakyReLU(0.01),
            nn.Conv2d(5, 3, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 3)),
        ["conv1", "conv2", "conv3", "conv4", "conv5", "dense1"], 3),
    # strides, dilations, groups, transposed convolution, odd paddings, overlapping and rounded-up pooling
    case(
        "windows", [2, 7, 9],
        [conv(4, [3, 2], stride=[2, 1], dilation=[1, 2], groups=2, padding=[1, 2]), {"type": "relu"},
         {"type": "transposedConvolution", "channels": 6, "kernel": 3, "stride": 2, "groups": 2, "padding": 1, "outputPadding": 1},
         {"type": "absoluteValue"},
         {"type": "maximumPooling", "size": 3, "stride": 2, "padding": 1, "roundingUp": True},
         {"type": "meanPooling", "size": 2, "stride": 2, "padding": 1, "roundingUp": True, "countingPadding": True},
         conv(3, [3, 2], padding="same", bias=False), {"type": "channelPooling", "pieces": 3},
         {"type": "concatenate", "branches": [[{"type": "globalMaximumPooling"}], [{"type": "flatten"}]]}],
        nn.Sequential(
            nn.Conv2d(2, 4, (3, 2), stride=(2, 1), dilation=(1, 2), groups=2, padding=(1, 2)), nn.ReLU(),
            nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2, padding=1, output_padding=1), Function(torch.abs),
            nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.AvgPool2d(2, 2, 1, ceil_mode=True, count_include_pad=True),
            nn.Conv2d(6, 3, (3, 2), padding="same", bias=False), Function(lambda u: u.amax(1, keepdim=True)),
            Branches(nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), nn.Flatten())),
        ["conv1", "transposedConv1", "conv2"], 22),
    case(
        "residual", [2, 5, 5],
        [conv(3, 3), {"type": "batchNormalization"}, leaky(),
         {"type": "residual",
          "body": [conv(4, 3, stride=2, padding=1), {"type": "batchNormalization", "momentum": 0.3, "epsilon": 0.001}, leaky(),
                   conv(4, 3, padding="same"), leaky()],
          "shortcut": [conv(4, 1, stride=2)]},
         {"type": "concatenate", "branches": [[], [conv(2, 1), {"type": "tanh"}]]}, {"type": "flatten"},
         {"type": "maxout", "units": 3, "pieces": 2}, {"type": "dense", "units": 2}],
        nn.Sequential(
            nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.LeakyReLU(0.01),
            Residual(
                nn.Sequential(
                    nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4, eps=0.001, momentum=0.3), nn.LeakyReLU(0.01),
                    nn.Conv2d(4, 4, 3, padding=1), nn.LeakyReLU(0.01)),
                nn.Conv2d(3, 4, 1, stride=2)),
            Branches(nn.Sequential(), nn.Sequential(nn.Conv2d(4, 2, 1), nn.Tanh())), nn.Flatten(), Maxout(24, 3, 2),
            nn.Linear(3, 2)),
        ["conv1", "norm1", "block1.conv1", "block1.norm1", "block1.conv2", "block1.shortcut.conv1", "concat1.2.conv1", "maxout1",
         "dense1"], 2, training=True, batch=3),
    case(
        "recurrent", [4, 3], [{"type": "recurrent", "units": [5, 5]}, {"type": "dense", "units": 2}],
        nn.Sequential(LastStep(nn.RNN(3, 5, 2, nonlinearity="relu", batch_first=True)), nn.Linear(5, 2)),
        ["recurrent1", "dense1"], 2),
    case(
        "activations", [6],
        [{"type": "dense", "units": 6}, {"type": "parametricReLU"}, {"type": "dense", "units": 6}, {"type": "swish"},
         {"type": "dense", "units": 6}, {"type": "gelu"}, {"type": "dense", "units": 6}, {"type": "gelu", "approximate": True},
         {"type": "dense", "units": 6}, {"type": "softplus"}, {"type": "dense", "units": 6}, {"type": "sigmoid"},
         {"type": "dense", "units": 6}, {"type": "hardTangent"}, {"type": "dense", "units": 6},
         {"type": "hardSigmoid", "slope": 0.16666666666666666, "offset": 0.5}, {"type": "dense", "units": 6},
         {"type": "softThreshold", "threshold": 0.1}, {"type": "dense", "units": 6}, {"type": "clip", "low": 0, "high": 6}],
        nn.Sequential(
            nn.Linear(6, 6), nn.PReLU(6), nn.Linear(6, 6), nn.SiLU(), nn.Linear(6, 6), nn.GELU(), nn.Linear(6, 6),
            nn.GELU(approximate="tanh"), nn.Linear(6, 6), nn.Softplus(), nn.Linear(6, 6), nn.Sigmoid(), nn.Linear(6, 6),
            nn.Hardtanh(), nn.Linear(6, 6), nn.Hardsigmoid(), nn.Linear(6, 6), nn.Softshrink(0.1), nn.Linear(6, 6), nn.ReLU6()),
        ["dense1", "parametricReLU1"] + [f"dense{i}" for i in range(2, 11)], 6),
]

with open(os.path.join(OUT, "forward.json"), "w") as f:
    json.dump({"script": "Tools/network-fixtures.py", "torch": torch.__version__, "cases": cases}, f, separators=(",", ":"))
    f.write("\n")
