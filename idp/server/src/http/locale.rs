//! Which of the three languages a page speaks.
//!
//! In order: the link on the page (`?lang=`, remembered in `cs_locale` with the moment of the choice), the
//! application's `ui_locales` (OIDC Core §3.1.2.1), an older `cs_locale`, `Accept-Language` (RFC 9110 §12.5.4),
//! English. Between a person's click and an application's wish the later one wins: a click inside a login
//! outlives its next page, a click of last month does not overrule what the application knows today.

use chrono::{DateTime, Utc};
use unic_langid::{LanguageIdentifier, langid};

/// A language that every page and every mail is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English, `en`.
    #[default]
    English,
    /// Traditional Chinese as written in Hong Kong, `zh-Hant`.
    TraditionalChinese,
    /// Simplified Chinese, `zh-Hans`.
    SimplifiedChinese,
}

impl Locale {
    /// All of them, in the order in which the language switch shows them.
    pub const ALL: [Self; 3] = [Self::English, Self::TraditionalChinese, Self::SimplifiedChinese];

    /// The tag in `?lang=`, in `cs_locale` and in the name of the folder of texts (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::TraditionalChinese => "zh-Hant",
            Self::SimplifiedChinese => "zh-Hans",
        }
    }

    /// The value of the `lang` attribute; the region decides which shapes a font draws.
    #[must_use]
    pub const fn html_lang(self) -> &'static str {
        match self {
            Self::English => "en-HK",
            Self::TraditionalChinese => "zh-Hant-HK",
            Self::SimplifiedChinese => "zh-Hans-CN",
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub const fn native_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::TraditionalChinese => "繁體中文",
            Self::SimplifiedChinese => "简体中文",
        }
    }

    /// The key of the language's texts.
    #[must_use]
    pub const fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::English => langid!("en"),
            Self::TraditionalChinese => langid!("zh-Hant"),
            Self::SimplifiedChinese => langid!("zh-Hans"),
        }
    }

    /// The locale of one of our own tags, exactly.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(tag))
    }

    /// The locale that serves any BCP 47 tag, or none: `zh-HK`, `zh-TW` and `yue` read Traditional Chinese,
    /// every other `zh` Simplified Chinese, every `en` English.
    #[must_use]
    pub fn matching(tag: &str) -> Option<Self> {
        let identifier: LanguageIdentifier = tag.parse().ok()?;
        let script = identifier.script.as_ref().map(unic_langid::subtags::Script::as_str);
        let region = identifier.region.as_ref().map(unic_langid::subtags::Region::as_str);
        match (identifier.language.as_str(), script, region) {
            ("en", _, _) => Some(Self::English),
            ("zh", Some("Hant"), _) | ("zh", None, Some("HK" | "TW" | "MO")) => {
                Some(Self::TraditionalChinese)
            }
            ("yue", script, _) if script != Some("Hans") => Some(Self::TraditionalChinese),
            ("zh" | "yue" | "cmn", _, _) => Some(Self::SimplifiedChinese),
            _ => None,
        }
    }

    /// The first tag of a space-separated `ui_locales` that one of our languages serves.
    #[must_use]
    pub fn from_ui_locales(ui_locales: &str) -> Option<Self> {
        ui_locales.split_ascii_whitespace().find_map(Self::matching)
    }

    /// The best of an `Accept-Language` header; only so many of its ranges are looked at as a person could mean.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut wishes: Vec<(f32, Self)> = header
            .split(',')
            .take(32)
            .filter_map(|range| {
                let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
                let quality =
                    parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
                let locale = Self::matching(tag.trim())?;
                (quality > 0.0).then_some((quality, locale))
            })
            .collect();
        // The sort is stable: among equals the first named wins.
        wishes.sort_by(|(left, _), (right, _)| right.total_cmp(left));
        wishes.first().map(|(_, locale)| *locale)
    }
}

/// A language chosen by a person on a page, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The language.
    pub locale: Locale,
    /// When the link was followed, to the second.
    pub at: DateTime<Utc>,
}

impl Choice {
    /// The value of `cs_locale`: the tag, a dot, seconds since 1970. Not a secret and not trusted for anything.
    #[must_use]
    pub fn to_cookie(self) -> String {
        format!("{}.{}", self.locale.tag(), self.at.timestamp())
    }

    /// Reads what [`Choice::to_cookie`] wrote; anything else is no choice.
    #[must_use]
    pub fn from_cookie(value: &str) -> Option<Self> {
        let (tag, seconds) = value.split_once('.')?;
        Some(Self { locale: Locale::from_tag(tag)?, at: DateTime::from_timestamp(seconds.parse().ok()?, 0)? })
    }
}

/// What is known of a visitor's languages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The person's own choice.
    pub choice: Option<Choice>,
    /// The browser's.
    pub accepted: Option<Locale>,
}

impl Wishes {
    /// The language of a page that no application asked for.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.choice.map(|choice| choice.locale).or(self.accepted).unwrap_or_default()
    }

    /// The language of a page shown for an application that asked for `ui_locales` at `asked_at`.
    #[must_use]
    pub fn locale_for(&self, ui_locales: Option<&str>, asked_at: DateTime<Utc>) -> Locale {
        let chosen_since = self
            .choice
            .filter(|choice| choice.at.timestamp() >= asked_at.timestamp())
            .map(|choice| choice.locale);
        chosen_since.or_else(|| ui_locales.and_then(Locale::from_ui_locales)).unwrap_or_else(|| self.locale())
    }
}
