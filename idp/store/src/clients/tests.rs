use chrono::DateTime;
use countersign_core::oauth::client::{ClientAuthentication, ClientProblem, GrantType};

use super::*;
use crate::testing::databases;

fn client(redirect: &str) -> Client {
    Client {
        redirect_uris: vec![redirect.to_owned()],
        ..Client::new("shop", "Shop", ClientAuthentication::None)
    }
}

#[tokio::test]
async fn an_ill_formed_client_is_never_stored() {
    let now = DateTime::from_timestamp(1_795_392_000, 0).unwrap();
    for database in databases().await {
        let store = &database.store;
        let mut service = client("https://shop.example/cb");
        service.grant_types.insert(GrantType::ClientCredentials);
        let tx = store.begin().await.unwrap();
        for ill in [client("http://shop.example/cb"), client("javascript:alert(1)"), service] {
            let refused = Clients::save(&tx, &ill, now).await;
            assert!(matches!(refused, Err(StoreError::IllFormedClient { .. })), "{refused:?}");
        }
        Clients::save(&tx, &client("https://shop.example/cb"), now).await.unwrap();
        let worse = Clients::save(&tx, &client("/cb"), now).await;
        assert!(matches!(
            worse,
            Err(StoreError::IllFormedClient { problem: ClientProblem::RedirectUri(..), .. })
        ));
        tx.commit().await.unwrap();
        let stored = Clients::on(store.read()).all().await.unwrap();
        assert_eq!(stored, [client("https://shop.example/cb")], "{}", database.kind);
    }
}
