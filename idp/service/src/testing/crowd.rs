//! A directory as large as they get, for measurements: people in every state, with names that many share.

use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::participant::Participant;
use countersign_core::directory::profile::{LastAccess, UserKind};
use countersign_core::oauth::acr::Acr;
use countersign_store::{Activity, DirectoryDetails, Passwords, Profiles, SecondFactors, Tx};

use super::TestNode;
use super::directory::member;

const SURNAMES: [&str; 24] = [
    "Chan", "Wong", "Lam", "Cheung", "Lee", "Ng", "Leung", "Cheng", "Lau", "Yeung", "Tang", "Ho", "Chow",
    "Poon", "Kwok", "Fung", "Tsang", "Mak", "Yip", "Tse", "Chu", "Hui", "Smith", "Jones",
];
const OTHER_NAMES: [&str; 12] = [
    "Tai Man",
    "Siu Ming",
    "Ka Yan",
    "Wai Kit",
    "Mei Ling",
    "Chi Keung",
    "Suk Yee",
    "Ho Yin",
    "Pui Shan",
    "Kwok Wah",
    "Mary",
    "John",
];

impl TestNode {
    /// Adds `participants`, each with `people`.
    pub async fn crowd(&self, participants: usize, people: usize) {
        for number in 0..participants {
            let house = pick(&[ClearingHouse::Hkcc, ClearingHouse::Seoch, ClearingHouse::Hkscc], number);
            // HKSCC's codes are five digits, the others' three characters.
            let digits = if house == ClearingHouse::Hkscc { 5 } else { 3 };
            let participant = self.add_participant(house, &format!("{number:0digits$}")).await;
            let tx = self.services.store.begin().await.unwrap();
            for person in 0..people {
                self.one_of_many(&tx, &participant, number * people + person).await;
            }
            tx.commit().await.unwrap();
        }
    }

    async fn one_of_many(&self, tx: &Tx, participant: &Participant, number: usize) {
        let now = self.services.now();
        let mut profile = member(self, participant, &format!("HK{}{number:06}", participant.participant));
        pick(&SURNAMES, number).clone_into(&mut profile.surname);
        pick(&OTHER_NAMES, number / 7).clone_into(&mut profile.other_names);
        profile.email = (!number.is_multiple_of(10))
            .then(|| format!("user.{number}@{}.example", participant.participant.as_str().to_lowercase()));
        profile.enabled = !number.is_multiple_of(25);
        if number % 50 == 1 {
            profile.kind = UserKind::DelegatedAdministrator;
        }
        profile.capabilities.business_user_groups = [format!("{}", 11 + number % 20).parse().unwrap()].into();
        let details = DirectoryDetails { srn: Some(format!("{number:010}")), ..DirectoryDetails::default() };
        Profiles::on(tx.connection()).add(&profile, &participant.key, &details).await.unwrap();
        if number % 10 < 8 {
            let passwords = Passwords::on(tx.connection());
            passwords.set(&profile.id, "phc", 0, now, &*self.services.entropy).await.unwrap();
        }
        let factors = SecondFactors::on(tx.connection());
        match number % 10 {
            0..5 => factors.register_soft_token(&profile.id, "sealed", 1, now).await.unwrap(),
            5 | 6 => assert!(!factors.use_email(&profile.id, now).await.unwrap()),
            _ => {}
        }
        if number % 10 < 6 {
            let ago = chrono::TimeDelta::minutes(i64::try_from(number).unwrap() * 7 % 200_000);
            let access = LastAccess {
                time: now - ago,
                method: Acr::OtpApp.short().to_owned(),
                source: "192.0.2.1".to_owned(),
            };
            Activity::on(tx.connection()).record_access(&profile.id, &access).await.unwrap();
        }
    }
}

fn pick<T: Copy>(from: &[T], number: usize) -> T {
    from.iter().copied().nth(number % from.len()).unwrap()
}
