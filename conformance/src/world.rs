//! A case's own world: terminal on its own line, gateway on its own port with its own keys and ledger, its own folder.
//!
//! Keys come from a pool of published test keys, drawn by the case's seed, so that a run can be repeated byte for byte.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use sim_antom::{Client, Clients, Delivery, Gateway, Notifier, TcpAccept, TcpConnect};
use sim_edc::{Device, Drive, Lever, Operator, Pty};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use wire::antom::{Ack, Headers, KeyError, Signer};
use wire::clock::{Clock as _, Deadlines};
use wire::hex::TextBytes;

use crate::clock::WorldClock;
use crate::driver::request::{ClockNow, GatewayAt, Initialize, TerminalAt, params};
use crate::memory::Memory;
use crate::plan::Case;
use crate::scenario::{NotifyRaw, Role};
use crate::trace::{Event, Recorder};

/// The client id of the merchant in every world.
const CLIENT_ID: &str = "SANDBOX_5YCONFORMANCE001";
/// Where the gateway seems to be in memory.
pub const MEMORY_GATEWAY: &str = "http://127.0.0.1:41001";

/// Numbers of raw deliveries begin behind it, so that none is a delivery of the gateway.
const RAW_DELIVERIES: u64 = 1_000_000;
/// How long the answer to a raw delivery is waited for.
const RAW_ANSWER: Duration = Duration::from_secs(10);

/// Private keys: see fixtures/keys/README.md.
const POOL: [&str; 6] = [
    include_str!("../../fixtures/keys/pool-0.private.pem"),
    include_str!("../../fixtures/keys/pool-1.private.pem"),
    include_str!("../../fixtures/keys/pool-2.private.pem"),
    include_str!("../../fixtures/keys/pool-3.private.pem"),
    include_str!("../../fixtures/keys/pool-4.private.pem"),
    include_str!("../../fixtures/keys/pool-5.private.pem"),
];

/// Where everything of a world runs. Dropping it stops everything.
#[derive(Debug)]
pub struct World {
    /// Terminal, server and gateway.
    tasks: JoinSet<()>,
    /// What `initialize` tells of the terminal.
    pub terminal: Option<TerminalAt>,
    /// What `initialize` tells of the gateway.
    pub gateway: Option<GatewayAt>,
    /// The folder that survives a restart of the integration.
    pub state: PathBuf,
    /// The gateway, until it is known where notifications go.
    waiting: Option<(Gateway, mpsc::Receiver<sim_antom::Call>, Notifier)>,
    /// Whoever handles the terminal.
    operator: Option<Operator>,
    /// How raw notifications are delivered.
    notifier: Option<Notifier>,
    /// Where the integration said that notifications go.
    notify_url: Option<String>,
    /// Raw notifications so far.
    raw: u64,
    recorder: Recorder,
    clock: WorldClock,
}

impl World {
    /// Opens the world of a case: on a PTY and loopback below `folder`, or in memory.
    ///
    /// # Errors
    /// No PTY, no port, or no folder is to be had.
    pub async fn open(
        case: &Case,
        clock: &WorldClock,
        recorder: &Recorder,
        place: Place<'_>,
        signing: Signing,
    ) -> io::Result<Self> {
        let state = match place {
            Place::Folder(folder) => folder.join("state"),
            Place::Memory(_) => PathBuf::from("state"),
        };
        let mut world = Self {
            tasks: JoinSet::new(),
            terminal: None,
            gateway: None,
            state,
            waiting: None,
            operator: None,
            notifier: None,
            notify_url: None,
            raw: 0,
            recorder: recorder.clone(),
            clock: clock.clone(),
        };
        if matches!(place, Place::Folder(_)) {
            std::fs::create_dir_all(&world.state)?;
        }
        if case.scenario.roles.contains(&Role::Edc) {
            world.open_terminal(case, place)?;
        }
        if case.scenario.roles.contains(&Role::Antom) {
            world.open_gateway(case, place, signing).await?;
        }
        Ok(world)
    }

    fn open_terminal(&mut self, case: &Case, place: Place<'_>) -> io::Result<()> {
        let given = &case.scenario.given;
        let device = Device::new(given.profile, &given.terminal);
        let clock = Arc::new(self.clock.clone());
        let recorder = self.recorder.clone();
        let observe = move |at, event| recorder.record_at(at, Event::Terminal(event));
        let port = match place {
            Place::Folder(folder) => {
                let link = folder.join("terminal");
                let mut drive = Drive::new(device, Pty::open(&link)?, clock, observe);
                self.operator = Some(drive.operator());
                self.tasks.spawn(async move {
                    let _ = drive.run().await;
                });
                link.display().to_string()
            }
            Place::Memory(memory) => {
                let mut drive = Drive::new(device, memory.line(), clock, observe);
                self.operator = Some(drive.operator());
                self.tasks.spawn(async move {
                    let _ = drive.run().await;
                });
                "terminal".to_owned()
            }
        };
        self.terminal = Some(TerminalAt {
            port,
            profile: given.profile,
            merchant_id: "M0001".to_owned(),
            terminal_id: "T0000001".to_owned(),
            registration_no: "1234567890".to_owned(),
        });
        Ok(())
    }

    async fn open_gateway(&mut self, case: &Case, place: Place<'_>, signing: Signing) -> io::Result<()> {
        let damaged = |error: KeyError| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
        let start = usize::try_from(case.seed % 6).unwrap_or_default();
        let load = |offset: usize| match signing {
            Signing::Rsa => {
                POOL.get((start + offset) % POOL.len()).map_or(Err(KeyError::Empty), |pem| Signer::load(pem.as_bytes()))
            }
            Signing::Words => Ok(Signer::word(&format!("{offset}"))),
        };
        let (antom, merchant, forger) =
            (load(0).map_err(damaged)?, load(1).map_err(damaged)?, load(2).map_err(damaged)?);
        let clients = Clients::from([(CLIENT_ID.to_owned(), Client::with_key(merchant.verifier().map_err(damaged)?))]);
        let (private, public) = (merchant.to_pkcs8_base64().map_err(damaged)?, antom.public_base64().map_err(damaged)?);
        let gateway = Gateway::new(clients, antom, Some(forger), case.scenario.given.antom.clone());
        let (requests, calls) = mpsc::channel(64);
        let clock = Arc::new(self.clock.clone());
        let (url, notifier) = match place {
            Place::Folder(_) => {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
                let url = format!("http://{}", listener.local_addr()?);
                self.tasks.spawn(async move {
                    let _ = sim_antom::serve(TcpAccept(listener), requests, clock).await;
                });
                (url, Notifier::new(Arc::new(TcpConnect)))
            }
            Place::Memory(memory) => {
                let accept = memory.gateway();
                self.tasks.spawn(async move {
                    let _ = sim_antom::serve(accept, requests, clock).await;
                });
                (MEMORY_GATEWAY.to_owned(), Notifier::new(Arc::new(memory.clone())))
            }
        };
        self.notifier = Some(notifier.clone());
        self.waiting = Some((gateway, calls, notifier));
        let client_id = CLIENT_ID.to_owned();
        self.gateway = Some(GatewayAt { url, client_id, private_key: private, gateway_public_key: public });
        Ok(())
    }

    /// Lets the gateway answer, now that it is known where notifications go that name no URL.
    pub fn start_gateway(&mut self, notify_url: Option<String>) {
        let Some((mut gateway, calls, notifier)) = self.waiting.take() else { return };
        self.notify_url.clone_from(&notify_url);
        gateway.set_dashboard_url(notify_url);
        let recorder = self.recorder.clone();
        let observe = move |at, event| recorder.record_at(at, Event::Gateway(event));
        let clock = Arc::new(self.clock.clone());
        self.tasks.spawn(async move {
            // In memory nothing can fail to be kept.
            let _ = sim_antom::drive(gateway, calls, notifier, clock, observe).await;
        });
    }

    /// Puts bytes on the line to the till, whatever the terminal is doing. On a line that nobody has open they are
    /// lost.
    ///
    /// # Errors
    /// There is no terminal.
    pub async fn send_raw(&self, bytes: Bytes) -> Result<(), String> {
        let operator = self.operator.as_ref().ok_or("the case has no terminal")?;
        let pulled = operator.ask(move |device, now| device.pull(now, Lever::Say(bytes))).await;
        // On a line that is unplugged they are lost too.
        pulled.map(|_| ()).ok_or_else(|| "the terminal does not run any more".to_owned())
    }

    /// Posts bytes to where notifications go: the URL of the last payment, or what the integration said at first.
    ///
    /// # Errors
    /// There is no gateway, or nobody has said where notifications go.
    pub fn notify_raw(&mut self, raw: &NotifyRaw) -> Result<(), String> {
        let notifier = self.notifier.clone().ok_or("the case has no gateway")?;
        let url = self.recorder.last(named_url).or_else(|| self.notify_url.clone());
        let url = url.ok_or("the integration has named no URL for notifications yet")?;
        let mut headers = Headers::new();
        if !raw.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
            headers.push("Content-Type", "application/json; charset=UTF-8");
        }
        raw.headers.iter().for_each(|(name, value)| headers.push(name, value));
        self.raw += 1;
        let (id, body) = (RAW_DELIVERIES + self.raw, raw.bytes());
        self.recorder.record(Event::Gateway(sim_antom::Event::Notice {
            id,
            payment_request_id: String::new(),
            attempt: 1,
            url: url.clone(),
            headers: headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: TextBytes(body.clone()),
            genuine: false,
            altered: false,
        }));
        let (clock, recorder) = (self.clock.clone(), self.recorder.clone());
        let patience = Deadlines { world: None, peer: Some(clock.now() + RAW_ANSWER) };
        self.tasks.spawn(async move {
            let answer = tokio::select! {
                biased;
                answer = notifier.deliver(Delivery { id, url, headers, body }) => answer,
                () = clock.sleep(patience) => Err(format!("no answer within {} s", RAW_ANSWER.as_secs())),
            };
            let (status, body, verdict) = match answer {
                Ok((status, body)) => (Some(status), body.clone(), Ack::read(status, &body)),
                Err(problem) => (None, Bytes::new(), Err(problem)),
            };
            recorder.record(Event::Gateway(sim_antom::Event::NoticeAnswered {
                id,
                status,
                body: TextBytes(body),
                acknowledged: verdict.is_ok(),
                problem: verdict.err(),
            }));
        });
        Ok(())
    }

    /// The parameters of `initialize`.
    #[must_use]
    pub fn initialize(&self, case: &Case) -> Value {
        params(&Initialize {
            protocol: "1".to_owned(),
            case: case.name.clone(),
            seed: case.seed,
            state: self.state.display().to_string(),
            clock: ClockNow { now: self.clock.now().as_millis() },
            terminal: self.terminal.clone(),
            gateway: self.gateway.clone(),
        })
    }
}

/// Where a request of the integration says that notifications go.
fn named_url(event: &Event) -> Option<String> {
    let Event::Gateway(sim_antom::Event::Request { body, .. }) = event else { return None };
    let body: Value = serde_json::from_slice(&body.0).ok()?;
    body["paymentNotifyUrl"].as_str().map(str::to_owned)
}

/// What messages of the gateway are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signing {
    /// RSA, as the documents say.
    #[default]
    Rsa,
    /// A word that both sides know, in memory only: RSA would be most of what a case costs.
    Words,
}

/// Where a world is.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// Below a folder of its own, on a PTY and loopback ports.
    Folder(&'a Path),
    /// Inside this process.
    Memory(&'a Memory),
}
