//! Weights formats to ONNX.
