//! Changes of what is no person: what the exchange keeps for everybody, and what participants agree among each other.
//!
//! Each room knows one kind of thing: how it is typed, what that means, what it may become, and who may ask for that.
//! The facts are handed in, as they are for people.

pub mod appointments;
pub mod clients;
pub mod groups;
pub mod keys;
pub mod participants;
pub mod phases;
pub mod policies;

#[cfg(test)]
mod testing {
    use crate::directory::change_request::Judged;
    use crate::directory::change_request::actions::{Asker, Stand};
    use crate::directory::clearing_house::ClearingHouse;
    use crate::directory::finding::{FindingCode, Findings};
    use crate::directory::label::Label;
    use crate::directory::participant::{Participant, ParticipantCode, ParticipantKind};
    use crate::directory::permission::{DaEmails, Office};
    use crate::directory::phase::Phase;
    use crate::ids::ParticipantKey;

    pub(super) fn asker(office: Office) -> Asker {
        Asker { office, stand: Stand { phase: Phase::ParallelRun, da_emails: DaEmails::Open } }
    }

    pub(super) fn participant(house: ClearingHouse, code: &str, kind: ParticipantKind) -> Participant {
        let code = ParticipantCode::parse(house, code).unwrap();
        Participant {
            key: ParticipantKey::from_stored(format!("{house} {code}")),
            clearing_house: house,
            participant: code.clone(),
            kind,
            name: Label::parse("A firm").unwrap(),
            customer_codes: vec![code],
            sole_administrator: None,
            closed_at: None,
            version: 3,
        }
    }

    /// What there is to say of a draft, which is judged if nothing stops it.
    pub(super) fn found(judge: impl FnOnce(&mut Findings) -> Option<Judged>) -> Vec<(String, FindingCode)> {
        let mut findings = Findings::default();
        let judged = judge(&mut findings);
        assert_eq!(judged.is_none(), findings.stop());
        findings.into_vec().into_iter().map(|finding| (finding.field, finding.code)).collect()
    }

    /// What is changed by a draft that nothing stops, field by field.
    pub(super) fn judged(judge: impl FnOnce(&mut Findings) -> Option<Judged>) -> Judged {
        let mut findings = Findings::default();
        judge(&mut findings).unwrap_or_else(|| panic!("{findings:?}"))
    }

    /// The differences as a JSON object of `[before, after]`.
    pub(super) fn difference(judged: &Judged) -> serde_json::Value {
        let fields = judged.subject.difference.iter();
        fields.map(|it| (it.field.clone(), serde_json::json!([it.before, it.after]))).collect()
    }
}
