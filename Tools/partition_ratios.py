"""Times Benchmarks/PartitionBenchmark beside edge subdivision's public code (github.com/arturs-berzins/relu_edge_subdivision, fetched by
whoever runs this) and beside the single-precision matrix products that evaluating every layer at all vertices takes. One thread each,
alternated, the least processor time of all rounds: other work may share the machine.

Made with Python 3.11, torch 2.15.0, numpy 2.4:
    python3 Tools/partition_ratios.py BENCHMARK EDGE_SUBDIVISION_FOLDER NETWORK.json … [--rounds N]
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import json
import re
import subprocess
import sys
import time

import numpy
import torch

parser = argparse.ArgumentParser()
parser.add_argument("benchmark")
parser.add_argument("folder")
parser.add_argument("networks", nargs="+")
parser.add_argument("--rounds", type=int, default=5)
arguments = parser.parse_args()
sys.path.insert(0, arguments.folder)
from NN import Net  # noqa: E402
from edge_subdivision import skeletal_subdivision  # noqa: E402

torch.set_num_threads(1)


def least(times):
    return min(times) * 1e3


for path in arguments.networks:
    case = json.load(open(path))
    widths = [int(width) for width in case["name"].split("-")]
    torch.manual_seed(0)
    net = Net(widths)
    net.ls = net.ls[:-1]  # the output has no nonlinearity
    ours, theirs, products = [], [], []
    for _ in range(arguments.rounds):
        start = time.process_time()
        with torch.no_grad():
            vertices, edges, _ = skeletal_subdivision(net, device="cpu", verbose=False)
        theirs.append(time.process_time() - start)
        output = subprocess.run([arguments.benchmark, path], capture_output=True, text=True, check=True).stdout
        counts, milliseconds = re.search(r": (\[.*\]) in (\S+) ms", output).groups()
        ours.append(float(milliseconds) / 1e3)
        layers = [(numpy.ones((len(vertices), n), numpy.float32), numpy.ones((n, m), numpy.float32), numpy.empty((len(vertices), m), numpy.float32))
                  for n, m in zip(widths, widths[1:])]
        for _ in range(5):
            start = time.process_time()
            for left, right, out in layers:
                numpy.matmul(left, right, out=out)
            products.append(time.process_time() - start)
    cells = len(edges) - len(vertices) + 1 if widths[0] == 2 else "–"
    print(f"{case['name']}: ours {counts} {least(ours):.3f} ms, edge subdivision {cells} {least(theirs):.1f} ms, ratio "
          f"{min(theirs) / min(ours):.0f}; matrix products at {len(vertices)} vertices {least(products):.3f} ms, "
          f"ours takes {min(ours) / min(products):.2f} of them", flush=True)
