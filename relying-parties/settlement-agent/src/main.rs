//! The application as a process of its own: `settlement-agent [CONFIG.toml]`.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    relying_party_client::run("SETTLEMENT_AGENT", "127.0.0.1:8084", settlement_agent::serve).await
}
