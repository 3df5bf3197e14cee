use countersign_core::directory::business_group::TerminalFunction;
use countersign_core::from_millis;

use super::*;
use crate::testing::databases;

fn group(code: &str, name: &str, functions: &[TerminalFunction]) -> GroupDefinition {
    let label = |text: &str| Label::parse(text).unwrap();
    GroupDefinition {
        code: code.parse().unwrap(),
        name: GroupName { en: label(name), zh_hant: label("查詢"), zh_hans: label("查询") },
        functions: functions.iter().copied().collect(),
    }
}

#[tokio::test]
async fn groups_come_back_as_they_were_written_by_code() {
    for database in databases().await {
        let tx = database.store.begin().await.unwrap();
        let groups = Groups::on(tx.connection());
        let all = [
            group("11", "Enquiry", &[TerminalFunction::GeneralEnquiries, TerminalFunction::ViewCircular]),
            group("1A", "Nothing", &[]),
            group("ZZ", "All", TerminalFunction::ALL),
        ];
        for one in all.iter().rev() {
            groups.add(one, from_millis(1)).await.unwrap();
        }
        let stored = groups.all().await.unwrap();
        assert!(stored.iter().all(|group| group.version == 1));
        let read: Vec<_> = stored.into_iter().map(|group| group.definition).collect();
        assert_eq!(read, all, "{}", database.kind);
        assert_eq!(groups.find(&"12".parse().unwrap()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn of_two_changes_to_one_version_the_first_stands() {
    for database in databases().await {
        let tx = database.store.begin().await.unwrap();
        let groups = Groups::on(tx.connection());
        let first = group("11", "Enquiry", &[TerminalFunction::GeneralEnquiries]);
        groups.add(&first, from_millis(1)).await.unwrap();
        let changed = StoredGroup { definition: group("11", "Enquiries", TerminalFunction::ALL), version: 1 };
        assert!(groups.save(&changed, from_millis(2)).await.unwrap());
        let late = StoredGroup { definition: first.clone(), version: 1 };
        assert!(!groups.save(&late, from_millis(3)).await.unwrap());
        let kept = groups.find(&first.code).await.unwrap().unwrap();
        assert_eq!(kept, StoredGroup { version: 2, ..changed }, "{}", database.kind);

        assert!(!groups.remove(&first.code, 1).await.unwrap());
        assert!(groups.remove(&first.code, 2).await.unwrap());
        assert_eq!(groups.find(&first.code).await.unwrap(), None);
        assert!(!groups.save(&kept, from_millis(4)).await.unwrap(), "what is gone does not come back");
    }
}
