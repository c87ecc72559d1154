//! Reports: text for people, JUnit for CI, JSON for programs. None of them computes a result.

mod exchange;
pub mod json;
pub mod junit;
pub mod text;
