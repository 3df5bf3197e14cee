use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::client::ClientKind;

use super::{Asked, allow, ask as question_of, deny};
use crate::authorize::Outcome;
use crate::authorize::tests::{answered, ask, house, login_of, visit};

#[tokio::test]
async fn consent_is_asked_for_once() {
    for node in house(ClientKind::ThirdParty).await {
        let user = node.add_user("HKABC101").await;
        let (_, cookie) = node.log_in(&user, Acr::OtpApp, None).await;
        let Outcome::Consent(sealed) = ask(&node, &[], Some(&cookie)).await else { panic!("no consent") };
        let asked = question_of(&node.services, &sealed, visit(Some(&cookie))).await.unwrap();
        let Asked::Question(question) = asked else { panic!("no question") };
        assert_eq!(
            (question.user_id.as_str(), question.scope.to_string()),
            ("HKABC101", "openid email".to_owned())
        );
        assert_eq!(question.client_host.as_deref(), Some("shop.example"));

        let denied = deny(&node.services, &sealed, visit(Some(&cookie))).await.unwrap();
        assert_eq!(answered(Outcome::Answer(denied))["error"], "access_denied");
        let Outcome::Consent(_) = ask(&node, &[], Some(&cookie)).await else { panic!("no consent") };

        let before = node.services.store.transactions();
        let allowed = allow(&node.services, &sealed, visit(Some(&cookie))).await.unwrap();
        assert!(answered(allowed).contains_key("code"));
        assert_eq!(node.services.store.transactions(), before + 1);
        assert!(answered(ask(&node, &[], Some(&cookie)).await).contains_key("code"));

        // More is asked for anew, and what was agreed to before stays.
        let more = [("scope", "openid profile")];
        let Outcome::Consent(sealed) = ask(&node, &more, Some(&cookie)).await else { panic!("no consent") };
        allow(&node.services, &sealed, visit(Some(&cookie))).await.unwrap();
        let all = [("scope", "openid email profile")];
        assert!(answered(ask(&node, &all, Some(&cookie)).await).contains_key("code"));
        let again = [("prompt", "consent")];
        let Outcome::Consent(sealed) = ask(&node, &again, Some(&cookie)).await else { panic!("no consent") };
        let allowed = allow(&node.services, &sealed, visit(Some(&cookie))).await.unwrap();
        assert!(answered(allowed).contains_key("code"));
    }
}

#[tokio::test]
async fn nobody_agrees_for_someone_else() {
    let node = house(ClientKind::ThirdParty).await.remove(0);
    let (one, other) = (node.add_user("HKABC101").await, node.add_user("HKABC102").await);
    let (_, asked) = node.log_in(&one, Acr::OtpApp, None).await;
    let Outcome::Consent(sealed) = ask(&node, &[], Some(&asked)).await else { panic!("no consent") };
    let (_, cookie) = node.log_in(&other, Acr::OtpApp, None).await;
    let outcome = allow(&node.services, &sealed, visit(Some(&cookie))).await.unwrap();
    assert_eq!(
        answered(outcome)["error"],
        "login_required",
        "someone else has just logged in: no code, no loop"
    );
    let outcome = allow(&node.services, &sealed, visit(None)).await.unwrap();
    login_of(&node, outcome);
    // What was sealed for a login is no question, so it cannot be agreed to.
    let (login, _) = login_of(&node, ask(&node, &[], None).await);
    let outcome = allow(&node.services, &login, visit(Some(&cookie))).await.unwrap();
    assert!(matches!(outcome, Outcome::Consent(_)));
}
