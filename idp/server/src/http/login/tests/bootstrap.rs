//! An operator of `bootstrap` logs in for the first time: from the mail alone nobody comes in. Two of them sign through
//! the console that was registered with them.

use base64::Engine as _;
use countersign_core::directory::actor::Actor;
use countersign_core::directory::console::Console;
use countersign_core::directory::founders::Founders;
use countersign_core::mail::News;
use countersign_core::oauth::form::Form;
use countersign_service::bootstrap::{Founded, bootstrap};
use countersign_service::directory::caller::identify;
use countersign_service::directory::{self, Decided, Entrance};
use countersign_service::testing::applications::{CALLBACK, VERIFIER, request};
use countersign_service::{Services, clients, outbox, token};
use serde_json::json;
use url::{Url, form_urlencoded};

use crate::http::test_browser::{House, TestBrowser};

const CHOSEN: &str = "teal-badger-violin-58";

async fn founded(services: &Services) -> Founded {
    let named = [("OPS001", "one@x.example"), ("OPS002", "two@x.example")];
    let named = named.map(|(user_id, mailbox)| (user_id.to_owned(), mailbox.to_owned()));
    let founders = Founders::parse(&services.user_ids, &named).unwrap();
    let console = Console::parse(&[CALLBACK.to_owned()], &[], None).unwrap();
    bootstrap(services, &founders, &console, |_| Ok(())).await.unwrap()
}

#[tokio::test]
async fn an_operator_begins_with_the_mail_and_the_code() {
    let house = House::open().await;
    let services = house.services();
    let founded = founded(services).await;
    let invited = outbox::claim(services, 10, chrono::TimeDelta::days(1)).await.unwrap();
    let address = invited.iter().find_map(|claimed| match &claimed.mail.news {
        News::OperatorInvited { address, .. } if claimed.to.as_deref() == Some("one@x.example") => {
            Some(address)
        }
        _ => None,
    });
    let path = address.unwrap().strip_prefix(services.issuer.as_str()).unwrap();

    let mut browser = house.browser();
    browser.get("/nowhere").await;
    browser.visit(path).await.is("choose-method");
    let page = browser.submit("otp", &[]).await;
    let forgot = page.is("password").attribute("#forgot-password", "href").unwrap();
    browser.visit(&forgot).await.is("reset-user-id");
    browser.submit("submit", &[("user_id", "OPS001")]).await.is("reset-otp");
    let otp = house.mailed_otp().await;
    browser.submit("submit", &[("otp", &otp)]).await.is("reset-password");
    let passwords = [("new_password", CHOSEN), ("confirm_password", CHOSEN)];
    browser.submit("submit", &passwords).await.is("reset-done");
    browser.submit("close", &[]).await.is("password");
    browser.submit("log-in", &[("user_id", "OPS001"), ("password", CHOSEN)]).await.is("register-device");
    browser.submit("register", &[]).await.is("enrolment-code");
    let page = browser.submit("submit", &[("code", "ABCD-EFGH-JKLM")]).await;
    assert_eq!(page.step(), "enrolment-code");
    assert!(page.error().is_some(), "what came by mail is not enough");
    // The other operator's code is no code of this one's.
    let page = browser.submit("submit", &[("code", founded.codes[1].1.expose())]).await;
    assert!(page.error().is_some());
    let page = browser.submit("submit", &[("code", founded.codes[0].1.expose())]).await;
    let secret = page.is("scan-qr").text_of("[data-totp-secret]").unwrap();
    browser.submit("continue", &[]).await.is("otp");
    let page = browser.submit("submit", &[("otp", &house.otp(&secret))]).await;
    assert!(page.is("account").text.contains("OPS001"));
}

/// The browser of an operator who has a password and an authenticator app by now.
async fn begun(house: &House, user_id: &str, code: &str) -> TestBrowser {
    let mut browser = house.browser();
    browser.get("/nowhere").await;
    browser.visit("/account").await;
    let page = browser.submit("otp", &[]).await;
    let forgot = page.is("password").attribute("#forgot-password", "href").unwrap();
    browser.visit(&forgot).await;
    browser.submit("submit", &[("user_id", user_id)]).await.is("reset-otp");
    let otp = house.mailed_otp().await;
    browser.submit("submit", &[("otp", &otp)]).await.is("reset-password");
    browser.submit("submit", &[("new_password", CHOSEN), ("confirm_password", CHOSEN)]).await;
    browser.submit("close", &[]).await.is("password");
    browser.submit("log-in", &[("user_id", user_id), ("password", CHOSEN)]).await;
    browser.submit("register", &[]).await.is("enrolment-code");
    let page = browser.submit("submit", &[("code", code)]).await;
    let secret = page.is("scan-qr").text_of("[data-totp-secret]").unwrap();
    browser.submit("continue", &[]).await;
    browser.submit("submit", &[("otp", &house.otp(&secret))]).await.is("account");
    browser
}

/// The operator of that browser, as the management API knows them by a token of the console.
async fn through_the_console(house: &House, browser: &mut TestBrowser, secret: &str) -> Actor {
    let services = house.services();
    let asked = request("admin-console", &[("scope", "openid directory")]);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    let answer = browser.get(&format!("/authorize?{query}")).await;
    let location = answer.location().unwrap_or_else(|| panic!("{}", answer.text));
    let location = Url::parse(&location).unwrap_or_else(|_| panic!("{location}"));
    let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let form = Form::from_pairs(fields.map(|(name, value)| (name.into(), value.into()))).unwrap();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("admin-console:{secret}"));
    let tokens = token::token(services, Some(&format!("Basic {basic}")), &form).await.unwrap();
    identify(services, &tokens.access_token).await.unwrap().actor().unwrap().clone()
}

#[tokio::test]
async fn the_first_request_is_signed_through_the_console() {
    let house = House::open().await;
    house.node.make_keys().await;
    let services = house.services();
    let founded = founded(services).await;
    clients::refresh(services).await.unwrap();
    let secret = founded.console_secret.as_ref().unwrap().expose();
    let mut actors = Vec::new();
    for (user_id, code) in &founded.codes {
        let mut browser = begun(&house, user_id, code.expose()).await;
        actors.push(through_the_console(&house, &mut browser, secret).await);
    }
    let draft = json!({
        "kind": "create_participant",
        "participant": { "clearing_house": "HKCC", "participant": "ABC" },
        "fields": { "kind": "CP", "name": "ABC Limited" }
    });
    let draft = serde_json::from_value(draft).unwrap();
    let tx = services.store.begin().await.unwrap();
    let entrance = Entrance::Api("192.0.2.1");
    let submitted = directory::submit(services, &tx, &actors[0], &draft, None, entrance).await.unwrap();
    tx.commit().await.unwrap();
    let request = submitted.request;
    let hash = request.signed.hash();
    let signed = directory::approve(services, &actors[1], &request.id, hash, "192.0.2.1", None).await;
    assert!(matches!(signed, Ok(Decided::Ended(_))), "{signed:?}");
}
