# Trains models with PyTorch, as main.go tells it in lines on standard input; it answers each with a line.
#
#	load KIND FILE RATE   start to train a model, with parameters and a batch from a .safetensors file; the answer is "ready"
#	run N                 N steps; the answer is how many seconds they take, and the loss before the last
#
# The first argument is the number of threads.

import json
import struct
import sys
import time

import torch
from torch import nn


def read(name):
    """Returns the tensors of a file, which are of float32."""
    with open(name, "rb") as f:
        size = struct.unpack("<Q", f.read(8))[0]
        header = json.loads(f.read(size))
        data = f.read()
    tensors = {}
    for key, about in header.items():
        if key != "__metadata__":
            begin, end = about["data_offsets"]
            flat = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
            tensors[key] = flat.reshape(about["shape"])
    return tensors


def fill(parameter, value):
    with torch.no_grad():
        parameter.copy_(value)


def linear(w, name):
    inputs, outputs = w[name + ".W"].shape
    layer = nn.Linear(inputs, outputs)
    fill(layer.weight, w[name + ".W"].T)
    fill(layer.bias, w[name + ".B"])
    return layer


def convolution(w, name, padding):
    outputs, inputs, height, width = w[name + ".W"].shape
    layer = nn.Conv2d(inputs, outputs, (height, width), padding=padding)
    fill(layer.weight, w[name + ".W"])
    fill(layer.bias, w[name + ".B"])
    return layer


def mlp(w):
    layers = []
    while f"Layers.{len(layers) // 2}.W" in w:
        layers += [linear(w, f"Layers.{len(layers) // 2}"), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet(w):
    return nn.Sequential(
        convolution(w, "Conv1", 2), nn.ReLU(), nn.MaxPool2d(2),
        convolution(w, "Conv2", 0), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(),
        linear(w, "Dense1"), nn.ReLU(),
        linear(w, "Dense2"), nn.ReLU(),
        linear(w, "Dense3"),
    )


class Recurrent(nn.Module):
    def __init__(self, layer, w):
        super().__init__()
        inputs, hidden = w["Hidden.U"].shape[0], w["Hidden.V"].shape[0]
        self.hidden = layer(inputs, hidden)
        fill(self.hidden.weight_ih_l0, w["Hidden.U"].T)
        fill(self.hidden.weight_hh_l0, w["Hidden.V"].T)
        fill(self.hidden.bias_ih_l0, w["Hidden.B"])
        if "Hidden.BV" in w:
            fill(self.hidden.bias_hh_l0, w["Hidden.BV"])
        else:  # two biases would be trained twice as fast as one
            fill(self.hidden.bias_hh_l0, torch.zeros_like(self.hidden.bias_hh_l0))
            self.hidden.bias_hh_l0.requires_grad_(False)
        self.out = linear(w, "Out")

    def forward(self, x):
        return self.out(self.hidden(x)[0][-1])


class Training:
    def __init__(self, kind, tensors, rate):
        make = {
            "mlp": mlp,
            "lenet": lenet,
            "rnn": lambda w: Recurrent(nn.RNN, w),
            "lstm": lambda w: Recurrent(nn.LSTM, w),
            "gru": lambda w: Recurrent(nn.GRU, w),
        }
        self.model = make[kind](tensors)
        self.x = tensors["x"]
        if isinstance(self.model, Recurrent):  # the first dimension is time, as PyTorch has it
            self.x = self.x.transpose(0, 1).contiguous()
        self.labels = tensors["labels"].long()
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD([p for p in self.model.parameters() if p.requires_grad], lr=rate)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.model(self.x), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            loss = self.step()
        return time.perf_counter() - start, loss.item()


def main():
    torch.set_num_threads(int(sys.argv[1]))
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "load":
            kind, name, rate = rest
            training = Training(kind, read(name), float(rate))
            print("ready", flush=True)
        else:
            seconds, loss = training.run(int(rest[0]))
            print(seconds, loss, flush=True)


main()
