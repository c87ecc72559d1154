//! Terminal and gateway for whoever comes, without a driver: they stand on a link and a port, and what passes is judged
//! as it happens.

mod judge;
mod log;
mod stand;

pub use judge::{Judge, NAME, News, Said};
pub use log::{LARGEST, LONGEST, Log};
pub use stand::{FrontEnds, GatewayPlan, Stand, StandError, TerminalPlan};
