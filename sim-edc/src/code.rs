//! All documented codes of the terminal in one type: four families, 32 codes.

use std::fmt;
use std::str::FromStr;

use wire::edc::{BusinessCode, CommandCode, EventCode, InitCode};

/// A code of one of the four families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The answer to a hello.
    Init(InitCode),
    /// On the way to a result.
    Event(EventCode),
    /// The command itself failed.
    Command(CommandCode),
    /// The payment failed.
    Business(BusinessCode),
}

impl Code {
    /// Every code, family by family, each in the order of its table.
    pub fn all() -> impl Iterator<Item = Self> {
        let init = InitCode::ALL.iter().copied().map(Self::Init);
        let events = EventCode::ALL.iter().copied().map(Self::Event);
        let commands = CommandCode::ALL.iter().copied().map(Self::Command);
        init.chain(events).chain(commands).chain(BusinessCode::ALL.iter().copied().map(Self::Business))
    }

    /// The code as on the wire. No two families share one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Init(code) => code.as_str(),
            Self::Event(code) => code.as_str(),
            Self::Command(code) => code.as_str(),
            Self::Business(code) => code.as_str(),
        }
    }

    /// What it means, in a few words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Init(code) => code.message(),
            Self::Event(code) => code.message(),
            Self::Command(code) => code.message(),
            Self::Business(code) => code.message(),
        }
    }

    /// The family's name, as the list of codes calls it.
    #[must_use]
    pub const fn family(self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Event(_) => "event",
            Self::Command(_) => "commandFailed",
            Self::Business(_) => "businessFailed",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::all().find(|code| code.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_word_alone() {
        for code in Code::all() {
            assert_eq!(code.as_str().parse(), Ok(code));
        }
        assert_eq!("SUCCESS".parse::<Code>(), Err(()));
    }
}
