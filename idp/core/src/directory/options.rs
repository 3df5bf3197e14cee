//! Clearing-house options of a profile: what its owner may deal in at the terminal, and up to which value.
//!
//! A further option is a further field with a default: what is stored without it keeps its meaning.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The options of one profile. A profile without any may do none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a box of its own on the form")]
pub struct ClearingHouseOptions {
    /// Deals in cash.
    pub cash: bool,
    /// Delivery Instructions are required.
    pub di_requirement: bool,
    /// The most that one transaction may be worth.
    pub transaction_limits: TransactionLimits,
    /// Cash Compensation Indicator.
    pub cash_compensation_indicator: bool,
    /// Cash Prepayment.
    pub cash_prepayment: bool,
    /// Pre-payment.
    pub pre_payment: bool,
}

/// Transaction limits in HKD, by type. A type without one of its own takes the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TransactionLimits {
    /// Every type that has none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<TransactionLimit>,
    /// Delivery Instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub di: Option<TransactionLimit>,
    /// Settlement Instructions and Investor Settlement Instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub si_isi: Option<TransactionLimit>,
    /// Account Transfer Instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ati: Option<TransactionLimit>,
    /// Recall requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_request: Option<TransactionLimit>,
}

/// A type of transaction that has a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionType {
    /// Delivery Instruction.
    Di,
    /// Settlement Instruction or Investor Settlement Instruction.
    SiIsi,
    /// Account Transfer Instruction.
    Ati,
    /// Recall request.
    RecallRequest,
}

/// An amount in whole HKD, at most 999,999,999,999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct TransactionLimit(u64);

/// More than a limit can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a transaction limit is between 0 and 999,999,999,999 HKD")]
pub struct LimitTooHigh;

impl TransactionLimits {
    /// The limit that holds for a type; `None` when there is none.
    #[must_use]
    pub fn of(&self, transaction: TransactionType) -> Option<TransactionLimit> {
        let own = match transaction {
            TransactionType::Di => self.di,
            TransactionType::SiIsi => self.si_isi,
            TransactionType::Ati => self.ati,
            TransactionType::RecallRequest => self.recall_request,
        };
        own.or(self.default)
    }
}

impl TransactionLimit {
    /// The highest there is.
    pub const HIGHEST: Self = Self(999_999_999_999);

    /// In whole HKD.
    #[must_use]
    pub fn dollars(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for TransactionLimit {
    type Error = LimitTooHigh;

    fn try_from(dollars: u64) -> Result<Self, Self::Error> {
        if dollars <= Self::HIGHEST.0 { Ok(Self(dollars)) } else { Err(LimitTooHigh) }
    }
}

impl From<TransactionLimit> for u64 {
    fn from(limit: TransactionLimit) -> Self {
        limit.0
    }
}

impl fmt::Display for TransactionLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn limit(dollars: u64) -> TransactionLimit {
        TransactionLimit::try_from(dollars).unwrap()
    }

    #[test]
    fn what_is_not_said_is_not_allowed() {
        let options: ClearingHouseOptions = serde_json::from_str("{}").unwrap();
        assert_eq!(options, ClearingHouseOptions::default());
        let none = json!({"cash": false, "di_requirement": false, "transaction_limits": {},
            "cash_compensation_indicator": false, "cash_prepayment": false, "pre_payment": false});
        assert_eq!(serde_json::to_value(options).unwrap(), none);
    }

    #[test]
    fn the_keys_are_these() {
        let all = json!({"cash": true, "di_requirement": true,
            "transaction_limits": {"default": 1, "di": 2, "si_isi": 3, "ati": 4, "recall_request": 5},
            "cash_compensation_indicator": true, "cash_prepayment": true, "pre_payment": true});
        let options: ClearingHouseOptions = serde_json::from_value(all.clone()).unwrap();
        assert_eq!(options.transaction_limits.of(TransactionType::Ati), Some(limit(4)));
        assert_eq!(serde_json::to_value(&options).unwrap(), all);
    }

    #[test]
    fn what_is_unknown_or_too_much_is_refused() {
        for bad in [
            json!({"credit": true}),
            json!({"cash": "yes"}),
            json!({"transaction_limits": {"isi": 1}}),
            json!({"transaction_limits": {"di": 1_000_000_000_000_u64}}),
            json!({"transaction_limits": {"di": -1}}),
            json!({"transaction_limits": {"di": 1.5}}),
            json!({"transaction_limits": {"di": "1"}}),
        ] {
            assert!(serde_json::from_value::<ClearingHouseOptions>(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_type_without_a_limit_takes_the_default() {
        use TransactionType::{Ati, Di, RecallRequest, SiIsi};
        let limits = TransactionLimits { default: Some(limit(9)), di: Some(limit(0)), ..Default::default() };
        assert_eq!(limits.of(Di), Some(limit(0)));
        for transaction in [SiIsi, Ati, RecallRequest] {
            assert_eq!(limits.of(transaction), Some(limit(9)), "{transaction:?}");
            assert_eq!(TransactionLimits::default().of(transaction), None);
        }
    }

    proptest! {
        #[test]
        fn limits_end_where_they_say(dollars in prop_oneof![0..=2_000_000_000_000_u64, any::<u64>()]) {
            let read = TransactionLimit::try_from(dollars);
            prop_assert_eq!(read.is_ok(), dollars <= 999_999_999_999);
            prop_assert!(read.is_err() || read.unwrap().dollars() == dollars);
        }
    }
}
