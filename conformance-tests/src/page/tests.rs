use reqwest::header::HeaderMap;
use url::Url;

use super::Page;

fn page(body: &str) -> Page {
    Page {
        url: Url::parse("http://localhost:8080/login/?i=abc").unwrap(),
        status: 200,
        headers: HeaderMap::new(),
        body: body.to_owned(),
        left: None,
        trail: Vec::new(),
    }
}

const LOGIN: &str = r#"<main data-step="password" data-channel="app">
  <p role="alert" data-error="WRONG">no</p>
  <form method="get"><button name="action" value="other">x</button></form>
  <form method="post">
    <input type="hidden" name="csrf" value="t&amp;k">
    <input name="user_id" id="user_id" value="HKABC101"><input type="password" name="password">
    <input type="radio" name="p" value="a"><input type="radio" name="p" value="b" checked>
    <button name="action" value="log-in" id="action-log-in">Log in</button>
  </form></main>"#;

#[test]
fn step_channel_and_error_are_read() {
    let page = page(LOGIN);
    assert_eq!(page.step().as_deref(), Some("password"));
    assert_eq!(page.main_attribute("data-channel").as_deref(), Some("app"));
    assert_eq!(page.error_code().as_deref(), Some("WRONG"));
    assert_eq!(page.attribute("#user_id", "value").as_deref(), Some("HKABC101"));
}

#[test]
fn a_form_keeps_its_hidden_inputs_and_posts_to_its_own_address() {
    let form = page(LOGIN).form("log-in").unwrap();
    assert!(form.post);
    assert_eq!(form.action.as_str(), "http://localhost:8080/login/?i=abc");
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        fields,
        [("csrf", "t&k"), ("user_id", "HKABC101"), ("password", ""), ("p", "b"), ("action", "log-in")]
    );
}

#[test]
fn an_action_that_is_not_there_is_an_error_that_says_where() {
    let error = page(LOGIN).form("resend").unwrap_err().to_string();
    assert!(error.contains("resend") && error.contains("password"), "{error}");
}

#[test]
fn the_callback_is_read_from_where_the_browser_was_sent() {
    let mut page = page("");
    assert!(page.callback().is_err());
    page.left = Url::parse("http://localhost:9999/callback?code=c&state=a%20b").ok();
    let callback = page.callback().unwrap();
    assert_eq!((callback.get("code"), callback.get("state")), (Some("c"), Some("a b")));
}
