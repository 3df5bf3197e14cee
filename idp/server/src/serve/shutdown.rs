//! The end of the process, told to everyone who works in it.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Resolves, for every holder, when the process is asked to end.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// On SIGTERM or SIGINT.
    pub fn on_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            sender.send_replace(true);
        });
        Ok(Self(receiver))
    }

    /// When the returned function is called; for tests and for those who embed the server.
    pub fn by_hand() -> (Self, impl Fn() + Send + Sync + 'static) {
        let (sender, receiver) = watch::channel(false);
        let request = move || {
            sender.send_replace(true);
        };
        (Self(receiver), request)
    }

    /// Resolves when the end was asked for, or when nobody is left who could ask.
    pub async fn requested(&self) {
        let mut receiver = self.0.clone();
        let _ = receiver.wait_for(|requested| *requested).await;
    }
}
