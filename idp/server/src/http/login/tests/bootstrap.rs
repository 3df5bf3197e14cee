//! An operator of `bootstrap` logs in for the first time: from the mail alone nobody comes in.

use countersign_core::directory::founders::Founders;
use countersign_core::mail::News;
use countersign_service::bootstrap::bootstrap;
use countersign_service::outbox;

use crate::http::test_browser::House;

const CHOSEN: &str = "teal-badger-violin-58";

#[tokio::test]
async fn an_operator_begins_with_the_mail_and_the_code() {
    let house = House::open().await;
    let services = house.services();
    let named = [("OPS001", "one@x.example"), ("OPS002", "two@x.example")];
    let named = named.map(|(user_id, mailbox)| (user_id.to_owned(), mailbox.to_owned()));
    let founders = Founders::parse(&services.user_ids, &named).unwrap();
    let founded = bootstrap(services, &founders).await.unwrap();
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
