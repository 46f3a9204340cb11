//! The Python source of a network, for weights formats that do not contain the network itself.

/// The Python source of a network: what `pytorch_state_dict` weights are loaded into (fields `architecture` and `kwargs`
/// of model RDF 0.4).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Architecture {
    /// Where the source is.
    pub source: ArchitectureSource,
    /// The class or function that makes the network.
    pub callable: String,
    /// The arguments that it is called with.
    pub kwargs: Vec<(String, PythonValue)>,
}

impl Architecture {
    /// The network that `callable` of that source makes when it is called with these arguments.
    #[must_use]
    pub fn new(
        source: ArchitectureSource,
        callable: impl Into<String>,
        kwargs: Vec<(String, PythonValue)>,
    ) -> Self {
        Architecture {
            source,
            callable: callable.into(),
            kwargs,
        }
    }
}

/// Where the source of a network is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchitectureSource {
    /// In a file of the package, whose digest was checked by whoever read it.
    File {
        /// Its name, for tracebacks.
        name: String,
        /// Its content.
        code: Vec<u8>,
    },
    /// In a module that is installed where the interpreter finds it.
    Module {
        /// Its name with dots.
        name: String,
    },
}

/// A value that an argument may have.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PythonValue {
    /// `None`
    None,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `float`
    Float(f64),
    /// `str`
    Text(String),
    /// `list`
    List(Vec<PythonValue>),
    /// `dict` with keys of type `str`
    Dict(Vec<(String, PythonValue)>),
}
