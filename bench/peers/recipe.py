"""The recipes of three write-ups, in PyTorch: what their test accuracy is over several seeds, beside what it was once.
Usage: python3 recipe.py RECIPE MNIST_FOLDER SEED [SEED ...]; prints a JSON line a seed (minutes each, one thread).
- lenet5: raphaelsenn/lenet-5. Adam at .001, batches of 64, 20 epochs; pixels 0..1, padded by two.
- tutorial: ReLU, sum pooling, momentum .9, five stages of rates with a fresh optimiser each; pixels -1..1.
- zipcode1989: raphaelsenn/lenet-1. Tanh, sigmoid outputs, mean squared error, SGD at .1725, one pattern at a time, 23 passes
  over the first 7,291 images made 16x16; zipcode1989-antialias: made smaller with all pixels."""
import json, os, sys
os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c3, self.c5 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5), nn.Conv2d(16, 120, 5)
        self.f6, self.out = nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = torch.tanh(F.avg_pool2d(torch.tanh(self.c1(x)), 2))
        x = torch.tanh(F.avg_pool2d(torch.tanh(self.c3(x)), 2))
        return self.out(torch.tanh(self.f6(torch.tanh(self.c5(x)).flatten(1))))


class Tutorial(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c3 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.c5, self.f6, self.out = nn.Linear(256, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.relu(self.c1(x)), 2, divisor_override=1)
        x = F.avg_pool2d(torch.relu(self.c3(x)), 2, divisor_override=1)
        return self.out(torch.relu(self.f6(torch.relu(self.c5(x.flatten(1))))))


class ZipCode1989(nn.Module):
    """Biases of H1 and H2 are a unit's own; H2's maps see eight of twelve, in three groups of four."""

    groups = [range(0, 8), range(4, 12), [0, 1, 2, 3, 8, 9, 10, 11]]

    def __init__(self):
        super().__init__()
        uniform = lambda fan, *shape: nn.Parameter((torch.rand(*shape) * 2 - 1) * 2.4 / fan)
        self.h1, self.b1 = uniform(25, 12, 1, 5, 5), nn.Parameter(torch.zeros(12, 8, 8))
        self.h2, self.b2 = uniform(200, 12, 8, 5, 5), nn.Parameter(torch.zeros(12, 4, 4))
        self.h3, self.b3 = uniform(192, 30, 192), nn.Parameter(torch.zeros(30))
        self.out, self.b4 = uniform(30, 10, 30), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        framed = lambda x: F.pad(x, (2, 2, 2, 2), value=-1.0)
        x = framed(torch.tanh(F.conv2d(framed(x), self.h1, stride=2) + self.b1))
        four = [F.conv2d(x[:, list(maps)], self.h2[4 * i : 4 * i + 4], stride=2) for i, maps in enumerate(self.groups)]
        x = torch.tanh(torch.cat(four, 1) + self.b2).flatten(1)
        return torch.sigmoid(F.linear(torch.tanh(F.linear(x, self.h3, self.b3)), self.out, self.b4))


def squares(output, labels):
    return F.mse_loss(output, F.one_hot(labels, 10).to(output.dtype))


def to16(antialias):
    return lambda x: F.interpolate(x, (16, 16), mode="bilinear", antialias=antialias) * 2 - 1


def sgd(rate, momentum=0.0):
    return lambda weights: torch.optim.SGD(weights, lr=rate, momentum=momentum)


stages = [(2, 5e-4), (3, 2e-4), (3, 1e-4), (4, 5e-5), (8, 1e-5)]
of1989 = dict(net=ZipCode1989, batch=1, loss=squares, stages=[(23, sgd(0.1725))], sizes=(7291, 2007))
recipes = {
    "lenet5": dict(
        net=LeNet5,
        image=lambda x: F.pad(x, (2, 2, 2, 2)),
        batch=64,
        loss=F.cross_entropy,
        stages=[(20, lambda weights: torch.optim.Adam(weights, lr=1e-3))],
    ),
    "tutorial": dict(
        net=Tutorial,
        image=lambda x: x * 2 - 1,
        batch=64,
        loss=F.cross_entropy,
        stages=[(epochs, sgd(rate, 0.9)) for epochs, rate in stages],
    ),
    "zipcode1989": dict(of1989, image=to16(False)),
    "zipcode1989-antialias": dict(of1989, image=to16(True)),
}


def images(path, recipe, count):
    pixels = np.fromfile(path, dtype=np.uint8)[16:].reshape(-1, 1, 28, 28)[:count]
    return recipe["image"](torch.tensor(pixels / 255.0, dtype=torch.float32))


def labels(path, count):
    return torch.tensor(np.fromfile(path, dtype=np.uint8)[8:].astype(np.int64)[:count])


def misses(net, x, y):
    with torch.no_grad():
        return sum(int((net(x[i : i + 1000]).argmax(1) != y[i : i + 1000]).sum()) for i in range(0, len(x), 1000))


name, folder, seeds = sys.argv[1], sys.argv[2], [int(word) for word in sys.argv[3:]]
recipe = recipes[name]
count, test_count = recipe.get("sizes", (None, None))
x, y = images(f"{folder}/train-images-idx3-ubyte", recipe, count), labels(f"{folder}/train-labels-idx1-ubyte", count)
test_x = images(f"{folder}/t10k-images-idx3-ubyte", recipe, test_count)
test_y = labels(f"{folder}/t10k-labels-idx1-ubyte", test_count)
for seed in seeds:
    torch.manual_seed(seed)
    net = recipe["net"]().to(memory_format=torch.channels_last)
    for epochs, optimiser in recipe["stages"]:
        step = optimiser(net.parameters())
        for epoch in range(epochs):
            order = torch.randperm(len(x))
            for start in range(0, len(x), recipe["batch"]):
                batch = order[start : start + recipe["batch"]]
                loss = recipe["loss"](net(x[batch].contiguous(memory_format=torch.channels_last)), y[batch])
                step.zero_grad()
                loss.backward()
                step.step()
    result = {"seed": seed, "trainMisses": misses(net, x, y), "testMisses": misses(net, test_x, test_y)}
    print(json.dumps({"engine": "pytorch", "version": torch.__version__, "recipe": name, **result}), flush=True)
