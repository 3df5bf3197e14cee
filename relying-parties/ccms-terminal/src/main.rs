//! The application as a process of its own: `ccms-terminal [CONFIG.toml]`.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    relying_party_client::run("CCMS_TERMINAL", "127.0.0.1:8083", ccms_terminal::serve).await
}
