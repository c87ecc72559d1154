//! A world in memory: a simulated terminal, a fake gateway, books that outlive the merchant.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reference::{Accept, Arrival, BookStore, BoxFuture, Fault, Stream, World, serve};
use serde_json::{Value, json};
use sim_edc::{Device, Event, MemoryLine, Profile, Script, SystemClock, drive};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};
use wire::clock::ClockHandle;
use wire::edc::Kind;
use wire::time::Moment;

use crate::gateway::FakeGateway;
use crate::noise::{self, Chance};

pub(crate) type Books = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

#[derive(Clone)]
pub(crate) struct MemoryWorld {
    pub(crate) clock: ClockHandle,
    pub(crate) books: Books,
    pub(crate) gateway: FakeGateway,
    pub(crate) events: Arc<Mutex<Vec<Event>>>,
    /// What the cable's noise begins from; without it the cable is good.
    pub(crate) noise: Option<Arc<Mutex<Chance>>>,
    cable: Arc<Mutex<Option<AbortHandle>>>,
    terminal: mpsc::Sender<DuplexStream>,
}

impl MemoryWorld {
    /// A world whose terminal follows a script.
    pub(crate) fn new(script: &Script) -> Self {
        Self::speaking(Profile::Stx, script)
    }

    pub(crate) fn speaking(profile: Profile, script: &Script) -> Self {
        let (world, clients) = Self::by_hand();
        let seen = Arc::clone(&world.events);
        let observer = move |_, event| seen.lock().unwrap().push(event);
        let clock = Arc::clone(&world.clock);
        tokio::spawn(drive(Device::new(profile, script), MemoryLine::new(clients), clock, observer));
        world
    }

    /// A world whose terminal is the test itself: the other ends of the line come from the channel.
    pub(crate) fn by_hand() -> (Self, mpsc::Receiver<DuplexStream>) {
        let clock: ClockHandle = Arc::new(SystemClock::starting_at(Moment::WORLD_START));
        let (terminal, clients) = mpsc::channel(4);
        let (books, gateway, events, cable) = Default::default();
        (Self { clock, books, gateway, events, noise: None, cable, terminal }, clients)
    }

    /// Pulls the plug: both ends see the line close.
    pub(crate) fn unplug(&self) {
        if let Some(cable) = self.cable.lock().unwrap().take() {
            cable.abort();
        }
    }

    /// The commands that the terminal received, repeats not counted.
    pub(crate) fn commands(&self) -> Vec<Value> {
        let events = self.events.lock().unwrap();
        let commands = events.iter().filter_map(|event| match event {
            Event::Received { kind: Kind::Command, json, repeat: false, refused: false, .. } => Some(json.clone()),
            _ => None,
        });
        commands.collect()
    }

    pub(crate) fn command_names(&self) -> Vec<String> {
        self.commands().iter().map(|command| command["commandName"].as_str().unwrap().to_owned()).collect()
    }

    /// The requestIds that a till has given to an order, as its book says.
    pub(crate) fn request_ids_of(&self, order: &str) -> Vec<String> {
        let books = self.books.lock().unwrap();
        let lines = books.values().flatten().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let ours = lines.filter(|line| line["intent"]["order"] == order);
        ours.filter_map(|line| line["intent"]["requestId"].as_str().map(str::to_owned)).collect()
    }

    /// How many payments succeeded at the terminal.
    pub(crate) fn charges(&self) -> usize {
        let events = self.events.lock().unwrap();
        events.iter().filter(|e| matches!(e, Event::Recorded { result_code, .. } if result_code == "SUCCESS")).count()
    }
}

impl World for MemoryWorld {
    fn open_serial(&self, _port: &str) -> BoxFuture<'static, io::Result<Box<dyn Stream>>> {
        let (terminal, cable, noise) = (self.terminal.clone(), Arc::clone(&self.cable), self.noise.clone());
        Box::pin(async move {
            let (ours, mut near) = tokio::io::duplex(64 * 1024);
            let (mut far, theirs) = tokio::io::duplex(64 * 1024);
            terminal.send(theirs).await.map_err(|_| io::Error::from(io::ErrorKind::NotFound))?;
            // Each opening of the line has noise of its own.
            let noise = noise.map(|chance| Chance::new(chance.lock().unwrap().next()));
            let carrying = tokio::spawn(async move {
                match noise {
                    Some(chance) => noise::carry(near, far, chance).await,
                    None => drop(tokio::io::copy_bidirectional(&mut near, &mut far).await),
                }
            });
            *cable.lock().unwrap() = Some(carrying.abort_handle());
            Ok(Box::new(ours) as Box<dyn Stream>)
        })
    }

    fn connect(&self, _authority: &str) -> BoxFuture<'static, io::Result<Box<dyn Stream>>> {
        let gateway = self.gateway.clone();
        Box::pin(async move { gateway.connect().map(|stream| Box::new(stream) as Box<dyn Stream>) })
    }

    fn listen(&self) -> BoxFuture<'static, io::Result<(String, Box<dyn Accept>)>> {
        let (connect, connections) = mpsc::channel(16);
        self.gateway.found_merchant(connect);
        let accept = Box::new(MemoryAccept(connections)) as Box<dyn Accept>;
        Box::pin(async move { Ok(("http://127.0.0.1:52001".to_owned(), accept)) })
    }

    fn book(&self, folder: &str) -> io::Result<Box<dyn BookStore>> {
        Ok(Box::new(MemoryBook { folder: folder.to_owned(), books: Arc::clone(&self.books) }))
    }

    fn clock(&self) -> ClockHandle {
        Arc::clone(&self.clock)
    }
}

struct MemoryAccept(mpsc::Receiver<DuplexStream>);

impl Accept for MemoryAccept {
    fn accept(&mut self) -> BoxFuture<'_, io::Result<Arrival>> {
        Box::pin(async {
            match self.0.recv().await {
                Some(stream) => Ok(Arrival::Connection(Box::new(stream))),
                None => std::future::pending().await,
            }
        })
    }
}

struct MemoryBook {
    folder: String,
    books: Books,
}

impl BookStore for MemoryBook {
    fn load(&self) -> io::Result<Vec<String>> {
        Ok(self.books.lock().unwrap().get(&self.folder).cloned().unwrap_or_default())
    }
    fn append(&mut self, line: &str) -> io::Result<()> {
        self.books.lock().unwrap().entry(self.folder.clone()).or_default().push(line.to_owned());
        Ok(())
    }
}

/// A merchant that was started, and its driver lines.
pub(crate) struct Client {
    serving: JoinHandle<io::Result<()>>,
    to: WriteHalf<DuplexStream>,
    from: BufReader<ReadHalf<DuplexStream>>,
    ids: u64,
}

impl Client {
    pub(crate) fn start(world: &MemoryWorld, fault: Option<Fault>) -> Self {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (input, output) = tokio::io::split(theirs);
        let serving = tokio::spawn(serve(input, output, Arc::new(world.clone()), fault));
        let (from, to) = tokio::io::split(ours);
        Self { serving, to, from: BufReader::new(from), ids: 0 }
    }

    /// Started and initialised for the terminal.
    pub(crate) async fn at_terminal(world: &MemoryWorld, fault: Option<Fault>) -> Self {
        let mut client = Self::start(world, fault);
        client.initialize(json!({"terminal": terminal("stx")})).await;
        client
    }

    pub(crate) async fn initialize(&mut self, more: Value) -> Value {
        let mut params = json!({"protocol": "1", "case": "test", "seed": 1, "state": "state"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("initialize", params).await
    }

    pub(crate) async fn raw(&mut self, line: &[u8]) -> Value {
        self.to.write_all(line).await.unwrap();
        self.to.write_all(b"\n").await.unwrap();
        self.answer().await
    }

    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.ids += 1;
        let request = json!({"jsonrpc": "2.0", "id": self.ids, "method": method, "params": params});
        self.to.write_all(format!("{request}\n").as_bytes()).await.unwrap();
        self.ids
    }

    pub(crate) async fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.from.read_line(&mut line).await.unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
    }

    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        let answer = self.answer().await;
        assert_eq!(answer["id"], json!(id), "{answer}");
        answer.get("result").cloned().unwrap_or_else(|| panic!("{method}: {answer}"))
    }

    pub(crate) async fn sell(&mut self, order: &str, won: u64) {
        let amount = json!({"currency": "KRW", "value": won.to_string()});
        let answer = self.call("checkout", json!({"order": order, "by": "terminal", "amount": amount})).await;
        assert_eq!(answer["state"], "open");
    }

    pub(crate) async fn status(&mut self, order: &str) -> Value {
        self.call("orderStatus", json!({"order": order})).await
    }

    /// Waits until the order is decided, at most ten minutes: its state and what was booked.
    pub(crate) async fn settled(&mut self, order: &str) -> (String, String) {
        for _ in 0..1200 {
            let status = self.status(order).await;
            if status["state"] != "open" {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                return (text(&status["state"]), text(&status["booked"]["value"]));
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("order {order} is still open");
    }

    /// What SIGKILL is to a process.
    pub(crate) async fn kill(self) {
        self.serving.abort();
        assert!(self.serving.await.unwrap_err().is_cancelled());
    }

    pub(crate) async fn shut_down(mut self) {
        self.call("shutdown", json!({})).await;
        self.serving.await.unwrap().unwrap();
    }

    pub(crate) async fn close(self) -> io::Result<()> {
        drop(self.to);
        drop(self.from);
        self.serving.await.unwrap()
    }
}

pub(crate) fn terminal(profile: &str) -> Value {
    json!({"port": "line", "profile": profile, "merchantId": "M0001", "terminalId": "T0000001", "registrationNo": "1234567890"})
}

/// Both of an order's facts.
pub(crate) fn is(state: &str, booked: u64) -> (String, String) {
    (state.to_owned(), booked.to_string())
}
