//! Terminal and gateway, each at a place that a person can name.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use sim_antom::{
    Authority, Call, Cashier, ClientPages, Clients, Control, Errand, Forger, Front, Gateway, Journal, KeyRing,
    KeyRingError, Notifier, SystemClock, TcpAccept, TcpConnect, TlsError, chromium_flags,
};
use sim_edc::{Device, Drive, Lever, Operator, Profile, Pty};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use wire::clock::ClockHandle;

use super::log::Log;
use crate::trace::Event;

/// Requests that may wait for the gateway.
const REQUESTS: usize = 64;

/// A terminal, and where.
#[derive(Debug)]
pub struct TerminalPlan {
    /// This path becomes a symlink to a PTY.
    pub link: PathBuf,
    /// What the line speaks.
    pub profile: Profile,
    /// What it shall do.
    pub script: sim_edc::Script,
}

/// A gateway, and where.
#[derive(Debug)]
pub struct GatewayPlan {
    /// A loopback address; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The folder of the keys; those that are missing are made.
    pub keys: PathBuf,
    /// The merchant's client id.
    pub client_id: String,
    /// Where notifications go that name no URL.
    pub notify_url: Option<String>,
    /// What it shall do.
    pub script: sim_antom::Script,
    /// Whether front ends are served.
    pub front_ends: FrontEnds,
}

/// Whether the client SDK's side is played, over https.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontEnds {
    /// It is.
    Served,
    /// It is not.
    None,
}

/// What stands. Dropping it takes everything down.
#[derive(Debug)]
pub struct Stand {
    tasks: JoinSet<String>,
    clock: SystemClock,
    log: Log,
    ready: Vec<String>,
    /// How the terminal is told something while it stands.
    operator: Option<Operator>,
    /// How the gateway is.
    errands: Option<mpsc::Sender<Call>>,
}

/// Why something cannot stand.
#[derive(Debug, thiserror::Error)]
pub enum StandError {
    /// No PTY, or the path cannot be linked.
    #[error("open the terminal's line at {}: {source}", path.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The port is taken, or the address is not this machine's.
    #[error("listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The address can be reached from elsewhere.
    #[error("listen on {address}: only loopback addresses are served, such as 127.0.0.1:8080")]
    BeyondLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The folder of keys is damaged, or cannot be written.
    #[error(transparent)]
    Keys(#[from] KeyRingError),
    /// The private CA cannot be had.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Stand {
    /// Nothing yet. What happens goes to the log. Must be called inside a tokio runtime.
    #[must_use]
    pub fn new(log: Log) -> Self {
        let (clock, ready) = (SystemClock::from_time_of_day(), Vec::new());
        Self { tasks: JoinSet::new(), clock, log, ready, operator: None, errands: None }
    }

    /// How to reach what stands: a line each, words of the form `name=value`.
    #[must_use]
    pub fn ready(&self) -> &[String] {
        &self.ready
    }

    /// The time in it.
    #[must_use]
    pub fn clock(&self) -> ClockHandle {
        Arc::new(self.clock.clone())
    }

    /// Puts a terminal up.
    ///
    /// # Errors
    /// There is no PTY to be had, or the path cannot be linked.
    pub fn put_terminal(&mut self, plan: &TerminalPlan) -> Result<(), StandError> {
        let pty = Pty::open(&plan.link).map_err(|source| StandError::Link { path: plan.link.clone(), source })?;
        let device = Device::new(plan.profile, &plan.script);
        let (clock, log) = (self.clock(), self.log.clone());
        let observe = move |at, event| log.add(at, Event::Terminal(event));
        let mut drive = Drive::new(device, pty, clock, observe);
        self.operator = Some(drive.operator());
        self.tasks.spawn(async move {
            let ended = drive.run().await;
            format!("the terminal's line is gone: {}", ended.err().map_or_else(String::new, |error| error.to_string()))
        });
        self.ready.push(format!("terminal ready link={} profile={}", plan.link.display(), plan.profile.word()));
        Ok(())
    }

    /// Puts a gateway up, with its buyer's page and its control API.
    ///
    /// # Errors
    /// The address cannot be listened on, or the keys cannot be had.
    pub async fn put_gateway(&mut self, plan: GatewayPlan) -> Result<(), StandError> {
        let address = plan.listen;
        if !address.ip().is_loopback() {
            return Err(StandError::BeyondLoopback { address });
        }
        let (merchant, antom) = KeyRing::open(&plan.keys)?.into_parts();
        let failed = |source| StandError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let url = format!("http://{bound}");
        let mut browser = None;
        let clients = Clients::from([(plan.client_id.clone(), merchant)]);
        // New each time: nobody may ever trust it.
        let mut gateway = Gateway::new(clients, antom, Forger::fresh(), plan.script);
        gateway.set_dashboard_url(plan.notify_url);
        gateway.set_page_url(format!("{url}{}", Cashier::PATH));
        let (requests, calls) = mpsc::channel(REQUESTS);
        self.errands = Some(requests.clone());
        let journal = Journal::default();
        let control = Control::new(requests.clone(), self.clock.clone(), journal.clone());
        let cashier = Cashier::new(requests.clone(), self.clock());
        let mut front = Front::new(requests.clone(), self.clock());
        front = front.with_pages(control.pages()).with_pages(cashier.pages());
        if plan.front_ends == FrontEnds::Served {
            let authority = Authority::open(&plan.keys)?;
            front = front.with_tls(authority.server(&[])?).with_pages(ClientPages::new(requests.clone()).pages());
            gateway.set_client(true);
            let flags: Vec<String> =
                chromium_flags(bound, &authority.pin()).iter().map(|flag| format!("'{flag}'")).collect();
            browser = Some(format!(
                "chromium --user-data-dir=$(mktemp -d) {} http://127.0.0.1:PORT/your-page",
                flags.join(" ")
            ));
        }
        drop(requests);
        let log = self.log.clone();
        let observe = move |at, event: sim_antom::Event| {
            journal.add(at, event.clone());
            log.add(at, Event::Gateway(event));
        };
        let (notifier, clock) = (Notifier::new(Arc::new(TcpConnect)), self.clock());
        self.tasks.spawn(async move {
            let ended = front.serve(TcpAccept(listener)).await;
            format!("the gateway's port is gone: {}", ended.err().map_or_else(String::new, |error| error.to_string()))
        });
        self.tasks.spawn(async move {
            let ended = sim_antom::drive(gateway, calls, notifier, clock, observe).await;
            format!("the gateway has ended: {}", ended.err().map_or_else(String::new, |error| error.to_string()))
        });
        self.ready.push(format!(
            "gateway ready url={url} client={} keys={} merchant-key={} antom-key={}",
            plan.client_id,
            plan.keys.display(),
            plan.keys.join("merchant-private.key").display(),
            plan.keys.join("antom-public.key").display(),
        ));
        self.ready.extend(browser);
        Ok(())
    }

    /// Lets both sides go by other scripts from now on.
    pub async fn follow(&self, terminal: sim_edc::Script, gateway: sim_antom::Script) {
        // A side that has ended by itself is told elsewhere.
        if let Some(operator) = &self.operator {
            let lever = Lever::Script(Box::new(terminal));
            let _ = operator.ask(move |device, now| device.pull(now, lever)).await;
        }
        if let Some(errands) = &self.errands {
            let (errand, done) = Errand::new(move |running, now| running.set_script(now, gateway));
            let _ = errands.send(Call::Errand(errand)).await;
            let _ = done.await;
        }
    }

    /// Completes when a side has ended by itself, which none does as long as all is well.
    pub async fn ended(&mut self) -> String {
        match self.tasks.join_next().await {
            Some(Ok(why)) => why,
            Some(Err(error)) => error.to_string(),
            None => std::future::pending().await,
        }
    }
}
