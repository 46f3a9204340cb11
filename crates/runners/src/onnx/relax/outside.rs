//! Elements of initializers that go into a file of their own, which onnxruntime maps instead of copying it.

use prost::encoding::{WireType, encode_key, encode_varint, int32, message};

use super::super::fields::fields;
use super::super::proto::StringStringEntryProto;
use super::INITIALIZER;

/// `TensorProto.raw_data`.
const RAW_DATA: u64 = 9;
/// `TensorProto.external_data`.
const EXTERNAL_DATA: u32 = 13;
/// `TensorProto.data_location`.
const DATA_LOCATION: u32 = 14;
/// `TensorProto.DataLocation.EXTERNAL`.
const EXTERNAL: i32 = 1;
/// Fewer bytes stay where they are.
const SMALLEST: usize = 64 << 10;
/// Elements begin at multiples of this, as pages of memory do.
const ALIGNMENT: u64 = 4096;

/// The elements that were taken out so far.
#[derive(Debug)]
pub(super) struct Outside<'c> {
    location: String,
    pub(super) payloads: Vec<(u64, &'c [u8])>,
    end: u64,
}

impl<'c> Outside<'c> {
    pub(super) fn new(location: &str) -> Self {
        Outside {
            location: location.to_owned(),
            payloads: Vec::new(),
            end: 0,
        }
    }

    /// Takes the elements out of a tensor and returns the field of the graph that stands for it, unless the tensor is small
    /// or keeps them in another way.
    pub(super) fn take(&mut self, tensor: &'c [u8]) -> Option<Vec<u8>> {
        let mut rest = Vec::new();
        let mut raw: Option<&'c [u8]> = None;
        for field in fields(tensor) {
            let field = field.ok()?;
            match field.number {
                // Of a field that is repeated by mistake the last one counts.
                RAW_DATA => raw = Some(&tensor[field.payload]),
                _ if field.number == u64::from(EXTERNAL_DATA) || field.number == u64::from(DATA_LOCATION) => {
                }
                _ => rest.push(&tensor[field.whole]),
            }
        }
        let raw = raw.filter(|raw| raw.len() >= SMALLEST)?;
        let mut moved = rest.concat();
        let entries = [
            ("location", self.location.clone()),
            ("offset", self.end.to_string()),
            ("length", raw.len().to_string()),
        ];
        for (key, value) in entries {
            let key = key.to_owned();
            message::encode(EXTERNAL_DATA, &StringStringEntryProto { key, value }, &mut moved);
        }
        int32::encode(DATA_LOCATION, &EXTERNAL, &mut moved);
        self.payloads.push((self.end, raw));
        self.end = (self.end + raw.len() as u64).next_multiple_of(ALIGNMENT);
        let mut field = Vec::with_capacity(moved.len() + 12);
        encode_key(INITIALIZER as u32, WireType::LengthDelimited, &mut field);
        encode_varint(moved.len() as u64, &mut field);
        field.append(&mut moved);
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::super::super::proto::TensorProto;
    use super::*;

    fn tensor(name: &str, bytes: usize) -> Vec<u8> {
        TensorProto {
            dims: vec![i64::try_from(bytes).unwrap()],
            data_type: 2,
            name: name.to_owned(),
            raw_data: vec![7; bytes].into(),
            ..Default::default()
        }
        .encode_to_vec()
    }

    #[test]
    fn large_elements_are_taken_out_and_small_ones_stay() {
        let mut outside = Outside::new("weights");
        let small = tensor("small", SMALLEST - 1);
        assert_eq!(outside.take(&small), None);
        let (first, second) = (tensor("first", SMALLEST + 1), tensor("second", SMALLEST));
        let field = outside.take(&first).unwrap();
        outside.take(&second).unwrap();
        let offsets: Vec<_> = outside
            .payloads
            .iter()
            .map(|(at, raw)| (*at, raw.len()))
            .collect();
        assert_eq!(
            offsets,
            [(0, SMALLEST + 1), (SMALLEST as u64 + ALIGNMENT, SMALLEST)]
        );

        let decoded = fields(&field).next().unwrap().unwrap();
        assert_eq!(decoded.number, INITIALIZER);
        let moved = TensorProto::decode(&field[decoded.payload]).unwrap();
        assert_eq!((moved.name.as_str(), moved.raw_data.len()), ("first", 0));
        assert_eq!((moved.dims, moved.data_location), (vec![65_537], Some(EXTERNAL)));
        let entries: Vec<_> = moved
            .external_data
            .iter()
            .map(|entry| (entry.key.as_str(), entry.value.as_str()))
            .collect();
        assert_eq!(
            entries,
            [("location", "weights"), ("offset", "0"), ("length", "65537")]
        );
    }
}
