//! A case's own world: terminal on its own line, gateway on its own port with its own keys and ledger, its own folder.
//!
//! Keys come from a pool of published test keys, drawn by the case's seed, so that a run can be repeated byte for byte.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::Value;
use sim_antom::{
    Authority, Call, Cashier, Client, ClientPages, Clients, Errand, Front, Gateway, Notifier, TcpAccept, Window,
};
use sim_edc::{Device, Drive, Lever, Operator, Pty};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use wire::antom::{KeyError, Signer};
use wire::clock::{Clock as _, ClockHandle};

use crate::clock::WorldClock;
use crate::dials::Dials;
use crate::driver::request::{ClockNow, GatewayAt, Initialize, TerminalAt, params};
use crate::memory::Memory;
use crate::plan::Case;
use crate::post::Post;
use crate::scenario::{NotifyRaw, Role};
use crate::trace::{Event, Recorder};

/// The client id of the merchant in every world.
const CLIENT_ID: &str = "SANDBOX_5YCONFORMANCE001";
/// Where the gateway seems to be in memory.
pub const MEMORY_GATEWAY: &str = "http://127.0.0.1:41001";

const NO_GATEWAY: &str = "the case has no gateway";

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
    waiting: Option<(Gateway, mpsc::Receiver<Call>, Notifier)>,
    /// Whoever handles the terminal.
    operator: Option<Operator>,
    /// How notifications are delivered that the gateway does not send.
    post: Option<Post>,
    /// Where the gateway takes errands.
    errands: Option<mpsc::Sender<Call>>,
    /// Where a browser finds the gateway, and the pin of its CA.
    pub client: Option<(SocketAddr, String)>,
    signing: Signing,
    recorder: Recorder,
    clock: WorldClock,
    dials: Dials,
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
            post: None,
            errands: None,
            client: None,
            signing,
            recorder: recorder.clone(),
            clock: clock.clone(),
            dials: Dials::default(),
        };
        if matches!(place, Place::Folder(_)) {
            std::fs::create_dir_all(&world.state)?;
        }
        if case.scenario.roles.contains(&Role::Edc) {
            world.open_terminal(case, place)?;
        }
        if case.scenario.roles.contains(&Role::Antom) {
            world.open_gateway(case, place).await?;
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

    async fn open_gateway(&mut self, case: &Case, place: Place<'_>) -> io::Result<()> {
        let damaged = |error: KeyError| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
        let load = |number| key(case, self.signing, number).map_err(damaged);
        let (antom, merchant, forger) = (load(0)?, load(1)?, load(2)?);
        let clients = Clients::from([(CLIENT_ID.to_owned(), Client::with_key(merchant.verifier().map_err(damaged)?))]);
        let (private, public) = (merchant.to_pkcs8_base64().map_err(damaged)?, antom.public_base64().map_err(damaged)?);
        let mut gateway = Gateway::new(clients, antom, Some(forger), case.scenario.given.antom.clone());
        if case.scenario.roles.contains(&Role::Client) {
            gateway.set_client(true);
        }
        let (requests, calls) = mpsc::channel(64);
        self.errands = Some(requests.clone());
        let clock: ClockHandle = Arc::new(self.clock.clone());
        let (url, notifier) = match place {
            Place::Folder(_) => {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
                let address = listener.local_addr()?;
                let url = format!("http://{address}");
                let mut front = Front::new(requests.clone(), clock.clone());
                if let (true, Place::Folder(folder)) = (case.scenario.roles.contains(&Role::Client), place) {
                    let authority = Authority::open(folder).map_err(io::Error::other)?;
                    front = front
                        .with_tls(authority.server(&[]).map_err(io::Error::other)?)
                        .with_pages(ClientPages::new(requests.clone()).pages())
                        .with_pages(Cashier::new(requests, clock).pages());
                    gateway.set_page_url(format!("{url}{}", Cashier::PATH));
                    self.client = Some((address, authority.pin()));
                }
                self.tasks.spawn(async move {
                    let _ = front.serve(TcpAccept(listener)).await;
                });
                (url, Notifier::new(Arc::new(self.dials.clone())))
            }
            Place::Memory(memory) => {
                memory.open_gateway(Window::new(requests, clock));
                (MEMORY_GATEWAY.to_owned(), Notifier::new(Arc::new(memory.clone())))
            }
        };
        self.post = Some(Post::new(notifier.clone(), self.clock.clone(), self.recorder.clone()));
        self.waiting = Some((gateway, calls, notifier));
        let client_id = CLIENT_ID.to_owned();
        self.gateway = Some(GatewayAt { url, client_id, private_key: private, gateway_public_key: public });
        Ok(())
    }

    /// Lets the gateway answer, now that it is known where notifications go that name no URL.
    pub fn start_gateway(&mut self, notify_url: Option<String>) {
        let Some((mut gateway, calls, notifier)) = self.waiting.take() else { return };
        if let Some(post) = &mut self.post {
            post.usually_to(notify_url.clone());
        }
        gateway.set_dashboard_url(notify_url);
        let recorder = self.recorder.clone();
        let observe = move |at, event| recorder.record_at(at, Event::Gateway(event));
        let clock = Arc::new(self.clock.clone());
        // In a box: it is large, and would be moved about otherwise.
        self.tasks.spawn(Box::pin(async move {
            // In memory nothing can fail to be kept.
            let _ = sim_antom::drive(gateway, calls, notifier, clock, observe).await;
        }));
    }

    /// Whether the integration may not know yet of a connection that was made to it.
    #[must_use]
    pub fn is_dialing(&self) -> bool {
        self.dials.is_crowded()
    }

    /// Where the gateway takes errands.
    #[must_use]
    pub fn errands(&self) -> Option<mpsc::Sender<Call>> {
        self.errands.clone()
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

    /// Has a line that is closed looked at now: nothing else tells at once that somebody has opened it.
    pub async fn look_at_line(&self) {
        if let Some(operator) = &self.operator {
            operator.look_at_line().await;
        }
    }

    /// Posts bytes to where notifications go: the URL of the last payment, or what the integration said at first.
    ///
    /// # Errors
    /// There is no gateway, or nobody has said where notifications go.
    pub fn notify_raw(&mut self, raw: &NotifyRaw) -> Result<(), String> {
        let delivered = self.post.as_mut().ok_or(NO_GATEWAY)?.raw(raw)?;
        self.tasks.spawn(delivered);
        Ok(())
    }

    /// Delivers the last genuine notification once more, byte for byte.
    ///
    /// # Errors
    /// There is no gateway, or nothing was notified yet.
    pub fn replay_notification(&mut self) -> Result<(), String> {
        let delivered = self.post.as_mut().ok_or(NO_GATEWAY)?.replay()?;
        self.tasks.spawn(delivered);
        Ok(())
    }

    /// Lets the gateway sign with another key from now on, which `initialize` tells next.
    ///
    /// # Errors
    /// There is no gateway, or it does not run.
    pub async fn change_gateway_key(&mut self, case: &Case) -> Result<(), String> {
        let (errands, told) = self.errands.as_ref().zip(self.gateway.as_mut()).ok_or(NO_GATEWAY)?;
        let fresh = key(case, self.signing, 3).map_err(|error| error.to_string())?;
        told.gateway_public_key = fresh.public_base64().map_err(|error| error.to_string())?;
        let (errand, done) = Errand::new(move |gateway, _| gateway.rotate(fresh));
        let stopped = || "the gateway does not run any more".to_owned();
        errands.send(Call::Errand(errand)).await.map_err(|_| stopped())?;
        done.await.map_err(|_| stopped())
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

/// The keys of the pool, read once.
fn pool() -> &'static [Option<Signer>] {
    static READ: OnceLock<Vec<Option<Signer>>> = OnceLock::new();
    READ.get_or_init(|| POOL.iter().map(|pem| Signer::load(pem.as_bytes()).ok()).collect())
}

/// A key of the pool, another one for each number.
fn key(case: &Case, signing: Signing, number: usize) -> Result<Signer, KeyError> {
    let start = usize::try_from(case.seed % 6).unwrap_or_default();
    match signing {
        // Reading one takes a while, since it is checked whether it is a key.
        Signing::Rsa => pool().get((start + number) % POOL.len()).and_then(Clone::clone).ok_or(KeyError::Empty),
        Signing::Words => Ok(Signer::word(&number.to_string())),
    }
}

/// What messages of the gateway are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signing {
    /// RSA, as the documents say.
    #[default]
    Rsa,
    /// A word that both sides know, in memory and in campaigns: RSA would be most of what a case costs.
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
