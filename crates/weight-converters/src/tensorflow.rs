//! Graphs of TensorFlow to ONNX.
