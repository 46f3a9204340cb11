MAX_UNPACKED = 16 << 30


def tensorflow_on(given):
    """TensorFlow with the device and the threads that were asked for, and the name of the device."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    if given.threads:
        tf.config.threading.set_intra_op_parallelism_threads(given.threads)
    kind, _, number = given.device.partition(":")
    if kind == "cpu":
        tf.config.set_visible_devices([], "GPU")
        return tf, "/CPU:0"
    found = len(tf.config.list_physical_devices("GPU"))
    if kind != "cuda" or int(number) >= found:
        raise RuntimeError("TensorFlow has no device %s here: it finds %d graphics cards" % (given.device, found))
    return tf, "/GPU:" + number


def array(numpy, dtype, shape, data):
    return numpy.frombuffer(data, dtype=dtype).reshape(shape)


def results(numpy, outputs):
    """Outputs as arrays in row-major order."""
    found = []
    for output in outputs:
        values = numpy.ascontiguousarray(output)
        # Of no axes it makes one.
        shape = numpy.shape(output)
        found.append((values.dtype.name, shape, values.reshape(-1).view(numpy.uint8)))
    return found


class Keras:
    """A Keras model in an HDF5 file or an archive: those of Keras 2 by tf_keras where it is installed, others by keras."""

    def __init__(self, given):
        self.tf, self.device = tensorflow_on(given)
        import zipfile

        import numpy

        self.numpy = numpy
        self.names = given.outputs
        self.is_archive = zipfile.is_zipfile(given.weights)
        version = self.of_archive(given.weights) if self.is_archive else self.of_hdf5(given.weights)
        keras = self.library(version)
        with self.tf.device(self.device):
            self.network = self.loaded(keras, given)
        self.version = "%s %s" % (keras.__name__, keras.__version__)
        inputs = [tensor.name.split(":")[0] for tensor in self.network.inputs]
        if len(inputs) != len(given.inputs):
            raise ValueError("the network takes %d inputs, the description has %d" % (len(inputs), len(given.inputs)))
        # By name where all names are known, else by position.
        by_name = set(inputs) == set(given.inputs)
        self.order = [given.inputs.index(name) for name in inputs] if by_name else range(len(inputs))
        self.outputs = list(getattr(self.network, "output_names", None) or [])

    def of_archive(self, path):
        """The version of Keras that wrote an archive (`model.keras`)."""
        import json
        import zipfile

        with zipfile.ZipFile(path) as archive:
            try:
                entry = archive.getinfo("metadata.json")
            except KeyError:
                raise ValueError("the zip file is no archive of Keras (there is no `metadata.json` in it)") from None
            if entry.file_size > 1 << 20:
                raise ValueError("`metadata.json` in the archive of Keras has %d bytes" % entry.file_size)
            return str(json.loads(archive.read(entry)).get("keras_version", "3"))

    def of_hdf5(self, path):
        """The version of Keras that wrote an HDF5 file."""
        import h5py

        with h5py.File(path, "r") as file:
            if "model_config" not in file.attrs:
                raise ValueError("the HDF5 file holds weights without a network (there is no attribute `model_config`)")
            version = file.attrs.get("keras_version", "2")
            return version.decode() if isinstance(version, bytes) else str(version)

    def library(self, version):
        if version.split(".")[0] in ("1", "2"):
            try:
                return importlib.import_module("tf_keras")
            except ImportError:
                pass
        return importlib.import_module("keras")

    def loaded(self, keras, given):
        # The suffix tells the format to Keras; running code was allowed, so Lambda layers may be loaded, too.
        path = given.weights
        if not path.endswith((".keras",) if self.is_archive else (".h5", ".hdf5")):
            import shutil

            path = os.path.join(given.scratch, "weights.keras" if self.is_archive else "weights.h5")
            shutil.copyfile(given.weights, path)
        load_model = keras.models.load_model
        # Older versions have no safe mode.
        unsafe = {"safe_mode": False} if "safe_mode" in inspect.signature(load_model).parameters else {}
        return load_model(path, compile=False, **unsafe)

    def run(self, inputs):
        arrays = [array(self.numpy, *tensor) for tensor in inputs]
        arrays = [self.tf.convert_to_tensor(arrays[at]) for at in self.order]
        with self.tf.device(self.device):
            outputs = self.network(arrays if len(arrays) > 1 else arrays[0], training=False)
        if not isinstance(outputs, dict) and len(self.outputs) > 1 and set(self.outputs) == set(self.names):
            outputs = dict(zip(self.outputs, outputs))
        return results(self.numpy, [output.numpy() for output in sequence(outputs, self.names)])


class SavedModel:
    """The serving signature of a TensorFlow SavedModel, in a zip archive."""

    def __init__(self, given):
        folder = unpacked(given.weights, given.scratch)
        self.tf, self.device = tensorflow_on(given)
        import numpy

        self.numpy = numpy
        self.names = given.outputs
        with self.tf.device(self.device):
            self.network = self.tf.saved_model.load(folder)
        signatures = self.network.signatures
        name = next((name for name in ("serving_default", "serve") if name in signatures), None)
        if name is None and len(signatures) == 1:
            name = next(iter(signatures))
        if name is None:
            raise ValueError("the bundle has no signature `serving_default`, but %s" % (", ".join(signatures) or "none"))
        self.signature = signatures[name]
        specs = self.signature.structured_input_signature[1]
        if len(specs) != len(given.inputs):
            raise ValueError("the signature takes %d inputs, the description has %d" % (len(specs), len(given.inputs)))
        self.inputs = in_order(list(specs), given.inputs, "inputs")
        self.version = "tensorflow " + self.tf.__version__

    def run(self, inputs):
        with self.tf.device(self.device):
            given = [self.tf.constant(array(self.numpy, *tensor)) for tensor in inputs]
            outputs = self.signature(**dict(zip(self.inputs, given)))
        return results(self.numpy, [output.numpy() for output in sequence(outputs, self.names)])


def unpacked(weights, scratch):
    """The folder of the bundle, unpacked from a zip archive within bounds."""
    import zipfile

    with zipfile.ZipFile(weights) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_UNPACKED:
            raise ValueError("the bundle has %d bytes, more than the %d that are allowed" % (size, MAX_UNPACKED))
        models = [name for name in archive.namelist() if name.split("/")[-1] == "saved_model.pb"]
        if len(models) != 1:
            raise ValueError("the zip archive has %d files `saved_model.pb` where one is expected" % len(models))
        folder = os.path.join(scratch, "bundle")
        # Names that lead out of the folder are made harmless by this.
        archive.extractall(folder)
    return os.path.join(folder, os.path.dirname(models[0]))


