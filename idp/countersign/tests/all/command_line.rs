//! The binary as an operator meets it: exit codes, refusals, and an orderly end.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use super::installation::{
    Installation, KEY, countersign, free_port, get, said, terminate, wait_until_ready,
};

#[test]
fn misuse_is_2_failure_is_1_and_done_is_0() {
    assert_eq!(countersign().arg("serv").output().unwrap().status.code(), Some(2));
    assert_eq!(countersign().output().unwrap().status.code(), Some(2));
    let missing = countersign().args(["serve", "--config", "/nonexistent.toml"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("/nonexistent.toml"), "{}", said(&missing));
    assert_eq!(countersign().arg("--version").output().unwrap().status.code(), Some(0));
}

#[test]
fn a_configuration_is_checked_without_starting_anything() {
    let good = Installation::new(Path::new("x.db"), "");
    let output = good.run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!good.directory.path().join("x.db").exists());

    let bad = Installation::new(Path::new("x.db"), "[smpt]\nhost = \"mail\"\n");
    let output = bad.run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("did you mean `smtp`"), "{}", said(&output));
    assert!(!said(&output).contains(KEY));
}

#[test]
fn the_reference_is_the_one_that_is_checked_in() {
    let output = countersign().args(["config", "reference"]).output().unwrap();
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    assert_eq!(String::from_utf8_lossy(&output.stdout), fs::read_to_string(checked_in).unwrap());
}

#[test]
fn the_description_of_the_api_is_printed() {
    let printed = countersign().arg("openapi").output().unwrap();
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    assert!(printed.status.success());
    assert_eq!(String::from_utf8_lossy(&printed.stdout), fs::read_to_string(checked_in).unwrap());
}

#[test]
fn serve_asks_for_migrations_and_serves_after_them_until_sigterm() {
    let installation = Installation::new(Path::new("main.db"), "");
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("countersign migrate"), "{}", said(&refused));

    assert_eq!(installation.run(&["migrate"]).status.code(), Some(0));
    let again = installation.run(&["migrate"]);
    assert!(said(&again).contains("up to date"), "{}", said(&again));

    let mut command = installation.command(&["serve"]);
    let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
    wait_until_ready(&mut process, installation.port);
    assert!(get(installation.port, "/metrics").starts_with("HTTP/1.1 200"));
    terminate(&process);
    assert_eq!(process.wait().unwrap().code(), Some(0));
    let lines: Vec<String> =
        BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(lines.iter().any(|line| line.contains("\"answered\"") && line.contains("/readyz")), "{lines:?}");
    for line in lines {
        assert!(line.starts_with('{') && line.ends_with('}'), "not JSON: {line}");
    }

    let keys = installation.run(&["keys", "list"]);
    assert!(said(&keys).contains("RS256") && said(&keys).contains("active"), "{}", said(&keys));
}

#[cfg(feature = "demo")]
#[test]
fn serve_refuses_a_demos_database_and_the_demo_starts_again_on_it() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let port = free_port();
    let demo = || {
        let mut command = countersign();
        command.arg("demo").arg("--data").arg(&data);
        for (flag, port) in [
            ("--issuer-port", port),
            ("--dms-port", free_port()),
            ("--ccms-port", free_port()),
            ("--settlement-agent-port", free_port()),
            ("--mail-port", free_port()),
            ("--smtp-port", free_port()),
        ] {
            command.args([flag, &port.to_string()]);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    for _ in 0..2 {
        let mut process = demo();
        wait_until_ready(&mut process, port);
        terminate(&process);
        assert_eq!(process.wait().unwrap().code(), Some(0));
    }
    let installation = Installation::new(&data.join("countersign.db"), "");
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("made by `countersign demo`"), "{}", said(&refused));
}
