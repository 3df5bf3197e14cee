//! The data directory: database, master key, credentials. Only its owner may look inside.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_core::EntropyExt as _;

use super::credentials::Credentials;
use crate::system;

pub(crate) const MASTER_KEY: &str = "master.key";
const CREDENTIALS: &str = "credentials.json";
const CREDENTIALS_DRAFT: &str = "credentials.json.new";

/// An existing data directory with a master key in it.
pub(crate) struct DataDirectory(PathBuf);

impl DataDirectory {
    /// Opens the directory at `path`, made fresh where absent.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let making = || format!("making the data directory {}", path.display());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(making)?;
        let directory = Self(fs::canonicalize(path).with_context(making)?);
        let key = directory.0.join(MASTER_KEY);
        if !key.exists() {
            let random = system::entropy().bytes::<32>();
            write_private(&key, format!("{}\n", STANDARD.encode(random)).as_bytes())?;
        }
        Ok(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database_url(&self) -> String {
        format!("sqlite://{}?mode=rwc", self.0.join("countersign.db").display())
    }

    pub(crate) fn credentials_path(&self) -> PathBuf {
        self.0.join(CREDENTIALS)
    }

    /// The credentials, if the directory was seeded.
    pub(crate) fn credentials(&self) -> anyhow::Result<Option<Credentials>> {
        self.read(CREDENTIALS)
    }

    /// Credentials drafted for a seed that may or may not have been committed.
    pub(crate) fn draft(&self) -> anyhow::Result<Option<Credentials>> {
        self.read(CREDENTIALS_DRAFT)
    }

    /// Writes credentials down before what they belong to is committed.
    pub(crate) fn write_draft(&self, credentials: &Credentials) -> anyhow::Result<()> {
        write_private(&self.0.join(CREDENTIALS_DRAFT), &serde_json::to_vec_pretty(credentials)?)
    }

    /// Makes the draft the credentials, in one step.
    pub(crate) fn publish_draft(&self) -> anyhow::Result<()> {
        fs::rename(self.0.join(CREDENTIALS_DRAFT), self.0.join(CREDENTIALS))?;
        File::open(&self.0)?.sync_all()?;
        Ok(())
    }

    fn read(&self, name: &str) -> anyhow::Result<Option<Credentials>> {
        let path = self.0.join(name);
        let Some(text) = super::read_if_present(&path)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).with_context(|| format!("reading {}", path.display()))
    }
}

/// Writes a file that only its owner may read, and sees it onto the disk.
fn write_private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let writing = || format!("writing {}", path.display());
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).with_context(writing)?;
    file.write_all(content).with_context(writing)?;
    file.sync_all().with_context(writing)
}
