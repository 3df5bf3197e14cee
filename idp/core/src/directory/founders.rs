//! The two operators whom `bootstrap` makes and `bootstrap --recover` lets in again: two people, so two mailboxes.

use super::clearing_house::ClearingHouse;
use super::mailbox::{BadMailbox, Mailbox};
use super::profile::UserKind;
use super::user_id::{UserIdError, UserIdGrammar, normalise};

/// Fewer operators than this is a standing warning: with two, neither may be away, and with one nothing can be changed.
pub const ENOUGH_OPERATORS: u64 = 3;

/// Somebody who is to be an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founder {
    /// Their user ID.
    pub user_id: String,
    /// Their own mailbox.
    pub mailbox: Mailbox,
}

/// Two of them, who share nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founders([Founder; 2]);

/// Those who were named are not two operators.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoFounders {
    /// More or fewer than two.
    #[error("exactly two operators are named, and {0} were given")]
    NotTwo(usize),
    /// No user ID of an operator.
    #[error("{user_id} is no operator's user ID: {reason}")]
    NotAnOperator {
        /// What was given.
        user_id: String,
        /// Why.
        reason: UserIdError,
    },
    /// No address.
    #[error("{user_id}: {reason}")]
    BadMailbox {
        /// Whose.
        user_id: String,
        /// Why.
        reason: BadMailbox,
    },
    /// One user ID twice.
    #[error("{0} is named twice: two people are needed")]
    OnePerson(String),
    /// One mailbox for both: what proves the one would prove the other.
    #[error("both operators have the mailbox {0}: two different ones are needed")]
    OneMailbox(String),
}

impl Founders {
    /// Reads who is meant, by user ID and email address.
    pub fn parse(grammar: &UserIdGrammar, named: &[(String, String)]) -> Result<Self, NoFounders> {
        let [one, other] = named else { return Err(NoFounders::NotTwo(named.len())) };
        let (one, other) = (founder(grammar, one)?, founder(grammar, other)?);
        if one.user_id == other.user_id {
            return Err(NoFounders::OnePerson(one.user_id));
        }
        if one.mailbox.reaches_same(&other.mailbox) {
            return Err(NoFounders::OneMailbox(one.mailbox.to_string()));
        }
        Ok(Self([one, other]))
    }

    /// Both.
    #[must_use]
    pub fn both(&self) -> &[Founder; 2] {
        &self.0
    }
}

fn founder(grammar: &UserIdGrammar, (user_id, mailbox): &(String, String)) -> Result<Founder, NoFounders> {
    let user_id = normalise(user_id);
    let reading = grammar.check(&user_id, ClearingHouse::Exchange, UserKind::Operator);
    reading.map_err(|reason| NoFounders::NotAnOperator { user_id: user_id.clone(), reason })?;
    let mailbox = Mailbox::parse(mailbox)
        .map_err(|reason| NoFounders::BadMailbox { user_id: user_id.clone(), reason })?;
    Ok(Founder { user_id, mailbox })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn parse(named: &[(&str, &str)]) -> Result<Founders, NoFounders> {
        let grammar = UserIdGrammar::try_from(&Policy::default().user_ids).unwrap();
        let named: Vec<_> = named.iter().map(|(id, mail)| ((*id).to_owned(), (*mail).to_owned())).collect();
        Founders::parse(&grammar, &named)
    }

    #[test]
    fn two_people_are_two_user_ids_and_two_mailboxes() {
        let founders = parse(&[(" ops001", "a@x.example"), ("OPS002", "b@x.example")]).unwrap();
        let ids: Vec<_> = founders.both().iter().map(|founder| founder.user_id.as_str()).collect();
        assert_eq!(ids, ["OPS001", "OPS002"]);
        assert_eq!(parse(&[("OPS001", "a@x.example")]), Err(NoFounders::NotTwo(1)));
        let twice = [("OPS001", "a@x.example"), ("ops001", "b@x.example")];
        assert_eq!(parse(&twice), Err(NoFounders::OnePerson("OPS001".to_owned())));
        let shared = [("OPS001", "a@x.example"), ("OPS002", "A@X.example")];
        assert_eq!(parse(&shared), Err(NoFounders::OneMailbox("a@x.example".to_owned())));
    }

    #[test]
    fn they_are_operators_who_can_be_written_to() {
        for (user_id, mailbox) in [("HKABC101", "a@x.example"), ("OPS01", "a@x.example"), ("OPS001", "a")] {
            let refused = parse(&[(user_id, mailbox), ("OPS002", "b@x.example")]);
            assert!(
                matches!(refused, Err(NoFounders::NotAnOperator { .. } | NoFounders::BadMailbox { .. })),
                "{user_id} {refused:?}"
            );
        }
    }
}
