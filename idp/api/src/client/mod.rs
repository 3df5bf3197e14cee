//! The typed client: asks with the contract's types, and reads answers and problems into them.

mod audit;
mod error;
mod forms;
mod pages;
mod phases;
mod requests;
mod token;

use reqwest::header::{ACCEPT_LANGUAGE, ETAG, IF_MATCH};
use reqwest::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::activity::{DormantQuery, LoginActivityQuery, LoginRecord};
use crate::calendars::Calendars;
use crate::clients::{self, ClientQuery, ClientSummary};
use crate::groups::{Group, GroupQuery};
use crate::keys::Keys;
use crate::me::Me;
use crate::page::{Page, PageQuery};
use crate::participants::{Appointments, Participant, ParticipantQuery, Progress};
use crate::policies::Policies;
use crate::profiles::{Profile, ProfileQuery, ProfileSummary};
use crate::{BASE_PATH, IDEMPOTENCY_KEY};

pub use error::{ClientError, StepUp};
pub use pages::entries;
pub use token::{TokenError, TokenSource};

/// A client of one issuer's management API, for whoever its token source speaks for.
pub struct Client<T> {
    http: reqwest::Client,
    base: Url,
    tokens: T,
    language: Option<String>,
}

/// Something with the version it was seen in.
#[derive(Clone, Debug)]
pub struct Versioned<V> {
    /// The thing.
    pub value: V,
    /// Its entity tag, for a change that is built on it.
    pub etag: Option<String>,
}

/// How a request that changes something is sent.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// A fresh value for each thing to be done, the same when it is tried again.
    pub key: &'a str,
    /// The entity tag of what the change was built on, where it changes something that is there.
    pub if_match: Option<&'a str>,
}

impl<T: TokenSource> Client<T> {
    /// A client of the API of `issuer`.
    pub fn new(http: reqwest::Client, issuer: &Url, tokens: T) -> Self {
        let mut base = issuer.clone();
        base.set_path(&format!("{}{BASE_PATH}", issuer.path().trim_end_matches('/')));
        Self { http, base, tokens, language: None }
    }

    /// Asks for messages in this language (`Accept-Language`).
    #[must_use]
    pub fn speaking(self, language: &str) -> Self {
        Self { language: Some(language.to_owned()), ..self }
    }

    /// Who the caller is, and what they may do.
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.get(&["me"], &[(); 0], &PageQuery::default()).await
    }

    /// The appointments that the caller's participant made or was given.
    pub async fn appointments(&self) -> Result<Appointments, ClientError> {
        self.get(&["appointments"], &[(); 0], &PageQuery::default()).await
    }

    /// A page of user profiles.
    pub async fn profiles(
        &self,
        query: &ProfileQuery,
        page: &PageQuery,
    ) -> Result<Page<ProfileSummary>, ClientError> {
        self.get(&["profiles"], query, page).await
    }

    /// One user profile.
    pub async fn profile(&self, user_id: &str) -> Result<Versioned<Profile>, ClientError> {
        versioned(self.send(self.request(Method::GET, &["profiles", user_id])?).await?).await
    }

    /// All user profiles, as CSV. Read the body piece by piece: it may be long.
    pub async fn profiles_csv(&self, query: &ProfileQuery) -> Result<Response, ClientError> {
        self.send(self.request(Method::GET, &["profiles.csv"])?.query(query)).await
    }

    /// A page of participants.
    pub async fn participants(
        &self,
        query: &ParticipantQuery,
        page: &PageQuery,
    ) -> Result<Page<Participant>, ClientError> {
        self.get(&["participants"], query, page).await
    }

    /// A page of how far participants are in the migration.
    pub async fn progress(
        &self,
        query: &ParticipantQuery,
        page: &PageQuery,
    ) -> Result<Page<Progress>, ClientError> {
        self.get(&["progress"], query, page).await
    }

    /// A page of profiles that have not been used for some days.
    pub async fn dormant(
        &self,
        query: &DormantQuery,
        page: &PageQuery,
    ) -> Result<Page<ProfileSummary>, ClientError> {
        self.get(&["dormant"], query, page).await
    }

    /// A page of last accesses.
    pub async fn login_activity(
        &self,
        query: &LoginActivityQuery,
        page: &PageQuery,
    ) -> Result<Page<LoginRecord>, ClientError> {
        self.get(&["login-activity"], query, page).await
    }

    /// A page of relying parties.
    pub async fn clients(
        &self,
        query: &ClientQuery,
        page: &PageQuery,
    ) -> Result<Page<ClientSummary>, ClientError> {
        self.get(&["clients"], query, page).await
    }

    /// One relying party.
    pub async fn relying_party(&self, client_id: &str) -> Result<Versioned<clients::Client>, ClientError> {
        versioned(self.send(self.request(Method::GET, &["clients", client_id])?).await?).await
    }

    /// Every signing key there is.
    pub async fn keys(&self) -> Result<Keys, ClientError> {
        self.get(&["keys"], &[(); 0], &PageQuery::default()).await
    }

    /// Every policy that operators may change.
    pub async fn policies(&self) -> Result<Policies, ClientError> {
        self.get(&["policies"], &[(); 0], &PageQuery::default()).await
    }

    /// A page of business user groups.
    pub async fn groups(&self, query: &GroupQuery, page: &PageQuery) -> Result<Page<Group>, ClientError> {
        self.get(&["groups"], query, page).await
    }

    /// The service hours, and what is open now.
    pub async fn calendars(&self) -> Result<Calendars, ClientError> {
        self.get(&["calendars"], &[(); 0], &PageQuery::default()).await
    }

    /// Asks for what is at `path`.
    pub async fn get<A: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &(impl Serialize + ?Sized),
        page: &PageQuery,
    ) -> Result<A, ClientError> {
        let request = self.request(Method::GET, path)?.query(query).query(page);
        Ok(self.send(request).await?.json().await?)
    }

    /// Asks for a change.
    pub async fn post<A: DeserializeOwned>(
        &self,
        path: &[&str],
        content: &(impl Serialize + ?Sized),
        attempt: &Attempt<'_>,
    ) -> Result<Versioned<A>, ClientError> {
        versioned(self.send(self.attempt(path, attempt)?.json(content)).await?).await
    }

    /// A request that changes something, without its content.
    fn attempt(&self, path: &[&str], attempt: &Attempt<'_>) -> Result<RequestBuilder, ClientError> {
        let request = self.request(Method::POST, path)?.header(IDEMPOTENCY_KEY, attempt.key);
        Ok(match attempt.if_match {
            Some(etag) => request.header(IF_MATCH, etag),
            None => request,
        })
    }

    /// A request below the API; each part of the path is escaped.
    fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, ClientError> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| ClientError::Issuer)?.extend(path);
        let request = self.http.request(method, url);
        Ok(match &self.language {
            Some(language) => request.header(ACCEPT_LANGUAGE, language),
            None => request,
        })
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let token = self.tokens.token().await?;
        let response = request.bearer_auth(token).send().await?;
        if response.status().is_success() { Ok(response) } else { Err(error::of(response).await) }
    }
}

async fn versioned<V: DeserializeOwned>(response: Response) -> Result<Versioned<V>, ClientError> {
    let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok(Versioned { value: response.json().await?, etag })
}
