//! The listing over HTTP: pages, filters, findings.

use super::support::house;

#[tokio::test]
async fn an_administrator_sees_their_own_and_an_operator_all() {
    let house = house().await;
    let reader = house.reader().await;
    let own = ["HKABC101", "HKABC102", "HKABC103", "HKABC1X1"];
    assert_eq!(house.get("/profiles", &reader).await.user_ids(), own);
    let operator = house.operator().await;
    let operator = house.token(&operator).await;
    assert_eq!(house.get("/profiles", &operator).await.user_ids().len(), 8);
    let def = house.get("/profiles?participant=DEF", &operator).await;
    assert_eq!(def.user_ids(), ["HKDEF101", "HKDEF102", "HKDEF1X1"]);
    let service = house.node.service_token(&house.console, "directory").await;
    assert_eq!(house.get("/profiles", &service).await.user_ids().len(), 8);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let house = house().await;
    let reader = house.reader().await;
    for sort in ["user_id", "surname", "last_login", "status"] {
        for order in ["asc", "desc"] {
            let mut seen = Vec::new();
            let mut path = format!("/profiles?limit=3&count=true&sort={sort}&order={order}");
            loop {
                let page = house.get(&path, &reader).await;
                seen.extend(page.user_ids());
                let json = page.json();
                assert_eq!(json["count"], 4);
                let Some(next) = json["next"].as_str() else { break };
                path = format!("/profiles?limit=3&count=true&sort={sort}&order={order}&cursor={next}");
            }
            seen.sort();
            assert_eq!(seen, ["HKABC101", "HKABC102", "HKABC103", "HKABC1X1"], "{sort} {order}");
        }
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_a_query_is_named() {
    let house = house().await;
    let reader = house.reader().await;
    let long = "x".repeat(101);
    let cases = [
        ("statut=ENABLED".to_owned(), "statut", "unknown"),
        ("status=enabled".to_owned(), "status", "not_allowed"),
        ("status=ENABLED&status=DISABLED".to_owned(), "status", "repeated"),
        ("q=%FF".to_owned(), "q", "not_plain_text"),
        ("q=%3Cscript%3E".to_owned(), "q", "not_plain_text"),
        ("q=a%00b".to_owned(), "q", "not_plain_text"),
        (format!("q={long}"), "q", "too_long"),
        ("limit=0".to_owned(), "limit", "out_of_range"),
        ("limit=201".to_owned(), "limit", "out_of_range"),
        ("limit=many".to_owned(), "limit", "out_of_range"),
        ("cursor=abc".to_owned(), "cursor", "foreign_cursor"),
        ("group=%251".to_owned(), "group", "not_allowed"),
        ("dormant_since=yesterday".to_owned(), "dormant_since", "not_an_instant"),
        ("clearing_house=NYSE".to_owned(), "clearing_house", "not_allowed"),
        ("count=1".to_owned(), "count", "not_allowed"),
    ];
    for (query, field, code) in cases {
        let answer = house.get(&format!("/profiles?{query}"), &reader).await;
        answer.assert_problem(400, "invalid-parameters");
        assert_eq!(answer.findings(), [(field.to_owned(), code.to_owned())], "{query}");
    }
    let many = house.get("/profiles?a=1&limit=0&sort=shoe_size", &reader).await;
    assert_eq!(many.findings().len(), 3);
}
