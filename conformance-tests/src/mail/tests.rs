use super::Mail;

fn otp(text: &str) -> Option<String> {
    let (to, subject) = (String::new(), String::new());
    Mail { to, subject, text: text.to_owned() }.otp()
}

#[test]
fn an_otp_is_a_number_standing_alone() {
    assert_eq!(
        otp("Dear B0123401,\n\n27788148\n\nvalid 5 minutes, until 17:30").as_deref(),
        Some("27788148")
    );
    assert_eq!(otp("Your code: 123456.").as_deref(), Some("123456"));
    assert_eq!(otp("B0123401 at +852 2979 7222 on 2026-11-22"), None);
}
