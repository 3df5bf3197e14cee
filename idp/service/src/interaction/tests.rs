use countersign_core::oauth::interaction::{Reason, Requirement};

use super::*;
use crate::testing::sqlite_node;

const REQUIREMENT: Requirement = Requirement { reason: Reason::NoSession, acr: None, subject: None };

#[tokio::test]
async fn an_interaction_opens_in_its_own_browser_only() {
    let node = sqlite_node().await;
    let begun = for_account(&node.services, REQUIREMENT);
    let sealed = seal(&node.services, &begun, "csb_one").unwrap();
    assert_eq!(open(&node.services, &sealed, "csb_one"), Some(begun.clone()));
    for other in ["csb_two", "", "csb_on", "posted"] {
        assert_eq!(open(&node.services, &sealed, other), None, "{other}");
    }
    assert_eq!(open_posted(&node.services, &sealed), None);
    let posted = seal_posted(&node.services, &begun).unwrap();
    assert_eq!(open_posted(&node.services, &posted), Some(begun));
    assert_eq!(open(&node.services, &posted, "posted"), None);
    assert_eq!(open(&node.services, &posted, ""), None);
}

#[tokio::test]
async fn a_changed_interaction_does_not_open() {
    let node = sqlite_node().await;
    let sealed = seal(&node.services, &for_account(&node.services, REQUIREMENT), "csb_one").unwrap();
    for at in 0..sealed.len() {
        let mut bytes = sealed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(open(&node.services, &changed, "csb_one"), None, "byte {at}");
    }
    for text in ["", "A", &sealed[1..], &format!("{sealed}A"), &"A".repeat(100_000)] {
        assert_eq!(open(&node.services, text, "csb_one"), None);
    }
}

#[tokio::test]
async fn an_interaction_has_its_time() {
    let node = sqlite_node().await;
    let sealed = seal(&node.services, &for_account(&node.services, REQUIREMENT), "csb_one").unwrap();
    let life = i64::from(node.services.policy.session.interaction_seconds);
    node.clock.advance_seconds(life - 1);
    assert!(open(&node.services, &sealed, "csb_one").is_some());
    node.clock.advance_seconds(1);
    assert!(open(&node.services, &sealed, "csb_one").is_none());
    // As far as another node's clock may be ahead, and no further.
    let leeway = i64::from(node.services.policy.token.leeway_seconds);
    node.clock.advance_seconds(-life - leeway);
    assert!(open(&node.services, &sealed, "csb_one").is_some());
    node.clock.advance_seconds(-1);
    assert!(open(&node.services, &sealed, "csb_one").is_none(), "not before its time");
}
