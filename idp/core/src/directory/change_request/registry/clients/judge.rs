//! Whether a relying party may be registered, changed, given another secret or ended, and what that would change.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::draft::{ClientDraft, ClientFields};
use crate::directory::business_group::BusinessUserGroup;
use crate::directory::change_request::actions::Asker;
use crate::directory::change_request::difference;
use crate::directory::change_request::{Change, FieldDifference, Judged, Subject, Target, TargetKind};
use crate::directory::finding::{FindingCode, Findings};
use crate::directory::permission::Action;
use crate::oauth::client::{
    Client, ClientAuthentication, ClientKind, ClientMetadata, ClientProblem, ClientStatus, GrantType,
};
use crate::oauth::scope::ScopeToken;
use crate::secret::TokenHash;
use crate::{Entropy, EntropyExt as _};

/// A relying party that somebody would like to register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterClient {
    /// What it is to be called by; drawn where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What it says.
    pub fields: ClientDraft,
}

/// Other fields of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeClient {
    /// Which.
    pub client_id: String,
    /// What is to be different.
    pub fields: ClientDraft,
}

/// One of them, to which something is done as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedClient {
    /// Which.
    pub client_id: String,
}

/// Fields of one, as they are signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedClient {
    /// Which.
    pub client_id: String,
    /// What it is to say.
    pub fields: ClientFields,
}

/// What is known of the relying party that a draft names.
#[derive(Clone, Copy)]
pub struct ClientFacts<'a> {
    /// It, if there is one.
    pub client: Option<&'a Client>,
    /// Its version; 0 where there is none.
    pub version: i64,
    /// Whether there was one of that name. What a name was good for once must never come back with it.
    pub was_there: bool,
    /// Whether people could still reach the management API without it.
    pub another_console: bool,
    /// The business user groups that there are.
    pub groups: &'a BTreeSet<BusinessUserGroup>,
    /// Whether we would call an address.
    pub callable: &'a dyn Fn(&str) -> bool,
}

/// The name of a relying party as it is looked up.
#[must_use]
pub fn named(typed: &str) -> String {
    typed.trim().to_owned()
}

/// The name of a relying party, among the things that requests change.
#[must_use]
pub fn target(client_id: &str) -> Target {
    Target::new(TargetKind::Client, named(client_id))
}

/// A name for one that was given none.
#[must_use]
pub fn draw_name(entropy: &dyn Entropy) -> String {
    format!("client-{}", hex::encode(entropy.bytes::<10>()))
}

/// A new one, under the name that it was given, or `drawn` for it.
pub fn judge_registration(
    asker: Asker,
    facts: &ClientFacts<'_>,
    draft: &RegisterClient,
    drawn: &str,
    findings: &mut Findings,
) -> Option<Judged> {
    operators_only(asker, findings)?;
    let fields = draft.fields.parse(findings);
    for (field, given) in [
        ("client_name", draft.fields.client_name.is_some()),
        ("token_endpoint_auth_method", draft.fields.token_endpoint_auth_method.is_some()),
        ("scope", draft.fields.scope.is_some()),
    ] {
        if !given {
            findings.note(field, FindingCode::Required);
        }
    }
    let client_id = draft.client_id.as_deref().map_or_else(|| drawn.to_owned(), named);
    if !is_new_name(&client_id) {
        findings.note("client_id", FindingCode::NotAClientId);
    } else if facts.client.is_some() || facts.was_there {
        findings.note("client_id", FindingCode::Taken);
    }
    let after = fields.onto(&blank(&client_id), &to_be_made(), findings);
    check(facts, &after, findings);
    reach(None, &after, findings);
    let subject = subject(&client_id, 0, changed(None, Some(&after)));
    Some(Judged { change: Change::RegisterClient(SignedClient { client_id, fields }), subject })
}

/// Other fields of one.
pub fn judge_change(
    asker: Asker,
    facts: &ClientFacts<'_>,
    draft: &ChangeClient,
    findings: &mut Findings,
) -> Option<Judged> {
    operators_only(asker, findings)?;
    let fields = draft.fields.parse(findings);
    let before = existing(facts, findings)?;
    let after = fields.onto(before, &to_be_made(), findings);
    check(facts, &after, findings);
    reach(Some(before), &after, findings);
    keep_a_console(facts, before, Some(&after), findings);
    let difference = changed(Some(before), Some(&after));
    if difference.is_empty() && !findings.stop() {
        findings.note("fields", FindingCode::NothingChanges);
    }
    let client_id = before.client_id.clone();
    let subject = subject(&client_id, facts.version, difference);
    Some(Judged { change: Change::ChangeClient(SignedClient { client_id, fields }), subject })
}

/// Another secret.
pub fn judge_rotation(asker: Asker, facts: &ClientFacts<'_>, findings: &mut Findings) -> Option<Judged> {
    operators_only(asker, findings)?;
    let before = existing(facts, findings)?;
    if !before.authentication.method().has_secret() {
        findings.note("client_id", FindingCode::NotApplicable);
    }
    keep_a_console(facts, before, None, findings);
    let client_id = before.client_id.clone();
    let subject = subject(&client_id, facts.version, vec![secret(true, true)]);
    Some(Judged { change: Change::RotateClientSecret(NamedClient { client_id }), subject })
}

/// Its end, for good.
pub fn judge_deletion(asker: Asker, facts: &ClientFacts<'_>, findings: &mut Findings) -> Option<Judged> {
    operators_only(asker, findings)?;
    let before = existing(facts, findings)?;
    keep_a_console(facts, before, None, findings);
    let client_id = before.client_id.clone();
    let subject = subject(&client_id, facts.version, changed(Some(before), None));
    Some(Judged { change: Change::DeleteClient(NamedClient { client_id }), subject })
}

/// A client before its fields are filled in.
#[must_use]
pub fn blank(client_id: &str) -> Client {
    Client::new(client_id, "", ClientAuthentication::None)
}

/// Whether `after` may do less than `before`: what was granted to it before ends.
#[must_use]
pub fn narrowed(before: &Client, after: &Client) -> bool {
    let all = |kept: &[String], of: &[String]| of.iter().all(|one| kept.contains(one));
    let kept = after.status == ClientStatus::Enabled
        && before.scope.is_within(&after.scope)
        && before.grant_types.is_subset(&after.grant_types)
        && all(&after.resources, &before.resources)
        && all(&after.redirect_uris, &before.redirect_uris)
        && before.subject_type == after.subject_type
        && before.authentication.method() == after.authentication.method()
        // Who need not be asked for consent before has to be now.
        && (before.kind == after.kind || !after.needs_consent());
    !kept
}

/// Whether operators reach the management API through it, without asking anybody else.
#[must_use]
pub fn is_console(client: &Client) -> bool {
    client.status == ClientStatus::Enabled
        && client.kind == ClientKind::FirstParty
        && client.may_use(GrantType::AuthorizationCode)
        && client.scope.contains(ScopeToken::Directory)
}

/// Whether a console that is running, and is told nothing, could go on as it is: it is still a console, proves itself as
/// before and is still answered where it was.
#[must_use]
pub fn stays_reachable(before: &Client, after: &Client) -> bool {
    is_console(after)
        && before.authentication == after.authentication
        && before.redirect_uris.iter().all(|uri| after.redirect_uris.contains(uri))
}

/// Others are told nothing of relying parties, not even whether there is one of a name.
fn operators_only(asker: Asker, findings: &mut Findings) -> Option<()> {
    asker.must("client_id", Action::MaintainRelyingParty, findings)
}

fn existing<'a>(facts: &ClientFacts<'a>, findings: &mut Findings) -> Option<&'a Client> {
    findings.take("client_id", facts.client.ok_or(FindingCode::NotFound))
}

/// Who changes everything through the console must not close it behind them, nor change what it is reached by: should
/// the new not work, nobody could mend it.
fn keep_a_console(facts: &ClientFacts<'_>, before: &Client, after: Option<&Client>, findings: &mut Findings) {
    let stays = after.is_some_and(|after| stays_reachable(before, after));
    if is_console(before) && !stays && !facts.another_console {
        findings.note("client_id", FindingCode::LastConsole);
    }
}

/// What holds for the client as a whole.
fn check(facts: &ClientFacts<'_>, after: &Client, findings: &mut Findings) {
    for problem in after.problems() {
        match problem {
            // Said where it was read.
            ClientProblem::ClientId => {}
            ClientProblem::PublicService => findings.note("grant_types", FindingCode::NotApplicable),
            ClientProblem::Grants => findings.note("grant_types", FindingCode::Required),
            ClientProblem::NoRedirectUri => findings.note("redirect_uris", FindingCode::Required),
            ClientProblem::DirectoryRight => findings.note("access_levels", FindingCode::Required),
            ClientProblem::Sector => findings.note("sector_identifier", FindingCode::Required),
            ClientProblem::RedirectUri(place, flaw) => {
                findings.note(&format!("redirect_uris[{place}]"), FindingCode::BadUri { flaw });
            }
            ClientProblem::PostLogoutRedirectUri(place, flaw) => {
                findings.note(&format!("post_logout_redirect_uris[{place}]"), FindingCode::BadUri { flaw });
            }
            ClientProblem::BackchannelUri(flaw) => {
                findings.note("backchannel_logout_uri", FindingCode::BadUri { flaw });
            }
            ClientProblem::JwksUri(flaw) => findings.note("jwks_uri", FindingCode::BadUri { flaw }),
        }
    }
    let listener = after.backchannel_logout.as_ref().map(|listener| listener.uri.as_str());
    let called = [("backchannel_logout_uri", listener), ("jwks_uri", after.jwks_uri().map(url::Url::as_str))];
    for (field, uri) in called {
        if uri.is_some_and(|uri| !(facts.callable)(uri)) {
            findings.note(field, FindingCode::PrivateAddress);
        }
    }
    let groups = &after.service_capabilities.business_user_groups;
    for group in groups.iter().filter(|group| !facts.groups.contains(*group)) {
        findings.note("business_user_groups", FindingCode::UnknownGroup { group: group.to_string() });
    }
}

/// What a client of the management API must be, and what those who sign should know of it before it becomes so.
fn reach(before: Option<&Client>, after: &Client, findings: &mut Findings) {
    let people = |client: &Client| {
        client.scope.contains(ScopeToken::Directory) && client.may_use(GrantType::AuthorizationCode)
    };
    if people(after) {
        if after.kind != ClientKind::FirstParty {
            findings.note("first_party", FindingCode::Required);
        }
        if after.is_public() {
            findings.note("token_endpoint_auth_method", FindingCode::NotApplicable);
        }
        if after.may_use(GrantType::ClientCredentials) {
            findings.note("grant_types", FindingCode::NotApplicable);
        }
    }
    let silent = |client: &Client| !client.needs_consent() && client.may_use(GrantType::AuthorizationCode);
    let becomes = |is: &dyn Fn(&Client) -> bool| is(after) && !before.is_some_and(is);
    if becomes(&Client::may_audit) {
        findings.note("scope", FindingCode::ReadsEverything);
    }
    if becomes(&people) {
        findings.note("scope", FindingCode::AdministersThrough);
    }
    if becomes(&silent) {
        findings.note("first_party", FindingCode::AsksNoConsent);
    }
}

/// Characters that need no escaping anywhere (RFC 3986 §2.3), so that a name is written alike in addresses, headers and
/// configuration.
fn is_new_name(client_id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (1..=64).contains(&client_id.len())
        && client_id.bytes().all(plain)
        && client_id.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && !blank(client_id).problems().contains(&ClientProblem::ClientId)
}

fn subject(client_id: &str, version: i64, difference: Vec<FieldDifference>) -> Subject {
    Subject { target: target(client_id), version, difference }
}

/// Field by field what changes, and whether there is a secret, of which nothing else is ever said.
fn changed(before: Option<&Client>, after: Option<&Client>) -> Vec<FieldDifference> {
    let read = |client: Option<&Client>| client.map(ClientMetadata::from);
    let mut difference = difference::between(&read(before), &read(after)).unwrap_or_default();
    let has_secret =
        |client: Option<&Client>| client.is_some_and(|client| client.authentication.method().has_secret());
    let (had, has) = (has_secret(before), has_secret(after));
    if had != has {
        difference.push(secret(had, has));
    }
    difference
}

/// That a secret is made, takes another's place, or ends.
fn secret(had: bool, has: bool) -> FieldDifference {
    let word = |there: bool, word: &str| if there { word.into() } else { serde_json::Value::Null };
    FieldDifference {
        field: "client_secret".to_owned(),
        before: word(had, "former"),
        after: word(has, "new"),
    }
}

/// Stands for the hash of a secret that is drawn when the request is approved. Nothing hashes to it.
fn to_be_made() -> TokenHash {
    TokenHash::from_stored(String::new())
}
