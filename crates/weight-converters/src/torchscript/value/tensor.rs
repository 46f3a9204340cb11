//! Tensors of the program, and views of them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::super::context::LoweringError;
use super::super::views::ViewStep;
use crate::graph::{Graph, TensorRef};

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
    /// Name of the weight: cannot be written.
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
        Self(Rc::new(TensorCell {
            current: RefCell::new(value),
            version: Cell::new(0),
            base: None,
            fixed: None,
        }))
    }

    /// A weight (`encoder.conv1.weight`), which cannot be written.
    pub(crate) fn fixed(value: TensorRef, name: Rc<str>) -> Self {
        Self(Rc::new(TensorCell {
            current: RefCell::new(value),
            version: Cell::new(0),
            base: None,
            fixed: Some(name),
        }))
    }

    /// Whether both are the same tensor of the program.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub(in crate::torchscript) fn view(
        graph: &mut Graph,
        base: &Self,
        step: ViewStep,
    ) -> Result<Self, LoweringError> {
        let depth = base.0.base.as_ref().map_or(0, |view| view.depth) + 1;
        if depth > MAX_VIEW_DEPTH {
            return Err(LoweringError::new(format!(
                "more than {MAX_VIEW_DEPTH} views of views"
            )));
        }
        let base_value = base.read(graph)?;
        let value = step.read(graph, &base_value)?;
        Ok(Self(Rc::new(TensorCell {
            current: RefCell::new(value),
            version: Cell::new(0),
            base: Some(View {
                tensor: base.clone(),
                step,
                depth,
                base_version: Cell::new(base.version()),
            }),
            fixed: None,
        })))
    }

    pub(in crate::torchscript) fn read(&self, graph: &mut Graph) -> Result<TensorRef, LoweringError> {
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

    pub(in crate::torchscript) fn write(
        &self,
        graph: &mut Graph,
        value: TensorRef,
    ) -> Result<(), LoweringError> {
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
        self.0
            .base
            .as_ref()
            .map_or_else(|| self.0.version.get(), |view| view.tensor.version())
    }
}
