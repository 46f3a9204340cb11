//! Locks between processes and threads.

use std::fs::{File, OpenOptions, TryLockError};
use std::thread;
use std::time::Duration;

use super::Cache;
use crate::error::HubError;

/// How often it is looked whether a lock is free.
const LOOK: Duration = Duration::from_millis(20);

/// A lock that is held until it is dropped; the operating system frees it when a process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Whether others may hold a lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sharing {
    Shared,
    Alone,
}

impl Cache {
    /// Waits until nobody else fetches the address. `go_on` is asked while it waits.
    pub(crate) fn lock(&self, key: &str, go_on: &dyn Fn() -> Result<(), HubError>) -> Result<Lock, HubError> {
        self.take(key, Sharing::Alone, go_on)
    }

    /// Held shared by everything that stores, alone by everything that removes.
    pub(crate) fn lock_for_storing(
        &self,
        go_on: &dyn Fn() -> Result<(), HubError>,
    ) -> Result<Lock, HubError> {
        self.take("all", Sharing::Shared, go_on)
    }

    pub(super) fn lock_for_removing(&self) -> Result<Lock, HubError> {
        self.take("all", Sharing::Alone, &|| Ok(()))
    }

    fn take(
        &self,
        name: &str,
        sharing: Sharing,
        go_on: &dyn Fn() -> Result<(), HubError>,
    ) -> Result<Lock, HubError> {
        let folder = self.below("locks");
        Self::make(&folder)?;
        let path = folder.join(format!("{name}.lock"));
        let failed = |error| HubError::cache("lock", path.clone(), error);
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .read(true)
            .open(&path);
        let file = file.map_err(failed)?;
        loop {
            let taken = match sharing {
                Sharing::Shared => file.try_lock_shared(),
                Sharing::Alone => file.try_lock(),
            };
            match taken {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) => {
                    go_on()?;
                    thread::sleep(LOOK);
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}
