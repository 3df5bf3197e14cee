//! Checkpoints as messages of the system log (RFC 5424), over its local socket or UDP (RFC 5426).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::unix::net::UnixDatagram;

use countersign_core::audit::Checkpoint;
use countersign_core::from_millis;

use crate::config::SyslogAddress;

/// Facility 13 (log audit), severity 5 (notice): RFC 5424 §6.2.1.
const PRIORITY: u8 = 13 * 8 + 5;

/// Sends one message each.
pub(super) fn send(address: &SyslogAddress, checkpoints: &[&Checkpoint]) -> io::Result<()> {
    let messages = checkpoints.iter().map(|checkpoint| message(checkpoint)).collect::<Result<Vec<_>, _>>()?;
    match address {
        SyslogAddress::Socket(path) => {
            let socket = UnixDatagram::unbound()?;
            messages.iter().try_for_each(|message| socket.send_to(message.as_bytes(), path).map(drop))
        }
        SyslogAddress::Udp(address) => {
            let any = match address {
                SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
                SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
            };
            let socket = UdpSocket::bind(any)?;
            messages.iter().try_for_each(|message| socket.send_to(message.as_bytes(), address).map(drop))
        }
    }
}

/// RFC 5424 §6: host name and process are left to whoever receives it.
fn message(checkpoint: &Checkpoint) -> Result<String, serde_json::Error> {
    let at = from_millis(checkpoint.at).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let object = serde_json::to_string(checkpoint)?;
    Ok(format!("<{PRIORITY}>1 {at} - countersign - checkpoint - {object}"))
}
