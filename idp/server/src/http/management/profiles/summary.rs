//! From the directory's own words to the contract's.

use countersign_api::profiles::{
    Access, MigrationState, OtpChannel, ProfileStatus, ProfileSummary, TwoFactorState, UserKind,
};
use countersign_core::directory::entry::DirectoryEntry;
use countersign_core::directory::{profile, standing, status};
use countersign_core::journey::steps::Channel;

/// What a listing says of an entry.
pub(in crate::http::management) fn summary(entry: DirectoryEntry) -> ProfileSummary {
    let (srn, certificate_expiry) = match entry.card {
        Some(card) => (Some(card.srn), card.certificate_expiry),
        None => (None, None),
    };
    ProfileSummary {
        user_id: entry.user_id,
        kind: kind(entry.kind),
        clearing_house: entry.clearing_house.as_str().to_owned(),
        participant: entry.participant,
        settlement_agent: entry.settlement_agent,
        status: state(entry.status),
        surname: entry.surname,
        other_names: entry.other_names,
        email: entry.email,
        business_user_groups: entry
            .capabilities
            .business_user_groups
            .iter()
            .map(ToString::to_string)
            .collect(),
        enable_from: entry.enable_from,
        disable_after: entry.disable_after,
        channel: channel(entry.standing.channel),
        two_factor: two_factor(entry.standing.two_factor()),
        migration: migration(entry.standing.migration()),
        last_login: entry.last_access.map(|access| Access { time: access.time, method: access.method }),
        srn,
        certificate_expiry,
    }
}

fn kind(kind: profile::UserKind) -> UserKind {
    match kind {
        profile::UserKind::BusinessUser => UserKind::BusinessUser,
        profile::UserKind::DelegatedAdministrator => UserKind::DelegatedAdministrator,
        profile::UserKind::Operator => UserKind::Operator,
    }
}

fn state(status: status::ProfileStatus) -> ProfileStatus {
    match status {
        status::ProfileStatus::Enabled => ProfileStatus::Enabled,
        status::ProfileStatus::Disabled => ProfileStatus::Disabled,
        status::ProfileStatus::Suspended => ProfileStatus::Suspended,
        status::ProfileStatus::Quarantined => ProfileStatus::Quarantined,
    }
}

fn channel(channel: Option<Channel>) -> OtpChannel {
    match channel {
        Some(Channel::App) => OtpChannel::App,
        Some(Channel::Email) => OtpChannel::Email,
        None => OtpChannel::None,
    }
}

fn two_factor(state: standing::TwoFactorState) -> TwoFactorState {
    match state {
        standing::TwoFactorState::None => TwoFactorState::None,
        standing::TwoFactorState::PasswordOnly => TwoFactorState::PasswordOnly,
        standing::TwoFactorState::SetUp => TwoFactorState::SetUp,
        standing::TwoFactorState::Locked => TwoFactorState::Locked,
    }
}

fn migration(state: standing::MigrationState) -> MigrationState {
    match state {
        standing::MigrationState::NoEmail => MigrationState::NoEmail,
        standing::MigrationState::Registered => MigrationState::Registered,
        standing::MigrationState::PasswordSet => MigrationState::PasswordSet,
        standing::MigrationState::TokenSet => MigrationState::TokenSet,
        standing::MigrationState::LoggedIn2fa => MigrationState::LoggedIn2fa,
    }
}
