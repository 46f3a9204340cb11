//! What a pickle contains.

use std::rc::Rc;

/// The number of an item in its [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ItemId(pub(super) u32);

/// One object of a pickle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    /// `None`
    None,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `float`
    Float(f64),
    /// `str`
    Str(Rc<str>),
    /// `bytes`
    Bytes(Rc<[u8]>),
    /// `list`
    List(Vec<ItemId>),
    /// `tuple`
    Tuple(Vec<ItemId>),
    /// `dict` or `OrderedDict`, in the order of insertion, as written: keys may repeat
    Dict(Vec<(ItemId, ItemId)>),
    /// A class or function by its qualified name.
    Global(Rc<str>),
    /// An instance of a class of the program, with what `BUILD` gave it.
    Instance {
        /// The qualified name of the class.
        class: Rc<str>,
        /// The state, usually a dictionary of attributes.
        state: Option<ItemId>,
    },
    /// Elements in a file of the archive.
    Storage(StorageId),
    /// A tensor in a storage.
    Tensor(StridedTensor),
    /// `torch.device`
    Device(Rc<str>),
}

/// Where the elements of a storage are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StorageId {
    /// The class of the storage (`torch.FloatStorage`).
    pub(crate) class: Rc<str>,
    /// The name of the file in the folder of the pickle (`data/`, `constants/`).
    pub(crate) key: Rc<str>,
    /// The number of elements.
    pub(crate) len: usize,
}

/// A tensor as it is written: elements of a storage at `offset + sum(index[i] * strides[i])`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StridedTensor {
    /// The elements.
    pub(crate) storage: StorageId,
    /// The first element.
    pub(crate) offset: usize,
    /// The lengths of the axes.
    pub(crate) shape: Vec<usize>,
    /// The distances of neighbours on each axis, in elements.
    pub(crate) strides: Vec<usize>,
}

/// All objects of a pickle.
#[derive(Debug, Clone)]
pub(crate) struct Pickle {
    pub(super) items: Vec<Item>,
    pub(super) root: ItemId,
}

impl Pickle {
    /// The object that the pickle stands for.
    pub(crate) fn root(&self) -> ItemId {
        self.root
    }

    /// An object by its number. Numbers come from the pickle itself, so there is one.
    pub(crate) fn get(&self, id: ItemId) -> &Item {
        self.items.get(id.0 as usize).unwrap_or(&Item::None)
    }
}

impl Item {
    /// What the type is called in messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Dict(_) => "dict",
            Self::Global(_) => "class",
            Self::Instance { .. } => "instance",
            Self::Storage(_) => "storage",
            Self::Tensor(_) => "tensor",
            Self::Device(_) => "device",
        }
    }
}
