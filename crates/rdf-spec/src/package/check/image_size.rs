//! Width and height in the first bytes of PNG, JPEG and GIF images.

use std::fmt;

/// An image format that covers may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ImageFormat {
    Png,
    Jpeg,
    Gif,
}

impl ImageFormat {
    /// The format of a file that begins with these bytes.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if head.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else {
            None
        }
    }

    /// The format that the name of a file promises.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let (_, suffix) = name.rsplit_once('.')?;
        match suffix.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "gif" => Some(Self::Gif),
            _ => None,
        }
    }

    /// Width and height; `None` if these bytes do not say.
    pub(super) fn size(self, head: &[u8]) -> Option<(u32, u32)> {
        let size = match self {
            // The signature, the length of the first chunk and its name, which has to be IHDR.
            Self::Png if head.get(12..16)? == b"IHDR" => (be32(head, 16)?, be32(head, 20)?),
            Self::Png => return None,
            Self::Gif => (le16(head, 6)?, le16(head, 8)?),
            Self::Jpeg => jpeg_size(head)?,
        };
        (size.0 > 0 && size.1 > 0).then_some(size)
    }
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
        })
    }
}

/// Looks for the frame header among the segments: `FF`, a code, and for most codes a length and that many bytes.
fn jpeg_size(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        // Any number of FF may come before a code.
        while *head.get(at)? == 0xff {
            at += 1;
        }
        let code = head[at];
        at += 1;
        match code {
            // All frame headers; C4, C8 and CC are tables and extensions.
            0xc0..=0xcf if !matches!(code, 0xc4 | 0xc8 | 0xcc) => {
                return Some((be16(head, at + 5)?, be16(head, at + 3)?));
            }
            // Segments without a length.
            0x01 | 0xd0..=0xd8 => {}
            // The end of the image, or its data: no frame header came before.
            0x00 | 0xd9 | 0xda => return None,
            _ => {
                let length = be16(head, at)? as usize;
                if length < 2 {
                    return None;
                }
                at += length;
            }
        }
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?).into())
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?).into())
}

#[cfg(test)]
mod tests {
    use super::ImageFormat;
    use proptest::prelude::*;

    fn size(head: &[u8]) -> Option<(u32, u32)> {
        ImageFormat::of(head)?.size(head)
    }

    #[test]
    fn sizes() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x02\0";
        assert_eq!(size(png), Some((1024, 512)));
        assert_eq!(size(&png[..23]), None);
        assert_eq!(size(b"GIF89a\x20\0\x10\0"), Some((32, 16)));
        // A comment, fill bytes, then the frame header.
        let jpeg = b"\xff\xd8\xff\xfe\0\x04hi\xff\xff\xff\xc2\0\x11\x08\x01\x00\x02\x00";
        assert_eq!(size(jpeg), Some((512, 256)));
        assert_eq!(size(b"\xff\xd8\xff\xda\0\x04hi"), None);
        assert_eq!(size(b"\xff\xd8\xff\xe0\0\0\0\0\0\0\0\0"), None);
        assert_eq!(size(b"GIF89a\0\0\0\0"), None);
        assert_eq!(size(b"RIFF....WEBP"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_end(head in prop::collection::vec(any::<u8>(), 0..200), start in 0..4_usize) {
            let start: &[u8] = [b"".as_slice(), b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a"][start];
            if let Some((width, height)) = size(&[start, &head].concat()) {
                prop_assert!(width > 0 && height > 0);
            }
        }
    }
}
