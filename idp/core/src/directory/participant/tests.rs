use proptest::prelude::*;

use super::*;
use ClearingHouse::{Exchange, Hkcc, Hkscc, Seoch};

#[test]
fn codes_have_the_form_of_their_house() {
    let read = |house, typed| ParticipantCode::parse(house, typed).map(|code| code.0);
    for house in [Hkcc, Seoch] {
        assert_eq!(read(house, " abc\n"), Ok("ABC".to_owned()));
        assert_eq!(read(house, "0Z9"), Ok("0Z9".to_owned()));
        for bad in ["", "AB", "ABCD", "A-C", "A C", "ÄBC", "ßßß", "01234", "EXCHANGE"] {
            assert_eq!(read(house, bad), Err(BadParticipantCode::ThreeCharacters(house)), "{bad:?}");
        }
    }
    assert_eq!(read(Hkscc, "01234"), Ok("01234".to_owned()));
    for bad in ["", "1234", "012345", "0123A", "ABC", "٠١٢٣٤"] {
        assert_eq!(read(Hkscc, bad), Err(BadParticipantCode::FiveDigits), "{bad:?}");
    }
    assert_eq!(read(Exchange, "EXCHANGE"), Ok("EXCHANGE".to_owned()));
    for bad in ["", "ABC", "01234", "EXCHANGES"] {
        assert_eq!(read(Exchange, bad), Err(BadParticipantCode::NotTheExchange), "{bad:?}");
    }
}

#[test]
fn kinds_survive_writing() {
    for (text, kind) in [
        ("CP", ParticipantKind::ClearingParticipant),
        ("DB", ParticipantKind::DesignatedBank),
        ("SA", ParticipantKind::SettlementAgent),
        ("EX", ParticipantKind::Exchange),
    ] {
        assert_eq!(text.parse(), Ok(kind));
        assert_eq!(kind.to_string(), text);
        assert_eq!(serde_json::to_value(kind).unwrap(), text);
    }
    assert!("cp".parse::<ParticipantKind>().is_err());
}

proptest! {
    #[test]
    fn what_is_read_is_read_again_as_the_same(typed in "\\PC{0,12}|[A-Za-z0-9 ]{3,8}") {
        for house in [Hkcc, Seoch, Hkscc, Exchange] {
            if let Ok(code) = ParticipantCode::parse(house, &typed) {
                prop_assert!(code.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()));
                prop_assert_eq!(ParticipantCode::parse(house, code.as_str()), Ok(code));
            }
        }
    }
}
