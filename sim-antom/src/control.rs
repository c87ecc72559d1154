//! The control API below `/_sim`: what a test, or a person, sees of a running gateway and does to it. A shell: every
//! handler turns a request into an errand for the gateway, or into a change of its clock.
//!
//! It is for whoever runs the gateway, not for merchants: [`guard`] lets only loopback in, or whoever has the token.

mod answer;
mod api;
mod clock;
mod guard;
mod keys;
mod ledger;
mod notifications;
mod script;
mod trace;

pub use api::Control;
