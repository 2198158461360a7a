"""Our plans against PyTorch, alternated in one run: ratios of medians.

    swift build -c release --package-path Benchmarks --product ExecutionBenchmark
    python3 Benchmarks/execution.py [--network SmallCNN|LargeCNN|largeCNN] [--rounds 15] [--threads 1]

PyTorch runs in both of its layouts (channels_last or not); the ratio is to the better one. One thread is measured in processor
time, so that other work on the machine counts for neither side; more threads in elapsed time. Needs torch (measured with 2.15).
"""
import argparse, os, statistics, subprocess, sys, time

parser = argparse.ArgumentParser()
parser.add_argument("--network", default="SmallCNN")
parser.add_argument("--rounds", type=int, default=15)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--tasks", default="forward,train,jacobian,reconstruction")
parser.add_argument("--binary", default=os.path.join(os.path.dirname(__file__), ".build/release/ExecutionBenchmark"))
arguments = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(arguments.threads)
torch.manual_seed(0)
clock = time.process_time if arguments.threads == 1 else time.perf_counter
small, strided = arguments.network == "SmallCNN", arguments.network == "largeCNN"


def network():
    layers, channels = [], 1 if small else 3

    def convolve(filters, size, padding, activate=True, stride=1):
        nonlocal channels
        layers.append(nn.Conv2d(channels, filters, size, padding=padding, stride=stride))
        channels = filters
        if activate:
            layers.append(nn.ReLU() if strided else nn.LeakyReLU(0.01))

    if strided:  # largeCNN (ICLR19): strides in place of pooling, a global mean, no dense layer
        for filters, stride in (96, 1), (96, 1), (96, 2), (192, 1), (192, 1), (192, 2): convolve(filters, 3, 1, stride=stride)
        convolve(192, 3, 0); convolve(192, 1, 0); convolve(10, 1, 0, activate=False)
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())

    if small:
        convolve(32, 5, 4); layers.append(nn.MaxPool2d(2))
        convolve(64, 3, 0); convolve(64, 3, 2); layers.append(nn.MaxPool2d(2))
        convolve(128, 3, 0)
    else:
        for p in (1, 2, 2): convolve(96, 3, p)
        layers.append(nn.MaxPool2d(2))
        for p in (0, 2, 0): convolve(192, 3, p)
        layers.append(nn.MaxPool2d(2))
        convolve(192, 3, 0); convolve(192, 1, 0)
    convolve(10, 1, 0, activate=False)
    layers.extend([nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(10, 10)])
    return nn.Sequential(*layers)


class Side:
    def __init__(self, task, batch, layout):
        self.task, self.layout = task, layout
        self.model = network().to(memory_format=layout)
        shape = (batch, 1, 28, 28) if small else (batch, 3, 32, 32)
        self.x = torch.randn(shape).to(memory_format=layout)
        self.y = torch.arange(batch) % 10
        self.optimizer = torch.optim.Adam(self.model.parameters(), 1e-5, fused=True)

    def run(self):
        if self.task == "forward":
            with torch.inference_mode():
                return self.model(self.x)
        if self.task == "jacobian":
            x = self.x.detach().requires_grad_()
            z = self.model(x)
            return [torch.autograd.grad(z[:, c].sum(), x, retain_graph=c < 9)[0] for c in range(10)]
        if self.task == "jacobian-repeated":
            x = self.x.repeat(10, 1, 1, 1).contiguous(memory_format=self.layout).requires_grad_()
            z = self.model(x)
            unit = torch.eye(10).repeat_interleave(self.x.shape[0], 0)
            return torch.autograd.grad(z, x, unit)
        self.optimizer.zero_grad(set_to_none=True)
        if self.task == "train":
            loss = F.cross_entropy(self.model(self.x), self.y)
        else:
            x = self.x.detach().requires_grad_()
            f = self.model(x)
            # A[x]ᵀ f with f both as cotangent and as function of the parameters
            (r,) = torch.autograd.grad(f, x, f, create_graph=True)
            loss = F.cross_entropy(f, self.y) + ((r - self.x) ** 2).sum() / self.x.shape[0]
        loss.backward()
        self.optimizer.step()


ours = subprocess.Popen([arguments.binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run_ours(task, batch):
    ours.stdin.write(f"{task} {arguments.network} {batch} {arguments.threads} 3\n")
    ours.stdin.flush()
    return min(float(t) for t in ours.stdout.readline().split())


def run_torch(side):
    best = 1e9
    for _ in range(3):
        start = clock()
        side.run()
        best = min(best, 1000 * (clock() - start))
    return best


print(f"{arguments.network}, {arguments.threads} thread(s), torch {torch.__version__}, milliseconds")
for task in arguments.tasks.split(","):
    batch = 16 if task == "jacobian" else 64
    variants = [task] + (["jacobian-repeated"] if task == "jacobian" else [])
    sides = {(v, name): Side(v, batch, layout) for v in variants
             for name, layout in (("channels_last", torch.channels_last), ("contiguous", torch.contiguous_format))}
    for side in sides.values():
        side.run()
    run_ours(task, batch)
    times = {key: [] for key in sides}
    times["ours"] = []
    for _ in range(arguments.rounds):
        times["ours"].append(run_ours(task, batch))
        for key, side in sides.items():
            times[key].append(run_torch(side))
    best = min(sides, key=lambda key: statistics.median(times[key]))
    ratio = statistics.median(t / o for t, o in zip(times[best], times["ours"]))
    others = ", ".join(f"{v} {n} {statistics.median(times[(v, n)]):.1f}" for v, n in sides)
    print(f"{task:15} ours {statistics.median(times['ours']):7.1f}  ratio {ratio:.2f}  ({others})", flush=True)
