use proptest::prelude::*;

use super::*;

fn header(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

fn form(text: &str) -> Form {
    Form::parse(text.as_bytes()).unwrap()
}

fn code(result: Result<Presented, OAuthError>) -> ErrorCode {
    result.unwrap_err().code()
}

#[test]
fn both_parts_of_basic_are_form_encoded() {
    let presented = presented(Some(&header("a%3Ab:s+%26=&%25")), &Form::default()).unwrap();
    let Presented::Secret { client_id, secret, method } = presented else { panic!("{presented:?}") };
    assert_eq!((client_id.as_str(), secret.expose()), ("a:b", "s &=&%"));
    assert_eq!(method, AuthMethod::ClientSecretBasic);
}

#[test]
fn the_scheme_is_any_case() {
    let lower = header("a:b").replace("Basic", "bAsIc");
    assert!(presented(Some(&lower), &Form::default()).is_ok());
}

#[test]
fn two_methods_at_once_are_refused() {
    for (authorization, fields) in [
        (Some(header("a:b")), "client_secret=b&client_id=a"),
        (Some(header("a:b")), "client_assertion=x"),
        (None, "client_id=a&client_secret=b&client_assertion=x"),
        (Some(header("a:b")), "client_id=other"),
    ] {
        assert_eq!(code(presented(authorization.as_deref(), &form(fields))), ErrorCode::InvalidRequest);
    }
}

#[test]
fn nothing_usable_is_nobody() {
    for authorization in
        [None, Some("Bearer x"), Some("Basic"), Some("Basic ???"), Some("Basic YQ=="), Some("Basic OmI=")]
    {
        assert_eq!(code(presented(authorization, &Form::default())), ErrorCode::InvalidClient);
    }
    assert_eq!(code(presented(None, &form("client_secret=b"))), ErrorCode::InvalidClient);
}

#[test]
fn an_assertion_needs_its_type() {
    let assertion = "client_assertion=x&client_assertion_type=";
    assert_eq!(code(presented(None, &form(assertion))), ErrorCode::InvalidRequest);
    assert_eq!(code(presented(None, &form(&format!("{assertion}urn:other")))), ErrorCode::InvalidRequest);
    assert!(presented(None, &form(&format!("{assertion}{JWT_BEARER}"))).is_ok());
}

fn assertion() -> Assertion {
    Assertion {
        iss: "a".into(),
        sub: "a".into(),
        aud: Audience::One("https://issuer".into()),
        exp: 1060.0,
        nbf: None,
        iat: Some(1000.0),
        jti: "1".into(),
    }
}

fn check(assertion: &Assertion) -> Result<Timestamp, AssertionFlaw> {
    let audiences = ["https://issuer".to_owned(), "https://issuer/token".to_owned()];
    assertion.check("a", &audiences, from_millis(1_000_000), &TokenPolicy::default())
}

#[test]
fn an_assertion_is_remembered_until_nobody_accepts_it() {
    assert_eq!(check(&assertion()), Ok(from_millis(1_090_000)));
    assert!(
        check(&Assertion {
            aud: Audience::Many(vec!["x".into(), "https://issuer/token".into()]),
            ..assertion()
        })
        .is_ok()
    );
}

#[test]
fn every_flaw_is_found() {
    let flawed = [
        (Assertion { iss: "b".into(), ..assertion() }, AssertionFlaw::Party),
        (Assertion { sub: "b".into(), ..assertion() }, AssertionFlaw::Party),
        (Assertion { aud: Audience::One("https://issuer/".into()), ..assertion() }, AssertionFlaw::Audience),
        (Assertion { aud: Audience::Many(vec![]), ..assertion() }, AssertionFlaw::Audience),
        (Assertion { exp: 970.0, ..assertion() }, AssertionFlaw::Expired),
        (Assertion { exp: -1.0, ..assertion() }, AssertionFlaw::Expired),
        (Assertion { exp: f64::INFINITY, ..assertion() }, AssertionFlaw::Expired),
        (Assertion { exp: 1331.0, ..assertion() }, AssertionFlaw::TooLong),
        (Assertion { nbf: Some(1031.0), ..assertion() }, AssertionFlaw::NotYet),
        (Assertion { iat: Some(1031.0), ..assertion() }, AssertionFlaw::NotYet),
        (Assertion { jti: String::new(), ..assertion() }, AssertionFlaw::Jti),
        (Assertion { jti: "x".repeat(257), ..assertion() }, AssertionFlaw::Jti),
    ];
    for (assertion, flaw) in flawed {
        assert_eq!(check(&assertion), Err(flaw), "{assertion:?}");
    }
}

proptest! {
    #[test]
    fn any_header_is_read_or_refused(text in ".*") {
        let _ = presented(Some(&text), &Form::default());
        let _ = presented(Some(&header(&text)), &Form::default());
    }

    #[test]
    fn what_is_encoded_as_a_form_is_read_back(id in "[^\u{FFFD}\0]{1,20}", secret in "[^\u{FFFD}\0]{0,20}") {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let read = decode_basic(&header(&format!("{}:{}", encode(&id), encode(&secret))));
        prop_assert_eq!(read, Some((id, secret)));
    }
}

#[test]
fn what_is_presented_does_not_print() {
    let forms = [
        "client_id=a&client_secret=sesame".to_owned(),
        format!(
            "client_assertion_type={}&client_assertion=sesame.sesame.sesame",
            JWT_BEARER.replace(':', "%3A")
        ),
    ];
    for form in forms {
        let form = Form::parse(form.as_bytes()).unwrap();
        let presented = presented(None, &form).unwrap();
        assert!(!matches!(presented, Presented::Name { .. }));
        assert!(!format!("{presented:?}").contains("sesame"), "{presented:?}");
    }
}
