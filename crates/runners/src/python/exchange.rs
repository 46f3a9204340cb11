//! The file in which tensors go to a worker and back. This side reads and writes it, the worker maps it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use ndarray::{ArrayD, IxDyn};
use tempfile::{NamedTempFile, TempPath};
use tensor_ops::{DataType, Tensor, TensorView};

use super::protocol::{Place, foreign};

/// Tensors begin at multiples of this.
const ALIGNMENT: u64 = 64;
/// What a file keeps between two runs; more is given back to the system.
const KEPT: u64 = 64 << 20;
/// A folder in memory, where there is one.
const IN_MEMORY: &str = "/dev/shm";

/// Where a file for tensors is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    /// In memory where the system has a folder for that, else in the folder for temporary files.
    Fast,
    /// In the folder for temporary files.
    Large,
}

/// A file for tensors.
#[derive(Debug)]
pub(super) struct Exchange {
    file: File,
    /// Its name, which is removed when this is dropped or [forgotten](Self::forget_name).
    name: Option<TempPath>,
}

impl Exchange {
    pub(super) fn new(medium: Medium) -> io::Result<Self> {
        let in_memory = Path::new(IN_MEMORY);
        if medium == Medium::Fast
            && in_memory.is_dir()
            // A folder that may not be written to is as good as none.
            && let Ok(exchange) = Self::in_folder(in_memory)
        {
            return Ok(exchange);
        }
        Self::in_folder(&std::env::temp_dir())
    }

    fn in_folder(folder: &Path) -> io::Result<Self> {
        // Only this user may open it.
        let (file, name) = tempfile::Builder::new()
            .prefix("modelhub-tensors-")
            .tempfile_in(folder)
            .map(NamedTempFile::into_parts)?;
        Ok(Exchange {
            file,
            name: Some(name),
        })
    }

    /// The name for a worker to open.
    pub(super) fn name(&self) -> io::Result<&str> {
        let name = self.name.as_deref().and_then(Path::to_str);
        name.ok_or_else(|| io::Error::other("the folder for temporary files has a name that is no Unicode"))
    }

    /// Removes the name once the worker has opened the file: then nothing is left behind, however both sides end. Systems
    /// that do not remove names of open files keep it until this is dropped.
    pub(super) fn forget_name(&mut self) {
        if cfg!(unix) {
            self.name = None;
        }
    }

    /// Writes tensors from the beginning and says where they are; `None` for an element type without a name here.
    pub(super) fn write(&mut self, tensors: &[TensorView<'_>]) -> io::Result<Option<Vec<Place>>> {
        let mut places = Vec::with_capacity(tensors.len());
        let mut end = 0_u64;
        for tensor in tensors {
            let size = tensor.len() as u64 * tensor.data_type().item_size() as u64;
            places.push(Place {
                data_type: tensor.data_type().name().to_owned(),
                shape: tensor.shape().iter().map(|&length| length as u64).collect(),
                offset: end,
                size,
            });
            end = end
                .checked_add(size)
                .and_then(|end| end.checked_next_multiple_of(ALIGNMENT))
                .ok_or(io::ErrorKind::FileTooLarge)?;
        }
        self.file.set_len(end)?;
        let mut target = BufWriter::with_capacity(1 << 18, &self.file);
        for (tensor, place) in tensors.iter().zip(&places) {
            target.seek(SeekFrom::Start(place.offset))?;
            if !elements(&mut target, tensor)? {
                return Ok(None);
            }
        }
        target.flush()?;
        drop(target);
        Ok(Some(places))
    }

    /// Reads a tensor, or its element type if tensors here cannot hold it. Tensors larger than `max_tensor_bytes` are
    /// refused before memory is taken.
    pub(super) fn read(&self, place: Place, max_tensor_bytes: u64) -> io::Result<Result<Tensor, String>> {
        let size = place.size;
        if size > max_tensor_bytes {
            return Err(foreign(&format!(
                "an output of {size} bytes, more than the {max_tensor_bytes} that are allowed"
            )));
        }
        let Ok(data_type) = place.data_type.parse::<DataType>() else {
            return Ok(Err(place.data_type));
        };
        let wrong = || foreign("the size of an output is not that of its shape");
        let shape: Result<Vec<usize>, _> = place
            .shape
            .iter()
            .map(|&length| usize::try_from(length))
            .collect();
        let shape = shape.map_err(|_| wrong())?;
        let count = shape
            .iter()
            .try_fold(1_usize, |count, &length| count.checked_mul(length))
            .filter(|&count| (count as u64).checked_mul(data_type.item_size() as u64) == Some(size))
            .ok_or_else(wrong)?;
        let mut file = &self.file;
        file.seek(SeekFrom::Start(place.offset))?;
        let mut source = BufReader::with_capacity(1 << 18, file.take(size));
        array(&mut source, data_type, &shape, count)?
            .map(Ok)
            .ok_or_else(wrong)
    }

    /// Gives memory back that the last run took.
    pub(super) fn shrink(&self) -> io::Result<()> {
        if self.file.metadata()?.len() > KEPT {
            self.file.set_len(0)?;
        }
        Ok(())
    }
}

/// Whether an error says that there is no more space, so that another medium may help.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

fn elements(target: &mut impl Write, tensor: &TensorView<'_>) -> io::Result<bool> {
    macro_rules! numbers {
        ($($variant:ident),*) => {
            match tensor {
                TensorView::Bool(array) => {
                    for &value in array {
                        target.write_all(&[u8::from(value)])?;
                    }
                }
                $(TensorView::$variant(array) => {
                    for value in array {
                        target.write_all(&value.to_le_bytes())?;
                    }
                })*
                _ => return Ok(false),
            }
        };
    }
    numbers!(
        Uint8, Int8, Uint16, Int16, Uint32, Int32, Uint64, Int64, Float32, Float64
    );
    Ok(true)
}

fn array(
    source: &mut impl Read,
    data_type: DataType,
    shape: &[usize],
    count: usize,
) -> io::Result<Option<Tensor>> {
    macro_rules! numbers {
        ($(($variant:ident, $element:ty)),*) => {
            match data_type {
                DataType::Bool => {
                    let values = values(source, count, |[byte]| byte != 0)?;
                    ArrayD::from_shape_vec(IxDyn(shape), values).ok().map(Tensor::Bool)
                }
                $(DataType::$variant => {
                    let values = values(source, count, <$element>::from_le_bytes)?;
                    ArrayD::from_shape_vec(IxDyn(shape), values).ok().map(Tensor::$variant)
                })*
            }
        };
    }
    Ok(numbers!(
        (Uint8, u8),
        (Int8, i8),
        (Uint16, u16),
        (Int16, i16),
        (Uint32, u32),
        (Int32, i32),
        (Uint64, u64),
        (Int64, i64),
        (Float32, f32),
        (Float64, f64)
    ))
}

/// `count` numbers of `N` bytes.
fn values<T, const N: usize>(
    source: &mut impl Read,
    count: usize,
    from_bytes: fn([u8; N]) -> T,
) -> io::Result<Vec<T>> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(count)
        .map_err(|_| foreign(&format!("there is no memory for an output of {count} elements")))?;
    // A multiple of all sizes.
    let mut buffer = vec![0; 1 << 16];
    while values.len() < count {
        let bytes = (count - values.len()).saturating_mul(N).min(buffer.len());
        let part = &mut buffer[..bytes];
        source.read_exact(part)?;
        let (chunks, _) = part.as_chunks::<N>();
        values.extend(chunks.iter().map(|&chunk| from_bytes(chunk)));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, arr0, arr1, arr2};

    use super::*;

    fn place(data_type: &str, shape: &[u64], offset: u64, size: u64) -> Place {
        Place {
            data_type: data_type.to_owned(),
            shape: shape.to_vec(),
            offset,
            size,
        }
    }

    #[test]
    fn tensors_are_read_as_they_were_written() {
        let mut exchange = Exchange::new(Medium::Large).unwrap();
        let tensors = [
            Tensor::Int16(arr2(&[[1, -2, 300]]).into_dyn()),
            Tensor::Bool(arr1(&[true, false, true]).into_dyn()),
            Tensor::Float64(arr0(0.1).into_dyn()),
            Tensor::Float32(ArrayD::from_elem(IxDyn(&[300, 401]), 1.5)),
            Tensor::Uint64(arr1(&[u64::MAX]).into_dyn()),
        ];
        let views: Vec<_> = tensors.iter().map(Tensor::view).collect();
        for _ in 0..2 {
            let places = exchange.write(&views).unwrap().unwrap();
            assert!(places.iter().all(|place| place.offset % ALIGNMENT == 0));
            for (place, tensor) in places.into_iter().zip(&tensors) {
                assert_eq!(exchange.read(place, 1 << 20).unwrap().as_ref(), Ok(tensor));
            }
        }
        let mut array = arr2(&[[1_u8, 2], [3, 4]]).into_dyn();
        array.swap_axes(0, 1);
        array.invert_axis(Axis(1));
        let mut places = exchange
            .write(&[TensorView::Uint8(array.view())])
            .unwrap()
            .unwrap();
        let read = exchange.read(places.remove(0), 4).unwrap().unwrap();
        assert_eq!(read, Tensor::Uint8(array));
    }

    #[test]
    fn what_a_worker_claims_is_not_trusted() {
        let mut exchange = Exchange::new(Medium::Fast).unwrap();
        let tensor = Tensor::Uint8(arr1(&[1, 2, 3, 4]).into_dyn());
        exchange.write(&[tensor.view()]).unwrap();
        let fault = |place: Place| exchange.read(place, 100).unwrap_err().to_string();
        assert!(fault(place("float32", &[2], 0, 4)).contains("not that of its shape"));
        assert!(fault(place("float32", &[u64::MAX, 2], 0, 4)).contains("not that of its shape"));
        assert!(fault(place("uint8", &[200], 0, 200)).contains("200 bytes, more than the 100"));
        // Beyond the end of the file, and beyond what files can have.
        assert!(exchange.read(place("uint8", &[50], 60, 50), 100).is_err());
        assert!(exchange.read(place("uint8", &[4], u64::MAX, 4), 100).is_err());
        let huge = place("uint8", &[1 << 60], 0, 1 << 60);
        assert!(exchange.read(huge, u64::MAX).is_err());
        let other = exchange.read(place("bfloat16", &[1], 0, 2), 100).unwrap();
        assert_eq!(other, Err("bfloat16".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn a_forgotten_name_is_gone_and_the_file_stays() {
        for medium in [Medium::Fast, Medium::Large] {
            let mut exchange = Exchange::new(medium).unwrap();
            let name = Path::new(exchange.name().unwrap()).to_owned();
            assert!(name.exists());
            exchange.forget_name();
            assert!(!name.exists() && exchange.name().is_err());
            let tensor = Tensor::Uint8(arr1(&[7]).into_dyn());
            let place = exchange.write(&[tensor.view()]).unwrap().unwrap().remove(0);
            assert_eq!(exchange.read(place, 1).unwrap(), Ok(tensor));
        }
    }
}
