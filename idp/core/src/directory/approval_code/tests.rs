use std::collections::HashSet;

use aws_lc_rs::hmac;
use proptest::prelude::*;

use super::*;

/// As the house hashes: under a key, every part by its length.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"a key");
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.sign().as_ref().try_into().unwrap()
}

fn at(local: &str) -> Timestamp {
    format!("{local}:00+08:00").parse().unwrap()
}

fn id(text: &str) -> ProfileId {
    ProfileId::from_stored(text)
}

fn typed(text: &str) -> SecretString {
    SecretString::new(text.to_owned())
}

#[test]
fn a_code_is_renewed_on_the_first_of_the_month_in_hong_kong() {
    let code = |local| ApprovalCode::monthly(&hash, &id("checker"), at(local), 0).expose().to_owned();
    assert_eq!(code("2026-11-01T00:00"), code("2026-11-30T23:59"));
    assert_ne!(code("2026-11-30T23:59"), code("2026-12-01T00:00"));
    assert_ne!(code("2026-11-30T23:59"), code("2027-11-30T23:59"));
}

#[test]
fn every_part_makes_another_code() {
    let now = at("2026-11-25T10:00");
    let codes = [
        ApprovalCode::monthly(&hash, &id("checker"), now, 0),
        ApprovalCode::monthly(&hash, &id("checker"), now, 1),
        ApprovalCode::monthly(&hash, &id("other"), now, 0),
        ApprovalCode::for_request(&hash, &id("checker"), b"2026-11", 0),
        ApprovalCode::for_request(&hash, &id("checker"), b"request", 0),
        ApprovalCode::for_request(&hash, &id("checker"), b"request", 1),
        ApprovalCode::for_request(&hash, &id("other"), b"request", 0),
    ];
    let different: HashSet<_> = codes.iter().map(|code| code.expose().to_owned()).collect();
    assert_eq!(different.len(), codes.len());
    for code in &codes {
        let matching = codes.iter().filter(|other| code.matches(&typed(other.expose()))).count();
        assert_eq!(matching, 1);
    }
}

#[test]
fn a_code_is_long_readable_and_not_printed() {
    let code = ApprovalCode::monthly(&hash, &id("checker"), at("2026-11-25T10:00"), 0);
    let groups: Vec<_> = code.expose().split('-').collect();
    // Twelve characters of 5 bits: more than the 50 that a code must have.
    assert!(groups.len() == 3 && groups.iter().all(|group| group.len() == 4), "{}", code.expose());
    assert!(!format!("{code:?}").contains(groups[0]));
}

#[test]
fn typing_is_forgiven_and_nothing_else() {
    let code = ApprovalCode::monthly(&hash, &id("checker"), at("2026-11-25T10:00"), 0);
    let shown = code.expose();
    assert!(code.matches(&typed(&shown.to_lowercase())));
    assert!(code.matches(&typed(&format!(" {} ", shown.replace('-', "")))));
    for wrong in ["", "-", &shown[1..], &format!("{shown}A"), &shown.replace('-', "A")] {
        assert!(!code.matches(&typed(wrong)), "{wrong}");
    }
}

#[test]
fn the_third_wrong_entry_revokes_until_a_new_code_is_got() {
    let policy = ApprovalCodePolicy::default();
    let since = Some(at("2026-11-30T23:59"));
    let (same_month, next_month) = (at("2026-11-30T23:59"), at("2026-12-01T00:00"));
    for (wrong, revoked, now, then) in [(0, false, 0, 0), (2, false, 2, 0), (3, true, 3, 3), (4, true, 4, 4)]
    {
        let state = CodeState { epoch: 0, wrong, wrong_since: since };
        assert_eq!(state.is_revoked(&policy), revoked, "{wrong}");
        assert_eq!(state.wrong_at(&policy, same_month), now);
        assert_eq!(state.wrong_at(&policy, next_month), then);
    }
}

#[test]
fn what_a_code_may_never_approve() {
    let on = ApprovalCodePolicy::default();
    let per_request = ApprovalCodePolicy { mode: ApprovalMode::PerRequest, ..on.clone() };
    let off = ApprovalCodePolicy { mode: ApprovalMode::Off, ..on.clone() };
    let plain = Matter::default();
    for policy in [&on, &per_request] {
        assert_eq!(by_code(policy, plain, 2), Ok(()));
        assert_eq!(by_code(policy, plain, 3), Err(OnlyByQueue::TooManyWrong));
        assert_eq!(by_code(policy, Matter { da_rights: true, ..plain }, 0), Err(OnlyByQueue::DaRights));
        assert_eq!(by_code(policy, Matter { operators: true, ..plain }, 0), Err(OnlyByQueue::Operators));
        assert_eq!(by_code(policy, Matter { da_email: true, ..plain }, 0), Err(OnlyByQueue::DaEmail));
    }
    assert_eq!(by_code(&off, plain, 0), Err(OnlyByQueue::Off));
}

#[test]
fn a_makers_day_is_that_of_hong_kong() {
    let key = |maker, local| maker_counter(&id(maker), at(local));
    assert_eq!(key("m", "2026-11-25T00:00"), key("m", "2026-11-25T23:59"));
    assert_ne!(key("m", "2026-11-25T23:59"), key("m", "2026-11-26T00:00"));
    assert_ne!(key("m", "2026-11-25T10:00"), key("n", "2026-11-25T10:00"));
}

#[test]
fn modes_are_written_as_they_are_read() {
    for mode in [ApprovalMode::Monthly, ApprovalMode::PerRequest, ApprovalMode::Off] {
        let written = mode.written().unwrap();
        assert_eq!(serde_json::from_str::<ApprovalMode>(&written).unwrap(), mode);
    }
}

proptest! {
    #[test]
    fn no_other_code_matches(epoch in 0_u32..1_000, guess in "[A-HJ-NP-Z2-9]{12}") {
        let code = ApprovalCode::for_request(&hash, &id("checker"), b"request", epoch);
        let same = readable_code::normalise(code.expose()) == guess;
        prop_assert_eq!(code.matches(&typed(&guess)), same);
        prop_assert!(code.matches(&typed(code.expose())));
    }
}
