//! Every field of every form with what no person types: markup, a mebibyte, bytes that are no text.

use anyhow::Result;
use conformance_tests::{Browser, Demo, Form, Page, demo};

use super::setup::{at_otp, at_password, at_reset, at_reset_otp, give_otp, log_in};

/// What a careless template would run.
const MARKUP: &str =
    "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}<%=7*7%>&lt;\u{202e}";

/// A browser at every form there is, fresh for every use because a form may end the flow it belongs to.
async fn every_page(demo: &Demo) -> Result<Vec<(Browser, &'static str)>> {
    let (mut at_new_password, otp) = at_reset_otp(demo, &demo.draw_email_user()?).await?;
    give_otp(&mut at_new_password, &otp).await?;
    let mut at_account = log_in(demo, &demo.draw_user()?, "openid").await?.browser;
    at_account.open(&format!("{}/account", demo.issuer())).await?;
    Ok(vec![
        (at_password(demo).await?, "log-in"),
        (at_reset(demo).await?, "submit"),
        (at_reset_otp(demo, &demo.draw_email_user()?).await?.0, "submit"),
        (at_new_password, "submit"),
        (at_otp(demo, &demo.draw_user()?).await?, "submit"),
        (at_account, "change-password"),
    ])
}

/// Nothing typed comes back as markup.
#[tokio::test]
async fn markup_comes_back_as_text() -> Result<()> {
    let demo = demo::shared().await?;
    for (mut browser, action) in every_page(demo).await? {
        for form in one_field_each(&browser.page()?.form(action)?, MARKUP) {
            let page = browser.submit(form.clone()).await?;
            assert_harmless(page, &form);
        }
    }
    Ok(())
}

/// Nor what an application sends along: parameters are shown, or logged, or ignored, never run.
#[tokio::test]
async fn markup_in_a_request_comes_back_as_text() -> Result<()> {
    let demo = demo::shared().await?;
    let party = demo.relying_party(super::setup::CLIENT)?;
    let names = [
        "login_hint",
        "ui_locales",
        "state",
        "nonce",
        "scope",
        "prompt",
        "display",
        "acr_values",
        "claims",
        "max_age",
        "id_token_hint",
        "client_id",
        "redirect_uri",
        "response_type",
        "response_mode",
        "code_challenge",
        "made_up",
    ];
    for name in names {
        let mut browser = demo.browser()?;
        browser.open(party.authorization().with(name, MARKUP).url()?.as_str()).await?;
        if browser.step().as_deref() == Some("choose-method") {
            browser.fill_and_submit("otp", &[]).await?;
        }
        let page = browser.page()?;
        assert!(page.status < 500, "{name}: {}", page.status);
        assert!(
            !page.body.contains("<script>alert(1)") && !page.body.contains("<img src=x"),
            "{name} is run"
        );
    }
    Ok(())
}

/// A mebibyte in any field is refused before it is looked at, and the server lives on.
#[tokio::test]
async fn a_mebibyte_is_refused() -> Result<()> {
    let demo = demo::shared().await?;
    let mebibyte = "x".repeat(1 << 20);
    for (mut browser, action) in every_page(demo).await? {
        for form in one_field_each(&browser.page()?.form(action)?, &mebibyte) {
            // A server may also close the connection on somebody who goes on sending.
            if let Ok(page) = browser.submit(form).await {
                assert_eq!(page.status, 413, "{action} at {}", page.url);
            }
        }
    }
    assert_eq!(demo.relying_party(super::setup::CLIENT)?.get("/healthz").await?.status, 200);
    Ok(())
}

/// A field as long as a form may be is no password and no user ID, but an answer comes at once.
#[tokio::test]
async fn a_long_value_is_refused_politely() -> Result<()> {
    let demo = demo::shared().await?;
    let long = "x".repeat(12_000);
    for (mut browser, action) in every_page(demo).await? {
        for form in one_field_each(&browser.page()?.form(action)?, &long) {
            let page = browser.submit(form.clone()).await?;
            assert!((400..500).contains(&page.status), "{form:?}: {}", page.status);
            let long = form.fields.iter().find(|(_, value)| value.len() > 1000).map(|(name, _)| name);
            assert!(page.error_code().is_some(), "{action}, {long:?}: {} at {:?}", page.status, page.step());
        }
    }
    Ok(())
}

/// Bytes that are no UTF-8, NULs, a field twice, a body that is no form: refused, never a fault.
#[tokio::test]
async fn bytes_that_are_no_text_are_refused() -> Result<()> {
    let demo = demo::shared().await?;
    let form_type = "application/x-www-form-urlencoded";
    for (browser, action) in every_page(demo).await? {
        let form = browser.page()?.form(action)?;
        let token = form.get("csrf").unwrap_or_default();
        let typed =
            form.fields.iter().find(|(name, _)| name != "csrf" && name != "action" && name != "username");
        let field = typed.map_or("otp", |(name, _)| name.as_str());
        let bodies: [(&str, Vec<u8>); 7] = [
            (
                form_type,
                [format!("csrf={token}&action={action}&{field}=").as_bytes(), b"\xff\xfe\x80"].concat(),
            ),
            (form_type, format!("csrf={token}&action={action}&{field}=%ff%fe%80").into_bytes()),
            (form_type, format!("csrf={token}&action={action}&{field}=%00%00").into_bytes()),
            (form_type, format!("csrf={token}&action={action}&{field}=a&{field}=b").into_bytes()),
            (form_type, format!("csrf={token}&action={action}&action=other").into_bytes()),
            ("application/json", b"{\"otp\":1}".to_vec()),
            ("multipart/form-data; boundary=x", b"--x\r\n\r\n".to_vec()),
        ];
        for (content_type, body) in bodies {
            let status = post_raw(&browser, &form, content_type, body.clone()).await?;
            let shown = String::from_utf8_lossy(&body);
            assert!((400..500).contains(&status), "{action}: {status} for {shown}");
        }
    }
    Ok(())
}

async fn post_raw(browser: &Browser, form: &Form, content_type: &str, body: Vec<u8>) -> Result<u16> {
    let cookies: Vec<String> =
        browser.cookies(&form.action).iter().map(|(name, value)| format!("{name}={value}")).collect();
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let request = http.post(form.action.clone()).header("cookie", cookies.join("; ")).body(body);
    let origin = form.action.origin().ascii_serialization();
    let answer = request.header("origin", origin).header("content-type", content_type).send().await?;
    Ok(answer.status().as_u16())
}

/// The form once for each of its fields, with that field set to `value`.
fn one_field_each(form: &Form, value: &str) -> Vec<Form> {
    let names: Vec<String> = form.fields.iter().map(|(name, _)| name.clone()).collect();
    let set = |name: String| {
        let mut form = form.clone();
        form.set(&name, value);
        form
    };
    names.into_iter().map(set).collect()
}

fn assert_harmless(page: &Page, form: &Form) {
    assert!(page.status < 500, "{form:?}: {}", page.status);
    for run in ["<script>alert(1)", "<img src=x", "49${"] {
        assert!(!page.body.contains(run), "{run} in the answer to {form:?}");
    }
}
