"""Writes the ONNX networks of the tests next to this file.

Needs the packages `onnx` and `numpy`; `onnxruntime` computes the expected output of the U-Net. Run it with

    python make_networks.py

The result is the same with every run: the weights come from a seeded generator.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
OPSET = 17
FLOAT, UINT8, INT64 = TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT64


def port(name, element_type, shape):
    return helper.make_tensor_value_info(name, element_type, shape)


def save(name, nodes, inputs, outputs, initializers=(), value_info=(), opset=OPSET, domains=(), check=True):
    graph = helper.make_graph(
        list(nodes), name, list(inputs), list(outputs), initializer=list(initializers), value_info=list(value_info)
    )
    opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="")
    if check:
        onnx.checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    return model


def tensor(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(values, dtype), name)


def identity():
    save("identity", [helper.make_node("Identity", ["x"], ["y"])], [port("x", FLOAT, ["n"])], [port("y", FLOAT, ["n"])])
    # A graph whose output is its input, without any node.
    save("passthrough", [], [port("x", FLOAT, ["n"])], [port("x", FLOAT, ["n"])])


def element_types():
    """One identity for each element type that tensors here can hold, and one that they cannot hold."""
    names = ["BOOL", "UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64", "INT64", "FLOAT", "DOUBLE"]
    inputs = [port(f"x_{name.lower()}", getattr(TensorProto, name), ["n"]) for name in names]
    outputs = [port(f"y_{name.lower()}", getattr(TensorProto, name), ["n"]) for name in names]
    nodes = [helper.make_node("Identity", [x.name], [y.name]) for x, y in zip(inputs, outputs)]
    save("element_types", nodes, inputs, outputs)
    half = TensorProto.FLOAT16
    save(
        "float16_output",
        [helper.make_node("Cast", ["x"], ["y"], to=half)],
        [port("x", FLOAT, ["n"])],
        [port("y", half, ["n"])],
    )


def two_inputs_two_outputs():
    """sum = a + b, difference = (a - b) * 2; the factor is also listed as an input, as old exporters do."""
    shape = ["batch", "n"]
    save(
        "two_inputs_two_outputs",
        [
            helper.make_node("Add", ["a", "b"], ["sum"]),
            helper.make_node("Sub", ["a", "b"], ["raw"]),
            helper.make_node("Mul", ["raw", "factor"], ["difference"]),
        ],
        [port("factor", FLOAT, [1]), port("a", FLOAT, shape), port("b", FLOAT, shape)],
        [port("sum", FLOAT, shape), port("difference", FLOAT, shape)],
        [tensor("factor", [2.0])],
    )


def uint8_cast():
    """y = float(x) / 255, and the number of elements as an int64."""
    save(
        "uint8_cast",
        [
            helper.make_node("Cast", ["x"], ["float"], to=FLOAT),
            helper.make_node("Div", ["float", "full"], ["y"]),
            helper.make_node("Size", ["x"], ["size"]),
        ],
        [port("x", UINT8, ["h", "w"])],
        [port("y", FLOAT, ["h", "w"]), port("size", INT64, [])],
        [tensor("full", 255.0)],
    )


def unet_nodes(random):
    def convolution(name, inputs, outputs, kernel):
        weights = random.normal(0, (inputs * kernel * kernel) ** -0.5, (outputs, inputs, kernel, kernel))
        biases = random.normal(0, 0.1, outputs)
        return [tensor(f"{name}.weight", weights), tensor(f"{name}.bias", biases)]

    def node(name, source, target, kernel):
        return helper.make_node(
            "Conv", [source, f"{name}.weight", f"{name}.bias"], [target], kernel_shape=[kernel, kernel], pads=[kernel // 2] * 4
        )

    initializers = [
        *convolution("down", 1, 4, 3),
        *convolution("bottom", 4, 8, 3),
        *convolution("up", 12, 4, 3),
        *convolution("head", 4, 2, 1),
        tensor("scales", [1, 1, 2, 2]),
    ]
    nodes = [
        node("down", "image", "down.conv", 3),
        helper.make_node("Relu", ["down.conv"], ["down.relu"]),
        helper.make_node("MaxPool", ["down.relu"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        node("bottom", "pooled", "bottom.conv", 3),
        helper.make_node("Relu", ["bottom.conv"], ["bottom.relu"]),
        helper.make_node(
            "Resize",
            ["bottom.relu", "", "scales"],
            ["upsampled"],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        ),
        helper.make_node("Concat", ["upsampled", "down.relu"], ["joined"], axis=1),
        node("up", "joined", "up.conv", 3),
        helper.make_node("Relu", ["up.conv"], ["up.relu"]),
        node("head", "up.relu", "classes", 1),
    ]
    return nodes, initializers


def unet():
    """A U-Net with one level, any batch, height and width (even); its output is kept for one input."""
    import onnxruntime

    nodes, initializers = unet_nodes(np.random.default_rng(20240229))
    model = save(
        "unet",
        nodes,
        [port("image", FLOAT, ["batch", 1, "height", "width"])],
        [port("classes", FLOAT, ["batch", 2, "height", "width"])],
        initializers,
    )
    # The tests build the same input.
    image = ((np.arange(16 * 12) * 37 % 101).astype(np.float32) / 101).reshape(1, 1, 16, 12)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (classes,) = session.run(None, {"image": image})
    (HERE / "unet_output.f32le").write_bytes(classes.astype("<f4").tobytes())
    # The same, exported for one size only: lengths in the file are those of the example of the exporter.
    nodes, initializers = unet_nodes(np.random.default_rng(20240229))
    save(
        "unet_fixed_size",
        nodes,
        [port("image", FLOAT, [1, 1, 16, 16])],
        [port("classes", FLOAT, [1, 2, 16, 16])],
        initializers,
        [port("pooled", FLOAT, [1, 4, 8, 8])],
    )


def symbol_clash():
    """Intermediate shapes with symbols that belong to nothing, as PyTorch's dynamo exporter writes them."""
    save(
        "symbol_clash",
        [
            helper.make_node("Relu", ["x"], ["relu"]),
            helper.make_node("Add", ["relu", "one"], ["shifted"]),
            helper.make_node("Mul", ["shifted", "x"], ["y"]),
        ],
        [port("x", FLOAT, ["s77", 1, "s53"])],
        [port("y", FLOAT, ["s77", 1, "2*s53"])],
        [tensor("one", [1.0])],
        [port("relu", FLOAT, ["s53", "s77", 4]), port("shifted", FLOAT, ["s77", "s77", "s77"])],
        check=False,
    )


def fixed_reshape():
    """Flattens to 12 elements, so it runs for no other number of elements."""
    save(
        "fixed_reshape",
        [helper.make_node("Reshape", ["x", "shape"], ["y"])],
        [port("x", FLOAT, [3, 4])],
        [port("y", FLOAT, [12])],
        [tensor("shape", [12], np.int64)],
    )


def integer_division():
    """y = int(x) / int(x), by integer division: there is no result where x is between -1 and 1. Takes any shape."""
    save(
        "integer_division",
        [
            helper.make_node("Cast", ["x"], ["whole"], to=TensorProto.INT32),
            helper.make_node("Div", ["whole", "whole"], ["quotient"]),
            helper.make_node("Cast", ["quotient"], ["y"], to=FLOAT),
        ],
        [port("x", FLOAT, None)],
        [port("y", FLOAT, None)],
        check=False,
    )


def functions():
    """y = twice_positive(x) + 1, by a function of the file; and the same with a constant in another file."""

    def file(name, constant):
        nodes = [
            helper.make_node("Relu", ["v"], ["positive"]),
            helper.make_node("Constant", [], ["weight"], value=constant),
            helper.make_node("Mul", ["positive", "weight"], ["w"]),
        ]
        function = helper.make_function("org.example", "Weighted", ["v"], ["w"], nodes, [helper.make_opsetid("", OPSET)])
        nodes = [helper.make_node("Weighted", ["x"], ["twice"], domain="org.example"), helper.make_node("Add", ["twice", "one"], ["y"])]
        graph = helper.make_graph(nodes, name, [port("x", FLOAT, ["n"])], [port("y", FLOAT, ["n"])], initializer=[tensor("one", [1.0])])
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("org.example", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="", functions=[function])
        (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))

    file("function", tensor("weight", [2.0]))
    external = TensorProto(name="weight", data_type=FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    external.external_data.add(key="location", value="../../secret.bin")
    file("external_function", external)


def broken():
    """Files that must be refused."""
    x, y = port("x", FLOAT, ["n"]), port("y", FLOAT, ["n"])
    add = helper.make_node("Add", ["x", "weight"], ["y"])

    external = TensorProto(name="weight", data_type=FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    external.external_data.add(key="location", value="../../secret.bin")
    save("external_data", [add], [x], [y], [external], check=False)

    constant = helper.make_node("Constant", [], ["weight"], value=external)
    save("external_constant", [constant, add], [x], [y], check=False)

    short = TensorProto(name="weight", data_type=FLOAT, dims=[3], raw_data=bytes(8))
    save("wrong_size", [add], [x], [y], [short], check=False)

    huge = TensorProto(name="weight", data_type=FLOAT, dims=[2**62, 2**62], raw_data=bytes(8))
    save("overflowing_size", [add], [x], [y], [huge], check=False)

    truth = TensorProto(name="weight", data_type=TensorProto.BOOL, dims=[2], raw_data=bytes([1, 2]))
    y_bool = port("y", TensorProto.BOOL, ["n"])
    save("wrong_bool", [helper.make_node("Identity", ["weight"], ["y"])], [x], [y_bool], [truth], check=False)

    negative = TensorProto(name="weight", data_type=FLOAT, dims=[-1], raw_data=bytes(8))
    save("negative_size", [add], [x], [y], [negative], check=False)

    save(
        "unsupported_operator",
        [
            helper.make_node("StringNormalizer", ["x"], ["a"]),
            helper.make_node("Relu", ["a"], ["b"], domain="org.example"),
            helper.make_node("DeformConv", ["b", "b", "b"], ["y"]),
        ],
        [x],
        [y],
        domains=["org.example"],
        check=False,
    )
    save("missing_tensor", [helper.make_node("Add", ["x", "nowhere"], ["y"])], [x], [y], check=False)
    save("missing_output", [helper.make_node("Identity", ["x"], ["z"])], [x], [y], check=False)
    save(
        "cycle",
        [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Identity", ["a"], ["b"]), helper.make_node("Identity", ["b"], ["y"])],
        [x],
        [y],
        check=False,
    )
    save(
        "huge_tensor",
        [helper.make_node("Expand", ["x", "shape"], ["wide"]), helper.make_node("ReduceSum", ["wide"], ["y"], keepdims=0)],
        [port("x", FLOAT, [1, 1])],
        [port("y", FLOAT, [])],
        [tensor("shape", [2**24, 2**24], np.int64)],
        check=False,
    )


if __name__ == "__main__":
    identity()
    element_types()
    two_inputs_two_outputs()
    uint8_cast()
    unet()
    symbol_clash()
    fixed_reshape()
    integer_division()
    functions()
    broken()
