//! An integration that is killed and started again in the middle of a case.

use super::kept_port::{ComingPort, KeptPort};
use super::session::Session;
use super::stage::Stage;
use crate::driver::{DriverError, Hello};
use crate::integration::Integration;
use crate::scenario::GatewayKey;

impl Stage<'_> {
    /// Kills the integration, and starts it on the same state.
    pub(super) async fn restart(&mut self, gateway_key: GatewayKey) -> Result<(), DriverError> {
        self.cut_off();
        self.abandon_calls();
        self.lives += 1;
        let kept = self.replace().await?;
        if gateway_key == GatewayKey::New {
            self.world.change_gateway_key(self.case).await.map_err(DriverError::Unreachable)?;
        }
        let mut hello = self.greet().await;
        // One who cannot listen where somebody else has the port, though nobody listens there, gets it for itself.
        if kept.is_some() && hello.as_ref().ok().map(|hello| &hello.notify_url) != Some(&self.notify_url) {
            drop(kept);
            drop(self.replace().await?);
            hello = self.greet().await;
        }
        hello?;
        if let Some(front) = &self.front {
            front.use_driver(self.session.driver.clone()).await;
        }
        self.set_time().await
    }

    /// Kills what runs, and starts another one, for which the port is kept.
    async fn replace(&mut self) -> Result<Option<KeptPort>, DriverError> {
        let fresh = Session::start(self.settings, self.recorder, self.memory)?;
        // In memory nobody has a port.
        let is_program = matches!(self.settings.integration, Integration::Command { .. });
        let coming = self.notify_url.clone().filter(|_| is_program).map(ComingPort::of);
        std::mem::replace(&mut self.session, fresh).kill(self.recorder).await;
        Ok(match coming {
            Some(coming) => coming.kept().await,
            None => None,
        })
    }

    async fn greet(&self) -> Result<Hello, DriverError> {
        let params = self.world.initialize(self.case);
        self.session.initialize(self.settings, self.recorder, params).await
    }

    /// Whoever is killed before it has said that it sells an order may know of it, or not.
    fn cut_off(&mut self) {
        let cut = std::mem::take(&mut self.selling).into_iter().filter(|(_, call)| !call.is_finished());
        for (name, _) in cut {
            let (_, params) = self.sold.get(&name).cloned().unwrap_or_default();
            let parts = params["orders"].as_array().into_iter().flatten();
            self.cut.extend(parts.filter_map(|part| part["order"].as_str()).map(str::to_owned));
            self.cut.insert(name);
        }
    }
}
