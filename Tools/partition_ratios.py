"""Times Benchmarks/PartitionBenchmark beside edge subdivision's public code (github.com/arturs-berzins/relu_edge_subdivision, fetched by
whoever runs this), one thread each, alternated; prints the ratio of best times and both counts of cells.

Made with Python 3.11, torch 2.15.0:  python3 Tools/partition_ratios.py BENCHMARK EDGE_SUBDIVISION_FOLDER NETWORK.json …
"""
import json
import re
import subprocess
import sys
import time

import torch

benchmark, folder, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
sys.path.insert(0, folder)
from NN import Net  # noqa: E402
from edge_subdivision import skeletal_subdivision  # noqa: E402

ROUNDS = 3
torch.set_num_threads(1)
for path in paths:
    case = json.load(open(path))
    torch.manual_seed(0)
    net = Net([int(width) for width in case["name"].split("-")])
    net.ls = net.ls[:-1]  # the output has no nonlinearity
    ours, theirs = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        with torch.no_grad():
            vertices, edges, _ = skeletal_subdivision(net, device="cpu", verbose=False)
        theirs.append((time.perf_counter() - start) * 1e3)
        output = subprocess.run([benchmark, path], capture_output=True, text=True, check=True).stdout
        counts, milliseconds = re.search(r": (\[.*\]) in (\S+) ms by tiles", output).groups()
        ours.append(float(milliseconds))
    cells = len(edges) - len(vertices) + 1
    print(f"{case['name']}: ours {counts} {min(ours):.3f} ms, edge subdivision {cells} {min(theirs):.1f} ms, "
          f"ratio {min(theirs) / min(ours):.0f}", flush=True)
