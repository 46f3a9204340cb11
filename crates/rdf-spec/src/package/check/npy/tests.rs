use super::*;
use proptest::prelude::*;

/// A file of a version with a dictionary, padded as numpy does.
fn file(major: u8, dictionary: &str) -> Vec<u8> {
    let mut bytes = vec![0x93];
    bytes.extend(b"NUMPY");
    bytes.extend([major, 0]);
    if major == 1 {
        bytes.extend(u16::try_from(dictionary.len()).unwrap().to_le_bytes());
    } else {
        bytes.extend(u32::try_from(dictionary.len()).unwrap().to_le_bytes());
    }
    bytes.extend(dictionary.as_bytes());
    bytes
}

fn read(dictionary: &str) -> Result<Header, Problem> {
    Header::read(&file(1, dictionary))
}

#[test]
fn what_numpy_writes() {
    let plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 64, 64), }      \n";
    for major in [1, 2, 3] {
        let header = Header::read(&file(major, plain)).unwrap();
        assert_eq!(header.element, Element::Known(DataType::Float32));
        assert_eq!(header.shape, [1, 2, 64, 64]);
        let start = file(major, plain).len() as u64;
        assert_eq!(header.file_size(), Some(Ok(start + 4 * 2 * 64 * 64)));
    }
    let shapes = [
        ("()", vec![]),
        ("(3,)", vec![3]),
        ("(3L, 4L)", vec![3, 4]),
        ("(0, 5)", vec![0, 5]),
    ];
    for (text, shape) in shapes {
        let header = read(&format!(
            "{{'descr': '|u1', 'fortran_order': True, 'shape': {text}}}"
        ))
        .unwrap();
        assert_eq!(header.shape, shape);
        assert_eq!(header.element, Element::Known(DataType::Uint8));
    }
    let other_order = read("{ \"shape\": (1,), \"fortran_order\": False, \"descr\": \">i8\" }").unwrap();
    assert_eq!(other_order.element, Element::Known(DataType::Int64));
}

#[test]
fn types_that_no_description_can_name() {
    let of = |descr: &str| {
        read(&format!(
            "{{'descr': {descr}, 'fortran_order': False, 'shape': (2,)}}"
        ))
        .unwrap()
    };
    assert_eq!(of("'<f2'").element.to_string(), "float16");
    assert_eq!(of("'<f2'").element.size(), Some(2));
    assert_eq!(of("'|O'").element, Element::Objects);
    assert_eq!(of("'<c8'").element.size(), Some(8));
    assert_eq!(of("'<U5'").element.size(), Some(20));
    assert_eq!(of("'<M8[ns]'").element.size(), Some(8));
    assert_eq!(of("''").element.size(), None);
    let fields = of("[('a', '<f4'), ('b]', '<i2', (2, 3)), ('c', [('d', '|u1')])]");
    assert_eq!(
        (fields.element.clone(), fields.file_size()),
        (Element::Structured, None)
    );
}

#[test]
fn damaged_headers() {
    let whole = file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}");
    for end in 0..whole.len() {
        assert!(Header::read(&whole[..end]).is_err(), "{end}");
    }
    for (dictionary, problem) in [
        ("", "its header ends where '{' is expected"),
        (
            "{}",
            "its header lacks one of `descr`, `fortran_order` and `shape`",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
            "its header has 'x' behind the dictionary",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "the shape in its header is no list of sizes",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "the shape in its header is no list of sizes",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': True}",
            "the value of `shape` in its header is of another kind than in numpy files",
        ),
        (
            "{'descr': '<f4', 'extra': True}",
            "its header has the unknown key \"extra\"",
        ),
        (
            "{'descr': __import__('os')}",
            "its header has a value that numpy does not write",
        ),
        ("{'descr': [[[[", "a list in its header does not end"),
    ] {
        assert_eq!(read(dictionary).unwrap_err(), problem, "{dictionary}");
    }
    let mut newer = whole.clone();
    newer[6] = 4;
    assert_eq!(
        Header::read(&newer).unwrap_err(),
        "its format version 4.0 is none of 1.0, 2.0 and 3.0"
    );
    let long = [b"\x93NUMPY\x02\0".as_slice(), &u32::MAX.to_le_bytes()].concat();
    assert!(Header::read(&long).unwrap_err().contains("more than the 65536"));
    let huge = read("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}").unwrap();
    assert!(huge.file_size().unwrap().is_err());
    let axes = read(&format!(
        "{{'descr': '<f8', 'fortran_order': False, 'shape': ({})}}",
        "1,".repeat(65)
    ));
    assert_eq!(axes.unwrap_err(), "its header states 65 axes, more than 64");
}

proptest! {
    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Header::read(&bytes);
        let _ = Header::read(&[b"\x93NUMPY\x01\0".as_slice(), &bytes].concat());
    }

    #[test]
    fn any_dictionary_ends(text in "[{}()\\[\\]'\",:0-9a-zTrueFals<|fO \u{e9}]{0,80}", major in 1..4_u8) {
        if let Ok(header) = Header::read(&file(major, &text)) {
            let _ = header.file_size();
        }
    }

    #[test]
    fn what_is_written_is_read(shape in prop::collection::vec(0..1000_u64, 0..6), kind in 0..11_usize) {
        let kinds = ["<f4", "<f8", "|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "|b1"];
        let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
        let text = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({sizes}), }}\n", kinds[kind]);
        let header = read(&text).unwrap();
        prop_assert_eq!(header.shape, shape);
        prop_assert_eq!(header.element, Element::Known(DataType::ALL[kind]));
    }
}
