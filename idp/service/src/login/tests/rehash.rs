//! Passwords hashed under former parameters are hashed anew when their owner comes by.

use countersign_core::policy::HashingPolicy;
use countersign_core::secret::SecretString;
use countersign_store::{Credential, Passwords, StoredPassword};

use super::support::{Has, PASSWORD, World, secret, worlds};
use crate::login::{self, Attempt};
use crate::{PasswordHasher, enrolment};

async fn stored(world: &World) -> StoredPassword {
    let passwords = Passwords::on(world.services().store.read());
    let credential: Option<Credential> = passwords.credential("HKABC101").await.unwrap();
    credential.unwrap().password.unwrap()
}

/// A person whose password was hashed in weaker times; how it was stored.
async fn old_fashioned(world: &World) -> StoredPassword {
    let person = world.person("HKABC101", Has::App).await;
    let policy = HashingPolicy { memory_kib: 32, iterations: 1, workers: 1, queue: 1 };
    let former = PasswordHasher::new(&policy, std::sync::Arc::clone(&world.services().entropy)).unwrap();
    let phc = former.hash(&secret(PASSWORD)).await.unwrap();
    let tx = world.services().store.begin().await.unwrap();
    enrolment::set_password(world.services(), &tx, &person.id, &phc).await.unwrap();
    tx.commit().await.unwrap();
    stored(world).await
}

fn is_current(world: &World, phc: &SecretString) -> bool {
    world.services().hasher.is_current(phc.expose())
}

#[tokio::test]
async fn a_login_renews_the_hash_and_nothing_else() {
    for world in worlds().await {
        let before = old_fashioned(&world).await;
        assert!(!is_current(&world, &before.phc));
        let former = || async {
            let id = Passwords::on(world.services().store.read()).credential("HKABC101").await.unwrap();
            let recent = Passwords::on(world.services().store.read()).recent(&id.unwrap().profile, 8).await;
            recent.unwrap().split_off(1)
        };
        let former_before = former().await;
        world.wait(60);
        world.password("HKABC101", "wrong").await.unwrap_err();
        assert!(!is_current(&world, &stored(&world).await.phc), "a wrong one is not kept");
        world.password("HKABC101", PASSWORD).await.unwrap();
        let after = stored(&world).await;
        assert!(is_current(&world, &after.phc), "{}", world.node.database.kind);
        assert_eq!(after.set_at, before.set_at, "it was not set again");
        assert_eq!(former().await, former_before, "and is none of those before it");
        world.password("HKABC101", PASSWORD).await.expect("it is the same password");
        assert!(stored(&world).await.phc.same_as(after.phc.expose()), "once is enough");
    }
}

#[tokio::test]
async fn of_two_logins_at_once_both_come_in() {
    for world in worlds().await {
        old_fashioned(&world).await;
        let (password, own) = (secret(PASSWORD), world.interaction());
        let attempt = || login::attempt(world.services(), &world.visit, "HKABC101", &password);
        let (Attempt::Right(first), Attempt::Right(second)) =
            (attempt().await.unwrap(), attempt().await.unwrap())
        else {
            panic!("wrong")
        };
        for proved in [first, second] {
            let anew = proved.anew(world.services(), &password).await;
            assert!(anew.is_some());
            login::password::open(world.services(), &world.visit, &own, &proved, anew.as_deref())
                .await
                .unwrap();
        }
        assert!(is_current(&world, &stored(&world).await.phc));
        world.password("HKABC101", PASSWORD).await.unwrap();
    }
}
