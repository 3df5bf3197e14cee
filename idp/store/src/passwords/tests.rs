use super::*;

#[test]
fn a_stored_password_does_not_print() {
    let phc = SecretString::new("$argon2id$sesame".to_owned());
    let password = Some(StoredPassword { phc, set_at: from_millis(0) });
    let credential = Credential { profile: ProfileId::from_stored("p"), password };
    assert!(!format!("{credential:?}").contains("sesame"), "{credential:?}");
}
