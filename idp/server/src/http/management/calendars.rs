//! `GET /api/v1/calendars`: the hours of the functions that keep hours, and whether each is open now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_api::calendars::{self, Calendars};
use countersign_core::Timestamp;
use countersign_core::directory::service_hours::{Opening, TimedFunction};
use countersign_service::Services;

use super::caller::Known;
use super::parameters::Parameters;
use super::refusal::Refusal;

/// Shows the service hours and public holidays as configured, and which functions are open now. Anyone with a token of
/// the directory may ask.
#[utoipa::path(
    get,
    path = "/calendars",
    operation_id = "show_calendars",
    tag = "Calendars",
    responses((status = 200, description = "The calendars.", body = Calendars))
)]
pub(super) async fn show(
    State(services): State<Arc<Services>>,
    _: Known,
    parameters: Parameters,
) -> Result<Json<Calendars>, Refusal> {
    parameters.finish()?;
    let (policy, now) = (services.hours.policy(), services.now());
    let mut public_holidays = policy.public_holidays.clone();
    public_holidays.sort_unstable();
    let kept = [
        ("user_profile_listing", TimedFunction::UserProfileListing, &policy.user_profile_listing),
        ("change_user_profile", TimedFunction::ChangeUserProfile, &policy.change_user_profile),
    ];
    let functions = kept
        .into_iter()
        .map(|(name, function, hours)| timed(name, hours, services.hours.opening(function, now), now));
    Ok(Json(Calendars {
        enforced: policy.enforced,
        time_zone: "Asia/Hong_Kong".to_owned(),
        now,
        public_holidays,
        functions: functions.collect(),
    }))
}

fn timed(name: &str, hours: &[String], opening: Option<Opening>, now: Timestamp) -> calendars::TimedFunction {
    let open = opening.is_some_and(|opening| opening.holds(now));
    calendars::TimedFunction {
        function: name.to_owned(),
        hours: hours.to_vec(),
        open,
        closes_at: opening.filter(|_| open).and_then(|opening| opening.to),
        opens_at: opening.filter(|_| !open).map(|opening| opening.from),
    }
}
