//! From chance to a history: what terminal and gateway do, what the merchant is asked for, when he is killed. A history
//! is a scenario like any other, only that nobody wrote it.
//!
//! Only what the documents decide is drawn: where a right merchant could not know better, nothing is to be judged.

mod gateway;
mod piece;
mod story;
mod terminal;

pub(super) use terminal::decide;

use super::chance::Chance;
use crate::scenario::{Given, Role, Scenario, Step, unplaced};

/// Which sides a history is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The terminal.
    Edc,
    /// The gateway.
    Antom,
    /// Both at the same time.
    Joint,
}

impl Area {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Edc, Self::Antom, Self::Joint];

    /// The word on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edc => "edc",
            Self::Antom => "antom",
            Self::Joint => "joint",
        }
    }

    /// The roles that an integration must play.
    #[must_use]
    pub fn roles(self) -> Vec<Role> {
        match self {
            Self::Edc => vec![Role::Edc],
            Self::Antom => vec![Role::Antom],
            Self::Joint => vec![Role::Edc, Role::Antom],
        }
    }
}

/// Where a history comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Chance alone, or one of these with a change: others may be made of it.
    Chance,
    /// Circumstances that belong together: mixed with others they may leave open what is right.
    Piece,
}

/// A history that is being drawn.
struct Drawing<'c> {
    chance: &'c mut Chance,
    area: Area,
    /// Orders so far.
    sold: u64,
}

/// Draws a history.
#[must_use]
pub fn draw(area: Area, chance: &mut Chance) -> Scenario {
    let mut drawing = Drawing { chance, area, sold: 0 };
    let mut given = Given::default();
    if area != Area::Antom {
        (given.profile, given.terminal) = drawing.terminal();
    }
    if area != Area::Edc {
        given.antom = drawing.gateway();
    }
    let steps = drawing.steps();
    scenario(area, format!("A drawn history of the area {}", area.as_str()), given, steps)
}

/// Draws a set piece.
#[must_use]
pub fn piece(area: Area, chance: &mut Chance) -> Scenario {
    let (given, steps) = Drawing { chance, area, sold: 0 }.piece();
    scenario(area, format!("A set piece of the area {}", area.as_str()), given, steps)
}

fn scenario(area: Area, title: String, given: Given, steps: Vec<Step>) -> Scenario {
    Scenario { title: unplaced(title), roles: area.roles(), covers: Vec::new(), given, steps, expect: Vec::new() }
}
