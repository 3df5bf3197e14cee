//! The binary as a child process that never outlives its test, however the test ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};

/// What the watchdog does when its standard input ends, which it does with the process that holds the other end: kills
/// `$0`, and removes `$1`, if that is given, once nothing is written there any more.
const WATCH: &str = r#"
read -r _
kill -9 "$0" 2>/dev/null
[ -n "$1" ] || exit 0
for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf -- "$1" 2>/dev/null
    sleep 0.1
    [ -e "$1" ] || exit 0
done
"#;

/// A running `countersign`, and a watchdog that kills it should this process die first.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    watchdog: Child,
}

impl Process {
    /// Starts it. `temporary` is removed should this process die first, or end without dropping the value.
    pub(crate) fn spawn(
        arguments: &[String],
        environment: &[(String, String)],
        log: &Path,
        temporary: Option<&Path>,
    ) -> Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new(binary()?);
        // What steers the tests is no configuration of the product.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COUNTERSIGN_") {
                command.env_remove(name);
            }
        }
        let child = command
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("starting countersign")?;
        // Its standard input ends when this process does, for whatever reason.
        let watchdog = Command::new("sh")
            .args(["-c", WATCH])
            .arg(child.id().to_string())
            .args(temporary)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the watchdog")?;
        Ok(Self { child, watchdog })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn exited(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Asks it to stop, as an operator's `kill` does, and waits.
    pub(crate) fn terminate(&mut self) -> Result<ExitStatus> {
        let asked =
            Command::new("sh").args(["-c", "kill -TERM \"$0\""]).arg(self.child.id().to_string()).status()?;
        ensure!(asked.success(), "SIGTERM was not delivered");
        Ok(self.child.wait()?)
    }
}

impl Drop for Process {
    /// `SIGKILL`, the watchdog first, so that it never hits a process id used again.
    fn drop(&mut self) {
        for child in [&mut self.watchdog, &mut self.child] {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// `COUNTERSIGN_BIN`, or `target/<profile>/countersign` beside the running program, built once when missing.
fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("COUNTERSIGN_BIN") {
        return Ok(path.into());
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().context("a program stands in a folder")?;
    // Tests stand in `deps`, the load tool beside the product.
    let profile = if folder.ends_with("deps") { folder.parent() } else { Some(folder) };
    let profile = profile.context("the test runs outside a target directory")?;
    let path = profile.join(format!("countersign{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "-p", "countersign"]);
        if profile.ends_with("release") {
            build.arg("--release");
        }
        ensure!(build.status()?.success(), "countersign does not build");
    }
    Ok(path)
}

#[cfg(test)]
mod tests;
