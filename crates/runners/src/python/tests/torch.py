"""As much of PyTorch as the worker uses, for its tests: tensors are bytes that can be doubled."""

__version__ = "0.0"
float32, float64, bfloat16, uint8 = "torch.float32", "torch.float64", "torch.bfloat16", "torch.uint8"


class Tensor:
    def __init__(self, data, dtype, shape=()):
        self.data, self.dtype, self.shape = data, dtype, shape

    def reshape(self, shape):
        return Tensor(self.data, self.dtype, (len(self.data),) if shape == -1 else tuple(shape))

    def to(self, device):
        return self

    detach = contiguous = lambda self: self

    def view(self, dtype):
        return self

    def numpy(self):
        return bytes(self.data)

    def doubled(self):
        import array

        kind = "f" if self.dtype == float32 else "d"
        values = array.array(kind, bytes(self.data))
        return Tensor(array.array(kind, [2 * value for value in values]).tobytes(), self.dtype, self.shape)


def frombuffer(data, dtype):
    return Tensor(data, dtype)


class device:
    def __init__(self, name):
        if name != "cpu":
            raise RuntimeError("there is no device " + name)


def set_num_threads(count):
    pass


def load(source, map_location, weights_only):
    assert weights_only is True and map_location == "cpu"
    content = open(source, "rb").read() if isinstance(source, str) else source.read()
    if content != b"weights":
        raise ValueError("these are no weights")
    return {}


class no_grad:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


class nn:
    class Module:
        def load_state_dict(self, state):
            assert state == {}

        def to(self, device):
            return self

        eval = lambda self: self

        def __call__(self, *inputs):
            return self.forward(*inputs)
