//! From the objects of a pickle to values of the program.

use std::collections::HashMap;
use std::io::{Read, Seek};
use std::rc::Rc;

use super::archive::Archive;
use super::context::Context;
use super::error::ConvertError;
use super::pickle::{Item, ItemId, Pickle, PickleError, StorageId, StridedTensor, read_pickle};
use super::value::{Dict, List, Object, Tensor, Tuple, Value};
use crate::tensor::{ScalarType, TensorData};

/// The deepest nesting of modules, lists and tuples.
const MAX_DEPTH: usize = 200;

/// The value of a pickle: `data.pkl` is the network with its weights, `constants.pkl` a tuple of tensors.
///
/// Modules are put into evaluation mode, as every consumer of models does.
///
/// # Errors
///
/// Damaged pickles and storages, types that have no counterpart, structures that contain themselves.
pub(crate) fn load<R: Read + Seek>(
    archive: &mut Archive<R>,
    context: &mut Context,
    name: &str,
) -> Result<Value, ConvertError> {
    let bytes = archive.pickle(&format!("{name}.pkl"))?;
    let pickle = read_pickle(&bytes).map_err(|PickleError { offset, message }| ConvertError::Pickle {
        entry: format!("{name}.pkl"),
        offset,
        message,
    })?;
    let mut loader = Loader {
        archive,
        context,
        pickle: &pickle,
        name,
        values: HashMap::new(),
        storages: HashMap::new(),
        depth: 0,
    };
    loader.value(pickle.root(), "")
}

struct Loader<'a, R> {
    archive: &'a mut Archive<R>,
    context: &'a mut Context,
    pickle: &'a Pickle,
    name: &'a str,
    /// What was made; nothing while it is being made.
    values: HashMap<ItemId, Option<Value>>,
    storages: HashMap<Rc<str>, Rc<[u8]>>,
    depth: usize,
}

impl<R: Read + Seek> Loader<'_, R> {
    fn error(&self, path: &str, message: impl std::fmt::Display) -> ConvertError {
        let what = if path.is_empty() {
            String::new()
        } else {
            format!("`{path}`: ")
        };
        ConvertError::Archive {
            entry: format!("{}.pkl", self.name),
            message: format!("{what}{message}"),
        }
    }

    fn value(&mut self, id: ItemId, path: &str) -> Result<Value, ConvertError> {
        match self.values.get(&id) {
            Some(Some(value)) => return Ok(value.clone()),
            Some(None) => return Err(self.error(path, "contains itself")),
            None => {}
        }
        if self.depth >= MAX_DEPTH {
            return Err(self.error(path, format!("is nested more than {MAX_DEPTH} levels deep")));
        }
        self.depth += 1;
        self.values.insert(id, None);
        let value = self.make(id, path)?;
        self.values.insert(id, Some(value.clone()));
        self.depth -= 1;
        Ok(value)
    }

    fn make(&mut self, id: ItemId, path: &str) -> Result<Value, ConvertError> {
        let pickle = self.pickle;
        Ok(match pickle.get(id) {
            Item::None => Value::None,
            Item::Bool(value) => Value::Bool(*value),
            Item::Int(value) => Value::Int(*value),
            Item::Float(value) => Value::Float(*value),
            Item::Str(text) => Value::Str(Rc::clone(text)),
            Item::Device(name) => Value::Device(Rc::clone(name)),
            Item::List(items) => Value::List(List::new(self.elements(items, path)?)),
            Item::Tuple(items) => Value::Tuple(Tuple::new(self.elements(items, path)?)),
            Item::Dict(entries) => Value::Dict(self.dict(entries, path)?),
            Item::Instance { class, state } => Value::Object(self.object(class, *state, path)?),
            Item::Tensor(tensor) => Value::Tensor(self.tensor(tensor, path)?),
            other @ (Item::Bytes(_) | Item::Global(_) | Item::Storage(_)) => {
                return Err(self.error(path, format!("a {} is no value of a network", other.kind())));
            }
        })
    }

    fn elements(&mut self, items: &[ItemId], path: &str) -> Result<Vec<Value>, ConvertError> {
        items
            .iter()
            .enumerate()
            .map(|(index, id)| self.value(*id, &join(path, &index.to_string())))
            .collect()
    }

    fn dict(&mut self, entries: &[(ItemId, ItemId)], path: &str) -> Result<Dict, ConvertError> {
        let mut values: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
        let mut seen = std::collections::HashSet::new();
        for (key_id, value) in entries {
            let key = self.value(*key_id, path)?;
            let name = match &key {
                Value::Str(name) => name.to_string(),
                Value::Int(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Bool(value) => value.to_string(),
                other => return Err(self.error(path, format!("a {} as a key of a dict", other.kind()))),
            };
            let value = self.value(*value, &join(path, &name))?;
            if !seen.insert(name) {
                return Err(self.error(path, "a key occurs twice in a dict"));
            }
            values.push((key, value));
        }
        Ok(Dict::new(values))
    }

    fn object(&mut self, class: &Rc<str>, state: Option<ItemId>, path: &str) -> Result<Object, ConvertError> {
        if class.starts_with("__torch__.torch.classes.") {
            return Err(self.error(path, format!("`{class}` is data of a library (quantised weights, for instance), which cannot be converted")));
        }
        let object = Object::new(Rc::clone(class), Some(Rc::from(path)));
        let pickle = self.pickle;
        let entries = match state.map(|state| pickle.get(state)) {
            None | Some(Item::None) => return Ok(object),
            Some(Item::Dict(entries)) => entries,
            Some(other) => {
                return Err(self.error(
                    path,
                    format!("`{class}` is stored as a {} of its own making (`__getstate__`), which is not supported", other.kind()),
                ));
            }
        };
        for (key, value) in entries {
            let Item::Str(name) = pickle.get(*key) else {
                return Err(self.error(path, "an attribute whose name is not a text"));
            };
            let value = match &**name {
                "training" => Value::Bool(false),
                _ => self.value(*value, &join(path, name))?,
            };
            object.set(Rc::clone(name), value);
        }
        Ok(object)
    }

    fn tensor(&mut self, tensor: &StridedTensor, path: &str) -> Result<Tensor, ConvertError> {
        let name = if path.is_empty() { "constant" } else { path };
        let name: Rc<str> = if self.name == "constants" {
            format!("constant.{name}").into()
        } else {
            name.into()
        };
        let dtype = storage_type(&tensor.storage.class).map_err(|message| self.error(path, message))?;
        let bytes = self.storage(&tensor.storage, dtype)?;
        let data = self.arrange(tensor, dtype, &bytes, path)?;
        let constant = self.context.graph.constant(data, &name);
        Ok(Tensor::fixed(constant, name))
    }

    fn storage(&mut self, id: &StorageId, dtype: ScalarType) -> Result<Rc<[u8]>, ConvertError> {
        if let Some(bytes) = self.storages.get(&id.key) {
            return Ok(Rc::clone(bytes));
        }
        let file = format!("{}/{}", self.name, id.key);
        let length = (id.len as u64).checked_mul(dtype.size() as u64);
        let length = length.ok_or_else(|| self.error(&file, format!("a storage of {} elements", id.len)))?;
        let mut bytes = self.archive.storage(&file, length)?;
        if self.archive.is_big_endian() {
            bytes.chunks_exact_mut(dtype.size()).for_each(<[u8]>::reverse);
        }
        let bytes: Rc<[u8]> = bytes.into();
        self.storages.insert(Rc::clone(&id.key), Rc::clone(&bytes));
        Ok(bytes)
    }

    /// The elements of a tensor in row-major order.
    fn arrange(
        &mut self,
        tensor: &StridedTensor,
        dtype: ScalarType,
        storage: &Rc<[u8]>,
        path: &str,
    ) -> Result<TensorData, ConvertError> {
        let size = dtype.size();
        let outside = |loader: &Self| {
            loader.error(
                path,
                format!(
                    "a tensor of shape {:?} with strides {:?} at element {} is not inside its storage of {} elements",
                    tensor.shape,
                    tensor.strides,
                    tensor.offset,
                    storage.len() / size
                ),
            )
        };
        let count = tensor
            .shape
            .iter()
            .try_fold(1_usize, |count, length| count.checked_mul(*length));
        let bytes_needed = count
            .and_then(|count| count.checked_mul(size))
            .ok_or_else(|| outside(self))?;
        let make = |loader: &Self, bytes: Rc<[u8]>| {
            if bytes.len() == bytes_needed {
                Ok(TensorData {
                    dtype,
                    shape: tensor.shape.clone(),
                    bytes,
                })
            } else {
                Err(outside(loader))
            }
        };
        if bytes_needed == 0 {
            return make(self, Rc::from([]));
        }
        let last = tensor
            .shape
            .iter()
            .zip(&tensor.strides)
            .try_fold(tensor.offset, |last, (length, stride)| {
                last.checked_add((length - 1).checked_mul(*stride)?)
            });
        if last
            .and_then(|last| last.checked_add(1)?.checked_mul(size))
            .is_none_or(|end| end > storage.len())
        {
            return Err(outside(self));
        }
        if is_contiguous(tensor) {
            let start = tensor.offset * size;
            if bytes_needed == storage.len() {
                return make(self, Rc::clone(storage));
            }
            self.archive
                .charge(&format!("{}.pkl", self.name), bytes_needed as u64)?;
            return make(self, storage[start..start + bytes_needed].into());
        }
        self.archive
            .charge(&format!("{}.pkl", self.name), bytes_needed as u64)?;
        let mut bytes = Vec::with_capacity(bytes_needed);
        let mut index = vec![0; tensor.shape.len()];
        let mut element = tensor.offset;
        'elements: loop {
            bytes.extend_from_slice(&storage[element * size..(element + 1) * size]);
            for axis in (0..index.len()).rev() {
                index[axis] += 1;
                element += tensor.strides[axis];
                if index[axis] < tensor.shape[axis] {
                    continue 'elements;
                }
                element -= tensor.strides[axis] * tensor.shape[axis];
                index[axis] = 0;
            }
            return make(self, bytes.into());
        }
    }
}

/// Whether the elements lie one behind the other; the strides of axes of length one do not matter.
fn is_contiguous(tensor: &StridedTensor) -> bool {
    let mut expected = 1;
    tensor
        .shape
        .iter()
        .zip(&tensor.strides)
        .rev()
        .all(|(length, stride)| {
            let fits = *length == 1 || *stride == expected;
            expected *= *length;
            fits
        })
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn storage_type(class: &str) -> Result<ScalarType, String> {
    let name = class.rsplit('.').next().unwrap_or(class);
    Ok(match name {
        "BoolStorage" => ScalarType::Bool,
        "ByteStorage" => ScalarType::UInt8,
        "CharStorage" => ScalarType::Int8,
        "ShortStorage" => ScalarType::Int16,
        "IntStorage" => ScalarType::Int32,
        "LongStorage" => ScalarType::Int64,
        "HalfStorage" => ScalarType::Float16,
        "BFloat16Storage" => ScalarType::BFloat16,
        "FloatStorage" => ScalarType::Float32,
        "DoubleStorage" => ScalarType::Float64,
        _ => {
            return Err(format!(
                "elements of `{class}` (complex and quantised numbers, for instance) cannot be converted"
            ));
        }
    })
}
