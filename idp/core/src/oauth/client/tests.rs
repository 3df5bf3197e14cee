use super::*;
use crate::secret::TokenHash;

fn client(redirect: &str) -> Client {
    Client {
        redirect_uris: vec![redirect.to_owned()],
        ..Client::new("shop", "Shop", ClientAuthentication::None)
    }
}

#[test]
fn redirect_uris_are_compared_as_strings() {
    let client = client("https://shop.example/cb");
    assert!(client.allows_redirect("https://shop.example/cb"));
    for near in [
        "https://shop.example/cb/",
        "https://shop.example/cb?x=1",
        "https://shop.example/CB",
        "https://SHOP.example/cb",
        "https://shop.example:443/cb",
        "https://shop.example/x/../cb",
        "https://shop.example.evil/cb",
        "https://shop.example@evil/cb",
        "",
    ] {
        assert!(!client.allows_redirect(near), "{near}");
    }
}

#[test]
fn a_native_client_picks_its_loopback_port() {
    let native = Client { application_type: ApplicationType::Native, ..client("http://127.0.0.1/cb") };
    assert!(native.allows_redirect("http://127.0.0.1:51004/cb"));
    assert!(!native.allows_redirect("http://127.0.0.1:51004/other"));
    assert!(!native.allows_redirect("http://127.0.0.1:51004/a/../cb"));
    assert!(!native.allows_redirect("https://127.0.0.1:51004/cb"));
    assert!(!native.allows_redirect("http://evil.example:51004/cb"));
    assert!(!client("http://127.0.0.1/cb").allows_redirect("http://127.0.0.1:51004/cb"));
}

#[test]
fn unsafe_redirect_uris_are_refused_at_registration() {
    for uri in [
        "http://shop.example/cb",
        "https://shop.example/cb#x",
        "https://user@shop.example/cb",
        "javascript:alert(1)",
        "/cb",
        "com.example.app:/cb",
    ] {
        assert!(matches!(client(uri).check(), Err(ClientProblem::RedirectUri(..))), "{uri}");
    }
    let native = Client { application_type: ApplicationType::Native, ..client("com.example.app:/cb") };
    assert_eq!(native.check(), Ok(()));
}

#[test]
fn a_public_client_needs_pkce_and_is_no_service() {
    let mut public = Client { require_pkce: false, ..client("https://shop.example/cb") };
    assert!(public.needs_pkce());
    public.grant_types.insert(GrantType::ClientCredentials);
    assert_eq!(public.check(), Err(ClientProblem::PublicService));
}

#[test]
fn a_client_survives_storage() {
    let secret_hash = TokenHash::from_stored("abc".into());
    let stored = Client {
        subject_type: SubjectType::Pairwise { sector_identifier: None },
        ..Client::new("a", "A", ClientAuthentication::ClientSecretBasic { secret_hash })
    };
    let text = serde_json::to_string(&stored).unwrap();
    assert_eq!(serde_json::from_str::<Client>(&text).unwrap(), stored);
}

#[test]
fn a_client_id_is_plain_and_no_subject() {
    for client_id in ["", "a b", "a:b", "é", "0123456789abcdef0123456789abcdef", &"x".repeat(129)] {
        let client = Client { client_id: client_id.to_owned(), ..client("https://shop.example/cb") };
        assert_eq!(client.check(), Err(ClientProblem::ClientId), "{client_id}");
    }
}

#[test]
fn addresses_of_logouts_are_checked_too() {
    let listening = |uri: &str| Client {
        backchannel_logout: Some(BackchannelLogout { uri: uri.to_owned(), session_required: false }),
        ..client("https://shop.example/cb")
    };
    for uri in
        ["", "/logout", "ftp://shop.example/", "https://shop.example/#x", "https://me:pw@shop.example/"]
    {
        assert!(matches!(listening(uri).check(), Err(ClientProblem::BackchannelUri(_))), "{uri}");
    }
    assert_eq!(listening("http://10.0.0.7/logout?x=1").check(), Ok(()));
    let away = Client {
        post_logout_redirect_uris: vec!["javascript:alert(1)".to_owned()],
        ..client("https://shop.example/cb")
    };
    assert_eq!(away.check(), Err(ClientProblem::PostLogoutRedirectUri(0, UriFlaw::NotHttps)));
}
