//! Benchmarks only: `cargo xtask bench` runs them beside the peers in `peers/`.
