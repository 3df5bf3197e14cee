use super::{FunctionTable, TableError};

const SMALL: &str = r#"
[[function]]
slug = "one"
name = "One"
purpose = "First."
[[function]]
slug = "two"
name = "Two"
purpose = "Second."
[[group]]
code = "11"
name = "First"
functions = ["one"]
[[group]]
code = "ZZ"
name = "Both"
functions = ["*"]
"#;

fn names(groups: &[&str]) -> Vec<(String, Vec<String>)> {
    let table = FunctionTable::read(SMALL).unwrap();
    let granted = table.granted_to(groups);
    granted
        .iter()
        .map(|g| (g.function.slug.clone(), g.groups.iter().map(|&c| c.to_owned()).collect()))
        .collect()
}

#[test]
fn groups_grant_their_union_in_the_table_s_order() {
    assert_eq!(names(&["11"]), [("one".to_owned(), vec!["11".to_owned()])]);
    assert_eq!(
        names(&["ZZ", "11", "11"]),
        [
            ("one".to_owned(), vec!["11".to_owned(), "ZZ".to_owned()]),
            ("two".to_owned(), vec!["ZZ".to_owned()])
        ]
    );
}

#[test]
fn unknown_groups_grant_nothing() {
    assert!(names(&["99", "", "*", "zz"]).is_empty());
    assert!(names(&[]).is_empty());
}

#[test]
fn the_shipped_table_is_sound_and_every_function_is_granted_by_some_group() {
    let table = FunctionTable::shipped().unwrap();
    assert_eq!(table.functions.len(), 20);
    for function in &table.functions {
        let granting = table.groups_granting(&function.slug);
        assert!(granting.len() >= 2, "{} is granted by {granting:?} alone", function.slug);
    }
}

#[test]
fn a_table_that_contradicts_itself_is_refused() {
    let with = |from: &str, to: &str| FunctionTable::read(&SMALL.replace(from, to));
    assert!(
        matches!(with(r#"["one"]"#, r#"["three"]"#), Err(TableError::Unknown { function, .. }) if function == "three")
    );
    assert!(matches!(with(r#""11""#, r#""1""#), Err(TableError::Code(_))));
    assert!(matches!(with(r#""11""#, r#""ZZ""#), Err(TableError::Twice(_))));
    assert!(matches!(with(r#"slug = "two""#, r#"slug = "one""#), Err(TableError::Twice(_))));
    assert!(matches!(with("purpose", "use"), Err(TableError::Shape(_))));
}
