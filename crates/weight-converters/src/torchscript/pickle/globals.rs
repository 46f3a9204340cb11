//! The callables that a pickle may name, and what their results are.

use std::rc::Rc;

use super::item::{Item, ItemId, StorageId, StridedTensor};

/// The result of calling `name`: an existing item (`Ok`) or a new one (`Err`).
///
/// # Errors
///
/// Names that are not in the table, and arguments of another number or type.
pub(super) fn call(items: &[Item], name: &str, arguments: &[ItemId]) -> Result<Result<ItemId, Item>, String> {
    let get = |index: usize| arguments.get(index).map(|id| item(items, *id));
    let wrong = |expected: &str| {
        let found: Vec<_> = arguments
            .iter()
            .take(8)
            .map(|id| item(items, *id).kind())
            .collect();
        format!("`{name}` takes {expected}, found ({})", found.join(", "))
    };
    match name {
        "torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor" => {
            let (
                Some(Item::Storage(storage)),
                Some(Item::Int(offset)),
                Some(Item::Tuple(shape)),
                Some(Item::Tuple(strides)),
            ) = (get(0), get(1), get(2), get(3))
            else {
                return Err(wrong("a storage, an offset, a shape and strides"));
            };
            let offset = usize::try_from(*offset)
                .map_err(|_| format!("a tensor at element {offset} of its storage"))?;
            let (shape, strides) = (lengths(items, shape)?, lengths(items, strides)?);
            if shape.len() != strides.len() {
                return Err(format!(
                    "a tensor of shape {shape:?} with the strides {strides:?}"
                ));
            }
            Ok(Err(Item::Tensor(StridedTensor {
                storage: storage.clone(),
                offset,
                shape,
                strides,
            })))
        }
        "torch._utils._rebuild_parameter" => match (get(0), arguments.first()) {
            (Some(Item::Tensor(_)), Some(tensor)) => Ok(Ok(*tensor)),
            _ => Err(wrong("a tensor")),
        },
        "torch.jit._pickle.build_intlist"
        | "torch.jit._pickle.build_doublelist"
        | "torch.jit._pickle.build_boollist"
        | "torch.jit._pickle.build_tensorlist" => match (get(0), arguments.first()) {
            (Some(Item::List(_)), Some(list)) => Ok(Ok(*list)),
            _ => Err(wrong("a list")),
        },
        // the type only matters for empty containers, and values are not typed here
        "torch.jit._pickle.restore_type_tag" => match arguments.first() {
            Some(value) => Ok(Ok(*value)),
            None => Err(wrong("a value and its type")),
        },
        // entries follow by SETITEMS
        "collections.OrderedDict" => match get(0) {
            None => Ok(Err(Item::Dict(Vec::new()))),
            Some(_) => Err(wrong("nothing")),
        },
        "torch.device" => match (get(0), get(1)) {
            (Some(Item::Str(kind)), None) => Ok(Err(Item::Device(kind.clone()))),
            (Some(Item::Str(kind)), Some(Item::Int(index))) => {
                Ok(Err(Item::Device(format!("{kind}:{index}").into())))
            }
            _ => Err(wrong("the name of a device")),
        },
        other => Err(format!(
            "calls `{other}`, which is not among the functions that TorchScript needs: refused"
        )),
    }
}

/// The storage of a persistent id: `("storage", class, key, location, count)`.
///
/// # Errors
///
/// Everything else.
pub(super) fn persistent(items: &[Item], id: ItemId) -> Result<StorageId, String> {
    let Item::Tuple(fields) = item(items, id) else {
        return Err(format!(
            "a persistent id that is a {}, not a tuple",
            item(items, id).kind()
        ));
    };
    let get = |index: usize| fields.get(index).map(|id| item(items, *id));
    match (get(0), get(1), get(2), get(4)) {
        (Some(Item::Str(kind)), Some(Item::Global(class)), Some(Item::Str(key)), Some(Item::Int(len)))
            if &**kind == "storage" =>
        {
            let len = usize::try_from(*len).map_err(|_| format!("a storage of {len} elements"))?;
            Ok(StorageId {
                class: class.clone(),
                key: Rc::clone(key),
                len,
            })
        }
        _ => Err("a persistent id that is not (\"storage\", class, key, location, count)".into()),
    }
}

fn item(items: &[Item], id: ItemId) -> &Item {
    items.get(id.0 as usize).unwrap_or(&Item::None)
}

/// The most axes that a tensor may have; `PyTorch` itself stops at 64.
const MAX_RANK: usize = 64;

fn lengths(items: &[Item], ids: &[ItemId]) -> Result<Vec<usize>, String> {
    if ids.len() > MAX_RANK {
        return Err(format!("a tensor of {} axes", ids.len()));
    }
    ids.iter()
        .map(|id| match item(items, *id) {
            Item::Int(length) => {
                usize::try_from(*length).map_err(|_| format!("a tensor with a length or stride of {length}"))
            }
            other => Err(format!(
                "a tensor with a {} among its lengths or strides",
                other.kind()
            )),
        })
        .collect()
}
