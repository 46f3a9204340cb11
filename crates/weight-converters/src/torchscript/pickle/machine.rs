//! The stack machine of pickles.

use std::collections::HashMap;
use std::rc::Rc;

use super::PickleError;
use super::globals::{call, persistent};
use super::item::{Item, ItemId, Pickle};
use super::read::Reader;

/// The objects of a pickle.
///
/// Time and memory are proportional to the length of the text: no opcode copies what is on the stack.
///
/// # Errors
///
/// Opcodes that are unknown or refused, callables that are not in the table, operands that are missing or of another
/// type, and text that ends early, each with its place.
pub(crate) fn read_pickle(bytes: &[u8]) -> Result<Pickle, PickleError> {
    let mut machine = Machine {
        reader: Reader::new(bytes),
        items: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    let root = machine.run()?;
    Ok(Pickle {
        items: machine.items,
        root,
    })
}

struct Machine<'a> {
    reader: Reader<'a>,
    items: Vec<Item>,
    stack: Vec<ItemId>,
    marks: Vec<usize>,
    memo: HashMap<usize, ItemId>,
}

impl Machine<'_> {
    fn run(&mut self) -> Result<ItemId, PickleError> {
        loop {
            match self.reader.opcode()? {
                b'.' => return self.pop(),
                opcode => self.step(opcode)?,
            }
        }
    }

    #[rustfmt::skip] // one line an opcode
    fn step(&mut self, opcode: u8) -> Result<(), PickleError> {
        match opcode {
            0x80 => self.protocol(),                                      // PROTO
            0x95 => self.reader.take(8).map(|_| ()),                      // FRAME: a hint for buffering
            b'(' => { self.marks.push(self.stack.len()); Ok(()) }         // MARK
            b'0' => self.discard(),                                       // POP
            b'1' => self.pop_mark().map(|_| ()),                          // POP_MARK
            b'2' => { let top = self.top()?; self.stack.push(top); Ok(()) } // DUP

            b'N' => self.push(Item::None),                                // NONE
            0x88 => self.push(Item::Bool(true)),                          // NEWTRUE
            0x89 => self.push(Item::Bool(false)),                         // NEWFALSE
            b'I' | b'L' => self.integer_line(),                           // INT, LONG
            b'J' => { let value = i32::from_le_bytes(self.reader.array()?); self.push(Item::Int(value.into())) } // BININT
            b'K' => { let value = self.reader.byte()?; self.push(Item::Int(value.into())) } // BININT1
            b'M' => { let value = u16::from_le_bytes(self.reader.array()?); self.push(Item::Int(value.into())) } // BININT2
            0x8a => self.long(1),                                         // LONG1
            0x8b => self.long(4),                                         // LONG4
            b'F' => self.float_line(),                                    // FLOAT
            b'G' => { let value = f64::from_be_bytes(self.reader.array()?); self.push(Item::Float(value)) } // BINFLOAT

            b'V' => { let text = self.reader.line()?; self.push(Item::Str(text.into())) } // UNICODE
            b'U' | 0x8c => self.text(1),                                  // SHORT_BINSTRING, SHORT_BINUNICODE
            b'T' | b'X' => self.text(4),                                  // BINSTRING, BINUNICODE
            0x8d => self.text(8),                                         // BINUNICODE8
            b'C' => self.bytes(1),                                        // SHORT_BINBYTES
            b'B' => self.bytes(4),                                        // BINBYTES
            0x8e => self.bytes(8),                                        // BINBYTES8

            b']' => self.push(Item::List(Vec::new())),                    // EMPTY_LIST
            b'l' => { let items = self.pop_mark()?; self.push(Item::List(items)) } // LIST
            b'a' => { let item = self.pop()?; self.extend_list(vec![item]) } // APPEND
            b'e' => { let items = self.pop_mark()?; self.extend_list(items) } // APPENDS
            b')' => self.push(Item::Tuple(Vec::new())),                   // EMPTY_TUPLE
            b't' => { let items = self.pop_mark()?; self.push(Item::Tuple(items)) } // TUPLE
            0x85 => self.tuple(1),                                        // TUPLE1
            0x86 => self.tuple(2),                                        // TUPLE2
            0x87 => self.tuple(3),                                        // TUPLE3
            b'}' => self.push(Item::Dict(Vec::new())),                    // EMPTY_DICT
            b'd' => self.dict(),                                          // DICT
            b's' => { let value = self.pop()?; let key = self.pop()?; self.extend_dict(&[key, value]) } // SETITEM
            b'u' => { let items = self.pop_mark()?; self.extend_dict(&items) } // SETITEMS

            b'g' => { let slot = self.slot_line()?; self.recall(slot) }   // GET
            b'h' => { let slot = self.reader.length(1)?; self.recall(slot) } // BINGET
            b'j' => { let slot = self.reader.length(4)?; self.recall(slot) } // LONG_BINGET
            b'p' => { let slot = self.slot_line()?; self.remember(slot) } // PUT
            b'q' => { let slot = self.reader.length(1)?; self.remember(slot) } // BINPUT
            b'r' => { let slot = self.reader.length(4)?; self.remember(slot) } // LONG_BINPUT
            0x94 => { let slot = self.memo.len(); self.remember(slot) }   // MEMOIZE

            b'c' => self.global(),                                        // GLOBAL
            0x93 => self.stack_global(),                                  // STACK_GLOBAL
            b'R' => self.reduce(),                                        // REDUCE
            0x81 => self.new_object(),                                    // NEWOBJ
            b'b' => self.build(),                                         // BUILD
            b'Q' => { let id = self.pop()?; self.persistent(id) }         // BINPERSID

            other => Err(self.reader.error(refused(other))),
        }
    }

    fn protocol(&mut self) -> Result<(), PickleError> {
        match self.reader.byte()? {
            0..=4 => Ok(()),
            other => Err(self
                .reader
                .error(format!("protocol {other}; protocols up to 4 are read"))),
        }
    }

    fn push(&mut self, item: Item) -> Result<(), PickleError> {
        let id = u32::try_from(self.items.len()).map_err(|_| self.reader.error("more than 2^32 objects"))?;
        self.items.push(item);
        self.stack.push(ItemId(id));
        Ok(())
    }

    /// The bottom of what the present opcode may take.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<ItemId, PickleError> {
        if self.stack.len() <= self.floor() {
            return Err(self.reader.error("the stack is empty"));
        }
        self.stack
            .pop()
            .ok_or_else(|| self.reader.error("the stack is empty"))
    }

    fn top(&self) -> Result<ItemId, PickleError> {
        let own = self.stack.get(self.floor()..).unwrap_or(&[]);
        own.last()
            .copied()
            .ok_or_else(|| self.reader.error("the stack is empty"))
    }

    /// `POP` takes a mark as well.
    fn discard(&mut self) -> Result<(), PickleError> {
        if self.stack.len() == self.floor() && self.marks.pop().is_some() {
            return Ok(());
        }
        self.pop().map(|_| ())
    }

    fn pop_mark(&mut self) -> Result<Vec<ItemId>, PickleError> {
        let mark = self
            .marks
            .pop()
            .ok_or_else(|| self.reader.error("there is no mark on the stack"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn item(&self, id: ItemId) -> &Item {
        self.items.get(id.0 as usize).unwrap_or(&Item::None)
    }

    fn integer_line(&mut self) -> Result<(), PickleError> {
        let line = self.reader.line()?;
        let item = match line {
            "00" => Item::Bool(false),
            "01" => Item::Bool(true),
            number => match number.trim_end_matches('L').parse() {
                Ok(value) => Item::Int(value),
                Err(_) => {
                    return Err(self
                        .reader
                        .error(format!("{number:?} is not an integer of 64 bits")));
                }
            },
        };
        self.push(item)
    }

    fn float_line(&mut self) -> Result<(), PickleError> {
        let line = self.reader.line()?;
        let value = line
            .parse()
            .map_err(|_| self.reader.error(format!("{line:?} is not a number")))?;
        self.push(Item::Float(value))
    }

    fn long(&mut self, width: usize) -> Result<(), PickleError> {
        let length = self.reader.length(width)?;
        let value = self.reader.long(length)?;
        self.push(Item::Int(value))
    }

    fn text(&mut self, width: usize) -> Result<(), PickleError> {
        let length = self.reader.length(width)?;
        let text = self.reader.text(length)?;
        self.push(Item::Str(text.into()))
    }

    fn bytes(&mut self, width: usize) -> Result<(), PickleError> {
        let length = self.reader.length(width)?;
        let bytes = self.reader.take(length)?;
        self.push(Item::Bytes(bytes.into()))
    }

    fn tuple(&mut self, count: usize) -> Result<(), PickleError> {
        let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        items.reverse();
        self.push(Item::Tuple(items))
    }

    fn dict(&mut self) -> Result<(), PickleError> {
        let items = self.pop_mark()?;
        self.push(Item::Dict(Vec::new()))?;
        self.extend_dict(&items)
    }

    fn extend_list(&mut self, added: Vec<ItemId>) -> Result<(), PickleError> {
        let id = self.top()?;
        match self.items.get_mut(id.0 as usize) {
            Some(Item::List(items)) => {
                items.extend(added);
                Ok(())
            }
            other => {
                let kind = other.map_or("nothing", |item| item.kind());
                Err(self.reader.error(format!("appends to a {kind}, not to a list")))
            }
        }
    }

    fn extend_dict(&mut self, added: &[ItemId]) -> Result<(), PickleError> {
        if !added.len().is_multiple_of(2) {
            return Err(self.reader.error("a key without a value"));
        }
        let id = self.top()?;
        match self.items.get_mut(id.0 as usize) {
            Some(Item::Dict(entries)) => {
                entries.extend(added.chunks_exact(2).map(|pair| (pair[0], pair[1])));
                Ok(())
            }
            other => {
                let kind = other.map_or("nothing", |item| item.kind());
                Err(self
                    .reader
                    .error(format!("sets items of a {kind}, not of a dict")))
            }
        }
    }

    fn slot_line(&mut self) -> Result<usize, PickleError> {
        let line = self.reader.line()?;
        line.parse()
            .map_err(|_| self.reader.error(format!("{line:?} is not a place in the memo")))
    }

    fn recall(&mut self, slot: usize) -> Result<(), PickleError> {
        let id = self.memo.get(&slot).copied();
        self.stack.push(id.ok_or_else(|| {
            self.reader
                .error(format!("nothing is in place {slot} of the memo"))
        })?);
        Ok(())
    }

    fn remember(&mut self, slot: usize) -> Result<(), PickleError> {
        let top = self.top()?;
        self.memo.insert(slot, top);
        Ok(())
    }

    fn global(&mut self) -> Result<(), PickleError> {
        let module = self.reader.line()?;
        let name = self.reader.line()?;
        self.push(Item::Global(format!("{module}.{name}").into()))
    }

    fn stack_global(&mut self) -> Result<(), PickleError> {
        let (name, module) = (self.pop()?, self.pop()?);
        match (self.item(module), self.item(name)) {
            (Item::Str(module), Item::Str(name)) => {
                let name = format!("{module}.{name}");
                self.push(Item::Global(name.into()))
            }
            _ => Err(self.reader.error("the name of a class is not a text")),
        }
    }

    fn reduce(&mut self) -> Result<(), PickleError> {
        let (arguments, callable) = (self.pop()?, self.pop()?);
        let Item::Global(name) = self.item(callable) else {
            return Err(self
                .reader
                .error(format!("calls a {}", self.item(callable).kind())));
        };
        let Item::Tuple(arguments) = self.item(arguments) else {
            return Err(self
                .reader
                .error(format!("calls `{name}` with a {}", self.item(arguments).kind())));
        };
        match call(&self.items, name, arguments).map_err(|message| self.reader.error(message))? {
            Ok(existing) => {
                self.stack.push(existing);
                Ok(())
            }
            Err(new) => self.push(new),
        }
    }

    fn new_object(&mut self) -> Result<(), PickleError> {
        let (arguments, class) = (self.pop()?, self.pop()?);
        let Item::Global(class) = self.item(class) else {
            return Err(self
                .reader
                .error(format!("makes an instance of a {}", self.item(class).kind())));
        };
        let class: Rc<str> = class.clone();
        if !class.starts_with("__torch__.") {
            return Err(self.reader.error(format!(
                "makes an instance of `{class}`, which is not a class of the program"
            )));
        }
        match self.item(arguments) {
            Item::Tuple(arguments) if arguments.is_empty() => {
                self.push(Item::Instance { class, state: None })
            }
            _ => Err(self
                .reader
                .error(format!("makes an instance of `{class}` with arguments"))),
        }
    }

    fn build(&mut self) -> Result<(), PickleError> {
        let new_state = self.pop()?;
        let id = self.top()?;
        match self.items.get_mut(id.0 as usize) {
            Some(Item::Instance { state, .. }) if state.is_none() => {
                *state = Some(new_state);
                Ok(())
            }
            // attributes of an `OrderedDict` of Python (`_metadata` of state dicts): nothing that is needed
            Some(Item::Dict(_)) => Ok(()),
            other => {
                let kind = other.map_or("nothing", |item| item.kind());
                Err(self.reader.error(format!("gives a state to a {kind}")))
            }
        }
    }

    fn persistent(&mut self, id: ItemId) -> Result<(), PickleError> {
        let storage = persistent(&self.items, id).map_err(|message| self.reader.error(message))?;
        self.push(Item::Storage(storage))
    }
}

/// Why an opcode is not carried out.
fn refused(opcode: u8) -> String {
    let name = match opcode {
        b'P' => "PERSID",
        b'S' => "STRING",
        b'i' => "INST",
        b'o' => "OBJ",
        0x82..=0x84 => "EXT",
        0x8f => "EMPTY_SET",
        0x90 => "ADDITEMS",
        0x91 => "FROZENSET",
        0x92 => "NEWOBJ_EX",
        0x96 => "BYTEARRAY8",
        0x97 => "NEXT_BUFFER",
        0x98 => "READONLY_BUFFER",
        other => return format!("0x{other:02x} is not an opcode of pickle"),
    };
    format!("the opcode {name} does not occur in TorchScript and is refused")
}
