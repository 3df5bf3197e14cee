//! What is left when nobody drops a process.

use std::time::{Duration, Instant};

use super::Process;

#[test]
fn a_process_nobody_drops_ends_with_us_and_leaves_no_data_behind() {
    let directory = tempfile::tempdir().unwrap();
    let temporary = directory.path().join("temporary");
    let data = temporary.join("data");
    std::fs::create_dir(&temporary).unwrap();
    let arguments = ["demo", "--data", data.to_str().unwrap()].map(str::to_owned);
    let mut arguments = arguments.to_vec();
    for flag in ["issuer", "dms", "ccms", "settlement-agent", "mail", "smtp"] {
        arguments.extend([format!("--{flag}-port"), "0".to_owned()]);
    }
    let mut process =
        Process::spawn(&arguments, &[], &temporary.join("log"), Some(temporary.as_path())).unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while !data.join("credentials.json").exists() {
        assert!(process.exited().unwrap().is_none() && Instant::now() < deadline, "no demo");
        std::thread::sleep(Duration::from_millis(20));
    }
    // As when this process ends: the other end of the watchdog's input is closed.
    drop(process.watchdog.stdin.take());
    while temporary.exists() {
        assert!(Instant::now() < deadline, "its data stays");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(process.child.wait().unwrap().code().is_none(), "killed");
}
