"""Networks for Benchmarks/PartitionBenchmark: ReLU networks with PyTorch's default initialisation, seed 0, as reference cases without
answers (Tests/PartitionsTests/Fixtures/README.md).

Made with Python 3.11, torch 2.15.0:  python3 Tools/partition_networks.py DIRECTORY [2-64-64-1 …]
"""
import json
import pathlib
import sys

import torch

DEFAULT = ["2-64-64-1", "2-64-64-64-1", "2-64-64-64-64-64-1", "2-128-128-128-1", "2-128-128-128-128-128-1", "3-16-16-16-1", "3-32-32-1"]


def network(widths):
    torch.manual_seed(0)
    layers = []
    for i, (n, m) in enumerate(zip(widths, widths[1:])):
        linear = torch.nn.Linear(n, m)
        layers.append({"kind": "dense", "weight": linear.weight.double().tolist(), "bias": linear.bias.double().tolist()})
        if i + 2 < len(widths):
            layers.append({"kind": "relu"})
    return {"inputSize": widths[0], "layers": layers}


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name in sys.argv[2:] or DEFAULT:
    widths = [int(w) for w in name.split("-")]
    case = {"name": name, "network": network(widths), "domain": {"box": [[-1, 1]] * widths[0]}}
    (folder / f"{name}.json").write_text(json.dumps(case))
