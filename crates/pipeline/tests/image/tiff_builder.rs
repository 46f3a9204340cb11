//! TIFF files made entry by entry, for what no writer here makes: tiles, planes, big-endian files, wrong entries.

/// The values of an entry.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    Short(Vec<u16>),
    Long(Vec<u32>),
    Text(String),
}

/// A page: its entries but for the places of its parts, and the parts (strips or tiles) themselves.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub entries: Vec<(u16, Values)>,
    pub parts: Vec<Vec<u8>>,
    pub tiled: bool,
}

impl Page {
    /// A page of `samples` samples of `bits` bits a pixel.
    pub(crate) fn new(width: u32, height: u32, samples: u16, bits: u16) -> Self {
        let entries = vec![
            (256, Values::Long(vec![width])),
            (257, Values::Long(vec![height])),
            (258, Values::Short(vec![bits; usize::from(samples)])),
            (259, Values::Short(vec![1])),
            (262, Values::Short(vec![if samples == 3 { 2 } else { 1 }])),
            (277, Values::Short(vec![samples])),
        ];
        Self {
            entries,
            parts: Vec::new(),
            tiled: false,
        }
    }

    /// The same with another value of a tag.
    pub(crate) fn with(mut self, tag: u16, values: Values) -> Self {
        self.entries.retain(|(other, _)| *other != tag);
        self.entries.push((tag, values));
        self
    }

    pub(crate) fn strips(mut self, rows: u32, strips: Vec<Vec<u8>>) -> Self {
        self.parts = strips;
        self.with(278, Values::Long(vec![rows]))
    }

    pub(crate) fn tiles(mut self, width: u32, length: u32, tiles: Vec<Vec<u8>>) -> Self {
        self.parts = tiles;
        self.tiled = true;
        self.with(322, Values::Long(vec![width]))
            .with(323, Values::Long(vec![length]))
    }
}

/// How numbers are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub big_endian: bool,
    pub big_tiff: bool,
}

pub(crate) const CLASSIC: Style = Style {
    big_endian: false,
    big_tiff: false,
};

impl Style {
    fn number(self, value: u64, size: usize) -> Vec<u8> {
        let little = value.to_le_bytes();
        let mut bytes = little[..size].to_vec();
        if self.big_endian {
            bytes.reverse();
        }
        bytes
    }

    fn word(self) -> usize {
        if self.big_tiff { 8 } else { 4 }
    }
}

/// The bytes of a file of these pages.
pub(crate) fn build(style: Style, pages: &[Page]) -> Vec<u8> {
    let word = style.word();
    let mut file = if style.big_endian {
        b"MM".to_vec()
    } else {
        b"II".to_vec()
    };
    if style.big_tiff {
        for value in [43, 8, 0] {
            file.extend(style.number(value, 2));
        }
    } else {
        file.extend(style.number(42, 2));
    }
    let mut link = file.len();
    file.extend(vec![0; word]);
    for page in pages {
        let offsets: Vec<u32> = page
            .parts
            .iter()
            .map(|part| {
                let place = file.len() as u32;
                file.extend(part);
                place
            })
            .collect();
        let counts = page.parts.iter().map(|part| part.len() as u32).collect();
        let (offsets_tag, counts_tag) = if page.tiled { (324, 325) } else { (273, 279) };
        let mut entries = page.entries.clone();
        entries.push((offsets_tag, Values::Long(offsets)));
        entries.push((counts_tag, Values::Long(counts)));
        entries.sort_by_key(|(tag, _)| *tag);

        let mut directory = style.number(entries.len() as u64, if style.big_tiff { 8 } else { 2 });
        for (tag, values) in &entries {
            let (kind, count, mut bytes) = match values {
                Values::Short(values) => (
                    3,
                    values.len(),
                    values
                        .iter()
                        .flat_map(|&value| style.number(value.into(), 2))
                        .collect(),
                ),
                Values::Long(values) => (
                    4,
                    values.len(),
                    values
                        .iter()
                        .flat_map(|&value| style.number(value.into(), 4))
                        .collect(),
                ),
                Values::Text(text) => (2, text.len() + 1, [text.as_bytes(), b"\0"].concat()),
            };
            if bytes.len() > word {
                let place = file.len() as u64;
                file.extend(&bytes);
                bytes = style.number(place, word);
            }
            bytes.resize(word, 0);
            directory.extend(style.number(u64::from(*tag), 2));
            directory.extend(style.number(kind, 2));
            directory.extend(style.number(count as u64, word));
            directory.extend(bytes);
        }
        let place = style.number(file.len() as u64, word);
        file[link..link + word].copy_from_slice(&place);
        file.extend(directory);
        link = file.len();
        file.extend(vec![0; word]);
    }
    file
}
