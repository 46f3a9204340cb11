//! `.npy`: types, byte orders, memory orders, damaged files.

use ndarray::{ArrayD, ShapeBuilder, array};
use pipeline::image::{ImageErrorKind, NpyError, read_npy, read_npy_file, write_npy};
use proptest::prelude::*;
use tensor_ops::{DataType, Tensor};

use crate::tensors::any_tensor;

/// A file of version 1.0 with this dictionary and these elements.
fn file(dictionary: &str, elements: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((dictionary.len() as u16).to_le_bytes());
    file.extend(dictionary.as_bytes());
    file.extend(elements);
    file
}

fn described(descriptor: &str, fortran: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    file(
        &format!("{{'descr': '{descriptor}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n"),
        elements,
    )
}

fn read(bytes: &[u8]) -> Result<Tensor, NpyError> {
    read_npy(bytes, bytes.len() as u64).map_err(|error| {
        assert!(error.path().is_none());
        // The kind cannot be taken out, so the cases are told apart by a copy of what matters.
        match error.kind() {
            ImageErrorKind::Npy(NpyError::TooLarge {
                shape,
                data_type,
                needed,
                available,
            }) => NpyError::TooLarge {
                shape: shape.clone(),
                data_type: *data_type,
                needed: *needed,
                available: *available,
            },
            _ => NpyError::Decode {
                reason: error.to_string(),
            },
        }
    })
}

#[test]
fn every_type_in_both_byte_orders() {
    macro_rules! check {
        ($($element:ty => $name:literal),+) => {$(
            let values: [$element; 3] = [1 as $element, <$element>::MAX, <$element>::MIN];
            let expected = Tensor::from(ArrayD::from_shape_vec(vec![3], values.to_vec()).unwrap());
            let little: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            let big: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
            assert_eq!(read(&described(concat!("<", $name), "False", "(3,)", &little)).unwrap(), expected);
            assert_eq!(read(&described(concat!(">", $name), "False", "(3,)", &big)).unwrap(), expected);
            let native: Vec<u8> = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
            assert_eq!(read(&described(concat!("=", $name), "True", "(3,)", &native)).unwrap(), expected);
            assert_eq!(read(&described($name, "False", "(3,)", &native)).unwrap(), expected);
        )+};
    }
    check!(u8 => "u1", i8 => "i1", u16 => "u2", i16 => "i2", u32 => "u4", i32 => "i4", u64 => "u8", i64 => "i8",
        f32 => "f4", f64 => "f8");
    for name in ["|b1", "?", "|?", "<b1"] {
        let tensor = read(&described(name, "False", "(2,)", &[1, 0])).unwrap();
        assert_eq!(tensor, Tensor::from(array![true, false].into_dyn()));
    }
}

#[test]
fn fortran_order_is_turned_into_row_major_order() {
    let tensor = read(&described(
        "<i2",
        "True",
        "(2, 3)",
        &[0, 0, 10, 0, 1, 0, 11, 0, 2, 0, 12, 0],
    ))
    .unwrap();
    let Tensor::Int16(values) = tensor else {
        panic!("not int16")
    };
    assert_eq!(values, array![[0_i16, 1, 2], [10, 11, 12]].into_dyn());
    assert!(values.is_standard_layout());
}

#[test]
fn all_versions_scalars_and_empty_arrays() {
    let dictionary = b"{'descr': '<u2', 'fortran_order': False, 'shape': (), }\n";
    for version in [2, 3] {
        let mut file = b"\x93NUMPY".to_vec();
        file.extend([version, 0]);
        file.extend((dictionary.len() as u32).to_le_bytes());
        file.extend(dictionary);
        file.extend([7, 1]);
        assert_eq!(
            read(&file).unwrap(),
            Tensor::from(ArrayD::from_elem(vec![], 263_u16))
        );
    }
    assert_eq!(
        read(&described("<f8", "False", "(3, 0)", &[])).unwrap().shape(),
        [3, 0]
    );
}

#[test]
fn a_shape_that_cannot_be_there_takes_no_memory() {
    for (shape, needed) in [("(1152921504606846976,)", 1_u128 << 62), ("(5,)", 20)] {
        match read(&described("<f4", "False", shape, &[0; 16])) {
            Err(error @ NpyError::TooLarge { .. }) => {
                let message = error.to_string();
                assert!(message.contains(&format!("{needed} bytes")), "{message}");
                assert!(
                    message.contains("float32") && message.contains("16 follow"),
                    "{message}"
                );
                assert!(message.contains(&shape[1..shape.len() - 2]), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
    let overflow = read(&described(
        "<f4",
        "False",
        "(18446744073709551615, 18446744073709551615, 9)",
        &[],
    ));
    assert!(matches!(
        overflow,
        Err(NpyError::TooLarge {
            needed: u128::MAX,
            ..
        })
    ));
    let empty = read(&described("<f4", "False", "(0, 18446744073709551615, 9)", &[]));
    assert!(matches!(empty, Err(NpyError::TooLarge { .. })));
}

#[test]
fn damaged_files_say_what_is_wrong() {
    let long = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': (), }}{}\n",
        " ".repeat(70_000)
    );
    let mut too_long = b"\x93NUMPY\x02\x00".to_vec();
    too_long.extend((long.len() as u32).to_le_bytes());
    too_long.extend(long.as_bytes());
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "ends within its header"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "does not start with"),
        (b"\x93NUMPY\x04\x00aaaa".to_vec(), "version 4.0"),
        (b"\x93NUMPY\x01\x00\xff\x00{".to_vec(), "ends within its header"),
        (too_long, "at most 65536"),
        (described("<f2", "False", "(2,)", &[0; 4]), "float16"),
        (described("|O", "False", "(2,)", &[0; 4]), "Python objects"),
        (described("<c16", "False", "(2,)", &[0; 4]), "complex"),
        (
            file(
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}\n",
                &[0; 4],
            ),
            "records",
        ),
        (described("|b1", "False", "(2,)", &[1, 2]), "0x02"),
        (described("|u1", "False", "(2,)", &[1, 2, 3]), "bytes follow"),
        (
            file("{'descr': '<f4', 'fortran_order': False}\n", &[]),
            "lacks the key 'shape'",
        ),
        (file("{'descr': '<f4', 'descr': '<f4'}\n", &[]), "more than once"),
        (file("{'mode': '<f4'}\n", &[]), "\"mode\""),
        (file("not a dictionary", &[]), "byte 0"),
        (file(&"[".repeat(60_000), &[]), "byte 0"),
    ];
    for (bytes, words) in cases {
        let message = read(&bytes).unwrap_err().to_string();
        assert!(message.contains(words), "{message}: expected {words}");
        assert!(message.len() < 300, "{message}");
    }
    let short = described("|u1", "False", "(4,)", &[1, 2, 3]);
    let message = read_npy(short.as_slice(), u64::MAX).unwrap_err().to_string();
    assert!(message.contains("ends before the last element"), "{message}");
}

#[test]
fn errors_of_files_have_their_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing.npy");
    let error = read_npy_file(&path).unwrap_err();
    assert_eq!(error.path(), Some(path.as_path()));
    assert!(matches!(error.kind(), ImageErrorKind::Open(_)));
    std::fs::write(&path, "text").unwrap();
    let message = read_npy_file(&path).unwrap_err().to_string();
    assert!(message.contains("missing.npy: "), "{message}");
}

proptest! {
    // Each case goes through the disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(tensor in any_tensor(&DataType::ALL, 0..=5, 0)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tensor.npy");
        write_npy(&path, &tensor).unwrap();
        prop_assert_eq!(read_npy_file(&path).unwrap(), tensor);
    }

    #[test]
    fn the_memory_order_does_not_matter(height in 1_usize..6, width in 1_usize..6) {
        let values: Vec<f32> = (0..height * width).map(|value| value as f32).collect();
        let fortran = ArrayD::from_shape_vec(vec![height, width].f(), values).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tensor.npy");
        for array in [fortran.clone(), fortran.reversed_axes()] {
            write_npy(&path, &Tensor::from(array.clone())).unwrap();
            prop_assert_eq!(read_npy_file(&path).unwrap(), Tensor::from(array));
        }
    }

}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = read_npy(bytes.as_slice(), bytes.len() as u64);
    }

    #[test]
    fn no_damage_makes_it_panic(place in 0_usize..90, byte: u8) {
        let mut bytes = described(">f4", "False", "(2, 3)", &[0; 24]);
        let place = place % bytes.len();
        bytes[place] = byte;
        let _ = read_npy(bytes.as_slice(), bytes.len() as u64);
    }
}
