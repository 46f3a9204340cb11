//! `TorchScript` archives to ONNX.

mod arguments;
mod context;
mod operators;
mod value;
mod views;
