//! Programs that show how the crates are used: one file each beside this one.
