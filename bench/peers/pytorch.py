"""PyTorch on the CPU: the same work, arguments, images, weights and JSON line as common.mjs has; change both together.

Which way is fastest depends on the task, the batch and the build; so `--variant tuned` times those of `ways` for a moment
each and measures the best, which the line names in `variant`; `--variant plain` is what tutorials write: the default memory
layout, Adam over the list of parameters, no_grad for inference. With 1.13 on one thread of a 2-core EPYC, in microseconds
an image (±5 %), training with batch 64: 212 plain, 141 with channels_last, 133 with Adam over one flat vector as well.
Inference with batch 64: 76 plain, 61 with channels_last or optimize_for_inference; with batch 1: 363 plain, 183 traced and
frozen, without oneDNN. Tried and left out, as no faster: training through jit.script, convolution by unfold and matrix
product (1.5 times slower), tanh in place, Adam's loop over tensors for its foreach, a 5x5 convolution as C5, and other
malloc thresholds (they help only without channels_last).
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import time


def above_zero(kind, most):
    def read(text):
        value = kind(text)
        if not 0 < value <= most:
            raise argparse.ArgumentTypeError(f'expected a number above 0, at most {most}, got "{text}".')
        return value

    read.__name__ = "number"
    return read


parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=above_zero(int, 1024), default=1)
parser.add_argument("--task", choices=["train", "infer"], default="train")
parser.add_argument("--batch", type=above_zero(int, 16_384), default=64)
parser.add_argument("--seconds", type=above_zero(float, 3600), default=10)
parser.add_argument("--variant", choices=["tuned", "plain"], default="tuned")
options = parser.parse_args()

# torch.set_num_threads does not reach OpenBLAS, and both read these only when they are loaded. Threads that spin while
# they wait cost 20 times the time as soon as anything else wants a core; waiting passively costs little.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(options.threads)
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

try:
    import torch
except ImportError as error:
    how = f"{error} ({sys.executable}); apt-get install python3-torch libopenblas0-pthread"
    print(json.dumps({"engine": "pytorch", "absent": how}))
    sys.exit(0)

from torch import nn
from torch.nn import functional as F

torch.set_num_threads(options.threads)
torch.set_flush_denormal(True)

FREE_PARAMETERS = 61_706
LOGITS_OF_IMAGE_0 = [
    0.007699, 0.057768, -0.034044, 0.028052, 0.115042, 0.003552, 0.036244, 0.048881, -0.026536, -0.000406,
]
TOLERANCE = 1e-5
TRIAL_SECONDS = 0.1


def noise(stream, count):
    """`noise` of common.mjs: the same numbers."""
    low = 0xFFFFFFFF
    h = (torch.arange(count, dtype=torch.int64) | (stream << 24)) & low
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & low
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & low
    return ((h ^ (h >> 16)) >> 8).to(torch.float32) / 2**24


def network():
    """The modern LeNet-5 with the weights of common.mjs."""
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Tanh(),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Tanh(), nn.Flatten(),
        nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip
    bound = 1.0
    for index, parameter in enumerate(net.parameters()):
        if parameter.dim() > 1:
            bound = parameter[0].numel() ** -0.5
        parameter.data = ((2 * noise(3 + index, parameter.numel()) - 1) * bound).view(parameter.shape)
    assert sum(parameter.numel() for parameter in net.parameters()) == FREE_PARAMETERS
    return net


def flat_adam(net):
    """Adam over one vector of which the parameters and their gradients are views; and that vector of gradients."""
    parameters = list(net.parameters())
    values = torch.empty(FREE_PARAMETERS)
    gradients = torch.zeros(FREE_PARAMETERS)
    start = 0
    for parameter in parameters:
        shape, stride = parameter.shape, parameter.stride()
        view = values.as_strided(shape, stride, start)
        view.copy_(parameter.data)
        parameter.data = view
        parameter.grad = gradients.as_strided(shape, stride, start)
        start += parameter.numel()
    whole = nn.Parameter(values)
    whole.grad = gradients
    return torch.optim.Adam([whole], lr=0.001), gradients


def train_work(images, labels, memory, onednn):
    net = network().to(memory_format=memory)
    images = [batch.contiguous(memory_format=memory) for batch in images]
    adam, gradients = flat_adam(net)

    def step(k):
        torch.backends.mkldnn.set_flags(onednn)
        gradients.zero_()
        loss = F.cross_entropy(net(images[k]), labels[k])
        loss.backward()
        adam.step()
        return loss.item()

    return step


def infer_work(images, memory, graph, onednn):
    net = network().to(memory_format=memory).eval()
    images = [batch.contiguous(memory_format=memory) for batch in images]
    torch.backends.mkldnn.set_flags(onednn)
    if graph == "frozen":
        net = torch.jit.freeze(torch.jit.trace(net, images[0]))
    elif graph == "optimised":
        net = torch.jit.optimize_for_inference(torch.jit.trace(net, images[0]))

    def infer(k):
        torch.backends.mkldnn.set_flags(onednn)
        with torch.inference_mode():
            return net(images[k])

    return infer


def plain_work(images, labels):
    net = network()
    if options.task == "infer":
        net.eval()

        def infer(k):
            with torch.no_grad():
                return net(images[k])

        return infer

    adam = torch.optim.Adam(net.parameters(), lr=0.001)

    def step(k):
        adam.zero_grad()
        loss = F.cross_entropy(net(images[k]), labels[k])
        loss.backward()
        adam.step()
        return loss.item()

    return step


def ways(images, labels):
    """Each way of doing the task: its name, and a function that makes its `work(k)` afresh."""
    memories = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    onednn = {"oneDNN": True, "no oneDNN": False}
    if options.task == "train":
        for memory, dnn in itertools.product(memories, onednn):
            yield f"{memory}, {dnn}, flat Adam", lambda m=memory, d=dnn: train_work(images, labels, memories[m], onednn[d])
        return
    for memory, graph, dnn in itertools.product(memories, ["eager", "frozen", "optimised"], onednn):
        name = f"{memory}, {graph}, {dnn}"
        yield name, lambda m=memory, g=graph, d=dnn: infer_work(images, memories[m], g, onednn[d])


def repeat(work, seconds, batch_count):
    """Calls `work` for `seconds`, once at least: the number of calls and the seconds they took."""
    start = time.perf_counter()
    calls = 0
    while True:
        work(calls % batch_count)
        calls += 1
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return calls, elapsed


def fastest(candidates, batch_count):
    """The candidate with the best of three trials, taken in turn, so that a busy moment hits them all."""
    works = [(name, make, make()) for name, make in candidates]
    best = [float("inf")] * len(works)
    for _, _, work in works:
        for _ in range(3):  # jit compiles during the first calls
            work(0)
    for _ in range(3):
        for index, (_, _, work) in enumerate(works):
            calls, elapsed = repeat(work, TRIAL_SECONDS, batch_count)
            best[index] = min(best[index], elapsed / calls)
    name, make, _ = works[best.index(min(best))]
    return name, make


def check(first, last):
    if options.task == "train" and not last < first:
        sys.exit(f"pytorch: expected the loss of one batch to fall by training on it, got {first}, then {last}.")
    if options.task == "infer":
        worst = (first[0] - torch.tensor(LOGITS_OF_IMAGE_0)).abs().max().item()
        if not worst < TOLERANCE:
            sys.exit(f"pytorch: expected the logits {LOGITS_OF_IMAGE_0} for image 0, got {first[0].tolist()}.")


def summary(values):
    figures = {"minimum": min(values), "median": statistics.median(values), "maximum": max(values)}
    return {name: float(f"{value:.5g}") for name, value in figures.items()}


def main():
    batch, seconds = options.batch, options.seconds
    batch_count = max(1, 2048 // batch)
    images = noise(1, batch_count * batch * 784).view(batch_count, batch, 1, 28, 28).unbind()
    labels = (noise(2, batch_count * batch) * 10).to(torch.int64).view(batch_count, batch).unbind()
    if options.variant == "plain":
        variant, make = "plain", lambda: plain_work(images, labels)
    else:
        variant, make = fastest(ways(images, labels), batch_count)

    work = make()
    start = time.perf_counter()
    first, last = work(0), work(0)
    while time.perf_counter() - start < seconds / 4:
        last = work(0)
    check(first, last)

    blocks = []
    start = time.perf_counter()
    while len(blocks) < 3 or time.perf_counter() - start < seconds:
        blocks.append(repeat(work, seconds / 10, batch_count))
    report = {
        "engine": "pytorch",
        "version": torch.__version__,
        "threads": torch.get_num_threads(),
        "task": options.task,
        "batch": batch,
        "imagesPerSecond": summary([calls * batch / elapsed for calls, elapsed in blocks]),
        "microsecondsPerImage": summary([elapsed * 1e6 / (calls * batch) for calls, elapsed in blocks]),
        "images": sum(calls for calls, _ in blocks) * batch,
        "variant": variant,
    }
    if options.task == "train":
        report["loss"] = {"first": first, "last": last}
    print(json.dumps(report))


main()
