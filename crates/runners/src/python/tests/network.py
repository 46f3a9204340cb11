import os
import sys
import time

import torch


class Network(torch.nn.Module):
    """Doubles its inputs, unless it is told or finds in its first input what else to do."""

    def __init__(self, mode="double", **others):
        self.mode, self.others = mode, others
        if mode == "fail at once":
            raise ValueError("made to fail")
        if mode == "leave at once":
            sys.exit("made to leave")
        if mode == "never made":
            time.sleep(1000)

    def forward(self, *inputs):
        print("this is not for the pipe")
        # The first element decides, so that the same network can behave the next time.
        trigger = bytes(inputs[0].data[:4]) == b"\x00\x00\xc0\x7f"  # NaN
        if self.mode != "double" and trigger:
            getattr(self, self.mode.replace(" ", "_"))(inputs)
        if self.mode == "one tensor":
            return inputs[0].doubled()
        if self.mode == "strange type":
            return [torch.Tensor(b"\0\0", torch.bfloat16, (1,))]
        if self.mode == "no tensors":
            return ["text"]
        if self.mode == "dictionary":
            return {"t1": inputs[0].doubled(), "t0": inputs[1].doubled()}
        if self.mode == "other names":
            return {"a": inputs[0].doubled(), "b": inputs[1].doubled()}
        if self.mode == "many":
            return [inputs[0].doubled() for _ in range(3)]
        if self.mode == "arguments":
            raise ValueError(repr(self.others))
        return [tensor.doubled() for tensor in inputs]

    def fail(self, inputs):
        raise KeyError("made to fail, with ümlaut")

    def leave(self, inputs):
        os.write(2, b"last words\n")
        os._exit(7)

    def leave_politely(self, inputs):
        sys.exit(3)

    def crash(self, inputs):
        os.kill(os.getpid(), 11)

    def loop(self, inputs):
        while True:
            pass

    def loop_with_child(self, inputs):
        if os.fork():
            os._exit(1)
        time.sleep(5)

    def too_much_memory(self, inputs):
        bytearray(1 << 60)

    def write_to_the_pipe(self, inputs):
        # Whatever is tried, the descriptor of the pipe is not 1 any more.
        os.write(1, b"x" * 1000)
        raise RuntimeError("written")

    def flood(self, inputs):
        os.write(2, b"y" * 1000000)
        raise RuntimeError("flooded")
