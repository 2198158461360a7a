#!/usr/bin/env python3
"""Checks an exported model as other programs see it: onnx.checker with shape inference, and onnxruntime's outputs for several batches.

    python3 Tools/check-onnx.py MODEL.onnx X.npy Y.npy        (onnx 1.23.2, onnxruntime 1.31.1, numpy 2.4.6)

Y.npy holds the first output for X.npy. Prints the largest difference, relative to the largest output or 1; the exit code is 1 where it is
above 1e-5, or a batch gives other numbers than the samples alone.
"""

import sys

import numpy
import onnx
import onnxruntime

path, x, y = sys.argv[1], numpy.load(sys.argv[2]), numpy.load(sys.argv[3])
model = onnx.load(path)
onnx.checker.check_model(model, full_check=True)
inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
for output in inferred.graph.output:
    assert output.type.tensor_type.HasField("shape"), output.name
options = onnxruntime.SessionOptions()
options.log_severity_level = 3
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
declared = session.get_inputs()[0]
kind = numpy.float64 if declared.type == "tensor(double)" else numpy.float32
batches = [declared.shape[0]] if isinstance(declared.shape[0], int) else [1, len(x)]
scale, worst = max(1.0, abs(y).max()), 0.0
for batch in batches:
    for start in range(0, len(x) - batch + 1, batch):
        found = session.run(None, {declared.name: x[start : start + batch].astype(kind)})[0].reshape(batch, -1)
        worst = max(worst, abs(found - y[start : start + batch].reshape(batch, -1)).max() / scale)
print(f"{worst:.1e}")
sys.exit(int(worst > 1e-5))
