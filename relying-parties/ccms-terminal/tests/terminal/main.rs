//! CCMS Terminal in front of a fake issuer: the pages, and the API as a resource server.

#[cfg(test)]
#[path = "../../../client/tests/fake_issuer/mod.rs"]
mod fake_issuer;

#[cfg(test)]
mod api;
#[cfg(test)]
mod pages;

#[cfg(test)]
mod terminal {
    use relying_party_client::Clock;
    use serde_json::Value;
    use tokio::net::TcpListener;

    use crate::fake_issuer::FakeIssuer;
    use crate::fake_issuer::browser::{Browser, Page};

    pub(crate) struct Terminal {
        pub(crate) issuer: FakeIssuer,
        pub(crate) base: String,
    }

    impl Terminal {
        pub(crate) async fn start() -> Self {
            let issuer = FakeIssuer::start(Clock::system()).await;
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            let config = ccms_terminal::Config::new(issuer.config(&base));
            tokio::spawn(ccms_terminal::serve(config, listener, std::future::pending()));
            Self { issuer, base }
        }

        /// Logs in as somebody with these capabilities; the browser and the page it arrives at.
        pub(crate) async fn log_in(&self, groups: Value, access_levels: Value) -> (Browser, Page) {
            self.issuer.bend(|issuer| {
                issuer.userinfo.insert("business_user_groups".into(), groups);
                issuer.userinfo.insert("access_levels".into(), access_levels);
            });
            let browser = Browser::at(&self.base);
            let page = browser.visit("/login").await;
            (browser, page)
        }
    }
}
