//! Ctrl-C: the end comes between two messages, and is no failure.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a signal waits for a message that is being written. A reader that has stopped reading
/// may keep it for ever.
const PATIENCE: Duration = Duration::from_secs(1);

/// Held while a message is written: a signal ends the program when it is free.
#[derive(Debug, Default)]
pub(super) struct Gate(Arc<Mutex<()>>);

impl Gate {
    /// From now on, SIGINT and SIGTERM end the program with status 0.
    pub(super) fn end_by_signal(&self) -> io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let held = self.0.clone();
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            if signals.forever().next().is_some() {
                let start = Instant::now();
                while held.try_lock().is_err() && start.elapsed() < PATIENCE {
                    std::thread::sleep(Duration::from_millis(5));
                }
                std::process::exit(0);
            }
        })?;
        Ok(())
    }

    /// Nothing ends the program while this is held.
    pub(super) fn hold(&self) -> MutexGuard<'_, ()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
