//! Values of the evaluated program.

mod tensor;

use std::cell::{Ref, RefCell, RefMut};
use std::collections::HashMap;
use std::rc::Rc;

use crate::graph::TensorRef;

pub(crate) use tensor::Tensor;

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
    /// A function or class of the program, by its qualified name.
    Function(Rc<str>),
    /// What `uninitialized` returns: may be passed on, not used.
    Uninitialized,
    /// The result of an operator that cannot be converted. Evaluation goes on with it only to find all such operators;
    /// no lowering sees it.
    Unknown,
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
            Self::Function(_) => "function",
            Self::Uninitialized => "uninitialised value",
            Self::Unknown => "unknown value",
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
pub(crate) struct List(Rc<ListCell>);

#[derive(Debug)]
struct ListCell(RefCell<Vec<Value>>);

impl List {
    /// A list of these values.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self(Rc::new(ListCell(RefCell::new(values))))
    }

    /// The elements.
    pub(crate) fn borrow(&self) -> Ref<'_, Vec<Value>> {
        self.0.0.borrow()
    }

    /// The elements, to change.
    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Vec<Value>> {
        self.0.0.borrow_mut()
    }

    /// Whether both are the same list.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A tuple, with the names of its fields if it is a named one.
#[derive(Debug, Clone)]
pub(crate) struct Tuple {
    values: Rc<TupleCell>,
    names: Option<Rc<[Rc<str>]>>,
}

#[derive(Debug)]
struct TupleCell(Vec<Value>);

impl Tuple {
    /// A tuple of these values.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self {
            values: Rc::new(TupleCell(values)),
            names: None,
        }
    }

    /// A named tuple; as many names as values.
    pub(crate) fn named(values: Vec<Value>, names: Rc<[Rc<str>]>) -> Self {
        Self {
            values: Rc::new(TupleCell(values)),
            names: Some(names),
        }
    }

    /// The elements.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values.0
    }

    /// The names of the fields.
    pub(crate) fn names(&self) -> Option<&[Rc<str>]> {
        self.names.as_deref()
    }
}

/// A shared dictionary, in the order of insertion.
#[derive(Debug, Clone)]
pub(crate) struct Dict(Rc<DictCell>);

#[derive(Debug)]
struct DictCell(RefCell<Vec<(Value, Value)>>);

impl Dict {
    /// A dictionary of these entries, whose keys differ.
    pub(crate) fn new(entries: Vec<(Value, Value)>) -> Self {
        Self(Rc::new(DictCell(RefCell::new(entries))))
    }

    /// The entries.
    pub(crate) fn borrow(&self) -> Ref<'_, Vec<(Value, Value)>> {
        self.0.0.borrow()
    }

    /// The entries, to change.
    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Vec<(Value, Value)>> {
        self.0.0.borrow_mut()
    }

    /// Whether both are the same dictionary.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A shared instance of a class of the program.
#[derive(Debug, Clone)]
pub(crate) struct Object(Rc<ObjectCell>);

#[derive(Debug)]
struct ObjectCell {
    class: Rc<str>,
    path: Option<Rc<str>>,
    attributes: RefCell<HashMap<Rc<str>, Value>>,
}

impl Object {
    /// An instance without attributes; `class` is the qualified name (`__torch__.torch.nn.modules.conv.Conv2d`), `path`
    /// where it is in the network (`encoder.conv1`; empty for the network itself), if the program did not make it.
    pub(crate) fn new(class: Rc<str>, path: Option<Rc<str>>) -> Self {
        Self(Rc::new(ObjectCell {
            class,
            path,
            attributes: RefCell::new(HashMap::new()),
        }))
    }

    /// The qualified name of the class.
    pub(crate) fn class(&self) -> &Rc<str> {
        &self.0.class
    }

    /// Where the module is in the network (`encoder.conv1`); nothing for what the program makes while it runs.
    pub(crate) fn path(&self) -> Option<&Rc<str>> {
        self.0.path.as_ref()
    }

    /// An attribute of the instance.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.0.attributes.borrow().get(name).cloned()
    }

    /// Sets an attribute of the instance.
    pub(crate) fn set(&self, name: Rc<str>, value: Value) {
        self.0.attributes.borrow_mut().insert(name, value);
    }

    /// Whether both are the same instance.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Drop for ListCell {
    fn drop(&mut self) {
        dismantle(std::mem::take(self.0.get_mut()));
    }
}

impl Drop for TupleCell {
    fn drop(&mut self) {
        dismantle(std::mem::take(&mut self.0));
    }
}

impl Drop for DictCell {
    fn drop(&mut self) {
        dismantle(
            std::mem::take(self.0.get_mut())
                .into_iter()
                .flat_map(|(key, value)| [key, value])
                .collect(),
        );
    }
}

impl Drop for ObjectCell {
    fn drop(&mut self) {
        dismantle(std::mem::take(self.attributes.get_mut()).into_values().collect());
    }
}

/// Drops values without recursion: a program can nest them as deeply as it has steps.
fn dismantle(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::List(list) => {
                if let Some(mut cell) = Rc::into_inner(list.0) {
                    values.append(cell.0.get_mut());
                }
            }
            Value::Tuple(tuple) => {
                if let Some(mut cell) = Rc::into_inner(tuple.values) {
                    values.append(&mut cell.0);
                }
            }
            Value::Dict(dict) => {
                if let Some(mut cell) = Rc::into_inner(dict.0) {
                    values.extend(cell.0.get_mut().drain(..).flat_map(|(key, value)| [key, value]));
                }
            }
            Value::Object(object) => {
                if let Some(mut cell) = Rc::into_inner(object.0) {
                    values.extend(cell.attributes.get_mut().drain().map(|(_, value)| value));
                }
            }
            _ => {}
        }
    }
}
