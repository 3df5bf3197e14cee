//! DMS in front of a fake issuer: who sees what.

#[cfg(test)]
#[path = "../../client/tests/fake_issuer/mod.rs"]
mod fake_issuer;

#[cfg(test)]
mod tests {
    use relying_party_client::Clock;
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    use crate::fake_issuer::FakeIssuer;
    use crate::fake_issuer::browser::{Browser, Page};

    struct Dms {
        issuer: FakeIssuer,
        base: String,
    }

    impl Dms {
        async fn start(console: Option<&str>) -> Self {
            let issuer = FakeIssuer::start(Clock::system()).await;
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            let mut config = dms::Config::new(issuer.config(&base));
            config.admin_console_url = console.map(|address| address.parse().unwrap());
            tokio::spawn(dms::serve(config, listener, std::future::pending()));
            Self { issuer, base }
        }

        /// Logs in as somebody with these access levels; the browser and the page it arrives at.
        async fn log_in(&self, access_levels: Value) -> (Browser, Page) {
            self.issuer.bend(|issuer| {
                issuer.userinfo.insert("preferred_username".into(), json!("HKABC1X1"));
                issuer.userinfo.insert("access_levels".into(), access_levels);
            });
            let browser = Browser::at(&self.base);
            let page = browser.visit("/login").await;
            (browser, page)
        }
    }

    fn rights(codes: &[&str]) -> Value {
        json!({ "security_management": codes })
    }

    #[tokio::test]
    async fn a_stranger_sees_the_way_in() {
        let dms = Dms::start(None).await;
        let browser = Browser::at(&dms.base);
        let page = browser.visit("/").await;
        assert!(page.shows("data-page=\"landing\"") && page.shows("href=\"/login\""));
        assert!(!page.shows("<script"));
    }

    #[tokio::test]
    async fn a_maker_is_greeted_with_user_id_last_access_and_their_menu() {
        let dms = Dms::start(None).await;
        let (_, page) = dms.log_in(rights(&["EE", "MK"])).await;
        assert!(page.shows("data-page=\"home\""), "{}", page.text);
        assert!(page.shows("<b data-user-id>HKABC1X1</b>"));
        assert!(page.shows("Last access on 14-Dec-22 at 15:00:15 by password and authenticator app"));
        for entry in [
            "Change User Profile",
            "Enquire User Profile",
            "User Profile Listing",
            "User Group Listing",
            "Disabled User Listing",
            "SRN Listing",
            "User Profile Maintenance Report",
            "Reset Smartcard Password",
        ] {
            assert!(page.shows(&format!(">{entry}</a>")), "{entry}");
        }
        assert!(page.shows("data-access-level=\"MK\"") && !page.shows("data-access-level=\"CK\""));
    }

    #[tokio::test]
    async fn entries_follow_the_access_levels_held() {
        let dms = Dms::start(None).await;
        let (browser, page) = dms.log_in(rights(&["EE"])).await;
        assert!(page.shows("Enquire User Profile") && !page.shows("Change User Profile"));
        let refused = browser.visit("/functions/change-user-profile").await;
        assert_eq!(refused.status, 403);
        assert!(refused.shows("MK or CK"), "{}", refused.text);
        assert_eq!(browser.visit("/functions/enquire-user-profile").await.status, 200);
        assert_eq!(browser.visit("/functions/nothing").await.status, 404);
    }

    #[tokio::test]
    async fn who_has_no_da_right_is_told_which_and_whom_to_ask() {
        let dms = Dms::start(None).await;
        for none in [json!({}), json!(null), rights(&[]), rights(&["XX"])] {
            let (browser, page) = dms.log_in(none).await;
            assert_eq!(page.status, 403);
            assert!(page.shows("data-error=\"no-rights\"") && page.shows("DA 3") && page.shows("MK (maker)"));
            assert!(page.shows("action-log-out"), "they can log out");
            assert_eq!(browser.visit("/functions/enquire-user-profile").await.status, 403);
        }
    }

    #[tokio::test]
    async fn a_function_leads_to_the_console_or_says_that_there_is_none() {
        let with = Dms::start(Some("http://localhost:8081/")).await;
        let (browser, _) = with.log_in(rights(&["EE"])).await;
        let page = browser.visit("/functions/user-profile-listing").await;
        assert!(page.shows("href=\"http://localhost:8081/\""), "{}", page.text);

        let without = Dms::start(None).await;
        let (browser, _) = without.log_in(rights(&["EE"])).await;
        let page = browser.visit("/functions/user-profile-listing").await;
        assert!(page.shows("Not available in this installation yet") && !page.shows("open-console"));
    }

    #[tokio::test]
    async fn a_function_asked_for_before_the_login_is_reached_after_it() {
        let dms = Dms::start(None).await;
        dms.log_in(rights(&["EE"])).await;
        let page = Browser::at(&dms.base).visit("/functions/srn-listing").await;
        assert!(page.shows("data-function=\"srn-listing\""), "{}", page.text);
    }

    #[tokio::test]
    async fn claims_are_text_not_markup() {
        let dms = Dms::start(None).await;
        dms.issuer.bend(|issuer| {
            issuer.userinfo.insert("name".into(), json!("<img src=x onerror=alert(1)>"));
            issuer.userinfo.insert("participant".into(), json!("\"><script>alert(1)</script>"));
        });
        for levels in [rights(&["EE"]), json!({})] {
            let (_, page) = dms.log_in(levels).await;
            assert!(!page.shows("<img src=x") && !page.shows("<script"), "{}", page.text);
        }
    }
}
