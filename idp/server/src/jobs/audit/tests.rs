//! What leaves, and what happens when it cannot.

use std::fs;
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;

use countersign_core::audit::Checkpoint;

use super::sinks::Sinks;
use crate::config::{AuditTrail, SyslogAddress};

fn checkpoint(number: i64) -> Checkpoint {
    let text = |text: &str| text.to_owned();
    Checkpoint { number, seq: number * 4, chain: text("c"), at: 0, kid: text("k"), signature: text("s") }
}

fn trail() -> AuditTrail {
    AuditTrail { checkpoint_seconds: 10, checkpoint_file: None, syslog: None }
}

fn numbers(text: &str) -> Vec<i64> {
    let read = |line: &str| serde_json::from_str::<Checkpoint>(line).unwrap().number;
    text.lines().map(read).collect()
}

#[test]
fn a_file_grows_by_a_line_each_and_heals_behind_a_torn_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoints.jsonl");
    let settings = AuditTrail { checkpoint_file: Some(path.clone()), ..trail() };
    let mut sinks = Sinks::of(&settings);
    assert!(sinks.write(&[checkpoint(1), checkpoint(2)]));
    // Handed out again, since nobody noted that they had left: they are not written again.
    assert!(sinks.write(&[checkpoint(1), checkpoint(2), checkpoint(3)]));
    assert_eq!(numbers(&fs::read_to_string(&path).unwrap()), [1, 2, 3]);
    let torn = fs::read_to_string(&path).unwrap() + "{\"number\":4,\"se";
    fs::write(&path, &torn).unwrap();
    assert!(Sinks::of(&settings).write(&[checkpoint(4)]));
    let healed = fs::read_to_string(&path).unwrap();
    assert_eq!(numbers(healed.strip_prefix(&(torn + "\n")).unwrap()), [4]);
}

#[test]
fn the_system_log_gets_a_message_each() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log");
    let local = UnixDatagram::bind(&path).unwrap();
    let remote = UdpSocket::bind("127.0.0.1:0").unwrap();
    let expected = "<109>1 1970-01-01T00:00:00.000Z - countersign - checkpoint - \
                    {\"number\":1,\"seq\":4,\"chain\":\"c\",\"at\":0,\"kid\":\"k\",\"signature\":\"s\"}";
    let mut received = [0; 1024];
    let to = |syslog| Sinks::of(&AuditTrail { syslog: Some(syslog), ..trail() });
    assert!(to(SyslogAddress::Socket(path)).write(&[checkpoint(1)]));
    let length = local.recv(&mut received).unwrap();
    assert_eq!(std::str::from_utf8(&received[..length]).unwrap(), expected);
    assert!(to(SyslogAddress::Udp(remote.local_addr().unwrap())).write(&[checkpoint(1)]));
    let length = remote.recv(&mut received).unwrap();
    assert_eq!(std::str::from_utf8(&received[..length]).unwrap(), expected);
}

#[test]
fn a_sink_that_is_away_is_tried_again_and_the_others_do_not_repeat_themselves() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoints.jsonl");
    let socket = directory.path().join("log");
    let syslog = Some(SyslogAddress::Socket(socket.clone()));
    let mut sinks = Sinks::of(&AuditTrail { checkpoint_file: Some(path.clone()), syslog, ..trail() });
    assert!(!sinks.write(&[checkpoint(1)]));
    assert!(!sinks.write(&[checkpoint(1)]));
    let log = UnixDatagram::bind(&socket).unwrap();
    assert!(sinks.write(&[checkpoint(1), checkpoint(2)]));
    assert_eq!(numbers(&fs::read_to_string(&path).unwrap()), [1, 2]);
    log.set_nonblocking(true).unwrap();
    let mut received = [0; 1024];
    assert_eq!((0..3).filter(|_| log.recv(&mut received).is_ok()).count(), 2);
}
