//! An installation from nothing, as an engineer sets it up: the first operators, their list, and the way back in.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use super::installation::{Installation, get, said, terminate, wait_until_ready};

const FIRST: &str = "--operator=OPS001=one@x.example";
const SECOND: &str = "--operator=OPS002=two@x.example";
const CONSOLE: &str = "--console-redirect-uri=https://console.example/callback";

fn migrated() -> Installation {
    let installation = Installation::new(Path::new("main.db"), "");
    assert_eq!(installation.run(&["migrate"]).status.code(), Some(0));
    installation
}

/// What stands after a word on the line that begins with it.
#[track_caller]
fn after(output: &Output, word: &str) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.trim().strip_prefix(word).map(str::trim).map(str::to_owned));
    line.unwrap_or_else(|| panic!("no {word}: {text}"))
}

#[track_caller]
fn founded(installation: &Installation) -> Output {
    let output = installation.run(&["bootstrap", FIRST, SECOND, CONSOLE]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    output
}

#[test]
fn the_first_two_operators_are_made_once() {
    let installation = migrated();
    for misuse in [
        &["bootstrap", FIRST, CONSOLE][..],
        &["bootstrap", FIRST, SECOND, FIRST, CONSOLE],
        &["bootstrap", "--operator=OPS001", CONSOLE],
        &["bootstrap", FIRST, SECOND],
    ] {
        assert_eq!(installation.run(misuse).status.code(), Some(2), "{misuse:?}");
    }
    let shared = installation.run(&["bootstrap", FIRST, "--operator=OPS002=ONE@x.example", CONSOLE]);
    assert_eq!(shared.status.code(), Some(1));
    assert!(said(&shared).contains("two different ones"), "{}", said(&shared));

    let plain = "--console-redirect-uri=http://console.example/callback";
    let refused = installation.run(&["bootstrap", FIRST, SECOND, plain]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("not https"), "{}", said(&refused));

    // Who reads nothing gets nothing.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut unread = installation.command(&["bootstrap", FIRST, SECOND, CONSOLE]);
    let unread = unread.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(unread.status.code(), Some(1), "{}", said(&unread));
    assert!(said(&unread).contains("nothing was made"), "{}", said(&unread));

    let output = founded(&installation);
    assert!(said(&output).contains("\nDone.\n"), "{}", said(&output));
    for user_id in ["OPS001", "OPS002"] {
        assert_eq!(after(&output, user_id).len(), 14, "a code");
    }
    assert_ne!(after(&output, "first"), after(&output, "second"));
    assert!(after(&output, "client_secret").starts_with("csk_"));
    let others = ["--operator=OPS003=c@x.example", "--operator=OPS004=d@x.example"];
    let again = installation.run(&["bootstrap", others[0], others[1], CONSOLE]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("bootstrapped before"), "{}", said(&again));

    let mut process = installation.command(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_ready(&mut process, installation.port);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !get(installation.port, "/metrics").contains("countersign_operators 2") {
        assert!(Instant::now() < deadline, "{}", get(installation.port, "/metrics"));
        std::thread::sleep(Duration::from_millis(100));
    }
    terminate(&process);
    let output = process.wait_with_output().unwrap();
    assert!(said(&output).contains("fewer than three operators"), "{}", said(&output));
}

#[test]
fn a_list_is_tried_refused_line_by_line_and_filed() {
    let installation = migrated();
    founded(&installation);
    let file = |name: &str, text: &str| {
        let path = installation.directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let import = |list: &str, more: &[&str]| {
        installation.run(&[&["import", "users", list, "--maker", "OPS001"], more].concat())
    };
    let header = "\u{FEFF}user_id,clearing_house,participant,surname,email,access_levels\r\n";
    let wrong = format!(
        "{header}OPS003,EXCHANGE,EXCHANGE,LEE,nobody,MK CK\r\nHKABC101,HKCC,ABC,CHAN,,\r\nOPS004,EXCHANGE\r\n"
    );
    let refused = import(&file("wrong.csv", &wrong), &[]);
    assert_eq!(refused.status.code(), Some(1));
    for expected in [
        "line 2, email: This must be an email address",
        "line 3, participant: There is nothing of this name",
        "line 4: This line has more or fewer cells",
        "3 things stand in the way",
    ] {
        assert!(said(&refused).contains(expected), "{expected}: {}", said(&refused));
    }
    let list = file("list.csv", &format!("{header}OPS003,EXCHANGE,EXCHANGE,LEE,three@x.example,MK CK\r\n"));
    let tried = import(&list, &["--dry-run"]);
    assert_eq!(tried.status.code(), Some(0), "{}", said(&tried));
    assert!(said(&tried).contains("EXCHANGE/EXCHANGE: 1 × operator"), "{}", said(&tried));
    assert!(said(&tried).contains("Nothing was written"), "{}", said(&tried));
    let hours = "COUNTERSIGN_POLICY__SERVICE_HOURS__ENFORCED";
    let mut filing =
        installation.command(&["import", "users", &list, "--maker", "ops001", "--reason", "A third"]);
    let filed = filing.env(hours, "false").output().unwrap();
    assert_eq!(filed.status.code(), Some(0), "{}", said(&filed));
    assert!(said(&filed).contains("Filed as change request"), "{}", said(&filed));
    let twice = import(&list, &["--dry-run"]);
    assert!(
        said(&twice).contains("line 2, user_id: Another request about this is waiting"),
        "{}",
        said(&twice)
    );
    let nobody = installation.run(&["import", "users", &list, "--maker", "OPS009"]);
    assert_eq!(nobody.status.code(), Some(1), "{}", said(&nobody));
    assert_eq!(installation.run(&["import", "users", &list]).status.code(), Some(2), "in whose name?");
}

#[test]
fn two_sealed_keys_let_operators_in_again() {
    let installation = migrated();
    let output = founded(&installation);
    let keys = [after(&output, "first"), after(&output, "second")];
    let path = |name: &str| installation.directory.path().join(name).display().to_string();
    for (name, key) in [("a.key", &keys[0]), ("b.key", &keys[1])] {
        fs::write(path(name), format!("{key}\n")).unwrap();
    }
    let recover = |files: [&str; 2]| {
        let [first, second] = files.map(|name| format!("--key-file={}", path(name)));
        installation.run(&["bootstrap", "--recover", FIRST, SECOND, &first, &second])
    };
    let one = recover(["a.key", "a.key"]);
    assert_eq!(one.status.code(), Some(1));
    assert!(said(&one).contains("not the two recovery keys"), "{}", said(&one));
    let both = recover(["b.key", "a.key"]);
    assert_eq!(both.status.code(), Some(0), "{}", said(&both));
    assert_eq!(recover(["a.key", "b.key"]).status.code(), Some(1), "used");

    let fresh = format!("{}\n{}\n", after(&both, "first"), after(&both, "second"));
    let mut command = installation.command(&["bootstrap", "--recover", FIRST, SECOND]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = piped.spawn().unwrap();
    process.stdin.take().unwrap().write_all(fresh.as_bytes()).unwrap();
    let typed = process.wait_with_output().unwrap();
    assert_eq!(typed.status.code(), Some(0), "{}", said(&typed));
    assert!(!said(&typed).contains("client_secret"), "the console stays as it is");

    for (name, word) in [("a.key", "first"), ("b.key", "second")] {
        fs::write(path(name), after(&typed, word)).unwrap();
    }
    let [a, b] = ["a.key", "b.key"].map(|name| format!("--key-file={}", path(name)));
    let back = installation.run(&["bootstrap", "--recover", FIRST, SECOND, &a, &b, CONSOLE]);
    assert_eq!(back.status.code(), Some(0), "{}", said(&back));
    assert!(after(&back, "client_secret").starts_with("csk_"));
}
