//! Whatever is sent, nothing panics, and no answer goes where its client did not register.

use proptest::prelude::*;
use url::form_urlencoded;

use super::*;

const NAMES: [&str; 16] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "acr_values",
    "claims",
    "id_token_hint",
    "ui_locales",
    "resource",
    "request",
    "code_challenge",
];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![9 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn redirect_uri() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(CALLBACK.to_owned()),
        1 => Just("http://127.0.0.1:4711/cb".to_owned()),
        2 => "(https?:)?//(shop.example)?[@.:/#\\\\]{0,2}(evil.example)?/?(cb)?.{0,6}",
        1 => ".{0,24}",
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof!["none|login|code|openid|form_post|shop|native|lax", redirect_uri(), ".{0,40}", "\\PC{0,300}"]
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let client = proptest::sample::select(&["shop", "native", "lax", "service", "stranger"][..]);
    let further = proptest::collection::vec((name(), value()), 0..8);
    (client, redirect_uri(), further, any::<bool>()).prop_map(|(client, uri, further, whole)| {
        let own = [("client_id".to_owned(), client.to_owned()), ("redirect_uri".to_owned(), uri)];
        let rest = GOOD.into_iter().skip(2).map(|(name, value)| (name.to_owned(), value.to_owned()));
        own.into_iter().chain(rest.filter(|_| whole)).chain(further).collect()
    })
}

/// Where the client of these pairs may be answered.
fn registered(pairs: &[(String, String)], target: &url::Url) -> bool {
    let mut named = pairs.iter().filter(|(name, _)| name == "client_id");
    let (Some((_, client_id)), None) = (named.next(), named.next()) else { return false };
    let bare = |uri: &url::Url| {
        let mut uri = uri.clone();
        uri.set_query(None);
        uri.to_string()
    };
    find(client_id).is_some_and(|client| {
        client.redirect_uris.iter().any(|uri| {
            let mut uri = url::Url::parse(uri).unwrap();
            if client.application_type == ApplicationType::Native {
                uri.set_port(target.port()).unwrap();
            }
            bare(&uri) == bare(target)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_answer_leaves_for_an_unregistered_address(pairs in pairs()) {
        let back = match ask(pairs.clone()) {
            Ok(request) => request.back,
            Err(Refusal::Client(back, _)) => *back,
            Err(Refusal::Page(_)) => return Ok(()),
        };
        let target = match back.code("csc_1", ISSUER) {
            Answer::Redirect(location) => location,
            Answer::FormPost { action, .. } => action,
        };
        prop_assert!(registered(&pairs, &target), "{target}");
        prop_assert!(pairs.iter().any(|(name, value)| name == "redirect_uri" && value == back.redirect_uri()));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = ask(form_urlencoded::parse(&bytes));
    }
}
