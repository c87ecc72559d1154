//! Standard input and output: as pipes where they are, so that a message costs no thread of its own.

use std::io;
use std::os::fd::AsFd;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::unix::pipe::{Receiver, Sender};

/// Where requests come from. Must be called inside a tokio runtime.
pub(crate) fn input() -> Box<dyn AsyncRead + Send + Unpin> {
    let owned = io::stdin().as_fd().try_clone_to_owned();
    match owned.and_then(Receiver::from_owned_fd) {
        Ok(pipe) => Box::new(pipe),
        Err(_) => Box::new(tokio::io::stdin()),
    }
}

/// Where answers go. Must be called inside a tokio runtime.
pub(crate) fn output() -> Box<dyn AsyncWrite + Send + Unpin> {
    let owned = io::stdout().as_fd().try_clone_to_owned();
    match owned.and_then(Sender::from_owned_fd) {
        Ok(pipe) => Box::new(pipe),
        Err(_) => Box::new(tokio::io::stdout()),
    }
}
