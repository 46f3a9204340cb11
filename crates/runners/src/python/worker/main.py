class Given:
    """What a network is loaded from."""

    def __init__(self, pipe):
        self.format, self.device, self.threads = pipe.text(), pipe.text(), pipe.number("I")
        self.inputs, self.outputs = pipe.texts(), pipe.texts()
        self.source = Source(pipe) if pipe.number("B") else None
        self.weights, self.scratch = pipe.text(), pipe.text()


class Source:
    """Where the Python source of a network is."""

    def __init__(self, pipe):
        in_file = pipe.number("B")
        self.name, self.code = pipe.text(), pipe.bytes() if in_file else None
        self.callable, self.kwargs = pipe.text(), pipe.value()


FORMATS = {
    "pytorch_state_dict": StateDict,
    "keras_hdf5": Keras,
    "tensorflow_saved_model_bundle": SavedModel,
}


def load(given):
    if given.format not in FORMATS:
        raise ValueError("this worker does not run %s weights" % given.format)
    return FORMATS[given.format](given)


def main():
    end_with_parent()
    pipe = Pipe()
    pipe.send(HELLO, PROTOCOL, sys.version.split()[0])
    network = exchange = None
    while True:
        try:
            kind = pipe.number("B")
            if kind == FILE:
                exchange = Exchange(pipe.text())
                answer = (OPENED,)
            elif kind == LOAD:
                network = None
                network = load(Given(pipe))
                answer = (LOADED, network.version)
            else:
                places = exchange.write(network.run(exchange.read(pipe.places())))
                answer = (RESULTS, len(places), *places)
        except Closed:
            return
        except Full as error:
            answer = (FULL, struct.pack("<Q", error.args[0]))
        except BaseException as error:  # also `exit()` in somebody's source
            name = type(error).__name__
            answer = (FAILED, "%s: %s" % (name, error) if str(error) else name, traceback.format_exc())
        pipe.send(*answer)


main()
