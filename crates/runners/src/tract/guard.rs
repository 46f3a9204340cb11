//! Calls into tract, which may fail or panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tract_onnx::prelude::{TractError, TractResult};

use super::NAME;
use crate::caught_panics::{CatchingPanics, message};
use crate::{LoadError, LoadErrorKind, RunError, RunErrorKind};

/// How a call into tract went wrong.
pub(super) enum Fault {
    /// It returned an error.
    Error(TractError),
    /// It panicked with this message.
    Panic(String),
}

/// Calls into tract and catches its panics.
///
/// While it runs, [`is_catching_panics`](crate::is_catching_panics) says so to the program's panic hook.
/// What `call` leaves half-changed when it panics must not be used again; what it only reads is fine.
pub(super) fn guarded<T>(call: impl FnOnce() -> TractResult<T>) -> Result<T, Fault> {
    let caught = {
        let _catching = CatchingPanics::start();
        catch_unwind(AssertUnwindSafe(call))
    };
    match caught {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Fault::Error(error)),
        Err(payload) => Err(Fault::Panic(message(payload.as_ref()))),
    }
}

impl Fault {
    /// The error of loading, while tract was to do `step`.
    pub(super) fn into_load_error(self, step: &'static str) -> LoadError {
        match self {
            Fault::Error(error) => {
                LoadError::with_source(LoadErrorKind::Backend { backend: NAME, step }, error)
            }
            Fault::Panic(message) => LoadErrorKind::Panicked {
                backend: NAME,
                step,
                message,
            }
            .into(),
        }
    }

    /// The error of running, while tract was to do `step`.
    pub(super) fn into_run_error(self, step: &'static str) -> RunError {
        match self {
            Fault::Error(error) => {
                RunError::with_source(RunErrorKind::Backend { backend: NAME, step }, error)
            }
            Fault::Panic(message) => RunErrorKind::Panicked {
                backend: NAME,
                step,
                message,
            }
            .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::is_catching_panics;

    #[test]
    fn the_hook_is_told_only_while_panics_are_caught() {
        assert!(!is_catching_panics());
        let inner = guarded(|| {
            let panicked = guarded(|| -> TractResult<()> { panic!("inside") });
            assert!(matches!(panicked, Err(Fault::Panic(_))));
            Ok(is_catching_panics())
        });
        assert!(
            matches!(inner, Ok(true)),
            "an inner call does not end the outer one"
        );
        assert!(!is_catching_panics());
        let unwound = std::panic::catch_unwind(|| {
            let _catching = CatchingPanics::start();
            panic!("while it is held");
        });
        assert!(unwound.is_err() && !is_catching_panics());
    }

    #[test]
    fn panics_become_errors_with_their_message() {
        let fault = guarded(|| -> TractResult<()> { panic!("index {} out of range", 7) })
            .err()
            .unwrap();
        let error = fault.into_run_error("run the network");
        assert_eq!(
            error.to_string(),
            "tract panicked while it tried to run the network: index 7 out of range"
        );
        let fault = guarded(|| -> TractResult<()> { std::panic::panic_any(7) })
            .err()
            .unwrap();
        assert!(matches!(fault, Fault::Panic(message) if message == "no message"));
    }
}
