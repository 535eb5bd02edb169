"""Trains networks in PyTorch and writes their weights, for the tests of package pytorch.

    python3 make.py        writes layers.safetensors, answers.safetensors and digits.safetensors
    python3 make.py check layers.safetensors    loads weights from a file, and compares what PyTorch answers with answers.safetensors

It was run with PyTorch 1.13.0 and numpy 1.24.2. The files are written and read by the functions here, which follow the specification of the
format and share nothing with the Go package: https://github.com/huggingface/safetensors#format.
"""

import gzip
import json
import struct
import sys

import numpy
import torch
from torch import nn


def save_file(tensors, name):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for key, tensor in sorted(tensors.items(), key=lambda t: (t[1].dtype != torch.int64, t[0])):
        form, dtype = ("<i8", "I64") if tensor.dtype == torch.int64 else ("<f4", "F32")
        raw = tensor.detach().contiguous().numpy().astype(form).tobytes()
        header[key] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(name, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def load_file(name):
    with open(name, "rb") as f:
        (size,) = struct.unpack("<Q", f.read(8))
        header, data = json.loads(f.read(size)), f.read()
    tensors = {}
    for key, info in header.items():
        if key != "__metadata__":
            begin, end = info["data_offsets"]
            form = {"F32": "<f4", "I64": "<i8"}[info["dtype"]]
            tensors[key] = torch.from_numpy(numpy.frombuffer(data[begin:end], form).reshape(info["shape"]).copy())
    return tensors


class Layers(nn.Module):
    """One layer of each kind."""

    def __init__(self):
        super().__init__()
        self.image = nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=1)
        self.signal = nn.Conv1d(4, 6, 3, dilation=2, groups=2, bias=False)
        self.slopes = nn.PReLU(3)
        self.elman = nn.RNN(3, 4, batch_first=True)
        self.lstm = nn.LSTM(3, 5, num_layers=2, batch_first=True)
        self.gru = nn.GRU(3, 4, batch_first=True)
        self.attention = nn.MultiheadAttention(6, 2, batch_first=True)
        self.batch = nn.BatchNorm2d(2)
        self.layer = nn.LayerNorm(6)
        self.embedding = nn.Embedding(7, 3)

    def answers(self, x):
        sequence = x["sequence"]
        return {
            "image": self.image(x["images"]),
            "signal": self.signal(x["signals"]),
            "slopes": self.slopes(sequence.transpose(1, 2)),
            "elman": self.elman(sequence)[0],
            "lstm": self.lstm(sequence)[0],
            "gru": self.gru(sequence)[0],
            "attention": self.attention(x["words"], x["words"], x["words"])[0],
            "batch": self.batch(x["images"]),
            "layer": self.layer(x["words"]),
            "embedding": self.embedding(torch.arange(7)),
        }


def layers():
    torch.manual_seed(1)
    x = {"images": torch.randn(2, 2, 5, 4), "signals": torch.randn(2, 4, 7), "sequence": torch.randn(2, 6, 3), "words": torch.randn(2, 5, 6)}
    module = Layers()
    targets = {name: torch.randn(y.shape) for name, y in module.answers(x).items()}
    optimizer = torch.optim.Adam(module.parameters(), lr=0.02)
    for _ in range(100):
        loss = sum(((y - targets[name]) ** 2).mean() for name, y in module.answers(x).items())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    module.eval()
    save_file(module.state_dict(), "layers.safetensors")
    save_file({**x, **module.answers(x)}, "answers.safetensors")


def digits():
    torch.manual_seed(1)
    with gzip.open("../../../examples/digits/digits.csv.gz", "rt") as f:
        rows = torch.tensor(numpy.loadtxt(f, delimiter=",", dtype="float32"))
    x, labels = rows[:, :64] / 16, rows[:, 64].long()
    module = nn.Sequential(nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 10))
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3, weight_decay=0.01)
    for _ in range(30):
        for i in range(0, 1408, 32):
            loss = nn.functional.cross_entropy(module(x[i : i + 32]), labels[i : i + 32])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    held = module(x[1408:])
    print("right:", (held.argmax(1) == labels[1408:]).sum().item(), "of", len(held))
    print("loss: %.9g" % nn.functional.cross_entropy(held, labels[1408:]).item())
    print("first:", held[0].tolist())
    save_file(module.state_dict(), "digits.safetensors")


def check(name):
    module, answers = Layers().eval(), load_file("answers.safetensors")
    module.load_state_dict(load_file(name))
    for key, y in module.answers(answers).items():
        print(key, (y - answers[key]).abs().max().item() < 1e-6)


if sys.argv[1:2] == ["check"]:
    check(sys.argv[2])
else:
    layers()
    digits()
