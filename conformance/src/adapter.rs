//! For authors of adapters: the steps to a first green light, and skeletons to begin with.

mod advice;
mod skeleton;
mod step;

pub use advice::{about_driver, about_payment, about_reason, about_rule};
pub use skeleton::{Language, SkeletonFile};
pub use step::{PAYMENTS, Payment};
