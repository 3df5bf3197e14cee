//! What the migration asks of people: how ready everyone of a participant is, and whom the job at the end has yet to see.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::Timestamp;
use countersign_core::directory::clearing_house::ClearingHouse;
use countersign_core::directory::migration::{Finding, Holds, ListHash, PersonFacts};
use countersign_core::directory::profile::UserKind;
use countersign_core::directory::standing::Standing;
use countersign_core::directory::status::ProfileStatus;
use countersign_core::ids::{ParticipantKey, ProfileId};
use countersign_core::oauth::acr::Acr;
use countersign_core::oauth::session::Session;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entities::{frozen_lines, otp_channels, passwords, profiles, sessions};
use crate::{Connection, StoreError};

/// Somebody that the job has yet to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passer {
    /// Whose people.
    pub participant: ParticipantKey,
    /// The participant's ID.
    pub code: String,
    /// Who.
    pub id: ProfileId,
    /// Their user ID.
    pub user_id: String,
}

/// The repository of these questions.
pub struct MigrationFacts<'a>(Connection<'a>);

impl<'a> MigrationFacts<'a> {
    /// Speaks to `connection`.
    #[must_use]
    pub fn on(connection: Connection<'a>) -> Self {
        Self(connection)
    }

    /// How ready everyone of a participant is, by user ID.
    pub async fn people(
        &self,
        participant: &ParticipantKey,
        now: Timestamp,
    ) -> Result<Vec<PersonFacts>, StoreError> {
        let rows = profiles::Entity::find()
            .filter(profiles::Column::ParticipantId.eq(participant.as_str()))
            .order_by_asc(profiles::Column::UserId)
            .all(self.0.executor())
            .await?;
        let with_password: Vec<String> = passwords::Entity::find()
            .select_only()
            .column(passwords::Column::ProfileId)
            .filter(passwords::Column::ProfileId.in_subquery(ids_of(participant)))
            .into_tuple()
            .all(self.0.executor())
            .await?;
        let channels: Vec<(String, String)> = otp_channels::Entity::find()
            .select_only()
            .column(otp_channels::Column::ProfileId)
            .column(otp_channels::Column::Channel)
            .filter(otp_channels::Column::ProfileId.in_subquery(ids_of(participant)))
            .into_tuple()
            .all(self.0.executor())
            .await?;
        let with_password: BTreeSet<String> = with_password.into_iter().collect();
        let channels: BTreeMap<String, String> = channels.into_iter().collect();
        let person = |row: profiles::Model| {
            let channel = channels.get(&row.id).map(|channel| channel.parse()).transpose();
            let standing = Standing {
                has_email: row.email.is_some(),
                has_password: with_password.contains(&row.id),
                channel: channel.map_err(unreadable)?,
                ..Standing::default()
            };
            person(row, standing, now)
        };
        rows.into_iter().map(person).collect()
    }

    /// At most `limit` business users of a house without an email address, not in quarantine, and not on `list`: those
    /// whose identifiers come after `after`.
    pub async fn unforeseen(
        &self,
        house: ClearingHouse,
        list: &ListHash,
        after: &str,
        limit: u64,
    ) -> Result<Vec<Passer>, StoreError> {
        let listed = Query::select()
            .expr(Expr::val(1))
            .from(frozen_lines::Entity)
            .and_where(Expr::col((frozen_lines::Entity, frozen_lines::Column::List)).eq(list.as_str()))
            .and_where(
                Expr::col((frozen_lines::Entity, frozen_lines::Column::ProfileId))
                    .equals((profiles::Entity, profiles::Column::Id)),
            )
            .and_where(
                Expr::col((frozen_lines::Entity, frozen_lines::Column::Finding))
                    .is_in(Finding::WITHOUT_EMAIL.map(Finding::as_str)),
            )
            .to_owned();
        let wanted = Condition::all()
            .add(profiles::Column::Kind.eq(UserKind::BusinessUser.as_str()))
            .add(profiles::Column::Email.is_null())
            .add(profiles::Column::Status.ne(ProfileStatus::Quarantined.as_str()))
            .add(Expr::exists(listed).not());
        self.passers(house, wanted, after, limit).await
    }

    /// At most `limit` profiles of a house of which something is written of a smartcard, whose identifiers come after
    /// `after`.
    pub async fn with_card(
        &self,
        house: ClearingHouse,
        after: &str,
        limit: u64,
    ) -> Result<Vec<Passer>, StoreError> {
        let wanted = Condition::any()
            .add(profiles::Column::Srn.is_not_null())
            .add(profiles::Column::CertificateExpiry.is_not_null());
        self.passers(house, wanted, after, limit).await
    }

    /// Clears what is written of the smartcards of these. Their versions stay: nothing that anybody is shown changes any
    /// more, and no request is built on it.
    pub async fn clear_cards(&self, ids: &BTreeSet<ProfileId>) -> Result<(), StoreError> {
        profiles::Entity::update_many()
            .col_expr(profiles::Column::Srn, Expr::value(None::<String>))
            .col_expr(profiles::Column::CertificateExpiry, Expr::value(None::<i64>))
            .filter(profiles::Column::Id.is_in(ids.iter().map(ProfileId::as_str)))
            .exec(self.0.executor())
            .await?;
        Ok(())
    }

    /// At most `limit` sessions of a house that were opened by a smartcard and not ended.
    pub async fn card_sessions(&self, house: ClearingHouse, limit: u64) -> Result<Vec<Session>, StoreError> {
        let of_house = Query::select()
            .column(profiles::Column::Id)
            .from(profiles::Entity)
            .and_where(Expr::col(profiles::Column::ClearingHouse).eq(house.as_str()))
            .to_owned();
        let rows = sessions::Entity::find()
            .filter(sessions::Column::Acr.eq(Acr::Smartcard.as_str()))
            .filter(sessions::Column::EndedAt.is_null())
            .filter(sessions::Column::ProfileId.in_subquery(of_house))
            .limit(limit)
            .all(self.0.executor())
            .await?;
        rows.into_iter().map(crate::sessions::read).collect()
    }

    async fn passers(
        &self,
        house: ClearingHouse,
        wanted: Condition,
        after: &str,
        limit: u64,
    ) -> Result<Vec<Passer>, StoreError> {
        let rows: Vec<(String, String, String, String)> = profiles::Entity::find()
            .select_only()
            .column(profiles::Column::ParticipantId)
            .column(profiles::Column::Participant)
            .column(profiles::Column::Id)
            .column(profiles::Column::UserId)
            .filter(profiles::Column::ClearingHouse.eq(house.as_str()))
            .filter(profiles::Column::Id.gt(after))
            .filter(wanted)
            .order_by_asc(profiles::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(self.0.executor())
            .await?;
        let passer = |(participant, code, id, user_id): (String, String, String, String)| Passer {
            participant: ParticipantKey::from_stored(participant),
            code,
            id: ProfileId::from_stored(id),
            user_id,
        };
        Ok(rows.into_iter().map(passer).collect())
    }
}

fn ids_of(participant: &ParticipantKey) -> SelectStatement {
    Query::select()
        .column(profiles::Column::Id)
        .from(Alias::new("profiles"))
        .and_where(Expr::col(profiles::Column::ParticipantId).eq(participant.as_str()))
        .to_owned()
}

fn person(row: profiles::Model, standing: Standing, now: Timestamp) -> Result<PersonFacts, StoreError> {
    let status = row.status.parse().unwrap_or(ProfileStatus::Disabled);
    let (srn, expiry) = (row.srn.clone(), row.certificate_expiry);
    let profile = crate::profiles::read(row, false)?;
    Ok(PersonFacts {
        usable: profile.usable(now).is_ok(),
        holds: Holds::of(&profile.capabilities),
        id: profile.id,
        user_id: profile.user_id,
        kind: profile.kind,
        status,
        name: (profile.surname, profile.other_names),
        email: profile.email,
        has_card: srn.is_some() || expiry.is_some(),
        srn,
        standing,
    })
}

fn unreadable(reason: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable("otp_channels", reason)
}
