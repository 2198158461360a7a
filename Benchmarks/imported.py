"""Imported networks: the local affine maps of 16 samples by `maso affine` against PyTorch's Jacobians in Double, and loading and
outputs against onnxruntime, alternated in one run, one thread, processor time.

    python3 Benchmarks/imported.py [--rounds 5] [--network resnet18|vgg] [--maso .build/release/maso]

Our side is the whole command: its start, reading and planning the model, every check (residual, margin, offsets computed apart) and
writing the arrays. The other side is the library call alone, in a process that is warm; PyTorch gives slopes only. Networks are
ResNet-18 in its form for 32×32 images and VGG-11 with batch norm, random weights and running statistics. Needs torch, onnx and
onnxruntime (measured with 2.15, 1.23 and 1.31).
"""
import argparse, os, statistics, subprocess, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--network", default="resnet18,vgg")
parser.add_argument("--maso", default=os.path.join(os.path.dirname(__file__), "../.build/release/maso"))
arguments = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
import onnxruntime
import torch
import torch.nn as nn

torch.set_num_threads(1)
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def resnet18():
    layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    channels = 64
    for width, stride in (64, 1), (128, 2), (256, 2), (512, 2):
        layers += [Block(channels, width, stride), Block(width, width, 1)]
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def vgg():
    layers, channels = [], 3
    for width in 64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0:
        if width == 0:
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


def command(*words):
    """The processor time of a run of maso, seconds."""
    process = subprocess.Popen([arguments.maso, *words, "--threads", "1", "--quiet"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0: raise SystemExit(f"maso {' '.join(words)}: status {status}")
    return usage.ru_utime + usage.ru_stime


def clocked(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def loop(model, x):
    x = x.clone().requires_grad_()
    z = model(x)
    return torch.stack([torch.autograd.grad(z[:, c].sum(), x, retain_graph=c < 9)[0] for c in range(10)], 1)


def batched(model, x):
    x = x.clone().requires_grad_()
    z = model(x)
    units = torch.eye(10, dtype=x.dtype)[:, None, :].expand(10, len(x), 10)
    return torch.autograd.grad(z, x, units, is_grads_batched=True)[0].transpose(0, 1)


def repeated(model, x):
    y = x.repeat(10, 1, 1, 1).requires_grad_()
    units = torch.eye(10, dtype=x.dtype).repeat_interleave(len(x), 0)
    return torch.autograd.grad(model(y), y, units)[0].view(10, *x.shape).transpose(0, 1)


def functional(model, x):
    return torch.func.vmap(torch.func.jacrev(lambda one: model(one[None])[0]))(x)


def median(times): return statistics.median(times)


for name in arguments.network.split(","):
    model = {"resnet18": resnet18, "vgg": vgg}[name]().eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1); module.running_var.uniform_(0.5, 1.5)
    with tempfile.TemporaryDirectory() as folder:
        path, samples = f"{folder}/{name}.onnx", f"{folder}/x.npy"
        x = torch.randn(16, 3, 32, 32)
        np.save(samples, x.numpy())
        torch.onnx.export(model, (x,), path, dynamo=False, opset_version=17, input_names=["x"],
                          dynamic_axes={"x": {0: "n"}}, do_constant_folding=False)
        double = model.double()
        ways = {"loop": loop, "batched": batched, "repeated": repeated, "torch.func": functional}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options)
        times = {key: [] for key in ("affine", "info", "predict", "load", "outputs", *ways)}
        for _ in range(arguments.rounds):
            times["affine"].append(command("affine", path, samples, "-o", f"{folder}/out"))
            for way, jacobian in ways.items(): times[way].append(clocked(lambda: jacobian(double, x.double())))
            times["info"].append(command("info", path))
            times["load"].append(clocked(lambda: onnxruntime.InferenceSession(path, options)))
            times["predict"].append(command("predict", path, samples, "-o", f"{folder}/y.npy"))
            times["outputs"].append(clocked(lambda: session.run(None, {"x": x.numpy()})))
        slopes = np.load(f"{folder}/out/slopes.npy")
        expected = loop(double, x.double()).numpy()
        best = min(ways, key=lambda way: median(times[way]))
        ratio = statistics.median(t / o for t, o in zip(times[best], times["affine"]))
        print(f"{name}: 16 samples × 10 classes, torch {torch.__version__}, onnxruntime {onnxruntime.__version__}, seconds")
        print(f"  Jacobian: maso affine {median(times['affine']):.2f}, best of PyTorch ({best}) {median(times[best]):.2f}, ratio {ratio:.2f}; "
              + ", ".join(f"{way} {median(times[way]):.2f}" for way in ways))
        print(f"  largest difference of slopes, relative: {np.abs(slopes - expected).max() / np.abs(expected).max():.1e}")
        print(f"  loading: maso info {median(times['info']):.2f}, onnxruntime {median(times['load']):.2f}")
        print(f"  outputs: maso predict in Double, loading included {median(times['predict']):.2f}, onnxruntime in Float "
              f"{median(times['outputs']):.3f}", flush=True)
