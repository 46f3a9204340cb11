//! Values of the evaluated program.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::rc::Rc;

use super::context::LoweringError;
use super::views::ViewStep;
use crate::graph::{Graph, TensorRef};

/// A value of the program. Everything but the elements of tensors is known.
///
/// Data types, layouts and memory formats are `Int`, as in the language. Lists, dictionaries and objects are shared:
/// clones are the same thing.
#[derive(Debug, Clone)]
pub(crate) enum Value {
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
    /// `Device`, by its name (`cpu`)
    Device(Rc<str>),
    /// `Tensor`
    Tensor(Tensor),
    /// `List[T]`
    List(List),
    /// `Tuple[...]` and named tuples
    Tuple(Tuple),
    /// `Dict[K, V]`
    Dict(Dict),
    /// A module or another instance of a class of the program.
    Object(Object),
    /// What `uninitialized` returns: may be passed on, not used.
    Uninitialized,
}

impl Value {
    /// A text.
    pub(crate) fn str(text: &str) -> Self {
        Self::Str(Rc::from(text))
    }

    /// A list of these values.
    pub(crate) fn list(values: Vec<Self>) -> Self {
        Self::List(List::new(values))
    }

    /// A tuple of these values.
    pub(crate) fn tuple(values: Vec<Self>) -> Self {
        Self::Tuple(Tuple::new(values))
    }

    /// A list of integers.
    pub(crate) fn ints(values: impl IntoIterator<Item = i64>) -> Self {
        Self::list(values.into_iter().map(Self::Int).collect())
    }

    /// What the type is called in messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::Device(_) => "Device",
            Self::Tensor(_) => "Tensor",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Dict(_) => "dict",
            Self::Object(_) => "object",
            Self::Uninitialized => "uninitialised value",
        }
    }
}

/// A new tensor with a storage of its own.
impl From<TensorRef> for Value {
    fn from(value: TensorRef) -> Self {
        Self::Tensor(Tensor::new(value))
    }
}

/// A shared list.
#[derive(Debug, Clone)]
pub(crate) struct List(Rc<RefCell<Vec<Value>>>);

impl List {
    /// A list of these values.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self(Rc::new(RefCell::new(values)))
    }

    /// The elements.
    pub(crate) fn borrow(&self) -> Ref<'_, Vec<Value>> {
        self.0.borrow()
    }

    /// The elements, to change.
    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Vec<Value>> {
        self.0.borrow_mut()
    }

    /// Whether both are the same list.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A tuple, with the names of its fields if it is a named one.
#[derive(Debug, Clone)]
pub(crate) struct Tuple {
    values: Rc<[Value]>,
    names: Option<Rc<[Rc<str>]>>,
}

impl Tuple {
    /// A tuple of these values.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self { values: values.into(), names: None }
    }

    /// A named tuple; as many names as values.
    pub(crate) fn named(values: Vec<Value>, names: Rc<[Rc<str>]>) -> Self {
        Self { values: values.into(), names: Some(names) }
    }

    /// The elements.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// The names of the fields.
    pub(crate) fn names(&self) -> Option<&[Rc<str>]> {
        self.names.as_deref()
    }
}

/// A shared dictionary, in the order of insertion.
#[derive(Debug, Clone)]
pub(crate) struct Dict(Rc<RefCell<Vec<(Value, Value)>>>);

impl Dict {
    /// A dictionary of these entries, whose keys differ.
    pub(crate) fn new(entries: Vec<(Value, Value)>) -> Self {
        Self(Rc::new(RefCell::new(entries)))
    }

    /// The entries.
    pub(crate) fn borrow(&self) -> Ref<'_, Vec<(Value, Value)>> {
        self.0.borrow()
    }

    /// The entries, to change.
    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Vec<(Value, Value)>> {
        self.0.borrow_mut()
    }
}

/// A shared instance of a class of the program.
#[derive(Debug, Clone)]
pub(crate) struct Object(Rc<ObjectData>);

#[derive(Debug)]
struct ObjectData {
    class: Rc<str>,
    path: RefCell<Rc<str>>,
    attributes: RefCell<Vec<(Rc<str>, Value)>>,
}

impl Object {
    /// An instance without attributes; `class` is the qualified name (`__torch__.torch.nn.modules.conv.Conv2d`).
    pub(crate) fn new(class: Rc<str>) -> Self {
        Self(Rc::new(ObjectData { class, path: RefCell::new(Rc::from("")), attributes: RefCell::new(Vec::new()) }))
    }

    /// The qualified name of the class.
    pub(crate) fn class(&self) -> &Rc<str> {
        &self.0.class
    }

    /// Where the module is in the network (`encoder.conv1`).
    pub(crate) fn path(&self) -> Rc<str> {
        self.0.path.borrow().clone()
    }
}

/// A tensor of the program: shared, and changed by operators that work in place.
///
/// It has either a storage of its own, or is a view of another tensor ([`ViewStep`]).
#[derive(Debug, Clone)]
pub(crate) struct Tensor(Rc<TensorCell>);

#[derive(Debug)]
struct TensorCell {
    current: RefCell<TensorRef>,
    version: Cell<u64>,
    base: Option<View>,
    /// Name of the weight or input: cannot be written.
    fixed: Option<Rc<str>>,
}

#[derive(Debug)]
struct View {
    tensor: Tensor,
    step: ViewStep,
    depth: usize,
    base_version: Cell<u64>,
}

/// Views of views of ... at most this many.
const MAX_VIEW_DEPTH: usize = 256;

impl Tensor {
    /// A tensor with a storage of its own.
    pub(crate) fn new(value: TensorRef) -> Self {
        Self(Rc::new(TensorCell { current: RefCell::new(value), version: Cell::new(0), base: None, fixed: None }))
    }

    /// A weight (`encoder.conv1.weight`), which cannot be written.
    pub(crate) fn fixed(value: TensorRef, name: Rc<str>) -> Self {
        Self(Rc::new(TensorCell { current: RefCell::new(value), version: Cell::new(0), base: None, fixed: Some(name) }))
    }

    /// Whether both are the same tensor of the program.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn view(graph: &mut Graph, base: &Self, step: ViewStep) -> Result<Self, LoweringError> {
        let depth = base.0.base.as_ref().map_or(0, |view| view.depth) + 1;
        if depth > MAX_VIEW_DEPTH {
            return Err(LoweringError::new(format!("more than {MAX_VIEW_DEPTH} views of views")));
        }
        let base_value = base.read(graph)?;
        let value = step.read(graph, &base_value)?;
        Ok(Self(Rc::new(TensorCell {
            current: RefCell::new(value),
            version: Cell::new(0),
            base: Some(View { tensor: base.clone(), step, depth, base_version: Cell::new(base.version()) }),
            fixed: None,
        })))
    }

    pub(super) fn read(&self, graph: &mut Graph) -> Result<TensorRef, LoweringError> {
        if let Some(view) = &self.0.base {
            let version = view.tensor.version();
            if version != view.base_version.get() {
                let base = view.tensor.read(graph)?;
                *self.0.current.borrow_mut() = view.step.read(graph, &base)?;
                view.base_version.set(version);
            }
        }
        Ok(self.0.current.borrow().clone())
    }

    pub(super) fn write(&self, graph: &mut Graph, value: TensorRef) -> Result<(), LoweringError> {
        let current = self.0.current.borrow().clone();
        if current.shape != value.shape || current.dtype != value.dtype {
            return Err(LoweringError::new(format!(
                "a tensor {}{:?} cannot be written into a tensor {}{:?}",
                value.dtype, value.shape, current.dtype, current.shape
            )));
        }
        match (&self.0.base, &self.0.fixed) {
            (Some(view), _) => {
                let base = view.tensor.read(graph)?;
                let base = view.step.write(graph, &base, &value)?;
                view.tensor.write(graph, base)?;
                view.base_version.set(view.tensor.version());
            }
            (None, Some(name)) => {
                return Err(LoweringError::new(format!(
                    "writes into `{name}`, which would change later runs of the network"
                )));
            }
            (None, None) => self.0.version.set(self.0.version.get() + 1),
        }
        *self.0.current.borrow_mut() = value;
        Ok(())
    }

    /// Changes with every write to the storage.
    fn version(&self) -> u64 {
        self.0.base.as_ref().map_or_else(|| self.0.version.get(), |view| view.tensor.version())
    }
}
