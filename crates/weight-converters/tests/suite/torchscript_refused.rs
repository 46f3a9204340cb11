//! TorchScript archives that are refused, and what the refusal says.

use weight_converters::torchscript::ConvertError;
use zip::CompressionMethod;

use crate::archives::{convert, fixture, pack, unpack, with_file, with_program};

#[test]
fn inputs_that_do_not_fit() {
    let message = |name: &str, shapes: &[&[usize]]| convert(&fixture(name), shapes).unwrap_err().to_string();
    assert_eq!(
        message("structured", &[&[1, 3, 4, 4]]),
        "inputs of the network: the network takes 2 (`image`, `weight`), found 1"
    );
    let three = message("scripted", &[&[1, 16, 16]]);
    assert!(
        three.ends_with("the network raises an error for these inputs: expected 4 axes, found 3"),
        "{three}"
    );
    let channels = message("scripted", &[&[1, 5, 16, 16]]);
    assert!(
        channels.starts_with("code/__torch__/torch/nn/modules/conv.py:")
            && channels.contains("(module `down.0.first`)"),
        "{channels}"
    );
}

#[test]
fn what_cannot_be_converted_is_named_with_its_place() {
    let error = convert(&fixture("unsupported"), &[&[4, 4]]).unwrap_err();
    let ConvertError::UnsupportedOperators { operators } = &error else {
        panic!("{error}")
    };
    let names: Vec<_> = operators.iter().map(|operator| &*operator.name).collect();
    assert_eq!(
        names,
        ["torch.fft_fft2", "torch.linalg_svdvals", "torch.special_i1"]
    );
    assert!(error.to_string().starts_with("3 operators of the network cannot be converted to ONNX:\n  `torch.fft_fft2` at code/__torch__.py:8:16"));

    let message = convert(&fixture("branch_on_contents"), &[&[4]])
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("code/__torch__.py:8:") && message.contains("only known when the network runs"),
        "{message}"
    );
    let message = convert(&fixture("long_loop"), &[&[4]]).unwrap_err().to_string();
    assert!(
        message.starts_with("code/__torch__.py:9:") && message.contains("1000000000"),
        "{message}"
    );
}

#[test]
fn files_that_are_something_else_are_told_apart() {
    let state_dict = convert(&fixture("state_dict"), &[&[4]]).unwrap_err().to_string();
    assert!(
        state_dict.contains("a state dict") && state_dict.contains("torch.jit.trace"),
        "{state_dict}"
    );
    let old = pack(
        &[("model.json".into(), b"{}".to_vec())],
        CompressionMethod::Stored,
    );
    for (bytes, expected) in [
        (fixture("pickle"), "a pickle of torch.save"),
        (b"".to_vec(), "an empty file"),
        (b"<html>".to_vec(), "a web page"),
        (b"\x89HDF\r\n\x1a\n".to_vec(), "an HDF5 file"),
        (b"version https://git-lfs.github.com/spec/v1".to_vec(), "Git LFS"),
        (b"\x08\x03\x12\x04".to_vec(), "not a zip file"),
        (old, "torch before 1.4"),
        (
            pack(&[("a.txt".into(), vec![])], CompressionMethod::Stored),
            "without `data.pkl`",
        ),
        (
            pack(
                &[("data.pkl".into(), vec![]), ("bytecode.pkl".into(), vec![])],
                CompressionMethod::Stored,
            ),
            "lite interpreter",
        ),
    ] {
        let error = convert(&bytes, &[&[4]]).unwrap_err();
        assert!(matches!(error, ConvertError::NotTorchScript { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn damaged_archives() {
    let message = |bytes: &[u8]| convert(bytes, &[&[4]]).unwrap_err().to_string();
    let whole = fixture("data_types");
    for length in [5, 100, 1000, whole.len() / 2, whole.len() - 1] {
        assert!(
            message(&whole[..length]).contains("truncated"),
            "{}",
            message(&whole[..length])
        );
    }
    for (file, bytes, expected) in [
        (
            "data/8",
            &[0; 12][..],
            "data/8: has 12 bytes; the tensors in it need 16",
        ),
        (
            "data/8",
            &[0; 20],
            "data/8: has 20 bytes; expected are at most 16",
        ),
        ("version", b"99", "version: the archive has format version 99"),
        ("version", b"x", "version: \"x\" is not a number"),
        ("byteorder", b"middle", "byteorder: \"middle\" is neither"),
        (
            "data.pkl",
            b"\x80\x02N.",
            "data.pkl: contains a None, not a module",
        ),
        (
            "data.pkl",
            b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.",
            "data.pkl, byte 21: calls `os.system`",
        ),
        (
            "constants.pkl",
            b"\x80\x02K\x01.",
            "constants.pkl: contains a int, not a tuple",
        ),
        (
            "code/__torch__.py",
            b"class DataTypes(Module):\n  def forward(self, x)\n",
            "code/__torch__.py:2:23: expected `:`",
        ),
        (
            "code/__torch__.py",
            b"",
            "the class `__torch__.DataTypes` is missing",
        ),
        ("code/__torch__.py", b"\xff", "code/__torch__.py: is not UTF-8"),
    ] {
        let message = message(&with_file("data_types", file, bytes));
        assert!(message.contains(expected), "{message}");
    }
    let mut twice = unpack(&whole);
    twice.retain(|(name, _)| name != "data/3");
    assert!(message(&pack(&twice, CompressionMethod::Stored)).contains("data/3: is missing"));
}

#[test]
fn networks_that_write_into_their_weights_are_refused() {
    let mut files = unpack(&fixture("data_types"));
    let source = files
        .iter_mut()
        .find(|(name, _)| name == "code/__torch__.py")
        .unwrap();
    source.1 = b"class DataTypes(Module):\n  def forward(self, x: Tensor):\n    y = torch.slice(self.of_float32, 0, 1, 3)\n    \
                 _0 = torch.add_(y, 1)\n    return torch.add(x, self.of_float32)\n"
        .to_vec();
    let message = convert(&pack(&files, CompressionMethod::Stored), &[&[4]])
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("code/__torch__.py:4:10: `torch.add_`: writes into `of_float32`"),
        "{message}"
    );
}

#[test]
fn results_that_are_no_tensors() {
    let message = |body: &str| convert(&with_program(body), &[&[4]]).unwrap_err().to_string();
    assert_eq!(
        message("    return 1\n"),
        "outputs of the network: the network returns a int, not a Tensor"
    );
    assert_eq!(
        message("    return None\n"),
        "outputs of the network: the network returns a None, not a Tensor"
    );
    assert_eq!(
        message("    return (x, \"a\")\n"),
        "outputs of the network: the network returns a str, not a Tensor"
    );
    let without = convert(&with_program("    return (x, None)\n"), &[&[4]]).unwrap();
    assert_eq!((without.outputs.len(), without.notes.len()), (1, 1));
    assert_eq!(
        message("    return []\n"),
        "outputs of the network: the network returns nothing"
    );
    let passed = convert(&with_program("    return (x, x, [x])\n"), &[&[4]]).unwrap();
    assert_eq!(passed.outputs.len(), 3);
}

#[test]
fn hooks_of_the_whole_network_are_refused() {
    let plain = with_program("    return x\n");
    assert!(convert(&plain, &[&[4]]).is_ok());
    let (name, source) = unpack(&plain)
        .into_iter()
        .find(|(name, _)| name.ends_with(".py"))
        .unwrap();
    let source = String::from_utf8(source).unwrap();
    let hooked = source.replacen(
        "  __buffers__ = []\n",
        "  __buffers__ = []\n  __forward_hooks__ = [\"double\", ]\n",
        1,
    );
    assert_ne!(source, hooked);
    let error = convert(&with_file("long_loop", &name, hooked.as_bytes()), &[&[4]]).unwrap_err();
    assert!(
        error.to_string().contains("hooks of the whole network"),
        "{error}"
    );
}
