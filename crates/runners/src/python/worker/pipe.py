"""Runs networks for the program at the other end of its pipes, in a process of its own.

docs/python-worker.md documents the messages. They go through standard input and output, which no other code in this
process gets to see: what it prints goes to standard error. Tensors are in a file that both sides have open.
"""

import os
import sys

# With `-c` Python looks for modules in the current folder first, where anything may lie.
sys.path[:] = [folder for folder in sys.path if folder]

import errno
import importlib
import inspect
import mmap
import struct
import threading
import time
import traceback
import types

PROTOCOL = 2
LOAD, RUN, FILE = 1, 2, 3
HELLO, LOADED, RESULTS, FAILED, OPENED, FULL = 16, 17, 18, 19, 20, 21
ALIGNMENT = 64


class Closed(Exception):
    """The program at the other end has gone."""


class Full(Exception):
    """The file for tensors cannot become as large as it has to be."""


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

    def texts(self):
        return [self.text() for _ in range(self.number("I"))]

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

    def places(self):
        """Data type, shape, offset and number of bytes of each tensor."""
        found = []
        for _ in range(self.number("I")):
            dtype = self.text()
            shape = tuple(self.number("Q") for _ in range(self.number("I")))
            found.append((dtype, shape, self.number("Q"), self.number("Q")))
        return found

    def send(self, kind, *fields):
        """Numbers are u32, strings text, tuples places of tensors; bytes are sent as they are."""
        self.target.write(bytes([kind]))
        for field in fields:
            if isinstance(field, int):
                self.target.write(struct.pack("<I", field))
            elif isinstance(field, bytes):
                self.target.write(field)
            elif isinstance(field, str):
                self.text_out(field)
            else:
                dtype, shape, offset, size = field
                self.text_out(dtype)
                self.target.write(struct.pack("<I%dQ" % len(shape), len(shape), *shape))
                self.target.write(struct.pack("<QQ", offset, size))
        self.target.flush()

    def text_out(self, text):
        data = text.encode("utf-8", "replace")
        self.target.write(struct.pack("<I", len(data)))
        self.target.write(data)


class Exchange:
    """The file for tensors, mapped for as long as it takes to copy them."""

    def __init__(self, path):
        self.file = open(path, "r+b", buffering=0)

    def read(self, places):
        """Copies of the inputs: a network may change or keep them, the file is used again."""
        end = max([offset + size for _, _, offset, size in places if size], default=0)
        if not end:
            return [(dtype, shape, bytearray()) for dtype, shape, _, _ in places]
        with mmap.mmap(self.file.fileno(), end, access=mmap.ACCESS_READ) as mapped:
            with memoryview(mapped) as view:
                return [(dtype, shape, bytearray(view[offset : offset + size])) for dtype, shape, offset, size in places]

    def write(self, outputs):
        """Places of the outputs, which are dtype, shape and an object with the elements in row-major order."""
        places, end = [], 0
        for dtype, shape, data in outputs:
            size = memoryview(data).nbytes
            places.append((dtype, tuple(shape), end, size))
            end += -(-size // ALIGNMENT) * ALIGNMENT
        if not end:
            return places
        self.grow(end)
        with mmap.mmap(self.file.fileno(), end) as mapped:
            with memoryview(mapped) as view:
                for (_, _, offset, size), (_, _, data) in zip(places, outputs):
                    if size:
                        view[offset : offset + size] = memoryview(data).cast("B")
            if os.name == "nt":
                mapped.flush()
        return places

    def grow(self, size):
        """Takes the space at once: writing where there is none would end the process."""
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self.file.fileno(), 0, size)
            elif os.fstat(self.file.fileno()).st_size < size:
                os.ftruncate(self.file.fileno(), size)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
                raise Full(size) from error
            raise


def end_with_parent():
    """Ends this process when the program that started it has gone, also in the middle of an endless loop."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()


def sequence(outputs, names):
    """The outputs of a network as a list, in the described order."""
    if isinstance(outputs, dict):
        return [outputs[key] for key in in_order(list(outputs), names, "outputs")]
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def in_order(keys, names, what):
    """The keys of a dictionary in the order of the described names: by name, by the numbers at their ends, or the only one."""
    keys = [str(key) for key in keys]
    if set(keys) == set(names):
        return list(names)
    if len(keys) == 1:
        return keys
    parts = [key.rpartition("_") for key in keys]
    if len({prefix for prefix, _, _ in parts}) == 1 and all(number.isdigit() for _, _, number in parts):
        return sorted(keys, key=lambda key: int(key.rpartition("_")[2]))
    raise ValueError(
        "the network calls its %s %s, the description %s: with several of them the names have to agree"
        % (what, ", ".join(sorted(keys)), ", ".join(names))
    )


