//! What an application may be told of a user: which scope gives which claim, and the `claims` parameter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::scope::{Scope, ScopeToken};
use crate::directory::profile::{LastAccess, Profile};

/// Claims of `profile` that a profile holds beyond its own fields (OIDC Core §5.1).
const FURTHER_PROFILE_CLAIMS: [&str; 9] =
    ["middle_name", "nickname", "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale"];

/// The claims that `scope` gives (OIDC Core §5.4; `clearing` is this house's own).
#[must_use]
pub fn claims_of(scope: ScopeToken) -> &'static [&'static str] {
    match scope {
        ScopeToken::Openid | ScopeToken::OfflineAccess | ScopeToken::Directory => &[],
        ScopeToken::Profile => &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
        ScopeToken::Email => &["email", "email_verified"],
        ScopeToken::Address => &["address"],
        ScopeToken::Phone => &["phone_number", "phone_number_verified"],
        ScopeToken::Clearing => &[
            "clearing_house",
            "participant",
            "user_kind",
            "business_user_groups",
            "access_levels",
            "settlement_agent",
            "act",
            "may_act_for",
            "last_login",
        ],
    }
}

/// The scope that gives `claim`; none for claims about the login itself and for claims we do not know.
#[must_use]
pub fn scope_of(claim: &str) -> Option<ScopeToken> {
    ScopeToken::ALL.into_iter().find(|scope| claims_of(*scope).contains(&claim))
}

/// Every claim about a user: part of `claims_supported`.
#[must_use]
pub fn supported() -> Vec<&'static str> {
    ScopeToken::ALL
        .into_iter()
        .flat_map(claims_of)
        .copied()
        .filter(|claim| !PLANNED.contains(claim))
        .collect()
}

/// Claims that await appointments being data: part of `clearing`, never filled as yet.
const PLANNED: [&str; 2] = ["act", "may_act_for"];

/// The `claims` parameter (OIDC Core §5.5).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// Wanted from `/userinfo`.
    #[serde(default, deserialize_with = "wishes", skip_serializing_if = "Wishes::is_empty")]
    pub userinfo: Wishes,
    /// Wanted in the ID token.
    #[serde(default, deserialize_with = "wishes", skip_serializing_if = "Wishes::is_empty")]
    pub id_token: Wishes,
}

/// Claims wanted, by name.
pub type Wishes = BTreeMap<String, Wish>;

/// How much a claim is wanted (OIDC Core §5.5.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Option<WishForm>", into = "WishForm")]
pub struct Wish {
    /// `essential`.
    pub essential: bool,
    /// `value` or `values`, in order of preference; empty where any will do.
    pub values: Vec<Value>,
}

#[derive(Serialize, Deserialize, Default)]
struct WishForm {
    #[serde(default)]
    essential: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<Value>,
}

impl From<Option<WishForm>> for Wish {
    fn from(form: Option<WishForm>) -> Self {
        let form = form.unwrap_or_default();
        Self { essential: form.essential, values: form.value.into_iter().chain(form.values).collect() }
    }
}

impl From<Wish> for WishForm {
    fn from(wish: Wish) -> Self {
        Self { essential: wish.essential, value: None, values: wish.values }
    }
}

fn wishes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Wishes, D::Error> {
    Ok(Option::<Wishes>::deserialize(deserializer)?.unwrap_or_default())
}

impl ClaimsRequest {
    /// Reads the parameter. Members and claims we do not know are kept out of the way, not refused.
    pub fn parse(text: &str) -> Result<Self, MalformedClaims> {
        match serde_json::from_str::<Value>(text) {
            Ok(value @ Value::Object(_)) => serde_json::from_value(value).map_err(|_| MalformedClaims),
            _ => Err(MalformedClaims),
        }
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The scopes that would have given what is asked for: what consent is asked about, and what the client must be
    /// allowed.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.userinfo.keys().chain(self.id_token.keys()).filter_map(|claim| scope_of(claim)).collect()
    }

    /// The same without what only a scope outside `allowed` would give. Claims about the login stay.
    #[must_use]
    pub fn within(mut self, allowed: &Scope) -> Self {
        let may = |claim: &str| scope_of(claim).is_none_or(|scope| allowed.contains(scope));
        self.userinfo.retain(|claim, _| may(claim));
        self.id_token.retain(|claim, _| may(claim));
        self
    }

    /// The one subject the ID token must be about, if the request names one (OIDC Core §5.5.1).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.id_token.get("sub")?.values.first()?.as_str()
    }

    /// The wish about `acr` in the ID token.
    #[must_use]
    pub fn acr(&self) -> Option<&Wish> {
        self.id_token.get("acr")
    }
}

/// The `claims` parameter is not of the form of OIDC Core §5.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The claims parameter is not a JSON object as in OpenID Connect Core 5.5.")]
pub struct MalformedClaims;

/// What we know of a user, as a source of claims.
#[derive(Clone, Copy, Debug)]
pub struct UserFacts<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The access before the present one.
    pub prior_access: Option<&'a LastAccess>,
}

impl UserFacts<'_> {
    /// The claims that `granted` gives, and those of `wishes` that the client could have had by an `allowed` scope.
    #[must_use]
    pub fn release(&self, granted: &Scope, wishes: &Wishes, allowed: &Scope) -> Map<String, Value> {
        let by_scope = granted.iter().flat_map(claims_of).map(|claim| (*claim).to_owned());
        let by_wish = wishes
            .keys()
            .filter(|claim| scope_of(claim).is_some_and(|scope| allowed.contains(scope)))
            .cloned();
        by_scope.chain(by_wish).filter_map(|claim| self.value(&claim).map(|value| (claim, value))).collect()
    }

    /// The value of `claim`, where there is one. What a user does not have is left out (OIDC Core §5.3.2).
    fn value(&self, claim: &str) -> Option<Value> {
        let profile = self.profile;
        match claim {
            "name" => nonempty(&full_name(profile)),
            "family_name" => nonempty(&profile.surname),
            "given_name" => nonempty(&profile.other_names),
            "preferred_username" => Some(json!(profile.user_id)),
            "updated_at" => Some(json!(profile.updated_at.timestamp())),
            "email" => profile.email.as_deref().and_then(nonempty),
            "email_verified" => profile.email.as_ref().map(|_| self.verified("email_verified")),
            "phone_number_verified" => {
                self.stored("phone_number").map(|_| self.verified("phone_number_verified"))
            }
            "address" | "phone_number" => self.stored(claim),
            "clearing_house" => Some(json!(profile.clearing_house)),
            "participant" => nonempty(&profile.participant),
            "user_kind" => Some(json!(profile.kind)),
            "business_user_groups" => Some(json!(profile.capabilities.business_user_groups)),
            "access_levels" => Some(json!(profile.capabilities.access_levels)),
            "settlement_agent" => profile.settlement_agent.as_deref().and_then(nonempty),
            "last_login" => self
                .prior_access
                .map(|access| json!({ "time": access.time.timestamp(), "method": access.method })),
            _ if FURTHER_PROFILE_CLAIMS.contains(&claim) => self.stored(claim),
            _ => None,
        }
    }

    fn stored(&self, claim: &str) -> Option<Value> {
        self.profile.claims.get(claim).filter(|value| !value.is_null()).cloned()
    }

    fn verified(&self, claim: &str) -> Value {
        Value::Bool(self.stored(claim) == Some(Value::Bool(true)))
    }
}

fn full_name(profile: &Profile) -> String {
    [profile.other_names.trim(), profile.surname.trim()].join(" ").trim().to_owned()
}

fn nonempty(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests;
