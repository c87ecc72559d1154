//! SIGINT, SIGTERM and SIGHUP: the run stops where it is, ends what it started, and still reports what it has.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How often a case looks.
const LOOK: Duration = Duration::from_millis(50);

/// Starts watching: from here on no signal ends the program but a second one.
pub fn watch() {
    let (watching, is_watching) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()))
            else {
                return;
            };
            let _ = watching.send(());
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hangup.recv() => {}
                }
                if INTERRUPTED.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            }
        });
    });
    // Where there is no watching, the other end is gone.
    let _ = is_watching.recv();
}

/// Whether a signal came.
#[must_use]
pub fn came() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Completes when a signal has come. For real time only: it looks at a real clock.
pub async fn wait() {
    while !came() {
        tokio::time::sleep(LOOK).await;
    }
}
