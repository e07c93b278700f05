//! Benchmarks only: `cargo bench -p kyc-benches`.
