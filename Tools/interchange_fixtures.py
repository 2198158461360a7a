"""Writes Tests/InterchangeTests/Fixtures: files as other programs write them.

Run as `python3 Tools/interchange_fixtures.py` from the package root.
Made with NumPy 2.4.6, SciPy 1.17.1, scikit-learn 1.9.1, safetensors 0.8.0.
"""

import gzip
import hashlib
import io
import json
import pathlib
import struct
import zlib

import numpy as np
import scipy.io
from numpy.lib import format as npy_format
from safetensors.numpy import save_file
from sklearn.datasets import load_digits

folder = pathlib.Path(__file__).parent.parent / "Tests/InterchangeTests/Fixtures"
folder.mkdir(parents=True, exist_ok=True)

# npy: element (i, j) of a 2×3 array is i + 2j − 1 (without the −1 where there is no sign), in every type and order.
for code in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "b1"]:
    values = np.array([[i + 2 * j - (code[0] in "if") for j in range(3)] for i in range(2)])
    values = (values % 2 == 1) if code == "b1" else values
    np.save(folder / f"c-{code}.npy", values.astype("<" + code))
    if code[1] != "1":
        np.save(folder / f"fortran-big-{code}.npy", np.asfortranarray(values.astype(">" + code)))
for version in [(2, 0), (3, 0)]:
    with open(folder / f"version-{version[0]}.npy", "wb") as file:
        npy_format.write_array(file, np.arange(6, dtype="<f8").reshape(1, 2, 3), version=version)
np.save(folder / "scalar.npy", np.float64(0.1))
np.save(folder / "empty.npy", np.zeros((0, 5), dtype="<f4"))
np.save(folder / "fortran-rank-3.npy", np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)))
np.save(folder / "special.npy", np.array([0.1, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308]))
np.save(folder / "object.npy", np.array([{}], dtype=object), allow_pickle=True)
np.save(folder / "structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
np.save(folder / "complex.npy", np.zeros(2, dtype="<c16"))
np.save(folder / "text.npy", np.array(["a", "b"]))

np.savez(folder / "stored.npz", first=np.arange(3, dtype="<i8"), second=np.eye(2, dtype="<f4"))
np.savez_compressed(folder / "deflated.npz", first=np.arange(3, dtype="<i8"), second=np.eye(2, dtype="<f4"))


def zip64(path, name, content):
    """A stored entry whose sizes and offset stand in zip64 fields only, as in archives beyond 4 GiB."""
    name, crc = name.encode(), zlib.crc32(content)
    common = struct.pack("<HHHHLLLH", 0, 0, 0, 0x21, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(name))
    sizes = struct.pack("<QQ", len(content), len(content))
    local = b"PK\3\4" + struct.pack("<H", 45) + common + struct.pack("<H", 20) + name + struct.pack("<HH", 1, 16) + sizes + content
    entry = b"PK\1\2" + struct.pack("<HH", 45, 45) + common + struct.pack("<HHHHLL", 28, 0, 0, 0, 0, 0xFFFFFFFF)
    entry += name + struct.pack("<HH", 1, 24) + sizes + struct.pack("<Q", 0)
    end = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1, len(entry), len(local))
    locator = b"PK\6\7" + struct.pack("<LQL", 0, len(local) + len(entry), 1)
    short = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(local + entry + end + locator + short)
    assert np.load(path)[name.decode()[:-4]].tolist() == [0.0, 1.0, 2.0]


array = io.BytesIO()
np.save(array, np.arange(3, dtype="<f8"))
zip64(folder / "zip64.npz", "wide.npy", array.getvalue())

save_file(
    {
        "layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "layer.bias": np.array([0.1, -2.0], dtype=np.float64),
        "half": np.array([0.5, -1.5, 65504.0], dtype=np.float16),
        "flags": np.array([True, False]),
        "count": np.array(7, dtype=np.int64),
        "none": np.zeros((0, 3), dtype=np.uint8),
    },
    folder / "tensors.safetensors",
    metadata={"note": "«ö»\n"},  # one only: the library writes several in an order that changes
)

(folder / "tensors.safetensors").chmod(0o644)

# MATLAB 5 as SVHN has it: pixel (row, column, channel, n) is row + 2 column + 5 channel + 100 n modulo 256.
row, column, channel, n = np.meshgrid(range(32), range(32), range(3), range(3), indexing="ij")
svhn = {"X": ((row + 2 * column + 5 * channel + 100 * n) % 256).astype(np.uint8), "y": np.array([[1], [10], [9]], dtype=np.uint8)}
for name, compressed in [("svhn.mat", True), ("svhn-plain.mat", False)]:
    file = io.BytesIO()
    scipy.io.savemat(file, svhn, do_compression=compressed)
    content = bytearray(file.getvalue())
    content[:116] = b"MATLAB 5.0 MAT-file, written by Tools/interchange_fixtures.py".ljust(116)
    (folder / name).write_bytes(gzip.compress(bytes(content), mtime=0) if not compressed else bytes(content))
(folder / "svhn-plain.mat").rename(folder / "svhn-plain.mat.gz")

# Concatenated gzip members.
(folder / "members.gz").write_bytes(gzip.compress(b"one, ", mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(b"two", mtime=0))

# Digits: checksums of scikit-learn's arrays. Normalised samples: by NumPy in double precision.
digits = load_digits()
images = digits.images.astype(np.float64).reshape(-1, 64)
first = images[:3] - images[:3].mean(axis=1, keepdims=True)
first /= np.abs(first).max(axis=1, keepdims=True)
(folder / "digits.json").write_text(
    json.dumps(
        {
            "pixels": hashlib.sha256(digits.images.astype(np.uint8).tobytes()).hexdigest(),
            "labels": hashlib.sha256(digits.target.astype(np.uint8).tobytes()).hexdigest(),
            "normalized": first.tolist(),
        }
    )
    + "\n"
)

# A small IDX pair, big-endian 16-bit images.
(folder / "images.idx").write_bytes(struct.pack(">HBBIII", 0, 0x0B, 3, 2, 2, 3) + struct.pack(">12h", *range(-6, 6)))
(folder / "labels.idx.gz").write_bytes(gzip.compress(struct.pack(">HBBI", 0, 8, 1, 2) + bytes([3, 0]), mtime=0))
