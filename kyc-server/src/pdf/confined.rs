//! What the process that draws gives up before it sees a file: what a file could make it do that drawing does not need.

use std::io;

use super::Bounds;

/// Gives it up, for good: time and memory without bounds, opening files and connections, starting programs, writing
/// files, leaving a picture of its memory behind.
#[cfg(target_os = "linux")]
pub(super) fn confine(bounds: Bounds) -> io::Result<()> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    use rustix::thread::set_no_new_privs;

    let memory = u64::from(bounds.megabytes) << 20;
    for (resource, most) in [
        (Resource::As, memory),
        (Resource::Cpu, bounds.seconds.into()),
        (Resource::Nofile, 0),
        (Resource::Nproc, 0),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ] {
        let bound = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, bound)?;
    }
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_no_new_privs(true)?;
    Ok(())
}

/// Elsewhere there is only the clock of whoever started it.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: Bounds) -> io::Result<()> {
    Ok(())
}
