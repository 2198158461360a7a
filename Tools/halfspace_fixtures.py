#!/usr/bin/env python3
"""Facets, largest balls and nearest points of random halfspaces by SciPy, for Tests/GeometryTests/Fixtures/halfspaces.json.

Made with numpy 2.4.6 and scipy 1.17.1: python3 Tools/halfspace_fixtures.py
Facets: scipy.spatial.HalfspaceIntersection (Qhull); balls: scipy.optimize.linprog (HiGHS); nearest points: scipy.optimize.nnls on the dual.
Rows are ⟨slope, x⟩ + offset ≥ 0, in multiples of 1/1024 and so exact.
"""
import json
import os

import numpy as np
import scipy
from scipy.optimize import linprog, nnls
from scipy.spatial import HalfspaceIntersection

rng = np.random.default_rng(9)


def coarse(x):
    return np.round(np.asarray(x) * 1024) / 1024


cases = []
for dimension, count in [(2, 12), (2, 60), (3, 25), (3, 80), (4, 30), (5, 40), (6, 40), (8, 40)]:
    slopes = coarse(rng.normal(size=(count, dimension)))
    offsets = coarse(rng.uniform(0.2, 2, size=count))
    box = np.vstack([np.eye(dimension), -np.eye(dimension)])
    slopes, offsets = np.vstack([slopes, box]), np.concatenate([offsets, np.full(2 * dimension, 2.0)])
    # Qhull takes ⟨n, x⟩ + c ≤ 0; its dual hull's vertices are the rows that bound the set.
    shape = HalfspaceIntersection(np.hstack([-slopes, -offsets[:, None]]), np.zeros(dimension))
    facets = sorted(int(i) for i in shape.dual_vertices)
    norms = np.linalg.norm(slopes, axis=1)
    program = linprog(
        np.append(np.zeros(dimension), -1), A_ub=np.hstack([-slopes, norms[:, None]]), b_ub=offsets,
        bounds=[(None, None)] * dimension + [(0, None)], method="highs")
    origin = coarse(rng.normal(size=dimension) * 3)
    # min ½|y|² with S y + s ≥ 0: NNLS of the stacked system (Lawson & Hanson 1974, ch. 23).
    slack = slopes @ origin + offsets
    system = np.vstack([slopes.T, -slack[None, :]])
    weights, residual = nnls(system, np.append(np.zeros(dimension), 1), maxiter=10000)
    rest = system @ weights - np.append(np.zeros(dimension), 1)
    nearest = origin - rest[:dimension] / rest[dimension] if abs(rest[dimension]) > 1e-12 else origin
    cases.append({
        "dimension": dimension, "slopes": slopes.tolist(), "offsets": offsets.tolist(), "facets": facets,
        "radius": float(-program.fun), "origin": origin.tolist(), "distance": float(np.linalg.norm(nearest - origin)),
    })

print("numpy", np.__version__, "scipy", scipy.__version__)
folder = os.path.join(os.path.dirname(__file__), "..", "Tests", "GeometryTests", "Fixtures")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "halfspaces.json"), "w") as file:
    json.dump({"script": "Tools/halfspace_fixtures.py", "cases": cases}, file, separators=(",", ":"))
    file.write("\n")
