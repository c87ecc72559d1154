//! What is left of a script's queues: what the cardholder, the host and the terminal itself shall do next.

use std::collections::VecDeque;

use wire::edc::{CommandName, InitCode};

use crate::cardholder::Cardholder;
use crate::host::HostAnswer;
use crate::instead::{Instead, Reply};
use crate::script::Script;

/// See the module's documentation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) cardholder: Cardholder,
    host: VecDeque<HostAnswer>,
    answers: VecDeque<Instead>,
}

impl Plan {
    pub(crate) fn new(script: &Script) -> Self {
        Self {
            cardholder: Cardholder::new(script.cardholder.clone()),
            host: script.host.clone().into(),
            answers: script.answers.clone().into(),
        }
    }

    /// How many entries are left: for the cardholder, for the host, and of answers.
    pub(crate) fn left(&self) -> [usize; 3] {
        [self.cardholder.left(), self.host.len(), self.answers.len()]
    }

    /// What the host says, now that it is asked.
    pub(crate) fn ask_host(&mut self) -> HostAnswer {
        self.host.pop_front().unwrap_or(HostAnswer::DEFAULT)
    }

    /// What a hello is answered instead.
    pub(crate) fn take_hello(&mut self) -> Option<InitCode> {
        let index = self.answers.iter().position(|answer| matches!(answer, Instead::Hello { .. }))?;
        match self.answers.remove(index) {
            Some(Instead::Hello { code }) => Some(code),
            _ => None,
        }
    }

    /// What a command is answered instead.
    pub(crate) fn take_reply(&mut self, name: CommandName) -> Option<Reply> {
        let index = self.answers.iter().position(|answer| answer.reply_to(name).is_some())?;
        self.answers.remove(index)?.reply_to(name)
    }
}
