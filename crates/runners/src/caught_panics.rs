//! Which panics are caught and returned as errors.

#[cfg(any(feature = "ort", feature = "tch", feature = "tract"))]
use std::any::Any;
use std::cell::Cell;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of the current thread, now, would be caught by this crate and returned as an error.
///
/// Engines panic on some damaged networks. This crate catches that and returns [`LoadErrorKind::Panicked`] or
/// [`RunErrorKind::Panicked`], but the panic hook of the program runs before and prints a report that would only
/// confuse. A program with a hook of its own asks here, in the hook, whether to print; libraries do not install hooks.
/// It also holds on the threads that a runner computes with, as their panics are passed to the thread that waits.
///
/// ```
/// let default = std::panic::take_hook();
/// std::panic::set_hook(Box::new(move |info| {
///     if !runners::is_catching_panics() {
///         default(info);
///     }
/// }));
/// ```
///
/// [`LoadErrorKind::Panicked`]: crate::LoadErrorKind::Panicked
/// [`RunErrorKind::Panicked`]: crate::RunErrorKind::Panicked
#[must_use]
pub fn is_catching_panics() -> bool {
    // While the thread ends and its variables are gone, nothing of this crate is on its stack.
    CATCHING.try_with(Cell::get).unwrap_or(false)
}

/// Says that panics of this thread are caught, as long as it lives.
#[cfg(any(feature = "ort", feature = "tch", feature = "tract"))]
#[derive(Debug)]
pub(crate) struct CatchingPanics {
    before: bool,
}

#[cfg(any(feature = "ort", feature = "tch", feature = "tract"))]
impl CatchingPanics {
    pub(crate) fn start() -> Self {
        CatchingPanics {
            before: CATCHING.replace(true),
        }
    }

    /// Says so until the thread ends, for threads that run nothing else.
    #[cfg(feature = "tract")]
    pub(crate) fn for_this_thread() {
        CATCHING.set(true);
    }
}

#[cfg(any(feature = "ort", feature = "tch", feature = "tract"))]
impl Drop for CatchingPanics {
    fn drop(&mut self) {
        CATCHING.set(self.before);
    }
}

/// The message of a panic.
#[cfg(any(feature = "ort", feature = "tch", feature = "tract"))]
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "no message".to_owned()
    }
}
