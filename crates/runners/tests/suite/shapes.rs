//! Shapes that vary from call to call and from the file.

use ndarray::{Axis, Slice, arr2};
use runners::{Backend, RunErrorKind};
use tensor_ops::{Tensor, TensorView};

use super::{chain, floats, image, largest_difference, load, run_one};

pub(crate) fn batch_height_and_width_may_vary(backend: &dyn Backend) {
    let mut runner = load(backend, "unet.onnx");
    // More shapes than plans are kept, and back to the first.
    for (batch, height, width) in [
        (1, 16, 16),
        (1, 16, 32),
        (3, 8, 8),
        (2, 64, 4),
        (1, 2, 2),
        (1, 4, 2),
        (1, 6, 2),
        (1, 8, 2),
        (1, 10, 2),
        (1, 16, 16),
    ] {
        let output = run_one(&mut *runner, &image(&[batch, 1, height, width]));
        assert_eq!(output.shape(), [batch, 2, height, width]);
    }
    // Samples of a batch do not influence each other.
    let both = image(&[2, 1, 16, 16]);
    let second = second_sample(&both);
    let alone = run_one(&mut *runner, &second);
    let together = run_one(&mut *runner, &both);
    let together = second_sample(&together);
    assert!(largest_difference(&alone, &together) < 1e-5);
}

pub(crate) fn lengths_in_the_file_are_hints(backend: &dyn Backend) {
    let mut fixed = load(backend, "unet_fixed_size.onnx");
    assert_eq!(
        fixed.signature().inputs[0].to_string(),
        "image: float32 [1, 1, 16, 16]"
    );
    let mut open = load(backend, "unet.onnx");
    assert_eq!(
        open.signature().inputs[0].to_string(),
        "image: float32 [?, 1, ?, ?]"
    );
    for shape in [[1, 1, 16, 16], [2, 1, 32, 24]] {
        let input = image(&shape);
        assert!(largest_difference(&run_one(&mut *fixed, &input), &run_one(&mut *open, &input)) < 1e-5);
    }
}

pub(crate) fn a_strided_view_is_read_by_its_axes(backend: &dyn Backend) {
    let mut runner = load(backend, "two_inputs_two_outputs.onnx");
    let array = ndarray::arr2(&[[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let transposed = TensorView::Float32(array.t().into_dyn());
    let mut reversed = array.t().into_dyn();
    reversed.invert_axis(Axis(1));
    let reversed = TensorView::Float32(reversed);
    let outputs = runner.run(&[transposed, reversed]).unwrap();
    assert_eq!(
        outputs[0],
        Tensor::Float32(arr2(&[[6.0, 6.0, 6.0], [8.0, 8.0, 8.0]]).into_dyn())
    );
    assert_eq!(
        outputs[1],
        Tensor::Float32(arr2(&[[-8.0, 0.0, 8.0], [-8.0, 0.0, 8.0]]).into_dyn())
    );
}

pub(crate) fn clashing_symbols_are_ignored(backend: &dyn Backend) {
    let mut runner = load(backend, "symbol_clash.onnx");
    for shape in [[1, 1, 5], [4, 1, 2]] {
        let output = run_one(&mut *runner, &image(&shape));
        assert_eq!(output.shape(), shape);
        let input = image(&shape);
        let expected = floats(&input).mapv(|x| (x + 1.0) * x);
        assert!(largest_difference(&output, &Tensor::Float32(expected)) < 1e-6);
    }
}

pub(crate) fn a_shape_that_cannot_work_is_an_error_and_the_runner_stays_usable(backend: &dyn Backend) {
    let mut runner = load(backend, "fixed_reshape.onnx");
    assert_eq!(run_one(&mut *runner, &image(&[3, 4])).shape(), [12]);
    assert_eq!(run_one(&mut *runner, &image(&[6, 2])).shape(), [12]);
    let error = runner.run(&[image(&[3, 5]).view()]).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::InputShapes { .. }),
        "{:?}",
        chain(&error)
    );
    let message = error.to_string();
    assert!(
        message.contains("[3, 5]") && message.contains("x: float32 [3, 4]"),
        "{message}"
    );
    assert_eq!(run_one(&mut *runner, &image(&[3, 4])).shape(), [12]);

    // An odd height does not survive pooling and upsampling.
    let mut runner = load(backend, "unet.onnx");
    let error = runner.run(&[image(&[1, 1, 15, 16]).view()]).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::InputShapes { .. }),
        "{:?}",
        chain(&error)
    );
    // The network has one channel.
    assert!(runner.run(&[image(&[1, 2, 16, 16]).view()]).is_err());
    assert!(runner.run(&[image(&[1, 1, 16, 16]).view()]).is_ok());
}

fn second_sample(batch: &Tensor) -> Tensor {
    Tensor::Float32(floats(batch).slice_axis(Axis(0), Slice::from(1..2)).to_owned())
}
