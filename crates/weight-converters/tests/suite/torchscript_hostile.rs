//! Archives that were made to harm: an error, in bounded time, without a panic (which would be `ConvertError::Internal`).

use std::time::{Duration, Instant};

use crate::archives::{FIXTURES, convert, fixture, pack, unpack, with_file, with_program};
use proptest::prelude::*;
use weight_converters::torchscript::ConvertError;
use zip::CompressionMethod;

/// Long enough for a slow machine, far below what a loop of 10^9 steps takes.
const LONGEST: Duration = Duration::from_secs(30);

/// Converts; whatever comes out, nothing may panic or take long.
fn attack(archive: &[u8], shapes: &[&[usize]]) -> Result<(), String> {
    let start = Instant::now();
    let result = convert(archive, shapes);
    assert!(start.elapsed() < LONGEST, "took {:?}", start.elapsed());
    if let Err(error @ ConvertError::Internal { .. }) = &result {
        panic!("{error}");
    }
    result.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn programs_without_an_end() {
    for body in [
        "    for i in range(1000000000):\n      x = torch.add(x, 1)\n    return x\n",
        "    while True:\n      x = torch.relu(x)\n    return x\n",
        "    return (self).forward(x, )\n",
        "    a = [x]\n    while True:\n      torch.extend(a, a)\n",
        "    while True:\n      x = torch.cat([x, x])\n",
        "    for i in range(1000000000):\n      x = torch.unsqueeze(x, 0)\n    return x\n",
        "    for i in range(100000):\n      x = torch.slice(x, 0, 0, 4, 1)\n    return x\n",
        "    return torch.zeros([1000000, 1000000])\n",
        "    return torch.expand(x, [1000000000, 1000000000, 4])\n",
        "    return torch.repeat(x, [9223372036854775807])\n",
        "    return torch.arange(0, 1000000000000, 1)\n",
        "    return torch.ones([9223372036854775807, 9223372036854775807])\n",
        "    return torch.pad(x, [9223372036854775807, 9223372036854775807])\n",
        "    return torch.conv1d(torch.view(x, [1, 1, 4]), torch.ones([1, 1, 1]), None, [9223372036854775807], [9223372036854775807])\n",
    ] {
        let message = attack(&with_program(body), &[&[4]]).expect_err(body);
        assert!(message.len() < 2000, "{message}");
    }
}

#[test]
fn pickles_of_any_depth() {
    let deep = [
        &b"\x80\x02"[..],
        &b"]".repeat(100_000),
        &b"a".repeat(99_999),
        b".",
    ]
    .concat();
    let message = attack(
        &with_file(
            "long_loop",
            "constants.pkl",
            &[&deep[..deep.len() - 1], b"\x85."].concat(),
        ),
        &[&[4]],
    );
    assert!(
        message
            .unwrap_err()
            .contains("is nested more than 200 levels deep")
    );
    let cyclic = attack(
        &with_file("long_loop", "constants.pkl", b"\x80\x02]q\x00h\x00a\x85."),
        &[&[4]],
    );
    assert_eq!(
        cyclic.unwrap_err(),
        "TorchScript archive: constants.pkl: `0.0`: contains itself"
    );
    // a list of two references to a list of two references ...: 2^60 elements, were they copied
    let shared = [
        &b"\x80\x02]q\x00"[..],
        &b"h\x00h\x00\x86q\x00".repeat(60),
        b"\x85.",
    ]
    .concat();
    attack(&with_file("long_loop", "constants.pkl", &shared), &[&[4]]).unwrap_err();
}

#[test]
fn archives_that_unpack_to_far_more_than_they_are() {
    let zeros = vec![0; 64 << 20];
    let message = attack(&with_file("long_loop", "data.pkl", &zeros), &[&[4]]).unwrap_err();
    assert!(message.contains("data.pkl: has 67108864 bytes"), "{message}");
    // a tensor of 10^12 elements in a storage of one
    let tensor = b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00\
                   (J\x40\x42\x0f\x00J\x40\x42\x0f\x00t(K\x00K\x00t\x89ccollections\nOrderedDict\n)RtR";
    let constants = [&b"\x80\x02"[..], tensor, b"\x85."].concat();
    let mut files = unpack(&fixture("long_loop"));
    files.retain(|(name, _)| name != "constants.pkl");
    files.push(("constants.pkl".into(), constants));
    files.push(("constants/0".into(), vec![0; 4]));
    let message = attack(&pack(&files, CompressionMethod::Deflated), &[&[4]]).unwrap_err();
    assert!(
        message.contains("unpacks to far more bytes than the archive has"),
        "{message}"
    );
}

/// What happens to the bytes of a file.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Remove(usize, usize),
    Insert(usize, Vec<u8>),
    Repeat(usize, usize),
    Truncate(usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: usize, length: usize| if length == 0 { 0 } else { at % length };
        let length = bytes.len();
        match self {
            Self::Set(at, value) if length > 0 => bytes[place(*at, length)] = *value,
            Self::Set(..) => {}
            Self::Remove(at, count) => {
                let at = place(*at, length);
                bytes.drain(at..(at + count).min(length));
            }
            Self::Insert(at, new) => {
                let at = place(*at, length);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Repeat(at, count) => {
                let at = place(*at, length);
                let piece = bytes[at..(at + count).min(length)].to_vec();
                bytes.splice(at..at, piece);
            }
            Self::Truncate(at) => bytes.truncate(place(*at, length)),
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let pieces: Vec<&[u8]> = vec![
        b"(",
        b")",
        b"[",
        b"]",
        b"0",
        b"-",
        b"9",
        b"\n",
        b"  ",
        b"x",
        b"None",
        b"9223372036854775807",
        b"torch.",
        b"self",
        b"a",
        b"t",
        b"R",
        b"b",
        b"q\x00",
        b"h\x00",
        b"K\xff",
        b".",
        b"u",
        b"}",
        b"N",
        b"\x81",
        b"Q",
        b"\x80\x02",
        b", 0",
        b"-1",
        b"True",
        b"1.5",
        b"while True:\n",
    ];
    prop_oneof![
        4 => (any::<usize>(), any::<u8>()).prop_map(|(at, value)| Change::Set(at, value)),
        2 => (any::<usize>(), 1_usize..12).prop_map(|(at, count)| Change::Remove(at, count)),
        4 => (any::<usize>(), prop::sample::select(pieces)).prop_map(|(at, new)| Change::Insert(at, new.to_vec())),
        1 => (any::<usize>(), 1_usize..80).prop_map(|(at, count)| Change::Repeat(at, count)),
        1 => any::<usize>().prop_map(Change::Truncate),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The file itself: mostly what the zip reader finds.
    #[test]
    fn changed_archives(index in 0..FIXTURES.len(), changes in prop::collection::vec(change(), 1..4)) {
        let (name, shapes) = FIXTURES[index];
        let mut bytes = fixture(name);
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let _ = attack(&bytes, shapes);
    }

    /// Files inside of the archive, with checksums that are right.
    #[test]
    fn changed_files(index in 0..FIXTURES.len(), file in any::<prop::sample::Index>(), changes in prop::collection::vec(change(), 1..4)) {
        let (name, shapes) = FIXTURES[index];
        let mut files = unpack(&fixture(name));
        files.retain(|(name, _)| !name.ends_with(".debug_pkl"));
        let file = file.index(files.len());
        changes.iter().for_each(|change| change.apply(&mut files[file].1));
        let _ = attack(&pack(&files, CompressionMethod::Stored), shapes);
    }

    /// The two files that matter most.
    #[test]
    fn changed_pickles_and_sources(index in 0..FIXTURES.len(), pickle in any::<bool>(), changes in prop::collection::vec(change(), 1..6)) {
        let (name, shapes) = FIXTURES[index];
        let mut files = unpack(&fixture(name));
        let wanted = |file: &str| if pickle { file == "data.pkl" } else { file.ends_with(".py") };
        for (file, bytes) in &mut files {
            if wanted(file) {
                changes.iter().for_each(|change| change.apply(bytes));
            }
        }
        let _ = attack(&pack(&files, CompressionMethod::Stored), shapes);
    }
}
