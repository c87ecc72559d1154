//! What a till has set its end of a PTY to. The rustix crate is used here only: it reads any speed, where nix knows those
//! of a table and gives up on others.
//!
//! Measured on Linux: a PTY keeps eight bits without parity whatever a client asks for, so that of its mode only the stop
//! bits can change.

use std::os::fd::AsFd;

use rustix::termios::{ControlModes, tcgetattr};

/// Speed and mode of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PortSettings {
    /// Bits a second.
    pub(crate) baud: u32,
    /// Data bits, parity and stop bits, such as `8N1`.
    pub(crate) mode: String,
}

impl PortSettings {
    /// Those of a PTY, by its master.
    pub(crate) fn of(master: impl AsFd) -> Option<Self> {
        let settings = tcgetattr(master).ok()?;
        let modes = settings.control_modes;
        let bits = match modes & ControlModes::CSIZE {
            ControlModes::CS5 => 5,
            ControlModes::CS6 => 6,
            ControlModes::CS7 => 7,
            _ => 8,
        };
        let parity = match (modes.contains(ControlModes::PARENB), modes.contains(ControlModes::PARODD)) {
            (false, _) => 'N',
            (true, false) => 'E',
            (true, true) => 'O',
        };
        let stop = if modes.contains(ControlModes::CSTOPB) { 2 } else { 1 };
        Some(Self { baud: settings.output_speed(), mode: format!("{bits}{parity}{stop}") })
    }
}
