//! The classes and functions of an archive, parsed when they are first needed.

use std::collections::HashMap;
use std::io::{Read, Seek};
use std::rc::Rc;

use super::archive::Archive;
use super::error::ConvertError;
use super::parser::{self, Class, Function, Module};

/// Where source files come from.
pub(crate) trait Sources {
    /// The file of this name (`code/__torch__/net.py`), if there is one.
    ///
    /// # Errors
    ///
    /// Files that cannot be read.
    fn source(&mut self, name: &str) -> Result<Option<String>, ConvertError>;
}

impl<R: Read + Seek> Sources for Archive<R> {
    fn source(&mut self, name: &str) -> Result<Option<String>, ConvertError> {
        Archive::source(self, name)
    }
}

/// A class or a function, and the file that it is in.
#[derive(Debug, Clone)]
pub(crate) enum Definition {
    Class(Rc<Class>, Rc<str>),
    Function(Rc<Function>, Rc<str>),
}

/// All sources together have at most this many bytes.
const MAX_SOURCES: usize = 8 << 20;

/// The program of an archive.
pub(crate) struct Program<'a> {
    sources: &'a mut dyn Sources,
    /// Files by their names; nothing where there is no such file.
    modules: HashMap<Rc<str>, Option<Rc<Module>>>,
    definitions: HashMap<Rc<str>, Option<Definition>>,
    bytes: usize,
}

impl<'a> Program<'a> {
    /// The program in these sources.
    pub(crate) fn new(sources: &'a mut dyn Sources) -> Self {
        Self {
            sources,
            modules: HashMap::new(),
            definitions: HashMap::new(),
            bytes: 0,
        }
    }

    /// What a qualified name (`__torch__.torch.nn.functional.relu`) stands for, if anything.
    ///
    /// # Errors
    ///
    /// Sources that cannot be read.
    pub(crate) fn find(&mut self, qualified: &Rc<str>) -> Result<Option<Definition>, ConvertError> {
        if let Some(found) = self.definitions.get(qualified) {
            return Ok(found.clone());
        }
        let found = match qualified.rsplit_once('.') {
            None => None,
            Some((module, name)) => {
                let file: Rc<str> = format!("code/{}.py", module.replace('.', "/")).into();
                self.module(&file)?.and_then(|module| {
                    let class = module.classes.iter().find(|class| &*class.name == name);
                    let function = module.functions.iter().find(|function| &*function.name == name);
                    match (class, function) {
                        (Some(class), _) => Some(Definition::Class(Rc::clone(class), file)),
                        (None, Some(function)) => Some(Definition::Function(Rc::clone(function), file)),
                        (None, None) => None,
                    }
                })
            }
        };
        self.definitions.insert(Rc::clone(qualified), found.clone());
        Ok(found)
    }

    fn module(&mut self, file: &Rc<str>) -> Result<Option<Rc<Module>>, ConvertError> {
        if let Some(module) = self.modules.get(file) {
            return Ok(module.clone());
        }
        let module = match self.sources.source(file)? {
            None => None,
            Some(text) => {
                self.bytes = self.bytes.saturating_add(text.len());
                if self.bytes > MAX_SOURCES {
                    return Err(ConvertError::Archive {
                        entry: file.to_string(),
                        message: format!("the sources have more than {MAX_SOURCES} bytes"),
                    });
                }
                let module = parser::parse(&text).map_err(|error| ConvertError::Syntax {
                    place: error.at.in_file(file),
                    message: error.message,
                })?;
                Some(Rc::new(module))
            }
        };
        self.modules.insert(Rc::clone(file), module.clone());
        Ok(module)
    }
}
