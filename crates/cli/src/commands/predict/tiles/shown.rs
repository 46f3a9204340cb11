//! Plans and progress in words.

use std::io::Write;

use pipeline::TiledProgress;
use tiling::TilePlan;

use crate::exit::{Exit, Failure};

/// The most tiles that a printed plan lists.
const MOST_LISTED: usize = 1000;

/// The plan on standard output: a summary, then a line for each tile.
pub(super) fn print(plan: &TilePlan) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    let mut write = || -> std::io::Result<()> {
        writeln!(out, "{plan}")?;
        for tile in plan.iter().take(MOST_LISTED) {
            writeln!(out, "{tile}")?;
        }
        if plan.len() > MOST_LISTED {
            writeln!(out, "... and {} more", plan.len() - MOST_LISTED)?;
        }
        Ok(())
    };
    match write() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::because(&error)),
        _ => Ok(Exit::Fine),
    }
}

pub(super) fn words(progress: &TiledProgress) -> String {
    match progress {
        TiledProgress::Statistics {
            tensor,
            pass,
            done,
            total,
        } => {
            format!("measuring `{tensor}`, pass {pass}: {done} of {total} parts")
        }
        TiledProgress::Tile { done, total } => format!("{done} of {total} tiles"),
        TiledProgress::Postprocessing { tensor, done, total } => {
            format!("postprocessing `{tensor}`: {done} of {total} parts")
        }
        _ => "running".to_owned(),
    }
}
