//! The typed client against the API it is made for, over a socket.

use countersign_api::activity::{DormantQuery, LoginActivityQuery};
use countersign_api::client::{Client, ClientError};
use countersign_api::me::Me;
use countersign_api::page::PageQuery;
use countersign_api::participants::ParticipantQuery;
use countersign_api::profiles::ProfileQuery;
use futures_util::TryStreamExt as _;
use url::Url;

use super::support::house;

#[tokio::test]
async fn the_client_reads_what_the_server_says() {
    let house = house().await;
    let token = house.reader().await;
    let issuer = Url::parse(&house.serve().await).unwrap();
    let client = Client::new(reqwest::Client::new(), &issuer, token).speaking("zh-HK");

    let Me::Person(me) = client.me().await.unwrap() else { panic!("a person") };
    assert_eq!(me.access_levels, ["EE"]);
    let query = ProfileQuery { q: Some("hkabc".into()), ..ProfileQuery::default() };
    let page = PageQuery { limit: Some(3), count: Some(true), ..PageQuery::default() };
    let page = client.profiles(&query, &page).await.unwrap();
    assert_eq!((page.items.len(), page.count, page.next.is_some()), (3, Some(4), true));
    let walked: Vec<_> =
        client.all_profiles(&query).map_ok(|profile| profile.user_id).try_collect().await.unwrap();
    assert_eq!(walked, ["HKABC101", "HKABC102", "HKABC103", "HKABC1X1"]);
    let one = client.profile("HKABC101").await.unwrap();
    assert_eq!((one.value.summary, one.etag.as_deref()), (page.items[0].clone(), Some("\"v1\"")));
    let csv = client.profiles_csv(&query).await.unwrap().text().await.unwrap();
    assert_eq!(csv.lines().count(), 5);
    let all = PageQuery::default();
    assert_eq!(client.participants(&ParticipantQuery::default(), &all).await.unwrap().items.len(), 1);
    assert_eq!(client.progress(&ParticipantQuery::default(), &all).await.unwrap().items[0].users, 4);
    assert!(client.dormant(&DormantQuery::default(), &all).await.unwrap().items.is_empty());
    assert!(client.login_activity(&LoginActivityQuery::default(), &all).await.unwrap().items.is_empty());

    let Err(ClientError::Problem(problem)) = client.profile("a/../b").await else { panic!("a problem") };
    assert_eq!((problem.name(), problem.title.as_str()), ("not-found", "找不到"));
    let stranger = Client::new(reqwest::Client::new(), &issuer, "nonsense".to_owned());
    let refused = stranger.me().await;
    assert!(matches!(refused, Err(ClientError::Problem(problem)) if problem.name() == "invalid-token"));
}
