//! What scripts and assistive technology rely on, held for every page.

use std::collections::HashSet;

use axum::http::header;
use scraper::{ElementRef, Html, Selector};

use super::samples::{self, Words};
use crate::http::locale::Locale;

fn find<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

async fn every_page() -> Vec<(String, &'static str, Html)> {
    let mut pages = Vec::new();
    for locale in Locale::ALL {
        for sample in samples::all(locale, &Words::ordinary()) {
            let name = format!("{} in {}", sample.name, locale.tag());
            pages.push((name, sample.step, Html::parse_document(&samples::markup(sample.response).await)));
        }
    }
    pages
}

#[tokio::test]
async fn every_page_names_its_step_once() {
    for (name, step, page) in every_page().await {
        let mains = find(&page, "main");
        assert_eq!(mains.len(), 1, "{name}");
        assert_eq!(mains[0].attr("data-step"), Some(step), "{name}");
        assert_eq!(find(&page, "h1").len(), 1, "{name} has one heading");
        assert!(find(&page, "html")[0].attr("lang").is_some(), "{name}");
        let title = find(&page, "title")[0].text().collect::<String>();
        assert!(title.contains(" · Countersign") && !title.starts_with(' '), "{name}: {title}");
    }
}

#[tokio::test]
async fn ids_are_unique_and_equal_names() {
    for (name, _, page) in every_page().await {
        let mut seen = HashSet::new();
        for element in find(&page, "[id]") {
            assert!(seen.insert(element.attr("id").unwrap()), "{name}: {:?} twice", element.attr("id"));
        }
        for input in find(&page, "input:not([type=hidden])") {
            assert_eq!(input.attr("id"), input.attr("name"), "{name}");
        }
        for button in find(&page, "button[name]") {
            let (id, value) = (button.attr("id").unwrap(), button.attr("value").unwrap());
            assert_eq!(button.attr("name"), Some("action"), "{name}");
            assert!(id == format!("action-{value}") || id.starts_with("action-end-session-"), "{name}: {id}");
        }
    }
}

#[tokio::test]
async fn every_input_is_labelled_and_filled_in_rightly() {
    for (name, _, page) in every_page().await {
        for input in find(&page, "input:not([type=hidden])") {
            let id = input.attr("id").unwrap();
            let labels = find(&page, &format!("label[for={id}]"));
            assert!(labels.len() == 1 || input.attr("aria-label").is_some(), "{name}: {id} has no label");
            let expected = match id {
                "user_id" | "username" => "username",
                "password" | "current_password" => "current-password",
                "new_password" | "confirm_password" => "new-password",
                "otp" => "one-time-code",
                "code" => "off",
                other => panic!("{name}: an input {other}"),
            };
            assert_eq!(input.attr("autocomplete"), Some(expected), "{name}: {id}");
            if id == "otp" {
                assert_eq!(input.attr("inputmode"), Some("numeric"), "{name}");
            }
            for described in input.attr("aria-describedby").unwrap_or_default().split_whitespace() {
                assert_eq!(find(&page, &format!("#{described}")).len(), 1, "{name}: {described}");
            }
        }
    }
}

#[tokio::test]
async fn errors_are_announced_with_their_code() {
    for (name, step, page) in every_page().await {
        let alerts = find(&page, "[role=alert]");
        for alert in &alerts {
            assert!(alert.attr("data-error").is_some_and(|code| !code.is_empty()), "{name}");
        }
        let invalid = find(&page, "[aria-invalid]");
        if !invalid.is_empty() || step == "error" {
            assert_eq!(alerts.len(), 1, "{name}");
        }
        for input in invalid {
            let described = input.attr("aria-describedby").unwrap();
            assert_eq!(find(&page, &format!("#{described}")).len(), 1, "{name}: {described}");
        }
    }
}

#[tokio::test]
async fn every_form_of_ours_posts_to_its_own_address_with_a_token() {
    for (name, step, page) in every_page().await {
        for form in find(&page, "form") {
            assert_eq!(form.attr("method"), Some("post"), "{name}");
            if step == "form-post" {
                continue;
            }
            assert_eq!(form.attr("action"), None, "{name}");
            let token = Selector::parse("input[type=hidden][name=csrf]").unwrap();
            assert_eq!(form.select(&token).count(), 1, "{name}");
        }
    }
}

#[tokio::test]
async fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    for (name, _, page) in every_page().await {
        assert!(find(&page, "style, [style], iframe, object, base").is_empty(), "{name}");
        for script in find(&page, "script") {
            assert!(script.attr("src").is_some_and(|src| src.starts_with("/assets/")), "{name}");
            assert!(script.attr("nonce").is_some_and(|nonce| nonce.len() > 20), "{name}");
            assert_eq!(script.inner_html(), "", "{name}");
        }
        for element in page.tree.values().filter_map(|node| node.as_element()) {
            assert!(!element.attrs().any(|(attribute, _)| attribute.starts_with("on")), "{name}");
        }
    }
}

#[tokio::test]
async fn markup_in_any_word_stays_a_word() {
    let attack = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>&amp;";
    for sample in samples::all(Locale::English, &Words::all(attack)) {
        let name = sample.name;
        let markup = samples::markup(sample.response).await;
        let page = Html::parse_document(&markup);
        assert!(find(&page, "img, [onerror]").is_empty(), "{name}");
        assert!(find(&page, "script").iter().all(|script| script.attr("nonce").is_some()), "{name}");
    }
}

#[tokio::test]
async fn every_page_carries_its_headers_and_status() {
    for sample in samples::all(Locale::TraditionalChinese, &Words::ordinary()) {
        let name = sample.name;
        let headers = sample.response.headers();
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{name}");
        assert_eq!(headers[header::CONTENT_LANGUAGE], "zh-Hant-HK", "{name}");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{name}");
        assert!(!policy.contains("unsafe"), "{name}");
        assert_eq!(policy.contains("form-action 'self'"), sample.step == "account", "{name}");
        let status = sample.response.status();
        let page = Html::parse_document(&samples::markup(sample.response).await);
        assert_eq!(status.is_success(), find(&page, "[role=alert]").is_empty(), "{name}: {status}");
        let nonce = find(&page, "script")[0].attr("nonce").unwrap();
        assert!(policy.contains(&format!("'nonce-{nonce}'")), "{name}");
    }
}
