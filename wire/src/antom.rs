//! Antom's side.
