//! Ctrl-C while results are written: the run ends by itself at the next opportunity and takes its temporary files along.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::Failure;

/// What signals do, for all of the process: there is no way back to a process that was never asked.
static SIGNALS: OnceLock<Option<Signals>> = OnceLock::new();

struct Signals {
    /// Whether the next signal ends the process at once, as it does by itself.
    ends_at_once: Arc<AtomicBool>,
    asked: Arc<AtomicBool>,
}

impl Signals {
    fn install() -> io::Result<Self> {
        let signals = Self {
            ends_at_once: Arc::new(AtomicBool::new(true)),
            asked: Arc::new(AtomicBool::new(false)),
        };
        for signal in [SIGINT, SIGTERM] {
            // In this order, the first signal is noted and the second one ends the process.
            flag::register_conditional_default(signal, Arc::clone(&signals.ends_at_once))?;
            flag::register(signal, Arc::clone(&signals.ends_at_once))?;
            flag::register(signal, Arc::clone(&signals.asked))?;
        }
        Ok(signals)
    }
}

/// While this value is there, the first signal to end is noted only; a second one ends the process at once.
pub(crate) struct HeldOff(Option<&'static Signals>);

/// Holds off signals to end, where the system has any.
pub(crate) fn hold_off() -> HeldOff {
    let signals = SIGNALS.get_or_init(|| Signals::install().ok()).as_ref();
    if let Some(signals) = signals {
        signals.ends_at_once.store(false, Ordering::SeqCst);
    }
    HeldOff(signals)
}

impl HeldOff {
    /// Whether a signal to end came.
    pub(crate) fn is_asked(&self) -> bool {
        self.0.is_some_and(|signals| signals.asked.load(Ordering::SeqCst))
    }
}

impl Drop for HeldOff {
    fn drop(&mut self) {
        if let Some(signals) = self.0 {
            signals.ends_at_once.store(true, Ordering::SeqCst);
        }
    }
}

/// An error if a signal to end came at any time.
pub(crate) fn check() -> Result<(), Failure> {
    let is_asked = |signals: &Signals| signals.asked.load(Ordering::SeqCst);
    if SIGNALS.get().and_then(Option::as_ref).is_some_and(is_asked) {
        return Err(Failure::failed("interrupted"));
    }
    Ok(())
}
