//! Where everything is, for people and for each other.

use crate::cli::Ports;

/// Base URLs, without a trailing slash.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) issuer: String,
    pub(crate) dms: String,
    pub(crate) ccms: String,
    pub(crate) settlement_agent: String,
    pub(crate) mail: String,
    /// Reserved: nothing listens there yet.
    pub(crate) console: String,
    /// Reserved: nothing listens there yet.
    pub(crate) card_agent: String,
    pub(crate) ports: Ports,
}

impl Addresses {
    pub(crate) fn new(ports: Ports) -> Self {
        let at = |port: u16| format!("http://localhost:{port}");
        Self {
            issuer: at(ports.issuer),
            dms: at(ports.dms),
            ccms: at(ports.ccms),
            settlement_agent: at(ports.settlement_agent),
            mail: at(ports.mail),
            console: at(ports.console),
            card_agent: format!("http://127.0.0.1:{}", ports.card_agent),
            ports,
        }
    }
}
