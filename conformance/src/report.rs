//! Reports: sinks of one [`RunResult`](crate::result::RunResult). None of them computes a result.

pub mod annotations;
pub(crate) mod chart;
pub mod html;
mod ids;
pub mod junit;
pub mod requirements;
pub mod sarif;
pub mod schema;
mod spent;
pub mod text;
