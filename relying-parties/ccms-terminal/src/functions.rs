//! Which functions the terminal has, and which business user groups grant them: a table, `data/functions.toml`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The table as shipped.
const SHIPPED: &str = include_str!("../data/functions.toml");
/// In a group's list: every function.
const ALL: &str = "*";

/// A function of the terminal.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The last part of its address; stable.
    pub slug: String,
    /// Its name on the home page.
    pub name: String,
    /// What one does with it.
    pub purpose: String,
}

/// A business user group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Two characters: `11` to `ZZ`.
    pub code: String,
    /// What it is for.
    pub name: String,
    /// Slugs of the functions it grants; `*` grants all.
    pub functions: Vec<String>,
}

/// The table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionTable {
    /// In the order of the home page.
    #[serde(rename = "function")]
    pub functions: Vec<Function>,
    /// By code.
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
}

/// A function as somebody holds it.
#[derive(Clone, Debug, Serialize)]
pub struct Granted<'t> {
    /// The function.
    #[serde(flatten)]
    pub function: &'t Function,
    /// The groups of theirs that grant it.
    pub groups: Vec<&'t str>,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Not of the table's shape.
    #[error("function table: {0}")]
    Shape(#[from] toml::de::Error),
    /// A code is not two characters out of `0-9A-Z`.
    #[error("function table: group `{0}` is not a two-character code")]
    Code(String),
    /// A code or a slug appears twice.
    #[error("function table: `{0}` appears twice")]
    Twice(String),
    /// A group grants what is no function.
    #[error("function table: group `{group}` grants `{function}`, which is no function")]
    Unknown {
        /// The group.
        group: String,
        /// What it names.
        function: String,
    },
}

impl FunctionTable {
    /// The table that comes with the terminal.
    pub fn shipped() -> Result<Self, TableError> {
        Self::read(SHIPPED)
    }

    /// Reads and checks a table.
    pub fn read(text: &str) -> Result<Self, TableError> {
        let table: Self = toml::from_str(text)?;
        table.check()?;
        Ok(table)
    }

    /// The functions that these groups grant together, in the order of the home page. Unknown groups grant nothing.
    #[must_use]
    pub fn granted_to(&self, groups: &[&str]) -> Vec<Granted<'_>> {
        let held: Vec<_> = self.groups.iter().filter(|group| groups.contains(&group.code.as_str())).collect();
        let granted = self.functions.iter().map(|function| Granted {
            function,
            groups: held
                .iter()
                .filter(|group| group.grants(&function.slug))
                .map(|group| group.code.as_str())
                .collect(),
        });
        granted.filter(|granted| !granted.groups.is_empty()).collect()
    }

    /// The function at an address.
    #[must_use]
    pub fn function(&self, slug: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.slug == slug)
    }

    /// The codes of the groups that grant a function.
    #[must_use]
    pub fn groups_granting(&self, slug: &str) -> Vec<&str> {
        let granting = self.groups.iter().filter(|group| group.grants(slug));
        granting.map(|group| group.code.as_str()).collect()
    }

    fn check(&self) -> Result<(), TableError> {
        let mut seen = BTreeSet::new();
        for name in
            self.functions.iter().map(|function| &function.slug).chain(self.groups.iter().map(|g| &g.code))
        {
            if !seen.insert(name) {
                return Err(TableError::Twice(name.clone()));
            }
        }
        self.groups.iter().try_for_each(|group| self.check_group(group))
    }

    fn check_group(&self, group: &Group) -> Result<(), TableError> {
        let two =
            group.code.len() == 2 && group.code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if !two {
            return Err(TableError::Code(group.code.clone()));
        }
        let unknown = group.functions.iter().find(|slug| *slug != ALL && self.function(slug).is_none());
        match unknown {
            Some(function) => {
                Err(TableError::Unknown { group: group.code.clone(), function: function.clone() })
            }
            None => Ok(()),
        }
    }
}

impl Group {
    fn grants(&self, slug: &str) -> bool {
        self.functions.iter().any(|granted| granted == ALL || granted == slug)
    }
}

#[cfg(test)]
mod tests;
