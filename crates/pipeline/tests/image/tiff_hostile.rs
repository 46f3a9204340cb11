//! TIFF: files that are damaged, or use what is not supported.

use proptest::prelude::*;

use crate::tiff_builder::{CLASSIC, Page, Style, Values, build};
use crate::tiff_layouts::read;

fn gray() -> Page {
    Page::new(4, 4, 1, 8).strips(2, vec![vec![1; 8], vec![2; 8]])
}

fn short(value: u16) -> Values {
    Values::Short(vec![value])
}

#[test]
fn errors_say_what_was_found_and_what_to_do() {
    let cases: Vec<(Vec<Page>, &[&str])> = vec![
        (vec![gray().with(259, short(7))], &["JPEG", "deflate or LZW"]),
        (vec![gray().with(259, short(50_000))], &["compression 50000"]),
        (vec![gray().with(262, short(3))], &["colour palette", "RGB"]),
        (vec![gray().with(262, short(6))], &["YCbCr"]),
        (vec![gray().with(258, short(12))], &["12 bits"]),
        (
            vec![gray().with(258, short(16)).with(339, short(3))],
            &["float16", "float32"],
        ),
        (vec![gray().with(339, short(6))], &["complex"]),
        (
            vec![
                gray()
                    .with(258, short(32))
                    .with(339, short(3))
                    .with(262, short(0)),
            ],
            &["white is 0"],
        ),
        (
            vec![gray(), Page::new(4, 3, 1, 8).strips(3, vec![vec![1; 12]])],
            &["page 1", "3 rows", "4 rows"],
        ),
        (
            vec![gray().with(256, Values::Long(vec![0]))],
            &["page 0", "width"],
        ),
        (vec![gray().with(278, Values::Long(vec![0]))], &["no rows"]),
        (
            vec![
                gray()
                    .with(322, Values::Long(vec![16]))
                    .with(324, Values::Long(vec![8])),
            ],
            &["strips and tiles"],
        ),
        (
            vec![
                gray()
                    .with(256, Values::Long(vec![1 << 30]))
                    .with(257, Values::Long(vec![1 << 30])),
            ],
            &["4294967296 bytes"],
        ),
        (
            vec![Page::new(70_000, 70_000, 1, 8).strips(1000, vec![vec![0]; 70])],
            &["4900000000 bytes", "4294967296 bytes"],
        ),
        (
            vec![Page::new(1, 1, 1, 8).tiles(1 << 31, 1 << 31, vec![vec![0]])],
            &["tiles are larger"],
        ),
        (
            vec![
                Page::new(2, 1, 5, 8)
                    .strips(1, vec![vec![0; 10]])
                    .with(262, short(2)),
            ],
            &["RGB pixels of 5"],
        ),
        (
            vec![gray().strips(2, vec![vec![1; 8]])],
            &["page 0", "fewer strips"],
        ),
        (
            vec![gray().strips(2, vec![vec![1; 8], vec![1; 8]]).with(259, short(8))],
            &["page 0 cannot be decoded"],
        ),
        (vec![], &["no page"]),
    ];
    for (pages, words) in cases {
        let message = read(&build(CLASSIC, &pages)).unwrap_err().to_string();
        for words in words {
            assert!(message.contains(words), "{message}: expected {words}");
        }
    }
}

#[test]
fn repeated_tags_and_circles_are_refused() {
    let mut page = gray();
    page.entries.push((256, Values::Long(vec![1])));
    assert!(
        read(&build(CLASSIC, &[page]))
            .unwrap_err()
            .to_string()
            .contains("more than once")
    );
    let mut file = build(CLASSIC, &[gray()]);
    let (first, end) = (file[4..8].to_vec(), file.len());
    file[end - 4..].copy_from_slice(&first);
    assert!(read(&file).unwrap_err().to_string().contains("circle"));
}

#[test]
fn a_file_that_ends_early_is_an_error() {
    let file = build(CLASSIC, &[gray(), gray()]);
    for length in 0..file.len() {
        assert!(read(&file[..length]).is_err(), "{length}");
    }
    // Pixels behind the directory, and cut off.
    let page = gray();
    let mut file = build(CLASSIC, &[page]);
    let place = file.windows(8).position(|window| window == [2; 8]).unwrap() as u32;
    let entry = file
        .windows(4)
        .rposition(|window| window == place.to_le_bytes())
        .unwrap();
    let end = file.len() as u32 - 3;
    file[entry..entry + 4].copy_from_slice(&end.to_le_bytes());
    assert!(read(&file).unwrap_err().to_string().contains("beyond the end"));
}

#[test]
fn a_small_file_of_shared_values_does_not_take_long() {
    // Many directories that all point to the same 65536 numbers.
    let mut file = b"II\x2a\x00".to_vec();
    let numbers = 8_u32;
    let mut next = numbers + 2 * 65_536;
    file.extend(next.to_le_bytes());
    file.extend([8, 0].repeat(65_536));
    for _ in 0..40 {
        let entries = [
            (256, 1, 1),
            (257, 1, 1),
            (258, 65_536, numbers),
            (262, 1, 1),
            (273, 1, numbers),
            (279, 1, 1),
        ];
        file.extend((entries.len() as u16).to_le_bytes());
        for (tag, count, value) in entries {
            file.extend([u16::to_le_bytes(tag), u16::to_le_bytes(3)].concat());
            file.extend([u32::to_le_bytes(count), u32::to_le_bytes(value)].concat());
        }
        next += 2 + 12 * entries.len() as u32 + 4;
        file.extend(next.to_le_bytes());
    }
    let message = read(&file).unwrap_err().to_string();
    assert!(message.contains("much larger than the file"), "{message}");
}

fn examples() -> Vec<Vec<u8>> {
    let big = Style {
        big_endian: true,
        big_tiff: true,
    };
    let planes = vec![vec![7; 16]; 12];
    vec![
        build(CLASSIC, &[gray(), gray()]),
        build(
            big,
            &[gray().with(270, Values::Text("ImageJ=1\nslices=1\n".to_owned()))],
        ),
        build(
            CLASSIC,
            &[Page::new(7, 5, 3, 8)
                .tiles(4, 4, planes.clone())
                .with(284, short(2))],
        ),
        build(
            CLASSIC,
            &[Page::new(7, 5, 3, 8)
                .tiles(4, 4, vec![vec![7; 48]; 4])
                .with(317, short(2))],
        ),
        build(
            CLASSIC,
            &[Page::new(9, 3, 1, 1)
                .strips(1, planes[..3].to_vec())
                .with(262, short(0))],
        ),
        build(
            CLASSIC,
            &[Page::new(2, 2, 1, 32)
                .strips(2, planes[..1].to_vec())
                .with(339, short(3))
                .with(317, short(3))],
        ),
        build(
            CLASSIC,
            &[Page::new(4, 4, 1, 8)
                .strips(4, vec![vec![0x80, 0, 1, 2, 3]])
                .with(259, short(5))],
        ),
        build(
            CLASSIC,
            &[Page::new(4, 4, 1, 8)
                .strips(4, vec![vec![0x0f; 17]])
                .with(259, short(32773))],
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_damage_makes_it_panic(
        example in 0_usize..8,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut file = examples().swap_remove(example);
        for (place, byte) in places {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let _ = read(&file);
    }
}
