//! The fields of a relying party as somebody typed them, and as what they mean.
//!
//! A field that is absent stays as it is, or, of a new one, as the safest choice has it. Null empties a field that may
//! be empty.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use url::Url;

use crate::directory::business_group::BusinessUserGroup;
use crate::directory::capabilities::{AccessLevel, AccessLevels, DaFunction};
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::label::{BadLabel, Label};
use crate::oauth::client::{
    ApplicationType, AuthMethod, ClientStatus, GrantType, KeySet, KeySetFlaw, LONGEST_URI, SigningAlg,
    SubjectKind, UriFlaw,
};
use crate::oauth::scope::{Scope, ScopeToken};

/// Most addresses of a list.
const MOST_URIS: usize = 20;

/// What somebody typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientDraft {
    /// Its name, for people.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// `ENABLED` or `DISABLED`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether the house itself stands behind it.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub first_party: Option<bool>,
    /// `web` or `native`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    /// Where answers go.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub redirect_uris: Option<Vec<String>>,
    /// Where logouts return to.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Where it hears of logouts.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<Option<String>>,
    /// Whether it wants to hear which session ended.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// How it proves who it is.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<String>,
    /// Its public keys.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Option<Value>>,
    /// Where they are.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<Option<String>>,
    /// What it may do.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// Every scope it may ask for, parted by spaces.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Audiences it may ask for.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
    /// Whether its authorization requests must carry a `code_challenge`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// How its ID tokens are signed.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// `public` or `pairwise`.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<String>,
    /// Host that its pairwise subjects are computed from.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sector_identifier: Option<Option<String>>,
    /// Rights when it calls as itself.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub access_levels: Option<BTreeMap<String, Vec<String>>>,
    /// Business user groups when it calls as itself.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub business_user_groups: Option<Vec<String>>,
}

/// What it means.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientFields {
    /// Its name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<Label>,
    /// Whether it may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ClientStatus>,
    /// Whether the house itself stands behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_party: Option<bool>,
    /// Where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<ApplicationType>,
    /// Where answers go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uris: Option<Vec<String>>,
    /// Where logouts return to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Where it hears of logouts.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<Option<String>>,
    /// Whether it wants to hear which session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// How it proves who it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// Its public keys.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Option<KeySet>>,
    /// Where they are.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<Option<Url>>,
    /// What it may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<BTreeSet<GrantType>>,
    /// Every scope it may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// Audiences it may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
    /// Whether its authorization requests must carry a `code_challenge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// How its ID tokens are signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<SigningAlg>,
    /// How it knows users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<SubjectKind>,
    /// Host that its pairwise subjects are computed from.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sector_identifier: Option<Option<String>>,
    /// Rights when it calls as itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_levels: Option<AccessLevels>,
    /// Business user groups when it calls as itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_user_groups: Option<BTreeSet<BusinessUserGroup>>,
}

/// A field that is there, null or not.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl ClientDraft {
    /// What the fields mean, as far as they mean anything by themselves; what does not is noted. Whether addresses may
    /// be used is asked of the whole client.
    pub fn parse(&self, findings: &mut Findings) -> ClientFields {
        ClientFields {
            client_name: self
                .client_name
                .as_deref()
                .and_then(|name| findings.take("client_name", label(name))),
            status: one_of(findings, "status", self.status.as_deref(), &["ENABLED", "DISABLED"]),
            first_party: self.first_party,
            application_type: one_of(
                findings,
                "application_type",
                self.application_type.as_deref(),
                &["web", "native"],
            ),
            redirect_uris: list(findings, "redirect_uris", self.redirect_uris.as_deref()),
            post_logout_redirect_uris: list(
                findings,
                "post_logout_redirect_uris",
                self.post_logout_redirect_uris.as_deref(),
            ),
            backchannel_logout_uri: emptied(self.backchannel_logout_uri.as_ref())
                .map(|typed| typed.map(str::to_owned)),
            backchannel_logout_session_required: self.backchannel_logout_session_required,
            token_endpoint_auth_method: one_of(
                findings,
                "token_endpoint_auth_method",
                self.token_endpoint_auth_method.as_deref(),
                &AuthMethod::ALL.map(AuthMethod::as_str),
            ),
            jwks: self.key_set(findings),
            jwks_uri: self.key_address(findings),
            grant_types: self.grants(findings),
            scope: self.scopes(findings),
            resources: self.audiences(findings),
            require_pkce: self.require_pkce,
            id_token_signed_response_alg: one_of(
                findings,
                "id_token_signed_response_alg",
                self.id_token_signed_response_alg.as_deref(),
                &SigningAlg::ALL.map(SigningAlg::as_str),
            ),
            subject_type: one_of(
                findings,
                "subject_type",
                self.subject_type.as_deref(),
                &["public", "pairwise"],
            ),
            sector_identifier: self.sector(findings),
            access_levels: self.rights(findings),
            business_user_groups: self.groups(findings),
        }
    }

    #[expect(clippy::option_option, reason = "a field is absent, emptied, or given")]
    fn key_set(&self, findings: &mut Findings) -> Option<Option<KeySet>> {
        match self.jwks.as_ref()? {
            None => Some(None),
            Some(typed) => findings.take("jwks", KeySet::parse(typed).map_err(key_set_code)).map(Some),
        }
    }

    #[expect(clippy::option_option, reason = "a field is absent, emptied, or given")]
    fn key_address(&self, findings: &mut Findings) -> Option<Option<Url>> {
        match emptied(self.jwks_uri.as_ref())? {
            None => Some(None),
            Some(typed) => {
                let uri = Url::parse(typed).map_err(|_| FindingCode::BadUri { flaw: UriFlaw::NotAbsolute });
                // Written as it is called, so that what is signed is what was typed.
                let plain = uri.and_then(|uri| {
                    let same = uri.as_str() == typed;
                    if same { Ok(uri) } else { Err(FindingCode::BadUri { flaw: UriFlaw::NotPlain }) }
                });
                findings.take("jwks_uri", plain).map(Some)
            }
        }
    }

    fn grants(&self, findings: &mut Findings) -> Option<BTreeSet<GrantType>> {
        let typed = self.grant_types.as_ref()?;
        let known = GrantType::ALL.map(GrantType::as_str);
        let read = typed.iter().map(|word| GrantType::from_text(word).ok_or_else(|| unknown(&known)));
        findings.take("grant_types", read.collect())
    }

    fn scopes(&self, findings: &mut Findings) -> Option<Scope> {
        let typed = self.scope.as_deref()?.trim();
        let known = ScopeToken::ALL.map(ScopeToken::as_str);
        findings.take("scope", typed.parse().map_err(|_| unknown(&known)))
    }

    fn audiences(&self, findings: &mut Findings) -> Option<Vec<String>> {
        let typed = list(findings, "resources", self.resources.as_deref())?;
        for (place, resource) in typed.iter().enumerate() {
            if let Err(code) = audience(resource) {
                findings.note(&format!("resources[{place}]"), code);
            }
        }
        Some(typed)
    }

    #[expect(clippy::option_option, reason = "a field is absent, emptied, or given")]
    fn sector(&self, findings: &mut Findings) -> Option<Option<String>> {
        match emptied(self.sector_identifier.as_ref())? {
            None => Some(None),
            Some(typed) => findings.take("sector_identifier", host(typed)).map(Some),
        }
    }

    fn rights(&self, findings: &mut Findings) -> Option<AccessLevels> {
        let typed = self.access_levels.as_ref()?;
        let mut levels = AccessLevels::new();
        for (name, held) in typed {
            let known =
                |level: &str| FindingCode::UnknownAccessLevel { level: level.chars().take(80).collect() };
            let function = word::<DaFunction>(name).ok_or_else(|| known(name));
            let Some(function) = findings.take("access_levels", function) else { continue };
            for level in held {
                // A service never asks for a change and never signs one.
                let read = word(level).filter(|level| *level == AccessLevel::Enquiry);
                if let Some(level) = findings.take("access_levels", read.ok_or_else(|| known(level))) {
                    levels.entry(function).or_default().insert(level);
                }
            }
        }
        Some(levels)
    }

    fn groups(&self, findings: &mut Findings) -> Option<BTreeSet<BusinessUserGroup>> {
        let typed = self.business_user_groups.as_ref()?;
        let read = typed.iter().map(|group| {
            let unknown = || FindingCode::UnknownGroup { group: group.chars().take(80).collect() };
            group.parse().map_err(|_| unknown())
        });
        findings.take("business_user_groups", read.collect())
    }
}

/// A text, or that there is none: null, or nothing but space.
#[expect(clippy::option_option, reason = "a field is absent, emptied, or given")]
fn emptied(typed: Option<&Option<String>>) -> Option<Option<&str>> {
    Some(typed?.as_deref().map(str::trim).filter(|typed| !typed.is_empty()))
}

fn label(typed: &str) -> Result<Label, FindingCode> {
    if typed.contains(['<', '>']) {
        return Err(FindingCode::NotText);
    }
    Label::parse(typed).map_err(|bad| match bad {
        BadLabel::Empty => FindingCode::Required,
        BadLabel::TooLong => FindingCode::TooLong { max: 200 },
        BadLabel::ControlCharacter => FindingCode::NotText,
    })
}

/// A value by the word that stands for it.
fn one_of<T: for<'de> Deserialize<'de>>(
    findings: &mut Findings,
    field: &str,
    typed: Option<&str>,
    known: &[&str],
) -> Option<T> {
    findings.take(field, word(typed?.trim()).ok_or_else(|| unknown(known)))
}

fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

fn unknown(known: &[&str]) -> FindingCode {
    FindingCode::Unknown { expected: known.join(", ") }
}

/// Addresses in the order given, each once.
fn list(findings: &mut Findings, field: &str, typed: Option<&[String]>) -> Option<Vec<String>> {
    let typed = typed?;
    if typed.len() > MOST_URIS {
        findings.note(field, FindingCode::TooMany { max: MOST_URIS });
        return None;
    }
    let mut seen = BTreeSet::new();
    for (place, uri) in typed.iter().enumerate() {
        if !seen.insert(uri.as_str()) {
            findings.note(&format!("{field}[{place}]"), FindingCode::Repeated);
        }
    }
    Some(typed.to_vec())
}

/// An audience: an absolute address without fragment (RFC 8707 §2).
fn audience(typed: &str) -> Result<(), FindingCode> {
    if typed.len() > LONGEST_URI {
        return Err(FindingCode::TooLong { max: LONGEST_URI });
    }
    let uri = Url::parse(typed).map_err(|_| FindingCode::BadUri { flaw: UriFlaw::NotAbsolute })?;
    if uri.fragment().is_some() {
        return Err(FindingCode::BadUri { flaw: UriFlaw::Fragment });
    }
    let plain = typed.chars().all(|character| character.is_ascii_graphic());
    if plain { Ok(()) } else { Err(FindingCode::BadUri { flaw: UriFlaw::NotPlain }) }
}

/// The name of a host, as a browser would write it.
fn host(typed: &str) -> Result<String, FindingCode> {
    let as_written = Url::parse(&format!("https://{typed}/")).ok().and_then(|uri| {
        let bare = uri.port().is_none() && uri.path() == "/" && uri.query().is_none();
        uri.host_str().filter(|_| bare).map(str::to_owned)
    });
    as_written.filter(|host| host == typed).ok_or(FindingCode::BadUri { flaw: UriFlaw::NotPlain })
}

fn key_set_code(flaw: KeySetFlaw) -> FindingCode {
    match flaw {
        KeySetFlaw::NotAKeySet => FindingCode::NotAKeySet,
        KeySetFlaw::Private => FindingCode::PrivateKey,
        KeySetFlaw::Weak => FindingCode::WeakKey,
    }
}
