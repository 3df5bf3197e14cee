//! The business user groups of the demo: those that the demo's terminal knows, with the functions it gives them.

use anyhow::Context as _;
use countersign_core::Timestamp;
use countersign_core::directory::business_group::{GroupDefinition, GroupName, TerminalFunction};
use countersign_core::directory::label::Label;
use countersign_store::{Groups, Tx};

/// Enters the groups, as part of `tx`.
pub(crate) async fn enter(tx: &Tx, now: Timestamp) -> anyhow::Result<()> {
    let groups = Groups::on(tx.connection());
    for group in shipped() {
        let definition = group.definition().with_context(|| format!("group {}", group.code))?;
        groups.add(&definition, now).await?;
    }
    Ok(())
}

/// A group as written here: code; name in English, traditional and simplified Chinese; functions.
pub(crate) struct Line {
    pub(crate) code: &'static str,
    names: [&'static str; 3],
    functions: &'static [TerminalFunction],
}

impl Line {
    pub(crate) fn definition(&self) -> anyhow::Result<GroupDefinition> {
        let [english, traditional, simplified] = self.names.map(Label::parse);
        Ok(GroupDefinition {
            code: self.code.parse()?,
            name: GroupName { en: english?, zh_hant: traditional?, zh_hans: simplified? },
            functions: self.functions.iter().copied().collect(),
        })
    }
}

fn group(code: &'static str, names: [&'static str; 3], functions: &'static [TerminalFunction]) -> Line {
    Line { code, names, functions }
}

/// Groups 11 to 26 are one task each, lettered ones a whole desk.
#[rustfmt::skip]
pub(crate) fn shipped() -> Vec<Line> {
    use TerminalFunction::{
        AccountTransferInstruction, CashPrepayment, CorporateCommunication, CorporateVotingInstruction, DeliveryInstruction, EipoApplication, ElectionInstruction, GeneralEnquiries, GeneralStockCollateral, InvestorSettlementInstruction, PaymentInstruction, ReportProfileMaintenance, SblBulletinBoard, SettlementActivityStatusEnquiry, SettlementInstruction, StockBorrowingLending, SubscriptionInstruction, TenderInstruction, ViewCircular, WithdrawalOrder,
    };
    vec![
        group("11", ["Enquiry", "查詢", "查询"], &[GeneralEnquiries, SettlementActivityStatusEnquiry, ViewCircular]),
        group("12", ["Delivery", "交付", "交付"], &[SettlementActivityStatusEnquiry, DeliveryInstruction]),
        group("13", ["Account transfer", "帳戶轉移", "账户转移"], &[AccountTransferInstruction]),
        group("14", ["Settlement instructions", "交收指示", "交收指示"], &[SettlementActivityStatusEnquiry, SettlementInstruction]),
        group("15", ["Investor settlement instructions", "投資者交收指示", "投资者交收指示"], &[SettlementActivityStatusEnquiry, InvestorSettlementInstruction]),
        group("16", ["Payment", "付款", "付款"], &[PaymentInstruction]),
        group("17", ["Cash prepayment", "預繳現金", "预缴现金"], &[CashPrepayment]),
        group("18", ["Stock borrowing and lending", "股票借貸", "股票借贷"], &[StockBorrowingLending, SblBulletinBoard]),
        group("19", ["Collateral", "抵押品", "抵押品"], &[GeneralStockCollateral]),
        group("20", ["Depository", "存管", "存管"], &[WithdrawalOrder]),
        group("21", ["Corporate actions", "企業行動", "公司行动"], &[ElectionInstruction, SubscriptionInstruction, TenderInstruction]),
        group("22", ["Voting and communication", "投票及通訊", "投票及通讯"], &[CorporateVotingInstruction, CorporateCommunication]),
        group("23", ["New issues", "新股", "新股"], &[EipoApplication]),
        group("25", ["Reports", "報告", "报告"], &[ReportProfileMaintenance]),
        group("26", ["Circulars", "通告", "通告"], &[ViewCircular]),
        group("AA", ["Settlement desk", "交收組", "交收组"], &[GeneralEnquiries, SettlementActivityStatusEnquiry, DeliveryInstruction, AccountTransferInstruction, SettlementInstruction, InvestorSettlementInstruction, ViewCircular]),
        group("AB", ["Treasury desk", "資金組", "资金组"], &[GeneralEnquiries, PaymentInstruction, CashPrepayment, GeneralStockCollateral, ViewCircular]),
        group("AC", ["Borrowing and lending desk", "借貸組", "借贷组"], &[GeneralEnquiries, StockBorrowingLending, SblBulletinBoard, ViewCircular]),
        group("AD", ["Nominee desk", "代理人組", "代理人组"], &[GeneralEnquiries, ElectionInstruction, SubscriptionInstruction, CorporateVotingInstruction, EipoApplication, TenderInstruction, CorporateCommunication, ViewCircular]),
        group("ZZ", ["All functions", "所有功能", "所有功能"], TerminalFunction::ALL),
    ]
}
