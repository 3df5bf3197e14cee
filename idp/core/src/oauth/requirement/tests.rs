//! Every reason by a table: what is asked, what is there, what comes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::from_millis;
use crate::oauth::authorize::check;
use crate::oauth::authorize::parameters::Parameters;
use crate::oauth::client::{Client, ClientAuthentication, ClientKind, GrantType};

const NOW: i64 = 1_000_000;

fn at(second: i64) -> Timestamp {
    from_millis((NOW + second) * 1000)
}

fn client(kind: ClientKind) -> Client {
    Client {
        kind,
        redirect_uris: vec!["https://shop.example/cb".to_owned()],
        scope: Scope::all(),
        grant_types: BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken]),
        ..Client::new("shop", "Shop", ClientAuthentication::None)
    }
}

fn request_of(kind: ClientKind, further: &[(&str, &str)]) -> AuthorizationRequest {
    let own = [
        ("client_id", "shop"),
        ("redirect_uri", "https://shop.example/cb"),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let kept = own.into_iter().filter(|(name, _)| further.iter().all(|(other, _)| name != other));
    let parameters = Parameters::read(kept.chain(further.iter().copied())).unwrap();
    check(&parameters, &|_| Some(Arc::new(client(kind)))).unwrap()
}

fn request(further: &[(&str, &str)]) -> AuthorizationRequest {
    request_of(ClientKind::FirstParty, further)
}

fn session(auth_second: i64, acr: Acr) -> SessionFacts {
    SessionFacts { profile_id: ProfileId::from_stored("p"), auth_time: at(auth_second), acr }
}

fn plain() -> Circumstances {
    Circumstances {
        now: at(0),
        resumed_from: None,
        subject: Expected::Anyone,
        consented: Scope::empty(),
        best_reached: false,
        just_consented: false,
    }
}

fn reason(verdict: Verdict) -> Option<Reason> {
    match verdict {
        Verdict::Login(requirement) => Some(requirement.reason),
        Verdict::Satisfied => None,
        other => panic!("{other:?}"),
    }
}

const APP: (&str, &str) = ("acr_values", "urn:countersign:acr:otp-app");

/// What is asked further, the session, the circumstances, and why a login is needed.
type Case = (&'static [(&'static str, &'static str)], Option<SessionFacts>, Circumstances, Option<Reason>);

#[test]
fn each_login_is_asked_for_with_its_reason() {
    let resumed = |second| Circumstances { resumed_from: Some(at(second)), ..plain() };
    let expecting = |subject| Circumstances { subject, ..plain() };
    let table: [Case; 17] = [
        (&[], None, plain(), Some(Reason::NoSession)),
        (&[], Some(session(-60, Acr::OtpEmail)), plain(), None),
        (&[("prompt", "login")], Some(session(-1, Acr::OtpApp)), plain(), Some(Reason::AskedToLogIn)),
        (
            &[("prompt", "select_account")],
            Some(session(-1, Acr::OtpApp)),
            plain(),
            Some(Reason::AskedToLogIn),
        ),
        // A login since the interaction began is the one that was asked for; one before is not.
        (&[("prompt", "login")], Some(session(-5, Acr::OtpApp)), resumed(-5), None),
        (&[("prompt", "login")], Some(session(-6, Acr::OtpApp)), resumed(-5), Some(Reason::AskedToLogIn)),
        (&[("max_age", "60")], Some(session(-60, Acr::OtpApp)), plain(), None),
        (&[("max_age", "60")], Some(session(-61, Acr::OtpApp)), plain(), Some(Reason::TooLongAgo)),
        (&[("max_age", "0")], Some(session(0, Acr::OtpApp)), plain(), Some(Reason::TooLongAgo)),
        (&[("max_age", "0")], Some(session(5, Acr::OtpApp)), plain(), Some(Reason::TooLongAgo)),
        (&[("max_age", "0")], Some(session(-5, Acr::OtpApp)), resumed(-9), None),
        (&[APP], Some(session(-1, Acr::OtpEmail)), plain(), Some(Reason::StrongerFactor)),
        (&[APP], Some(session(-1, Acr::OtpApp)), plain(), None),
        (&[APP], Some(session(-1, Acr::Smartcard)), plain(), None),
        (
            &[],
            Some(session(-1, Acr::OtpApp)),
            expecting(Expected::Profile(ProfileId::from_stored("p"))),
            None,
        ),
        (
            &[],
            Some(session(-1, Acr::OtpApp)),
            expecting(Expected::Profile(ProfileId::from_stored("q"))),
            Some(Reason::OtherSubject),
        ),
        (&[], Some(session(-1, Acr::OtpApp)), expecting(Expected::SomeoneElse), Some(Reason::OtherSubject)),
    ];
    for (further, session, circumstances, expected) in table {
        let verdict = judge(&request(further), session.as_ref(), &circumstances);
        assert_eq!(reason(verdict), expected, "{further:?} {session:?} {circumstances:?}");
    }
}

#[test]
fn who_has_just_logged_in_as_somebody_else_is_not_asked_for_ever() {
    let subject = Expected::Profile(ProfileId::from_stored("another"));
    let resumed = Circumstances { resumed_from: Some(at(-10)), subject, ..plain() };
    let judged = |auth_second| judge(&request(&[]), Some(&session(auth_second, Acr::OtpApp)), &resumed);
    assert_eq!(reason(judged(-11)), Some(Reason::OtherSubject), "once");
    let Verdict::Refused(error) = judged(-5) else { panic!("asked again") };
    assert_eq!(error.code(), ErrorCode::LoginRequired);
}

#[test]
fn prompt_none_is_refused_with_the_code_of_the_reason() {
    use ClientKind::{FirstParty, ThirdParty};

    let code = |further: &[(&str, &str)], kind, session: Option<SessionFacts>| {
        let all: Vec<_> = further.iter().copied().chain([("prompt", "none")]).collect();
        match judge(&request_of(kind, &all), session.as_ref(), &plain()) {
            Verdict::Refused(error) => error.code().as_str(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(code(&[], FirstParty, None), "login_required");
    assert_eq!(code(&[("max_age", "9")], FirstParty, Some(session(-10, Acr::OtpApp))), "login_required");
    assert_eq!(code(&[APP], FirstParty, Some(session(-1, Acr::OtpEmail))), "interaction_required");
    assert_eq!(code(&[], ThirdParty, Some(session(-1, Acr::OtpEmail))), "consent_required");
}

#[test]
fn a_step_up_is_for_the_one_who_is_there_and_a_login_must_reach_the_class() {
    let Verdict::Login(step_up) = judge(&request(&[APP]), Some(&session(-1, Acr::OtpEmail)), &plain()) else {
        panic!("a login")
    };
    assert_eq!(step_up.subject, Some(ProfileId::from_stored("p")));
    let Verdict::Login(fresh) = judge(&request(&[APP]), None, &plain()) else { panic!("a login") };
    assert_eq!((fresh.subject, fresh.acr), (None, Some(Acr::OtpApp)));
}

#[test]
fn others_applications_ask_once_and_ours_never() {
    use ClientKind::{FirstParty, ThirdParty};
    let session = session(-1, Acr::OtpApp);
    let with = |kind, further: &[(&str, &str)], consented: &str, just_consented| {
        let consented = consented.parse().unwrap();
        let circumstances = Circumstances { consented, just_consented, ..plain() };
        judge(&request_of(kind, further), Some(&session), &circumstances)
    };
    assert_eq!(with(ThirdParty, &[], "", false), Verdict::Consent);
    assert_eq!(with(ThirdParty, &[], "openid", false), Verdict::Consent);
    assert_eq!(with(ThirdParty, &[], "openid email profile", false), Verdict::Satisfied);
    assert_eq!(with(ThirdParty, &[("prompt", "consent")], "openid email", false), Verdict::Consent);
    assert_eq!(with(ThirdParty, &[("prompt", "consent")], "openid email", true), Verdict::Satisfied);
    let offline = [("scope", "openid offline_access")];
    assert_eq!(with(ThirdParty, &offline, "openid", false), Verdict::Consent);
    assert_eq!(with(ThirdParty, &offline, "openid offline_access", false), Verdict::Satisfied);
    let by_name = [("claims", r#"{"userinfo":{"phone_number":null}}"#)];
    assert_eq!(with(ThirdParty, &by_name, "openid email", false), Verdict::Consent);
    assert_eq!(with(FirstParty, &[("prompt", "consent")], "", false), Verdict::Satisfied);
}

#[test]
fn who_has_nothing_better_is_asked_for_what_is_essential_alone() {
    let essential =
        [("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:countersign:acr:otp-app"}}}"#)];
    let judged = |further: &[(&str, &str)], best_reached| {
        let about = Circumstances { best_reached, ..plain() };
        judge(&request(further), Some(&session(-1, Acr::OtpEmail)), &about)
    };
    assert_eq!(reason(judged(&[APP], false)), Some(Reason::StrongerFactor));
    assert_eq!(judged(&[APP], true), Verdict::Satisfied);
    assert_eq!(reason(judged(&essential, false)), Some(Reason::StrongerFactor));
    let Verdict::Refused(error) = judged(&essential, true) else { panic!("not refused") };
    assert_eq!(error.code(), ErrorCode::UnmetAuthenticationRequirements);
}
