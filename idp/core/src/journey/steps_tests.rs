use super::*;

const SECRET: &str = "sealed";

fn new_user() -> Means {
    Means { channel: None, soft_token: false, email: true, needs_enrolment_code: false }
}

fn app_user() -> Means {
    Means { channel: Some(Channel::App), soft_token: true, ..new_user() }
}

fn email_user() -> Means {
    Means { channel: Some(Channel::Email), ..new_user() }
}

fn mailed() -> Step {
    Step::ProveEmail { challenge: ChallengeId::from_stored("c") }
}

fn every_step() -> [Step; 7] {
    [
        Step::RegisterDevice,
        Step::EnrolmentCode,
        Step::ScanQr { secret: SECRET.into() },
        Step::EmailRisk,
        Step::ProveApp,
        Step::ProveNewApp { secret: SECRET.into() },
        mailed(),
    ]
}

#[test]
fn the_first_login_with_an_app() {
    let means = new_user();
    assert_eq!(begin(Errand::LogIn, means, None), Ok(Next::Show(Step::RegisterDevice)));
    assert_eq!(Step::RegisterDevice.take(Action::Register, Errand::LogIn, means), Ok(Next::DrawSecret));
    let scan = Step::ScanQr { secret: SECRET.into() };
    let Ok(Next::Show(prove)) = scan.take(Action::Continue, Errand::LogIn, means) else { panic!("no page") };
    assert_eq!(
        prove.take(Action::OtpProved, Errand::LogIn, means),
        Ok(Next::Finish(Finish::Session { acr: Acr::OtpApp, adopt: Some(Adopt::SoftToken(SECRET.into())) }))
    );
}

#[test]
fn administrators_show_their_enrolment_code_first() {
    let means = Means { needs_enrolment_code: true, ..new_user() };
    assert_eq!(
        Step::RegisterDevice.take(Action::Register, Errand::LogIn, means),
        Ok(Next::Show(Step::EnrolmentCode))
    );
    assert_eq!(Step::EnrolmentCode.take(Action::CodeProved, Errand::LogIn, means), Ok(Next::DrawSecret));
    assert_eq!(
        mailed().take(Action::OtpProved, Errand::MoveToApp, means),
        Ok(Next::Show(Step::EnrolmentCode))
    );
}

#[test]
fn the_first_login_by_email_passes_the_warning() {
    let means = new_user();
    assert_eq!(
        Step::RegisterDevice.take(Action::Skip, Errand::LogIn, means),
        Ok(Next::Show(Step::EmailRisk))
    );
    assert_eq!(
        Step::EmailRisk.take(Action::Back, Errand::LogIn, means),
        Ok(Next::Show(Step::RegisterDevice))
    );
    assert_eq!(Step::EmailRisk.take(Action::Accept, Errand::LogIn, means), Ok(Next::SendEmail));
    assert_eq!(
        mailed().take(Action::OtpProved, Errand::LogIn, means),
        Ok(Next::Finish(Finish::Session { acr: Acr::OtpEmail, adopt: Some(Adopt::Email) }))
    );
}

#[test]
fn later_logins_ask_for_the_chosen_channel_alone() {
    assert_eq!(begin(Errand::LogIn, app_user(), None), Ok(Next::Show(Step::ProveApp)));
    assert_eq!(begin(Errand::LogIn, email_user(), None), Ok(Next::SendEmail));
    let done = mailed().take(Action::OtpProved, Errand::LogIn, email_user());
    assert_eq!(done, Ok(Next::Finish(Finish::Session { acr: Acr::OtpEmail, adopt: None })));
}

#[test]
fn a_step_up_asks_for_what_is_held_or_says_that_nothing_is() {
    assert_eq!(begin(Errand::StepUp, app_user(), Some(Acr::OtpApp)), Ok(Next::Show(Step::ProveApp)));
    assert_eq!(begin(Errand::StepUp, email_user(), Some(Acr::OtpEmail)), Ok(Next::SendEmail));
    assert_eq!(begin(Errand::StepUp, email_user(), Some(Acr::OtpApp)), Err(StepError::Unreachable));
    assert_eq!(begin(Errand::StepUp, app_user(), Some(Acr::Passkey)), Err(StepError::Unreachable));
    assert_eq!(begin(Errand::StepUp, new_user(), None), Err(StepError::Unreachable));
}

#[test]
fn changing_the_channel_is_proved_with_the_strongest_factor() {
    assert_eq!(begin(Errand::MoveToEmail, app_user(), None), Ok(Next::Show(Step::ProveApp)));
    assert_eq!(
        Step::ProveApp.take(Action::OtpProved, Errand::MoveToEmail, app_user()),
        Ok(Next::Show(Step::EmailRisk))
    );
    assert_eq!(
        Step::EmailRisk.take(Action::Accept, Errand::MoveToEmail, app_user()),
        Ok(Next::Finish(Finish::Settings(Adopt::Email)))
    );
    assert_eq!(begin(Errand::MoveToApp, email_user(), None), Ok(Next::SendEmail));
    assert_eq!(mailed().take(Action::OtpProved, Errand::MoveToApp, email_user()), Ok(Next::DrawSecret));
    let proved = Step::ProveNewApp { secret: SECRET.into() };
    assert_eq!(
        proved.take(Action::OtpProved, Errand::MoveToApp, email_user()),
        Ok(Next::Finish(Finish::Settings(Adopt::SoftToken(SECRET.into()))))
    );
    assert_eq!(begin(Errand::MoveToApp, app_user(), None), Err(StepError::OutOfPlace));
    assert_eq!(begin(Errand::MoveToEmail, email_user(), None), Err(StepError::OutOfPlace));
}

#[test]
fn without_an_address_email_is_no_way() {
    let means = Means { email: false, ..new_user() };
    assert_eq!(Step::RegisterDevice.take(Action::Skip, Errand::LogIn, means), Err(StepError::NoEmail));
    let means = Means { email: false, ..email_user() };
    assert_eq!(begin(Errand::LogIn, means, None), Err(StepError::NoEmail));
    let means = Means { email: false, ..app_user() };
    assert_eq!(begin(Errand::MoveToEmail, means, None), Err(StepError::NoEmail));
}

/// Nobody finishes without a proof: of all pairs of step and action, only these end an errand.
#[test]
fn only_a_proof_finishes() {
    let actions = [
        Action::Register,
        Action::Skip,
        Action::Accept,
        Action::Back,
        Action::Continue,
        Action::CodeProved,
        Action::OtpProved,
    ];
    for errand in [Errand::LogIn, Errand::StepUp, Errand::MoveToApp, Errand::MoveToEmail] {
        for step in every_step() {
            for action in actions {
                for means in [new_user(), app_user(), email_user()] {
                    if let Ok(Next::Finish(_)) = step.take(action, errand, means) {
                        let proved = step.channel().is_some() && action == Action::OtpProved;
                        let accepted = step == Step::EmailRisk && errand == Errand::MoveToEmail;
                        assert!(proved || accepted, "{step:?} {action:?} {errand:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn steps_survive_storage() {
    for step in every_step() {
        let stored = serde_json::to_string(&step).unwrap();
        assert_eq!(serde_json::from_str::<Step>(&stored).unwrap(), step);
    }
}
