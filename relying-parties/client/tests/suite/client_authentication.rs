//! Proving who the client is.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use relying_party_client::{ClientAuthentication, Config, ConfigError, RelyingParty, Secret};
use serde_json::{Map, Value};

use crate::fake_issuer::keys::client_key;
use crate::fake_issuer::{CLIENT_ID, CLIENT_SECRET};
use crate::probe::{APPLICATION, Probe};

#[tokio::test]
async fn a_secret_travels_in_the_header_form_encoded_and_nowhere_else() {
    let probe = Probe::start().await;
    probe.logged_in().await;
    let recorded = probe.issuer.recorded();
    // The fake issuer compared it; here only that nothing of it is in the form (RFC 6749 §2.3).
    let request = &recorded.token_requests[0];
    assert!(request["Authorization"].starts_with("Basic "));
    assert!(!request.contains_key("client_secret"));
    assert!(!request.values().any(|value| value.contains(CLIENT_SECRET)));
}

#[tokio::test]
async fn an_assertion_says_what_rfc_7523_wants_and_is_new_each_time() {
    let (pem, jwk) = client_key();
    let probe = Probe::start_with(|config| {
        config.client_authentication = ClientAuthentication::PrivateKeyJwt {
            private_key_pem: Secret::new(pem),
            key_id: Some("k1".into()),
        };
    })
    .await;
    probe.logged_in().await;
    probe.party.client_credentials(&["directory"]).await.unwrap();
    let now = probe.issuer.now();

    let recorded = probe.issuer.recorded();
    assert_eq!(recorded.token_requests.len(), 2);
    let mut seen = Vec::new();
    for request in &recorded.token_requests {
        assert_eq!(
            request["client_assertion_type"],
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        assert_eq!(request["client_id"], CLIENT_ID);
        assert!(!request.contains_key("Authorization"));
        assert!(!request.contains_key("client_secret"));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[probe.issuer.url()]);
        validation.set_issuer(&[CLIENT_ID]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        let key = DecodingKey::from_jwk(&jwk).unwrap();
        let assertion =
            jsonwebtoken::decode::<Map<String, Value>>(&request["client_assertion"], &key, &validation)
                .unwrap();
        assert_eq!(assertion.header.kid.as_deref(), Some("k1"));
        assert_eq!(assertion.claims["sub"], CLIENT_ID);
        let at = |name: &str| assertion.claims[name].as_i64().unwrap();
        assert!((now - 5..=now).contains(&at("iat")));
        assert_eq!(at("exp") - at("iat"), 60);
        seen.push(assertion.claims["jti"].as_str().unwrap().to_owned());
    }
    assert_ne!(seen[0], seen[1]);
    assert!(seen[0].len() >= 43);
    assert_eq!(recorded.token_requests[1]["grant_type"], "client_credentials");
    assert_eq!(recorded.token_requests[1]["scope"], "directory");
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_at_start() {
    for pem in ["", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        let authentication =
            ClientAuthentication::PrivateKeyJwt { private_key_pem: Secret::new(pem), key_id: None };
        let config =
            Config::new("http://localhost:1".parse().unwrap(), "http://localhost:2", "c", authentication);
        assert!(matches!(RelyingParty::new(config, APPLICATION), Err(ConfigError::PrivateKey)), "{pem:?}");
    }
}
