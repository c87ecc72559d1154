//! The `conformance` program.
