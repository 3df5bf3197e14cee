//! The application as a process of its own: `dms [CONFIG.toml]`.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    relying_party_client::run("DMS", "127.0.0.1:8082", dms::serve).await
}
