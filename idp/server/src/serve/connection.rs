//! Connections: how many, how slow, and with or without TLS.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use axum_server::accept::NoDelayAcceptor;
use axum_server::{Handle, Server};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service;

use super::client::Peer;
use super::{Serving, tls};
use crate::config::LimitSettings;

/// HTTP/2 streams one connection may have open at once.
const STREAMS: u32 = 100;

/// Serves `router` on `listener` until `handle` says otherwise.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    serving: &Serving,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    let connections = Connections::new(router, &serving.limits);
    let server = limited(axum_server::from_tcp(listener)?.acceptor(NoDelayAcceptor::new()), &serving.limits);
    let server = server.handle(handle);
    match &serving.tls {
        None => server.serve(connections).await,
        Some(files) => {
            let timeout = Duration::from_secs(serving.limits.header_seconds.into());
            let acceptor = tls::acceptor(files, timeout).await?.acceptor(NoDelayAcceptor::new());
            server.acceptor(acceptor).serve(connections).await
        }
    }
}

fn limited<A>(mut server: Server<SocketAddr, A>, limits: &LimitSettings) -> Server<SocketAddr, A> {
    let head = Duration::from_secs(limits.header_seconds.into());
    let head_bytes = usize::try_from(limits.header_bytes).unwrap_or(usize::MAX);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(head).max_buf_size(head_bytes);
    builder.http2().max_header_list_size(limits.header_bytes).max_concurrent_streams(STREAMS);
    server.first_request_timeout(head).accept_error_handler(|peer, error| {
        tracing::debug!(?peer, %error, "connection not accepted");
    })
}

/// Makes a service for every connection, up to a number.
struct Connections {
    router: Router,
    places: Arc<Semaphore>,
}

impl Connections {
    fn new(router: Router, limits: &LimitSettings) -> Self {
        let places = usize::try_from(limits.connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { router, places: Arc::new(Semaphore::new(places)) }
    }

    fn admit(&self, peer: SocketAddr) -> Result<Connection, Full> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            metrics::counter!("countersign_connections_refused_total").increment(1);
            Full
        })?;
        Ok(Connection { router: self.router.clone(), peer, _place: Arc::new(place) })
    }
}

impl Service<SocketAddr> for Connections {
    type Response = Connection;
    type Error = Full;
    type Future = std::future::Ready<Result<Connection, Full>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Full>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, peer: SocketAddr) -> Self::Future {
        std::future::ready(self.admit(peer))
    }
}

/// There are as many connections as there may be.
#[derive(Debug, thiserror::Error)]
#[error("too many connections")]
struct Full;

/// One connection: tells every request who is at its other end, and holds its place until it closes.
#[derive(Clone)]
struct Connection {
    router: Router,
    peer: SocketAddr,
    _place: Arc<OwnedSemaphorePermit>,
}

impl<B> Service<Request<B>> for Connection
where
    Router: Service<Request<B>, Error = Infallible>,
{
    type Response = <Router as Service<Request<B>>>::Response;
    type Error = Infallible;
    type Future = <Router as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        <Router as Service<Request<B>>>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(Peer(self.peer));
        self.router.call(request)
    }
}
