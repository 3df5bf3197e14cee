//! Business user groups: two-character codes, each of which grants functions of the terminal.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::label::Label;

/// The code of a business user group: two characters out of `0-9A-Z`, such as `11`, `12` … `ZZ`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BusinessUserGroup(String);

/// The text is no group's code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a business user group is two capital letters or digits")]
pub struct BadBusinessUserGroup;

/// The text names no function of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a function of the terminal")]
pub struct UnknownFunction;

/// A group, and what it grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupDefinition {
    /// Its code.
    pub code: BusinessUserGroup,
    /// What it is for.
    pub name: GroupName,
    /// The functions of the terminal that it grants.
    pub functions: BTreeSet<TerminalFunction>,
}

/// A group's name in the languages of the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupName {
    /// English.
    pub en: Label,
    /// Traditional Chinese.
    #[serde(rename = "zh-Hant")]
    pub zh_hant: Label,
    /// Simplified Chinese.
    #[serde(rename = "zh-Hans")]
    pub zh_hans: Label,
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident => $slug:literal),* $(,)?) => {
        /// A function of the terminal, named after its entry on the home page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum TerminalFunction {
            $($(#[$doc])* $name),*
        }

        impl TerminalFunction {
            /// Every function, in the order of the home page.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The identifier used in the API, in storage, and as the last part of its address at the terminal.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $slug),*
                }
            }
        }
    };
}

functions! {
    /// General Enquiries.
    GeneralEnquiries => "general-enquiries",
    /// Settlement Activity/Status Enquiry.
    SettlementActivityStatusEnquiry => "settlement-activity-status-enquiry",
    /// Delivery Instruction (DI).
    DeliveryInstruction => "delivery-instruction",
    /// A/C Transfer Instruction (ATI).
    AccountTransferInstruction => "account-transfer-instruction",
    /// Settlement Instruction (SI).
    SettlementInstruction => "settlement-instruction",
    /// Investor Settlement Instruction (ISI).
    InvestorSettlementInstruction => "investor-settlement-instruction",
    /// Payment Instruction.
    PaymentInstruction => "payment-instruction",
    /// Cash Prepayment.
    CashPrepayment => "cash-prepayment",
    /// Stock Borrowing/Lending.
    StockBorrowingLending => "stock-borrowing-lending",
    /// SBL Bulletin Board.
    SblBulletinBoard => "sbl-bulletin-board",
    /// General Stock Collateral.
    GeneralStockCollateral => "general-stock-collateral",
    /// Withdrawal Order.
    WithdrawalOrder => "withdrawal-order",
    /// Election Instruction.
    ElectionInstruction => "election-instruction",
    /// Subscription Instruction.
    SubscriptionInstruction => "subscription-instruction",
    /// Corporate Voting Instruction.
    CorporateVotingInstruction => "corporate-voting-instruction",
    /// EIPO Application.
    EipoApplication => "eipo-application",
    /// Tender Instruction.
    TenderInstruction => "tender-instruction",
    /// Corporate Communication.
    CorporateCommunication => "corporate-communication",
    /// Report Profile Maintenance.
    ReportProfileMaintenance => "report-profile-maintenance",
    /// View Circular.
    ViewCircular => "view-circular",
}

impl BusinessUserGroup {
    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BusinessUserGroup {
    type Err = BadBusinessUserGroup;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let fits = typed.len() == 2 && typed.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        fits.then(|| Self(typed.to_owned())).ok_or(BadBusinessUserGroup)
    }
}

impl FromStr for TerminalFunction {
    type Err = UnknownFunction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|function| function.as_str() == text).ok_or(UnknownFunction)
    }
}

impl TryFrom<String> for BusinessUserGroup {
    type Error = BadBusinessUserGroup;

    fn try_from(typed: String) -> Result<Self, Self::Error> {
        typed.parse()
    }
}

impl From<BusinessUserGroup> for String {
    fn from(group: BusinessUserGroup) -> Self {
        group.0
    }
}

impl fmt::Display for BusinessUserGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for TerminalFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_two_capitals_or_digits() {
        for good in ["11", "1A", "A1", "ZZ", "00"] {
            assert_eq!(good.parse::<BusinessUserGroup>().unwrap().as_str(), good);
            let quoted = format!("\"{good}\"");
            let read: BusinessUserGroup = serde_json::from_str(&quoted).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), quoted);
        }
        for bad in ["", "1", "111", "a1", "é", "1 ", "-1", "١"] {
            assert_eq!(bad.parse::<BusinessUserGroup>(), Err(BadBusinessUserGroup), "{bad:?}");
            assert!(serde_json::from_str::<BusinessUserGroup>(&format!("\"{bad}\"")).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn functions_are_written_in_one_way_and_each_once() {
        let all: BTreeSet<_> = TerminalFunction::ALL.iter().map(|function| function.as_str()).collect();
        assert_eq!(all.len(), 20);
        for function in TerminalFunction::ALL {
            assert_eq!(serde_json::to_value(function).unwrap(), function.as_str());
            assert_eq!(
                serde_json::from_value::<TerminalFunction>(function.as_str().into()).unwrap(),
                *function
            );
        }
        assert!(serde_json::from_str::<TerminalFunction>("\"*\"").is_err());
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_code(text in "\\PC{0,4}") {
            let expected = text.chars().count() == 2
                && text.chars().all(|c| matches!(c, '0'..='9' | 'A'..='Z'));
            prop_assert_eq!(text.parse::<BusinessUserGroup>().is_ok(), expected);
        }
    }
}
