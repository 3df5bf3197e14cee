//! Reading: the file, then the environment over it, then the search for keys that do not exist.

use std::collections::BTreeMap;
use std::path::Path;

use countersign_core::settings::{Entry, Kind, join};
use figment::error::Kind as ErrorKind;
use figment::providers::{Data, Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::checked::{Config, check};
use super::problem::{ConfigError, Problem};
use super::reference::entries;
use super::settings::Settings;

/// What the names of environment variables begin with.
pub const ENVIRONMENT_PREFIX: &str = "COUNTERSIGN_";

/// Variables of the test command, which share our prefix and set nothing.
const OF_TESTS: [&str; 4] =
    ["COUNTERSIGN_BIN", "COUNTERSIGN_SCREENSHOTS", "COUNTERSIGN_SOAK", "COUNTERSIGN_TEST_POSTGRES"];

/// How near a key must come to an unknown one to be suggested (Jaro–Winkler, 0 to 1).
const RESEMBLANCE: f64 = 0.75;

/// Where a configuration begins; the environment comes on top.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A TOML file.
    File(&'a Path),
    /// TOML that stands in no file.
    Text {
        /// What errors call it.
        name: &'a str,
        /// The TOML.
        toml: &'a str,
        /// Where relative paths start.
        directory: &'a Path,
    },
}

/// Reads the configuration from `source` and from those `variables` that begin with [`ENVIRONMENT_PREFIX`].
pub fn load(
    source: &Source<'_>,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let catalogue = Catalogue::new();
    let figment = gather(source, variables, &catalogue);
    let values: Dict = figment.extract().map_err(|error| problems(error, &catalogue))?;
    let mut unknown = Vec::new();
    catalogue.find_unknown("", &values, &figment, &mut unknown);
    if !unknown.is_empty() {
        return Err(ConfigError(unknown));
    }
    let settings: Settings = figment.extract().map_err(|error| problems(error, &catalogue))?;
    let directory = match source {
        Source::File(file) => file.parent().unwrap_or(Path::new("")),
        Source::Text { directory, .. } => directory,
    };
    check(&settings, directory, &|key| origin_of(&figment, key))
}

/// The environment variable that sets `key`.
#[must_use]
pub fn variable(key: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn gather(
    source: &Source<'_>,
    variables: impl IntoIterator<Item = (String, String)>,
    catalogue: &Catalogue,
) -> Figment {
    let mut figment = match source {
        Source::File(file) => Figment::from(Toml::file_exact(file)),
        Source::Text { name, toml, .. } => Figment::from(Text((*name).to_owned(), Toml::string(toml))),
    };
    for (name, value) in variables.into_iter().filter(|(name, _)| !OF_TESTS.contains(&name.as_str())) {
        if let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) {
            let key = path.to_lowercase().replace("__", ".");
            let value = catalogue.parse(&key, value);
            figment = figment.merge(Variable { name, key, value });
        }
    }
    figment
}

/// TOML that stands in no file, under a name.
struct Text(String, Data<Toml>);

impl Provider for Text {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.1.data()
    }
}

/// One environment variable, a source of its own so that an error can name it.
struct Variable {
    name: String,
    key: String,
    value: Value,
}

impl Provider for Variable {
    fn metadata(&self) -> Metadata {
        Metadata::named(format!("environment variable {}", self.name))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let data = figment::util::nest(&self.key, self.value.clone()).into_dict().unwrap_or_default();
        Ok(Profile::Default.collect(data))
    }
}

/// What may be set: sections without a kind, keys with theirs.
struct Catalogue(BTreeMap<String, Option<Kind>>);

impl Catalogue {
    fn new() -> Self {
        let named = entries().into_iter().map(|entry| match entry {
            Entry::Section { path, .. } => (path, None),
            Entry::Key(key) => (key.path, Some(key.kind)),
        });
        Self(named.collect())
    }

    /// The value of an environment variable, in the form its key takes: text stays text even when it looks like
    /// a number, and a list may be separated by commas.
    fn parse(&self, key: &str, text: String) -> Value {
        match self.0.get(key) {
            Some(Some(Kind::Number | Kind::Switch)) => {
                text.trim().parse().unwrap_or_else(|_| Value::from(text))
            }
            Some(Some(Kind::List(_))) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::from(items.map(Value::from).collect::<Vec<_>>())
            }
            _ => Value::from(text),
        }
    }

    fn find_unknown(&self, path: &str, values: &Dict, figment: &Figment, unknown: &mut Vec<Problem>) {
        for (name, value) in values {
            let key = join(path, name);
            match (self.0.get(&key), value) {
                (Some(None), Value::Dict(_, inner)) => self.find_unknown(&key, inner, figment, unknown),
                (Some(_), _) => {}
                (None, _) => {
                    let origin = origin(figment.get_metadata(value.tag()));
                    unknown.push(Problem { origin, message: self.suggest(&key), key });
                }
            }
        }
    }

    fn suggest(&self, key: &str) -> String {
        let resemblance = |known: &str| {
            let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
            strsim::jaro_winkler(key, known).max(strsim::jaro_winkler(&last(key), &last(known)) - 0.05)
        };
        let nearest = self.0.keys().max_by(|a, b| resemblance(a).total_cmp(&resemblance(b)));
        match nearest.filter(|known| resemblance(known) >= RESEMBLANCE) {
            Some(known) => format!("there is no such key; did you mean `{known}` ({})?", variable(known)),
            None => "there is no such key; `countersign config reference` lists them".to_owned(),
        }
    }

    fn is_secret(&self, key: &str) -> bool {
        matches!(self.0.get(key), Some(Some(Kind::Text("secret text"))))
    }
}

fn problems(error: figment::Error, catalogue: &Catalogue) -> ConfigError {
    let problem = |error: figment::Error| {
        let key = error.path.join(".");
        let message = match &error.kind {
            // The error would quote what was found, and that may be a secret in the wrong form.
            ErrorKind::InvalidType(..) if catalogue.is_secret(&key) => {
                "takes a text, in quotation marks".to_owned()
            }
            kind => kind.to_string(),
        };
        Problem { origin: origin(error.metadata.as_ref()), key, message }
    };
    ConfigError(error.into_iter().map(problem).collect())
}

fn origin_of(figment: &Figment, key: &str) -> String {
    origin(figment.find_metadata(key))
}

fn origin(metadata: Option<&Metadata>) -> String {
    match metadata {
        None => "default".to_owned(),
        Some(metadata) => match &metadata.source {
            Some(figment::Source::File(path)) => path.display().to_string(),
            _ => metadata.name.to_string(),
        },
    }
}
