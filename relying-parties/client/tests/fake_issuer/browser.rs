//! A browser: keeps cookies, follows redirects when told to.

use reqwest::{Response, StatusCode};
use url::Url;

pub(crate) struct Browser {
    client: reqwest::Client,
    base: Url,
}

impl Browser {
    pub(crate) fn at(base: &str) -> Self {
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { client, base: base.parse().unwrap() }
    }

    /// One request, no redirect followed.
    pub(crate) async fn get(&self, address: &str) -> Response {
        self.client.get(self.base.join(address).unwrap()).send().await.unwrap()
    }

    pub(crate) async fn post(&self, address: &str, form: &[(&str, &str)]) -> Response {
        self.client.post(self.base.join(address).unwrap()).form(form).send().await.unwrap()
    }

    /// Follows redirects to the end.
    pub(crate) async fn visit(&self, address: &str) -> Page {
        self.follow(self.get(address).await).await
    }

    pub(crate) async fn submit(&self, address: &str, form: &[(&str, &str)]) -> Page {
        self.follow(self.post(address, form).await).await
    }

    /// The address a redirect leads to.
    pub(crate) fn location(response: &Response) -> String {
        let location = response.headers()["location"].to_str().unwrap();
        response.url().join(location).unwrap().to_string()
    }

    async fn follow(&self, mut response: Response) -> Page {
        for _ in 0..10 {
            if !response.status().is_redirection() {
                break;
            }
            response = self.get(&Self::location(&response)).await;
        }
        let (status, url) = (response.status(), response.url().clone());
        Page { status, url, text: response.text().await.unwrap() }
    }
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) url: Url,
    pub(crate) text: String,
}

impl Page {
    /// The value of a form's hidden field `csrf`.
    pub(crate) fn csrf(&self) -> &str {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").expect("no form on the page");
        rest.split_once('"').unwrap().0
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}
