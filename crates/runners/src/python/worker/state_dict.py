class StateDict:
    """A network of PyTorch: its source is run, its weights are only read."""

    def __init__(self, given):
        import torch

        self.torch = torch
        if given.threads:
            torch.set_num_threads(given.threads)
        self.device = torch.device(given.device)
        self.names = given.outputs
        network = architecture(given.source)(**given.source.kwargs)
        if not isinstance(network, torch.nn.Module):
            raise TypeError("the architecture made a %s, which is no torch.nn.Module" % type(network).__name__)
        state = torch.load(given.weights, map_location="cpu", weights_only=True)
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
            outputs = sequence(self.network(*tensors), self.names)
        return [self.result(position, output) for position, output in enumerate(outputs)]

    def result(self, position, output):
        torch = self.torch
        if not isinstance(output, torch.Tensor):
            raise TypeError("output %d of the network is a %s, which is no tensor" % (position, type(output).__name__))
        output = output.detach().to("cpu").contiguous()
        dtype = str(output.dtype).split(".")[-1]
        # As bytes, since numpy lacks some of the types.
        return dtype, tuple(output.shape), output.reshape(-1).view(torch.uint8).numpy()


def architecture(source):
    """The class or function that makes the network."""
    if source.code is None:
        module = importlib.import_module(source.name)
    else:
        module = types.ModuleType("architecture")
        module.__file__ = source.name
        sys.modules["architecture"] = module
        exec(compile(bytes(source.code), source.name, "exec"), module.__dict__)
    return getattr(module, source.callable)


