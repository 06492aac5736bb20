"""The recipe of the write-up raphaelsenn/lenet-5, in PyTorch: what its test accuracy is over several seeds, beside what it was
once. Adam at .001, batches of 64, 20 epochs, PyTorch's own initial weights; pixels 0..1, padded by two.
Usage: python3 recipe.py MNIST_FOLDER SEED [SEED ...]; prints a JSON line a seed (about four minutes each, one thread)."""
import json, os, sys
os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)


def images(path):
    pixels = np.fromfile(path, dtype=np.uint8)[16:].reshape(-1, 1, 28, 28)
    return F.pad(torch.tensor(pixels / 255.0, dtype=torch.float32), (2, 2, 2, 2))


def labels(path):
    return torch.tensor(np.fromfile(path, dtype=np.uint8)[8:].astype(np.int64))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c3, self.c5 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5), nn.Conv2d(16, 120, 5)
        self.f6, self.out = nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = torch.tanh(F.avg_pool2d(torch.tanh(self.c1(x)), 2))
        x = torch.tanh(F.avg_pool2d(torch.tanh(self.c3(x)), 2))
        return self.out(torch.tanh(self.f6(torch.tanh(self.c5(x)).flatten(1))))


def misses(net, x, y):
    with torch.no_grad():
        return sum(int((net(x[i : i + 1000]).argmax(1) != y[i : i + 1000]).sum()) for i in range(0, len(x), 1000))


folder, seeds = sys.argv[1], [int(word) for word in sys.argv[2:]]
x, y = images(f"{folder}/train-images-idx3-ubyte"), labels(f"{folder}/train-labels-idx1-ubyte")
test_x, test_y = images(f"{folder}/t10k-images-idx3-ubyte"), labels(f"{folder}/t10k-labels-idx1-ubyte")
for seed in seeds:
    torch.manual_seed(seed)
    net = LeNet5().to(memory_format=torch.channels_last)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    for epoch in range(20):
        order = torch.randperm(len(x))
        for start in range(0, len(x), 64):
            batch = order[start : start + 64]
            loss = F.cross_entropy(net(x[batch].contiguous(memory_format=torch.channels_last)), y[batch])
            adam.zero_grad()
            loss.backward()
            adam.step()
    result = {"seed": seed, "trainMisses": misses(net, x, y), "testMisses": misses(net, test_x, test_y)}
    print(json.dumps({"engine": "pytorch", "version": torch.__version__, **result}), flush=True)
