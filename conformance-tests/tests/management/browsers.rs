//! Two people in one browser are one pair of hands.

use anyhow::Result;
use serde_json::json;

use super::{change, office, post, token};

#[tokio::test]
async fn whoever_logs_in_beside_the_maker_signs_nothing() -> Result<()> {
    let (demo, console) = office().await?;
    let mut shared = demo.browser()?;
    let maker = token(&demo, &console, &mut shared, "HKABC1X1").await?;
    let made = post(&console, &maker, "/change-requests", None, &change()).await?;
    assert_eq!(made.status, 201, "{}", made.body);
    let (id, tag) = (made.text("id")?, made.header("etag").to_owned());
    let approve = format!("/change-requests/{id}/approve");

    let beside = token(&demo, &console, &mut shared, "HKABC1X2").await?;
    let refused = post(&console, &beside, &approve, Some(&tag), &json!({})).await?;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert_eq!(refused.json()["findings"][0]["code"], "shared_browser", "{}", refused.body);

    let mut own = demo.browser()?;
    let elsewhere = token(&demo, &console, &mut own, "HKABC1X2").await?;
    let signed = post(&console, &elsewhere, &approve, Some(&tag), &json!({})).await?;
    assert_eq!((signed.status, signed.text("state")?.as_str()), (200, "applied"), "{}", signed.body);
    Ok(())
}
