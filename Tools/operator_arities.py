"""Writes Tests/InterchangeTests/Fixtures/operator-arities.json: of each operator of ONNX and of ai.onnx.ml the versions, each with the most
inputs and outputs (−1: any number).

Made with onnx 1.22.0:  python3 Tools/operator_arities.py
"""
import json
import pathlib

import onnx.defs

arities = {}
for schema in sorted(onnx.defs.get_all_schemas_with_history(), key=lambda schema: schema.since_version):
    if schema.domain in ("", "ai.onnx.ml"):
        name = f"{schema.domain}.{schema.name}".lstrip(".")
        most = [-1 if count > 1 << 20 else count for count in (schema.max_input, schema.max_output)]
        arities.setdefault(name, []).append([schema.since_version, *most])
lines = [f"{json.dumps(name)}: {json.dumps(versions)}" for name, versions in sorted(arities.items())]
path = pathlib.Path(__file__).parent.parent / "Tests/InterchangeTests/Fixtures/operator-arities.json"
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
