"""Runs networks that are Python source, in a process of its own, for the program at the other end of its pipes.

Messages go through standard input and output, which no other code in this process gets to see: what it prints goes to
standard error. All numbers are little-endian.

    message  one byte of kind, then the fields of that kind
    text     u32 length, UTF-8
    bytes    u64 length, bytes
    tensor   text dtype (as numpy names it), u32 number of axes, u64 length of each axis, bytes (row-major)
    value    one byte: 0 None, 1 False, 2 True, 3 i64, 4 f64, 5 text, 6 list (u32 count, values),
             7 dict (u32 count, text key and value for each)

    to the worker
      1 load     text format, text device, u32 threads (0: as many as the library likes),
                 u8 0: text module, or u8 1: text file name, bytes source; text callable; value kwargs (a dict);
                 u8 0: text path of the weights, or u8 1: bytes weights
      2 run      u32 number of inputs, tensors
    from the worker
      16 hello   u32 version of this protocol (1), text version of Python; before anything is asked
      17 loaded  text version of the library that runs the network
      18 results u32 number of outputs, tensors
      19 failed  text exception, text traceback

After "failed" the worker waits for the next message. It ends when its standard input is closed.
"""

import os
import sys

# With `-c` Python looks for modules in the current folder first, where anything may lie.
sys.path[:] = [folder for folder in sys.path if folder]

import importlib
import io
import struct
import traceback
import types

PROTOCOL = 1
LOAD, RUN = 1, 2
HELLO, LOADED, RESULTS, FAILED = 16, 17, 18, 19


class Closed(Exception):
    """The program at the other end has gone."""


class Pipe:
    """The two pipes, taken away from the rest of the process."""

    def __init__(self):
        self.source = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
        self.target = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def read(self, count):
        data = bytearray(count)
        view, done = memoryview(data), 0
        while done < count:
            got = self.source.readinto(view[done:])
            if not got:
                raise Closed
            done += got
        return data

    def number(self, form):
        return struct.unpack("<" + form, self.read(struct.calcsize("<" + form)))[0]

    def text(self):
        return self.read(self.number("I")).decode("utf-8")

    def bytes(self):
        return self.read(self.number("Q"))

    def value(self):
        kind = self.number("B")
        if kind <= 2:
            return (None, False, True)[kind]
        if kind == 3:
            return self.number("q")
        if kind == 4:
            return self.number("d")
        if kind == 5:
            return self.text()
        if kind == 6:
            return [self.value() for _ in range(self.number("I"))]
        return {self.text(): self.value() for _ in range(self.number("I"))}

    def send(self, kind, *fields):
        """Numbers are u32, strings text, tensors pairs of dtype, shape and bytes."""
        self.target.write(bytes([kind]))
        for field in fields:
            if isinstance(field, int):
                self.target.write(struct.pack("<I", field))
            elif isinstance(field, str):
                self.text_out(field)
            else:
                dtype, shape, data = field
                self.text_out(dtype)
                self.target.write(struct.pack("<I%dQ" % len(shape), len(shape), *shape))
                self.target.write(struct.pack("<Q", len(data)))
                self.target.write(data)
        self.target.flush()

    def text_out(self, text):
        data = text.encode("utf-8", "replace")
        self.target.write(struct.pack("<I", len(data)))
        self.target.write(data)


class StateDict:
    """A network of PyTorch: its source is run, its weights are only read."""

    def __init__(self, architecture, kwargs, weights, device, threads):
        import torch

        self.torch = torch
        if threads:
            torch.set_num_threads(threads)
        self.device = torch.device(device)
        network = architecture(**kwargs)
        if not isinstance(network, torch.nn.Module):
            raise TypeError("the architecture made a %s, which is no torch.nn.Module" % type(network).__name__)
        state = torch.load(weights, map_location="cpu", weights_only=True)
        network.load_state_dict(state)
        self.network = network.to(self.device).eval()
        self.version = "torch " + str(torch.__version__)

    def run(self, inputs):
        torch = self.torch
        tensors = []
        for dtype, shape, data in inputs:
            tensor = torch.frombuffer(data, dtype=getattr(torch, dtype)).reshape(shape)
            tensors.append(tensor.to(self.device))
        with torch.no_grad():
            outputs = self.network(*tensors)
        if isinstance(outputs, dict):
            raise TypeError("the network returns a dict with the keys %s: only tensors and sequences of them have an order"
                            % ", ".join(map(str, outputs)))
        if not isinstance(outputs, (list, tuple)):
            outputs = [outputs]
        return [self.result(position, output) for position, output in enumerate(outputs)]

    def result(self, position, output):
        if not isinstance(output, self.torch.Tensor):
            raise TypeError("output %d of the network is a %s, which is no tensor" % (position, type(output).__name__))
        output = output.detach().to("cpu").contiguous()
        dtype = str(output.dtype).split(".")[-1]
        return dtype, tuple(output.shape), output.numpy().tobytes()


def load(pipe):
    form, device, threads = pipe.text(), pipe.text(), pipe.number("I")
    from_file = pipe.number("B")
    name, source = pipe.text(), pipe.bytes() if from_file else None
    callable_name, kwargs = pipe.text(), pipe.value()
    weights = io.BytesIO(pipe.bytes()) if pipe.number("B") else pipe.text()
    if form != "pytorch_state_dict":
        raise ValueError("this worker does not run %s weights" % form)
    if from_file:
        module = types.ModuleType("architecture")
        module.__file__ = name
        sys.modules["architecture"] = module
        exec(compile(bytes(source), name, "exec"), module.__dict__)
    else:
        module = importlib.import_module(name)
    return StateDict(getattr(module, callable_name), kwargs, weights, device, threads)


def tensors(pipe):
    read = []
    for _ in range(pipe.number("I")):
        dtype = pipe.text()
        shape = [pipe.number("Q") for _ in range(pipe.number("I"))]
        read.append((dtype, shape, pipe.bytes()))
    return read


def main():
    pipe = Pipe()
    pipe.send(HELLO, PROTOCOL, sys.version.split()[0])
    network = None
    while True:
        try:
            kind = pipe.number("B")
            if kind == LOAD:
                network = None
                network = load(pipe)
                answer = (LOADED, network.version)
            else:
                outputs = network.run(tensors(pipe))
                answer = (RESULTS, len(outputs), *outputs)
        except Closed:
            return
        except BaseException as error:  # also `exit()` in somebody's source
            name = type(error).__name__
            answer = (FAILED, "%s: %s" % (name, error) if str(error) else name, traceback.format_exc())
        pipe.send(*answer)


main()
