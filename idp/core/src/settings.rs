//! Settings that describe themselves: a structure, its defaults and its reference manual are written once.
//!
//! [`settings!`](crate::settings!) declares a structure whose every field has a doc comment and a default. From the
//! same lines come the type, its `Default`, its deserialisation (absent fields keep their defaults, unknown ones
//! are refused) and the entries of the configuration reference.

/// One line of the configuration reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A table that holds further keys.
    Section {
        /// Where it stands, dotted.
        path: String,
        /// What it is about.
        meaning: String,
    },
    /// A key with a value.
    Key(Key),
}

/// A key that may be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Where it stands, dotted.
    pub path: String,
    /// What it takes.
    pub kind: Kind,
    /// The value it has unless set, as written in TOML; `None` when it has none.
    pub default: Option<String>,
    /// What it does.
    pub meaning: String,
}

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number that is not negative.
    Number,
    /// `true` or `false`.
    Switch,
    /// A text, of any more particular form.
    Text(&'static str),
    /// A list of texts.
    List(&'static str),
}

impl Kind {
    /// The name of the kind as the reference prints it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Number => "number".to_owned(),
            Self::Switch => "true or false".to_owned(),
            Self::Text(form) => form.to_owned(),
            Self::List(form) => format!("list of {form}"),
        }
    }
}

/// A value, or a structure of values, that can say what it is.
pub trait Setting {
    /// Adds what stands at `path` to the reference; `self` is the default.
    fn describe(&self, path: &str, meaning: &[&str], reference: &mut Vec<Entry>);
}

/// A single value that a setting can hold.
pub trait Value {
    /// What it takes.
    const KIND: Kind;

    /// The value as written in TOML; `None` when there is none to show.
    fn written(&self) -> Option<String>;
}

impl<V: Value> Setting for V {
    fn describe(&self, path: &str, meaning: &[&str], reference: &mut Vec<Entry>) {
        let key =
            Key { path: path.to_owned(), kind: V::KIND, default: self.written(), meaning: prose(meaning) };
        reference.push(Entry::Key(key));
    }
}

impl<V: Value> Value for Option<V> {
    const KIND: Kind = V::KIND;

    fn written(&self) -> Option<String> {
        self.as_ref().and_then(Value::written)
    }
}

/// Doc comment lines as one paragraph.
#[must_use]
pub fn prose(lines: &[&str]) -> String {
    let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
    words.join(" ")
}

/// `path` and `field`, dotted.
#[must_use]
pub fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Value for $number {
            const KIND: Kind = Kind::Number;

            fn written(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64);

impl Value for bool {
    const KIND: Kind = Kind::Switch;

    fn written(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Value for String {
    const KIND: Kind = Kind::Text("text");

    fn written(&self) -> Option<String> {
        Some(quoted(self))
    }
}

impl<V: Value> Value for Vec<V> {
    const KIND: Kind = match V::KIND {
        Kind::Text(form) | Kind::List(form) => Kind::List(form),
        Kind::Number => Kind::List("numbers"),
        Kind::Switch => Kind::List("true or false"),
    };

    fn written(&self) -> Option<String> {
        let items: Vec<String> = self.iter().filter_map(Value::written).collect();
        Some(format!("[{}]", items.join(", ")))
    }
}

impl Value for chrono::NaiveDate {
    const KIND: Kind = Kind::Text("date, `YYYY-MM-DD`");

    fn written(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

impl Value for std::path::PathBuf {
    const KIND: Kind = Kind::Text("path");

    fn written(&self) -> Option<String> {
        Some(quoted(&self.to_string_lossy()))
    }
}

impl Value for std::net::SocketAddr {
    const KIND: Kind = Kind::Text("address:port");

    fn written(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

impl Value for crate::secret::SecretString {
    const KIND: Kind = Kind::Text("secret text");

    /// A secret is never shown, a default least of all.
    fn written(&self) -> Option<String> {
        None
    }
}

/// A TOML basic string.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}

/// Declares structures of settings. Every field takes a doc comment, a type and a default:
///
/// ```
/// countersign_core::settings! {
///     /// How tea is made.
///     #[derive(Clone, Debug)]
///     pub struct Tea {
///         /// For how long it draws.
///         pub minutes: u16 = 4,
///     }
/// }
/// assert_eq!(Tea::default().minutes, 4);
/// ```
#[macro_export]
macro_rules! settings {
    (@doc doc = $line:literal) => { $line };
    (@doc $($other:tt)*) => { "" };
    ($(
        $(#[$($outer:tt)*])*
        $visibility:vis struct $name:ident {
            $(
                $(#[$($attribute:tt)*])*
                $reach:vis $field:ident : $type:ty = $default:expr
            ),* $(,)?
        }
    )*) => {$(
        $(#[$($outer)*])*
        #[derive(::serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        $visibility struct $name {
            $(
                $(#[$($attribute)*])*
                $reach $field: $type,
            )*
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self { $($field: $default),* }
            }
        }

        impl $crate::settings::Setting for $name {
            fn describe(
                &self,
                path: &str,
                meaning: &[&str],
                reference: &mut ::std::vec::Vec<$crate::settings::Entry>,
            ) {
                if !path.is_empty() {
                    reference.push($crate::settings::Entry::Section {
                        path: path.to_owned(),
                        meaning: $crate::settings::prose(meaning),
                    });
                }
                $(
                    $crate::settings::Setting::describe(
                        &self.$field,
                        &$crate::settings::join(path, stringify!($field)),
                        &[$($crate::settings!(@doc $($attribute)*)),*],
                        reference,
                    );
                )*
            }
        }
    )*};
}

#[cfg(test)]
mod tests {
    use super::{Entry, Key, Kind, Setting as _};

    crate::settings! {
        /// A house.
        #[derive(Debug)]
        struct House {
            /// How many doors
            /// it has.
            doors: u16 = 2,
            /// What stands in it.
            room: Room = Room::default(),
        }

        /// A room.
        #[derive(Debug)]
        struct Room {
            /// Its "name".
            name: Option<String> = None,
            /// What hangs there.
            #[serde(alias = "images")]
            pictures: Vec<String> = vec!["a \"face\"".to_owned()],
        }
    }

    fn key(path: &str, kind: Kind, default: Option<&str>, meaning: &str) -> Entry {
        let default = default.map(str::to_owned);
        Entry::Key(Key { path: path.to_owned(), kind, default, meaning: meaning.to_owned() })
    }

    #[test]
    fn the_reference_follows_the_declaration() {
        let mut reference = Vec::new();
        House::default().describe("", &[], &mut reference);
        let expected = [
            key("doors", Kind::Number, Some("2"), "How many doors it has."),
            Entry::Section { path: "room".to_owned(), meaning: "What stands in it.".to_owned() },
            key("room.name", Kind::Text("text"), None, "Its \"name\"."),
            key("room.pictures", Kind::List("text"), Some(r#"["a \"face\""]"#), "What hangs there."),
        ];
        assert_eq!(reference, expected);
    }

    #[test]
    fn absent_fields_keep_their_defaults_and_unknown_ones_are_refused() {
        let house: House = serde_json::from_str(r#"{"room":{"name":"hall"}}"#).unwrap();
        assert_eq!((house.doors, house.room.name.as_deref()), (2, Some("hall")));
        assert!(serde_json::from_str::<House>(r#"{"windows":3}"#).is_err());
    }
}
