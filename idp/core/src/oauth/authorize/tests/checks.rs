use super::super::prompt::Prompt;
use super::*;
use crate::oauth::acr::Acr;
use crate::oauth::claims::ClaimsRequest;

#[test]
fn a_good_request_passes_as_it_is() {
    let request = ask(GOOD).unwrap();
    assert_eq!(request.client.client_id, "shop");
    assert_eq!(request.back.redirect_uri(), CALLBACK);
    assert_eq!(request.scope.to_string(), "openid email");
    assert_eq!(request.code_challenge.as_deref(), Some(CHALLENGE));
    assert_eq!(request.prompt, Prompt::default());
    assert_eq!((request.max_age, request.acr, request.nonce), (None, None, None));
}

/// Parameters put in the place of a good request's, or taken out.
type Changes<'a> = &'a [(&'a str, Option<&'a str>)];

#[test]
fn what_is_wrong_with_client_or_redirect_uri_is_a_page() {
    let long = "x".repeat(7 * 1024);
    let table: [(Changes<'_>, PageFault); 14] = [
        (&[("client_id", None)], PageFault::ClientMissing),
        (&[("client_id", Some(""))], PageFault::ClientMissing),
        (&[("client_id", Some("stranger"))], PageFault::ClientUnknown),
        (&[("client_id", Some("SHOP"))], PageFault::ClientUnknown),
        (&[("client_id", Some("shop "))], PageFault::ClientUnknown),
        (&[("redirect_uri", None)], PageFault::RedirectUriMissing),
        (&[("redirect_uri", Some("/cb"))], PageFault::RedirectUriUnregistered),
        (&[("redirect_uri", Some("https://evil.example/cb"))], PageFault::RedirectUriUnregistered),
        (&[("redirect_uri", Some("https://shop.example/cb"))], PageFault::RedirectUriUnregistered),
        (
            &[("redirect_uri", Some("https://shop.example/cb?tenant=1&x=2"))],
            PageFault::RedirectUriUnregistered,
        ),
        (&[("redirect_uri", Some("https://shop.example/cb?tenant=1#f"))], PageFault::RedirectUriUnregistered),
        (&[("redirect_uri", Some("https://shop.example@evil.example/"))], PageFault::RedirectUriUnregistered),
        (&[("redirect_uri", Some("javascript:alert(1)"))], PageFault::RedirectUriUnregistered),
        (&[("state", Some(&long))], PageFault::TooLarge),
    ];
    for (changes, fault) in table {
        assert_eq!(page_fault(ask(with(changes))), fault, "{changes:?}");
    }
}

#[test]
fn a_client_or_redirect_uri_sent_twice_is_a_page() {
    for (name, value, fault) in [
        ("client_id", "shop", PageFault::ClientMissing),
        ("client_id", "lax", PageFault::ClientMissing),
        ("redirect_uri", CALLBACK, PageFault::RedirectUriMissing),
        ("redirect_uri", "https://evil.example", PageFault::RedirectUriMissing),
    ] {
        assert_eq!(page_fault(ask(GOOD.into_iter().chain([(name, value)]))), fault, "{name}={value}");
        assert_eq!(page_fault(ask([(name, value)].into_iter().chain(GOOD))), fault, "{name}={value}");
    }
}

#[test]
fn only_a_native_client_may_choose_its_loopback_port() {
    let native = |uri| ask(with(&[("client_id", Some("native")), ("redirect_uri", Some(uri))]));
    assert_eq!(native("http://127.0.0.1:51004/cb").unwrap().back.redirect_uri(), "http://127.0.0.1:51004/cb");
    assert_eq!(page_fault(native("http://127.0.0.1:51004/other")), PageFault::RedirectUriUnregistered);
    assert_eq!(page_fault(native("http://localhost:51004/cb")), PageFault::RedirectUriUnregistered);
    assert_eq!(page_fault(native("http://127.0.0.1.evil.example/cb")), PageFault::RedirectUriUnregistered);
    let web = ask(with(&[("redirect_uri", Some("https://shop.example:8443/cb?tenant=1"))]));
    assert_eq!(page_fault(web), PageFault::RedirectUriUnregistered);
}

#[test]
fn too_many_parameters_are_a_page() {
    let names: Vec<String> = (0..65).map(|number| format!("p{number}")).collect();
    let many = names.iter().map(|name| (name.as_str(), "1"));
    assert_eq!(page_fault(ask(GOOD.into_iter().chain(many))), PageFault::TooLarge);
}

#[test]
fn everything_else_goes_back_to_the_client() {
    let state = "s".repeat(2049);
    let nonce = "n".repeat(513);
    let claims = format!("{{\"x\":\"{}\"}}", "c".repeat(4096));
    let table: [(Changes<'_>, &str); 41] = [
        (&[("client_id", Some("service"))], "unauthorized_client"),
        (&[("request", Some("a.b.c"))], "request_not_supported"),
        (&[("request_uri", Some("https://shop.example/r"))], "request_uri_not_supported"),
        (&[("registration", Some("{}"))], "registration_not_supported"),
        (&[("response_type", None)], "invalid_request"),
        (&[("response_type", Some("token"))], "unsupported_response_type"),
        (&[("response_type", Some("code id_token"))], "unsupported_response_type"),
        (&[("response_type", Some("CODE"))], "unsupported_response_type"),
        (&[("response_mode", Some("fragment"))], "invalid_request"),
        (&[("response_mode", Some("web_message"))], "invalid_request"),
        (&[("scope", None)], "invalid_scope"),
        (&[("scope", Some("kerberos"))], "invalid_scope"),
        (&[("scope", Some("openid \"email\""))], "invalid_scope"),
        (&[("scope", Some("openid directory"))], "invalid_scope"),
        (&[("scope", Some("offline_access"))], "invalid_scope"),
        (&[("code_challenge", None)], "invalid_request"),
        (&[("code_challenge", None), ("code_challenge_method", None)], "invalid_request"),
        (&[("code_challenge_method", None)], "invalid_request"),
        (&[("code_challenge_method", Some("plain"))], "invalid_request"),
        (&[("code_challenge_method", Some("s256"))], "invalid_request"),
        (&[("code_challenge", Some("short"))], "invalid_request"),
        (&[("code_challenge", Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"))], "invalid_request"),
        (&[("code_challenge", Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="))], "invalid_request"),
        (&[("client_id", Some("lax")), ("code_challenge_method", Some("plain"))], "invalid_request"),
        (&[("client_id", Some("lax")), ("code_challenge", None)], "invalid_request"),
        (&[("state", Some(&state))], "invalid_request"),
        (&[("state", Some("a\nb"))], "invalid_request"),
        (&[("nonce", Some(&nonce))], "invalid_request"),
        (&[("nonce", Some("a\u{7}b"))], "invalid_request"),
        (&[("nonce", Some("a\0b"))], "invalid_request"),
        (&[("nonce", Some("a\u{FFFD}b"))], "invalid_request"),
        (&[("prompt", Some("none login"))], "invalid_request"),
        (&[("prompt", Some("consent none"))], "invalid_request"),
        (&[("prompt", Some("create"))], "invalid_request"),
        (&[("max_age", Some("-1"))], "invalid_request"),
        (&[("max_age", Some("+1"))], "invalid_request"),
        (&[("max_age", Some("1.5"))], "invalid_request"),
        (&[("claims", Some("[]"))], "invalid_request"),
        (&[("claims", Some(&claims))], "invalid_request"),
        (&[("id_token_hint", Some("not-a-token"))], "invalid_request"),
        (&[("id_token_hint", Some("a.b.c d"))], "invalid_request"),
    ];
    for (changes, code) in table {
        assert_eq!(error_code(ask(with(changes))), code, "{changes:?}");
    }
}

#[test]
fn a_parameter_sent_twice_goes_back_to_the_client() {
    for name in ["scope", "state", "nonce", "response_type", "prompt", "code_challenge", "unknown", "request"]
    {
        let twice = GOOD.into_iter().filter(|(known, _)| *known != name).chain([(name, "a"), (name, "a")]);
        assert_eq!(error_code(ask(twice)), "invalid_request", "{name}");
    }
}

#[test]
fn a_state_sent_twice_is_not_handed_back() {
    let Err(Refusal::Client(back, error)) = ask(GOOD.into_iter().chain([("state", "other")])) else {
        panic!("refused")
    };
    let answer = location(back.error(&error, ISSUER));
    assert!(answer.query_pairs().all(|(name, _)| name != "state"));
}

#[test]
fn what_is_unknown_or_empty_is_ignored() {
    let request = ask(with(&[
        ("scope", Some("openid kerberos email")),
        ("unknown", Some("\0")),
        ("prompt", Some("")),
        ("max_age", Some("")),
        ("acr_values", Some("urn:other:acr")),
        ("login_hint", Some("a\nb")),
        ("ui_locales", Some("zh-HK <script> en")),
    ]))
    .unwrap();
    assert_eq!(request.scope.to_string(), "openid email");
    assert_eq!((request.acr, request.max_age, request.login_hint), (None, None, None));
    assert_eq!(request.ui_locales.as_deref(), Some("zh-HK en"));
}

#[test]
fn pkce_is_policy_for_a_client_with_a_secret() {
    let without = [("client_id", Some("lax")), ("code_challenge", None), ("code_challenge_method", None)];
    assert_eq!(ask(with(&without)).unwrap().code_challenge, None);
}

#[test]
fn offline_access_needs_openid_and_refresh_tokens() {
    let scope = |client, scope| {
        let request = ask(with(&[("client_id", Some(client)), ("scope", Some(scope))]));
        request.unwrap().scope.to_string()
    };
    assert_eq!(scope("shop", "openid offline_access"), "openid offline_access");
    assert_eq!(scope("brief", "openid offline_access"), "openid");
    assert_eq!(scope("shop", "email offline_access"), "email");
}

#[test]
fn prompt_and_max_age_are_read() {
    let prompt = |text| ask(with(&[("prompt", Some(text))])).unwrap().prompt;
    assert_eq!(prompt("none"), Prompt { none: true, ..Prompt::default() });
    assert_eq!(prompt("login consent"), Prompt { login: true, consent: true, none: false });
    assert_eq!(prompt("select_account"), Prompt { login: true, ..Prompt::default() });
    let max_age = |text| ask(with(&[("max_age", Some(text))])).unwrap().max_age;
    assert_eq!(max_age("0"), Some(0));
    assert_eq!(max_age("99999999999999999999"), Some(u32::MAX));
}

#[test]
fn the_weakest_class_named_will_do_and_the_stronger_wish_wins() {
    let (email, app, card) =
        ("urn:countersign:acr:otp-email", "urn:countersign:acr:otp-app", "urn:countersign:acr:smartcard");
    let both = format!("{card} unknown {app}");
    let essential = |acr: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{acr}"}}}}}}"#);
    let acr = |values: &str, claims: Option<&str>| {
        ask(with(&[("acr_values", Some(values)), ("claims", claims)])).map(|request| request.acr)
    };
    assert_eq!(acr(&both, None).unwrap(), Some(Acr::OtpApp));
    assert_eq!(acr(email, Some(&essential(app))).unwrap(), Some(Acr::OtpApp));
    assert_eq!(acr(card, Some(&essential(app))).unwrap(), Some(Acr::OtpApp), "voluntary: the best there is");
    assert_eq!(
        error_code(ask(with(&[("claims", Some(&essential("urn:other")))]))),
        "unmet_authentication_requirements"
    );
    assert_eq!(
        error_code(ask(with(&[("claims", Some(&essential(card)))]))),
        "unmet_authentication_requirements",
        "no login reaches it yet"
    );
    let floor = |values: &str, claims: &str| {
        ask(with(&[("acr_values", Some(values)), ("claims", Some(claims))])).unwrap().essential_acr
    };
    assert_eq!(floor(app, &essential(email)), Some(Acr::OtpEmail));
    assert_eq!(floor(app, r#"{"id_token":{"acr":{"value":"urn:countersign:acr:otp-app"}}}"#), None);
    let voluntary = r#"{"id_token":{"acr":{"value":"urn:other"}}}"#;
    assert_eq!(acr("", Some(voluntary)).unwrap(), None);
}

#[test]
fn a_wish_for_what_the_client_may_never_have_is_not_kept() {
    let wish =
        r#"{"userinfo":{"email":null,"phone_number":null},"id_token":{"phone_number":null,"acr":null}}"#;
    let claims = |client| {
        ask(with(&[("client_id", Some(client)), ("scope", Some("openid")), ("claims", Some(wish))]))
            .unwrap()
            .claims
    };
    assert_eq!(
        claims("modest"),
        ClaimsRequest::parse(r#"{"userinfo":{"email":null},"id_token":{"acr":null}}"#).unwrap()
    );
    assert_eq!(claims("shop"), ClaimsRequest::parse(wish).unwrap());
}

#[test]
fn resources_may_be_several_and_must_be_the_clients() {
    let asked =
        |uris: &[&'static str]| ask(GOOD.into_iter().chain(uris.iter().map(|uri| ("resource", *uri))));
    let both = asked(&["https://api.example/v1", "urn:example:api"]).unwrap();
    assert_eq!(both.resource.len(), 2);
    for uri in ["https://api.example/v2", "https://api.example/v1#x", "api", "https://api.example/v1/"] {
        assert_eq!(error_code(asked(&["urn:example:api", uri])), "invalid_target", "{uri}");
    }
}

#[test]
fn a_sealed_request_is_checked_like_the_first_time() {
    let parameters = Parameters::read(
        GOOD.into_iter().chain([("resource", "https://api.example/v1"), ("resource", "urn:example:api")]),
    )
    .unwrap();
    let again = Parameters::from_sealed(parameters.to_sealed());
    assert_eq!(check(&parameters, &find).unwrap(), check(&again, &find).unwrap());
}

#[test]
fn an_answer_keeps_the_query_and_carries_state_and_issuer() {
    let back = ask(GOOD).unwrap().back;
    let answer = location(back.code("csc_1", ISSUER));
    let pairs: Vec<_> = answer.query_pairs().into_owned().collect();
    let expected = [("tenant", "1"), ("code", "csc_1"), ("state", "s+ &=é"), ("iss", ISSUER)];
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn errors_take_the_way_that_was_asked_for() {
    let form = ask(with(&[("response_mode", Some("form_post")), ("scope", None)]));
    let Err(Refusal::Client(back, error)) = form else { panic!("refused") };
    let Answer::FormPost { action, fields } = back.error(&error, ISSUER) else { panic!("a form") };
    assert_eq!(action.as_str(), CALLBACK);
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["error", "error_description", "state", "iss"]);
}
