//! Who sees which functions.

use serde_json::{Value, json};

use crate::fake_issuer::browser::Browser;
use crate::terminal::Terminal;

fn checker() -> Value {
    json!({"security_management": ["EE", "CK"]})
}

#[tokio::test]
async fn a_business_user_sees_what_their_groups_grant_and_no_more() {
    let terminal = Terminal::start().await;
    let (browser, page) = terminal.log_in(json!(["11", "16"]), json!({})).await;
    assert!(
        page.shows("data-page=\"home\"") && page.shows("Last access on 14-Dec-22 at 15:00:15"),
        "{}",
        page.text
    );
    for held in
        ["general-enquiries", "settlement-activity-status-enquiry", "view-circular", "payment-instruction"]
    {
        assert!(page.shows(&format!("data-function=\"{held}\"")), "{held}");
    }
    assert_eq!(page.text.matches("data-function=").count(), 4);
    assert!(!page.shows("get-authorisation-code"));
    assert_eq!(browser.visit("/functions/payment-instruction").await.status, 200);
    let refused = browser.visit("/functions/cash-prepayment").await;
    assert_eq!(refused.status, 403);
    assert!(refused.shows("17, AB, ZZ"), "{}", refused.text);
    assert_eq!(browser.visit("/authorisation-code").await.status, 403);
    assert_eq!(browser.visit("/functions/nothing").await.status, 404);
}

#[tokio::test]
async fn a_checker_reaches_the_authorisation_code_groups_or_not() {
    let terminal = Terminal::start().await;
    for groups in [json!([]), json!(["11"])] {
        let (browser, page) = terminal.log_in(groups, checker()).await;
        assert!(page.shows("href=\"/authorisation-code\""), "{}", page.text);
        let page = browser.visit("/authorisation-code").await;
        assert_eq!(page.status, 200);
        assert!(page.shows("No code can be shown yet"), "no code may be made up");
    }
}

#[tokio::test]
async fn everybody_else_is_told_politely() {
    let terminal = Terminal::start().await;
    let maker = json!({"security_management": ["EE", "MK"]});
    for (groups, levels) in [(json!([]), json!({})), (json!(null), maker), (json!(["99"]), json!({}))] {
        let (browser, page) = terminal.log_in(groups, levels).await;
        assert_eq!(page.status, 403);
        assert!(
            page.shows("data-error=\"no-rights\"") && page.shows("Delegated Administrators of ABC"),
            "{}",
            page.text
        );
        assert_eq!(browser.visit("/authorisation-code").await.status, 403);
    }
}

#[tokio::test]
async fn strangers_are_sent_to_log_in() {
    let terminal = Terminal::start().await;
    let browser = Browser::at(&terminal.base);
    assert!(browser.visit("/").await.shows("data-page=\"landing\""));
    for address in ["/functions/view-circular", "/authorisation-code"] {
        let answer = browser.get(address).await;
        assert_eq!(answer.status(), 303);
        assert!(Browser::location(&answer).contains("/login?next=%2F"));
    }
}
