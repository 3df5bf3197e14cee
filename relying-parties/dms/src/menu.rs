//! The menu, and which access levels open which entry of it.

use relying_party_client::{AccessLevel, AccessLevels};

/// One entry of the menu.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The last part of its address.
    pub(crate) slug: &'static str,
    pub(crate) title: &'static str,
    /// What it is for, in a sentence.
    pub(crate) purpose: &'static str,
    /// Any of these levels on Security Management Functions opens it.
    pub(crate) levels: &'static [AccessLevel],
    /// Gone when the parallel run ends, because it is about smartcards.
    pub(crate) until_end_of_parallel_run: bool,
}

/// Entries under one heading.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) entries: &'static [Entry],
}

const READ: &[AccessLevel] = &[AccessLevel::Enquiry];
const CHANGE: &[AccessLevel] = &[AccessLevel::Maker, AccessLevel::Checker];

/// The whole menu, in the order people know.
pub(crate) const MENU: &[Section] = &[
    Section {
        title: "Maintain User Profile",
        entries: &[
            Entry {
                slug: "change-user-profile",
                title: "Change User Profile",
                purpose: "Change a user's profile: email, status, dates, options and user groups. A maker prepares the change, a checker approves it.",
                levels: CHANGE,
                until_end_of_parallel_run: false,
            },
            Entry {
                slug: "enquire-user-profile",
                title: "Enquire User Profile",
                purpose: "Look up one user of your participant by User ID.",
                levels: READ,
                until_end_of_parallel_run: false,
            },
        ],
    },
    Section {
        title: "View Listings",
        entries: &[
            Entry {
                slug: "user-profile-listing",
                title: "User Profile Listing",
                purpose: "All users of your participant, Delegated Administrators included, with their registered email and status.",
                levels: READ,
                until_end_of_parallel_run: false,
            },
            Entry {
                slug: "user-group-listing",
                title: "User Group Listing",
                purpose: "The business user groups and the functions each makes accessible.",
                levels: READ,
                until_end_of_parallel_run: false,
            },
            Entry {
                slug: "disabled-user-listing",
                title: "Disabled User Listing",
                purpose: "Users who cannot log in because their profile is disabled.",
                levels: READ,
                until_end_of_parallel_run: false,
            },
            Entry {
                slug: "srn-listing",
                title: "SRN Listing",
                purpose: "The smartcard registered for each user, and when its certificate expires.",
                levels: READ,
                until_end_of_parallel_run: true,
            },
        ],
    },
    Section {
        title: "View Reports",
        entries: &[Entry {
            slug: "user-profile-maintenance-report",
            title: "User Profile Maintenance Report",
            purpose: "Who changed which profile, when, and who approved it.",
            levels: READ,
            until_end_of_parallel_run: false,
        }],
    },
    Section {
        title: "Smartcard",
        entries: &[Entry {
            slug: "reset-smartcard-password",
            title: "Reset Smartcard Password",
            purpose: "Reset the password of a user's smartcard. A Delegated Administrator's own card is reset by the exchange.",
            levels: CHANGE,
            until_end_of_parallel_run: true,
        }],
    },
];

/// A section as somebody sees it.
pub(crate) struct OpenSection {
    pub(crate) title: &'static str,
    pub(crate) entries: Vec<&'static Entry>,
}

impl Entry {
    /// Whether these rights open the entry.
    pub(crate) fn opens_to(&self, rights: &AccessLevels) -> bool {
        self.levels.iter().any(|&level| rights.security_management(level))
    }
}

/// The part of the menu that these rights open.
pub(crate) fn open_to(rights: &AccessLevels) -> Vec<OpenSection> {
    let sections = MENU.iter().map(|section| OpenSection {
        title: section.title,
        entries: section.entries.iter().filter(|entry| entry.opens_to(rights)).collect(),
    });
    sections.filter(|section| !section.entries.is_empty()).collect()
}

/// The entry at an address.
pub(crate) fn find(slug: &str) -> Option<&'static Entry> {
    MENU.iter().flat_map(|section| section.entries).find(|entry| entry.slug == slug)
}

/// An access level's code and what it allows.
pub(crate) fn in_words(level: AccessLevel) -> (&'static str, &'static str) {
    match level {
        AccessLevel::Enquiry => ("EE", "enquire and list"),
        AccessLevel::Maker => ("MK", "maker: prepare changes"),
        AccessLevel::Checker => ("CK", "checker: approve changes prepared by somebody else"),
    }
}

/// Every level of the menu's function.
pub(crate) const LEVELS: [AccessLevel; 3] = [AccessLevel::Enquiry, AccessLevel::Maker, AccessLevel::Checker];

#[cfg(test)]
mod tests {
    use relying_party_client::{AccessLevels, Claims};
    use serde_json::{Value, json};

    use super::{MENU, find, open_to};

    fn rights(codes: &[&str]) -> AccessLevels {
        let Value::Object(claims) = json!({"access_levels": {"security_management": codes}}) else {
            panic!()
        };
        Claims::new(claims).access_levels()
    }

    fn titles(codes: &[&str]) -> Vec<&'static str> {
        open_to(&rights(codes))
            .iter()
            .flat_map(|section| section.entries.iter().map(|entry| entry.title))
            .collect()
    }

    #[test]
    fn enquiry_opens_enquiry_listings_and_reports_but_no_change() {
        let open = titles(&["EE"]);
        assert_eq!(open.len(), 6);
        assert!(!open.contains(&"Change User Profile"));
        assert!(!open.contains(&"Reset Smartcard Password"));
    }

    #[test]
    fn maker_and_checker_without_enquiry_see_the_changes_alone() {
        for code in ["MK", "CK"] {
            assert_eq!(titles(&[code]), ["Change User Profile", "Reset Smartcard Password"]);
        }
        assert_eq!(titles(&["EE", "MK"]).len(), 8);
        assert!(titles(&[]).is_empty());
    }

    #[test]
    fn addresses_are_unique() {
        for entry in MENU.iter().flat_map(|section| section.entries) {
            assert_eq!(find(entry.slug).unwrap().title, entry.title);
        }
    }
}
