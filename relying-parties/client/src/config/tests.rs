use url::Url;

use super::{Config, ConfigError};
use crate::{ClientAuthentication, Secret};

fn config(base_url: &str, issuer: &str) -> Config {
    let authentication = ClientAuthentication::ClientSecretBasic { client_secret: Secret::new("s") };
    Config::new(Url::parse(base_url).unwrap(), issuer, "dms", authentication)
}

#[test]
fn loopback_may_be_plain_http() {
    config("http://localhost:8082", "http://127.0.0.1:8080").validate().unwrap();
    config("https://dms.example.com/", "https://login.example.com").validate().unwrap();
}

#[test]
fn elsewhere_plain_http_is_refused() {
    let refused = config("http://dms.example.com", "https://login.example.com").validate();
    assert!(matches!(refused, Err(ConfigError::Insecure { field: "base_url", .. })));
    let refused = config("http://localhost:8082", "http://login.example.com").validate();
    assert!(matches!(refused, Err(ConfigError::Insecure { field: "issuer", .. })));
}

#[test]
fn a_base_url_with_a_path_is_refused() {
    let refused = config("http://localhost:8082/dms", "http://localhost:8080").validate();
    assert!(matches!(refused, Err(ConfigError::NotAnOrigin(_))));
}

#[test]
fn registered_addresses_follow_from_the_base_url() {
    let config = config("http://localhost:8082/", "http://localhost:8080");
    assert_eq!(config.redirect_uri(), "http://localhost:8082/callback");
    assert_eq!(config.post_logout_redirect_uri(), "http://localhost:8082/logged-out");
    assert_eq!(config.backchannel_logout_uri(), "http://localhost:8082/backchannel-logout");
    assert_eq!(config.origin(), "http://localhost:8082");
}

#[test]
fn an_unknown_key_is_an_error() {
    let read = serde_json::from_str::<Config>(
        r#"{"base_url":"http://localhost:1","issuer":"http://localhost:2","client_id":"dms","colour":"red",
            "client_authentication":{"method":"client_secret_basic","client_secret":"s"}}"#,
    );
    assert!(read.unwrap_err().to_string().contains("colour"));
}
